"""The layer's own result beside a trace of it, and how far the two are apart."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.call import Inputs, Outputs, call
from rnnlib.engine.closeness import difference, last_digit, rounding
from rnnlib.engine.overrides import is_plain, other_code, overrides_forward, same_random_numbers
from rnnlib.engine.trace.unroll import FiveAxes
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import in_code

AMPLIFIED = "rounding, amplified from step to step"
MANY = 100  # times as far as a last digit of x moves it: rounding at every step adds up


class Equal(NamedTuple):
    """The largest difference between two numbers in the same place, whether it is rounding, and what must be said."""

    difference: float
    holds: bool
    sentence: str


def own_answer(spec: LayerSpec, module: nn.Module, given: Inputs) -> Outputs | str:
    """What the layer itself gives, or why that cannot be compared. A cell is called in the loop that learners write.

    Code that is not torch's may draw random numbers, and may make the weights, with gradients: pruning does.
    """
    if is_plain(spec, module):
        with torch.no_grad():
            return _called(spec, module, given)
    with same_random_numbers(spec, module):
        try:
            return _called(spec, module, given)
        except Exception as error:  # whatever a forward() of the learner's own may raise
            if not overrides_forward(spec, module):
                raise
            return str(error) or type(error).__name__


def _called(spec: LayerSpec, module: nn.Module, given: Inputs) -> Outputs:
    if not is_loop(spec, given):
        return call(spec, module, given)[0]
    state, hs = given.hx, []
    for x_t in given.x:
        answer, _ = call(spec, module, given._replace(x=x_t, hx=state))
        state = answer.h_n if answer.c_n is None else (answer.h_n, answer.c_n)
        hs.append(answer.h_n)
    return answer._replace(output=torch.stack(hs))


def own_steps(spec: LayerSpec, module: nn.Module, given: Inputs, x: Tensor, before: FiveAxes) -> Outputs:
    """What a cell gives for every step of a loop, each from the state that the trace started it from.

    All steps at once: the loop itself would take as long again. A step that differs shows, wherever it is.
    """
    states = [state.flatten(0, 3) for state in before.values()]
    state = (states[0], states[1]) if len(states) == 2 else states[0]
    with torch.no_grad():
        answer, _ = call(spec, module, given._replace(x=x.flatten(0, 1), hx=state))
    h, c = answer.h_n.view(*x.shape[:2], -1), answer.c_n
    return Outputs(h, h[-1], None if c is None else c.view(*x.shape[:2], -1)[-1])


def is_loop(spec: LayerSpec, given: Inputs) -> bool:
    """Whether a cell was given every step of the loop that calls it."""
    return spec.is_cell and given.x.data.dim() == 3


@torch.no_grad()
def compare(spec: LayerSpec, module: nn.Module, given: Inputs, ours: Outputs, own: Outputs | str) -> Equal:
    """How far a trace's answer is from the layer's own, and what must be said of it.

    Args:
        spec: the layer's.
        module: the layer.
        given: what it was called on.
        ours: the trace's answer.
        own: the layer's; or why there is none.
    """
    if isinstance(own, str):
        said = f"{_own_forward(spec, module)}, and its own result cannot be compared: {own}"
        return Equal(math.nan, False, said)
    pairs = list(zip(ours.tensors, own.tensors, strict=True))
    if any(a.shape != b.shape for a, b in pairs):
        return Equal(math.nan, False, f"{_own_forward(spec, module)}, and its own result has other shapes.")
    apart = [difference(a, b) for a, b in pairs]
    farthest = max(apart)
    equal = all(between <= rounding(b, a) for between, (a, b) in zip(apart, pairs, strict=True))
    if overrides_forward(spec, module):
        result = "is the same" if equal else f"differs from it by up to {farthest:.2g}"
        return Equal(farthest, equal, f"{_own_forward(spec, module)}, and its own result {result}.")
    if equal:
        return Equal(farthest, True, "")
    differs = f"The layer's own result differs from this trace by up to {farthest:.2g}"
    if not is_plain(spec, module):
        return Equal(farthest, False, f"{differs}: {other_code(module)}.")
    moved = moved_by_a_last_digit(spec, module, given)
    if farthest <= MANY * moved:
        return Equal(farthest, True, f"{differs}: {amplified(moved)}.")
    return Equal(farthest, False, f"{differs}, which is more than rounding.")


def amplified(moved: float) -> str:
    """Why a result is so far off, in words: a change of x in its last digit moves it as far as this."""
    return f"{AMPLIFIED}. A change of x in its last digit moves it by {moved:.2g}"


@torch.no_grad()
def moved_by_a_last_digit(spec: LayerSpec, module: nn.Module, given: Inputs) -> float:
    """How far the layer's own result moves when every number of x does by as little as can be."""
    moved, own = (_called(spec, module, again) for again in (nudged(given), given))
    return max(map(difference, moved.tensors, own.tensors))


def nudged(given: Inputs) -> Inputs:
    """The same, every number of x another by its last digit."""
    data = given.x.data * (1 + last_digit(given.x.data))
    return given._replace(x=given.x._replace(data=data) if isinstance(given.x, PackedSequence) else data)


def _own_forward(spec: LayerSpec, module: nn.Module) -> str:
    name = type(module).__name__
    return f"{name} has a forward() of its own; this is a trace of {in_code(spec.kind)}'s equations with its weights"
