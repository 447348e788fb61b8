"""What holds between the tensors of a run, in words, and why not where it does not."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.arguments.states import State
from rnnlib.engine.call import Inputs, Outputs
from rnnlib.engine.closeness import close
from rnnlib.spec import LayerSpec
from rnnlib.spec.shapes import parameter_shapes

MOST = 5

NOT_FOUND = "the layer's own forward() makes them differ"  # of torch's own layers it is never so


@dataclasses.dataclass(frozen=True)
class Check:
    """A sentence about the tensors of a run, and whether it is true of them.

    Attributes:
        sentence: such as ``"output[-1] equals h_n[-1]"``.
        holds: its truth, computed from the tensors.
        why: a sentence that says why not; empty when nothing needs saying.
    """

    sentence: str
    holds: bool
    why: str = ""


def layer_checks(spec: LayerSpec, given: Inputs, answer: Outputs) -> list[Check]:
    """How a layer's output and its last states hang together, in the order in which a learner asks.

    Args:
        spec: the layer.
        given: what it was called on.
        answer: what it gave. A packed output is padded first, and then called ``padded``.
    """
    name, output, lengths, ending = "output", answer.output, given.lengths, ""
    if isinstance(output, PackedSequence):
        first = ", batch_first=True" if spec.batch_first else ""
        name, ending = "padded", f": padded, lengths = pad_packed_sequence(output{first})"
        output, lengths = pad_packed_sequence(output, batch_first=spec.batch_first)
    if lengths is not None and bool((lengths == given.sizes.seq_len).all()):
        lengths = None  # nothing is padded
    there = {name: output, "h_n": answer.h_n, "c_n": answer.c_n, "lengths": lengths}
    padded, batch, width = lengths is not None, given.sizes.batch, spec.proj_size or spec.hidden_size
    batch_first = spec.batch_first and batch is not None

    def at(step: int) -> str:
        return f"{name}[:, {step}]" if batch_first else f"{name}[{step}]"

    last, every = at(-1), "" if batch_first or batch is None else ", :"
    own_last = f"{name}[range({batch}), lengths - 1]" if batch_first else f"{name}[lengths - 1, range({batch})]"
    forward_end = f"{own_last[:-1]}, :{width}]" if padded else f"{last[:-1]}{every}, :{width}]"
    backward_end = f"{at(0)[:-1]}{every}, {width}:]"

    found = []
    if batch_first:
        why = f"with batch_first, {name}[-1] is the last sequence, at all its steps"
        found.append(_equal(f"{name}[-1]", "h_n[-1]", there, why, ending))
    if spec.bidirectional:
        why = f"{last} has both directions side by side, and its backward half has taken one step only"
        if padded:
            why = f"{last} is zeros where a sequence is shorter; the backward half of h_n[-1] stands at step 0"
        found.append(_equal(last, "h_n[-1]", there, why, ending))
        found.append(_equal(forward_end, "h_n[-2]", there, NOT_FOUND, ": the forward end"))
        found.append(_equal(backward_end, "h_n[-1]", there, NOT_FOUND, ": the backward end"))
    else:
        why = "a shorter sequence ends before step -1; after its own last step its output is zeros"
        found.append(_equal(last, "h_n[-1]", there, why if padded else NOT_FOUND, ending))
        if padded:
            found.append(_equal(own_last, "h_n[-1]", there, NOT_FOUND, ": each sequence at its own last step"))
    if batch_first:
        middle = ": batch is in the middle, batch_first or not"
        found.append(_equal("h_n.shape[1]", str(given.sizes.batch), there, NOT_FOUND, middle))
    if "c" in spec.family.states and not spec.bidirectional:
        narrow = f", made proj_size={spec.proj_size} wide" if spec.proj_size else ""
        why = f"output shows h = o * tanh(c){narrow}, never c itself"
        found.append(_equal(own_last if padded else last, "c_n[-1]", there, why))
    return found


def unchanged_check(changed: list[str]) -> list[Check]:
    """What must be said of a layer whose call changes weights of its own in place, by their names; nothing of others.

    Example:
        >>> unchanged_check([])
        []
    """
    why = f"its own code changes {', '.join(changed)} in place: the next run begins from others"
    return [Check("the weights are as they were before the run", False, why)] if changed else []


def cell_checks(spec: LayerSpec, cell: nn.Module, x: Tensor, hx: State, answer: Outputs) -> list[Check]:
    """What one step of a cell did.

    Args:
        spec: the cell's.
        cell: the cell.
        x: its input.
        hx: the state before the step, zeros where none was given.
        answer: what it gave.
    """
    there: dict[str, Any] = {"x": x, "h_1": answer.h_n, "c_1": answer.c_n, "tanh": torch.tanh, "relu": torch.relu}
    there |= {"h_0": hx[0] if isinstance(hx, tuple) else hx} | {
        name: getattr(cell, name) for name in parameter_shapes(spec, 0)
    }
    shape = repr((*x.shape[:-1], spec.hidden_size))
    found = [_equal("h_1.shape", shape, there, NOT_FOUND, ": one step, so no time axis")]
    if not spec.family.gates:
        b_ih, b_hh = (" + bias_ih", " + bias_hh") if spec.bias else ("", "")
        step = f"{spec.nonlinearity}(x @ weight_ih.T{b_ih} + h_0 @ weight_hh.T{b_hh})"
        found.append(_equal("h_1", step, there, NOT_FOUND))
    if "c" in spec.family.states:
        found.append(_equal("h_1", "c_1", there, "h_1 = o * tanh(c_1): the output gate o decides what h shows of c"))
    return found


def _equal(left: str, right: str, there: dict[str, Any], why: str, ending: str = "") -> Check:
    """Compute both sides just as they are written, so that the sentence cannot differ from what was compared."""
    names = {"__builtins__": {"range": range}} | there
    try:
        a, b = eval(left, names), eval(right, names)
    except IndexError:  # of a forward() of the learner's own that leaves steps or layers out
        return Check(f"{left} equals {right}{ending}", False, NOT_FOUND)
    holds = close(a, b) if isinstance(a, Tensor) else bool(a == b)
    if holds:
        why = "nan counts as equal to nan here" if isinstance(a, Tensor) and bool(a.isnan().any()) else ""
    return Check(f"{left} equals {right}{ending}", holds, why)
