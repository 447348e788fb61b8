"""The layer's own result beside a trace of it, and how far the two are apart."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnlib.engine.call import Inputs, Outputs, call
from rnnlib.engine.closeness import difference, multiplies_in_tf32, rounding
from rnnlib.engine.layers import is_plain, overrides_forward
from rnnlib.engine.trace.unroll import Unrolled, started_from
from rnnlib.spec import LayerSpec

DIFFERS = "The layer's own result differs from this trace"


class Comparison(NamedTuple):
    """The largest difference between two numbers in the same place, whether it is rounding, and what must be said."""

    difference: float
    equal: bool
    note: str


def own_answer(spec: LayerSpec, module: nn.Module, given: Inputs) -> Outputs | str:
    """What the layer itself gives, or why that cannot be compared. A cell is called in the loop that learners write.

    Code that is not torch's may draw random numbers, and may make the weights, with gradients: pruning does.
    """
    if is_plain(spec, module):
        with torch.no_grad():
            return _called(spec, module, given)
    device = given.x.data.device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
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


def own_steps(spec: LayerSpec, module: nn.Module, given: Inputs, unrolled: Unrolled, mask: Tensor) -> Outputs:
    """What a cell gives for every step of a loop, each from the state that the trace started it from.

    All steps at once: the loop itself would take as long again. A step that differs shows, wherever it is.
    """
    x = unrolled.inputs[0]
    before = [state.flatten(0, 1) for state in started_from(spec, unrolled, mask)[0]]
    state = (before[0], before[1]) if len(before) == 2 else before[0]
    with torch.no_grad():
        answer, _ = call(spec, module, given._replace(x=x.flatten(0, 1), hx=state))
    h, c = answer.h_n.view(*x.shape[:2], -1), answer.c_n
    return Outputs(h, h[-1], None if c is None else c.view(*x.shape[:2], -1)[-1])


def is_loop(spec: LayerSpec, given: Inputs) -> bool:
    """Whether a cell was given every step of the loop that calls it."""
    return spec.is_cell and given.x.data.dim() == 3


@torch.no_grad()
def compare(spec: LayerSpec, module: nn.Module, ours: Outputs, own: Outputs | str) -> Comparison:
    """How far a trace's answer is from the layer's own."""
    if isinstance(own, str):
        said = f"{_own_forward(spec, module)}, and its own result cannot be compared: {own}"
        return Comparison(math.nan, False, said)
    pairs = [(a.data, b.data) for a, b in zip(ours, own, strict=True) if a is not None and b is not None]
    if any(a.shape != b.shape for a, b in pairs):
        return Comparison(math.nan, False, f"{_own_forward(spec, module)}, and its own result has other shapes.")
    apart = [difference(a, b) for a, b in pairs]
    equal = all(between <= rounding(b, a) for between, (a, b) in zip(apart, pairs, strict=True))
    return judge(spec, module, own, max(apart), equal)


def judge(
    spec: LayerSpec, module: nn.Module, own: Outputs, farthest: float, equal: bool, differs: str = DIFFERS
) -> Comparison:
    """What must be said of a difference.

    Args:
        spec: the layer's.
        module: the layer.
        own: what it gave.
        farthest: the largest.
        equal: it is no more than rounding.
        differs: what differs.
    """
    if overrides_forward(spec, module):
        result = "is the same" if equal else f"differs from it by up to {farthest:.2g}"
        return Comparison(farthest, equal, f"{_own_forward(spec, module)}, and its own result {result}.")
    return Comparison(farthest, equal, "" if equal else _why(spec, module, own, f"{differs} by up to {farthest:.2g}"))


def _own_forward(spec: LayerSpec, module: nn.Module) -> str:
    name = type(module).__name__
    return f"{name} has a forward() of its own; this is a trace of nn.{spec.kind}'s equations with its weights"


def _why(spec: LayerSpec, module: nn.Module, own: Outputs, differs: str) -> str:
    if type(module).__call__ is not nn.Module.__call__:
        return f"{differs}: {type(module).__name__} has a __call__() of its own."
    if not is_plain(spec, module):
        return f"{differs}: a hook of it changes what goes in or what comes out."
    if own.h_n.dtype == torch.float32 and multiplies_in_tf32(own.h_n.device):
        return f"{differs}: cuDNN rounds its products to TF32, until you write torch.backends.cudnn.allow_tf32 = False."
    return f"{differs}, which is more than rounding."
