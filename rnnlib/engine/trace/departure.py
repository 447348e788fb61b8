"""Where a layer of a learner's own departs from torch's equations, and which one change of them explains it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.call import Inputs, Outputs
from rnnlib.engine.closeness import difference, rounding
from rnnlib.engine.equations import States
from rnnlib.engine.layers import evaluation_copy
from rnnlib.engine.limits import as_layer
from rnnlib.engine.trace.changes import Change, changes_of
from rnnlib.engine.trace.comparison import MANY, nudged, own_answer
from rnnlib.engine.trace.time_major import as_the_layer_gives_it
from rnnlib.engine.trace.unroll import unroll
from rnnlib.spec import LayerSpec

FAR = 100  # times nearer a change must bring the equations: else it might as well be chance
MOST = {"steps": 200, "multiply_adds": 20_000_000}  # of all layers and directions, that every change is tried on


class Departure(NamedTuple):
    """Where a layer's own result is another than the equations give, by more than rounding.

    Attributes:
        part: of ``"output"``, or of ``"h_n"`` or ``"c_n"`` where output is the same at every step.
        step: the first at which it is so, in the order in which its direction reads; None of h_n and c_n.
        layer: whose number it is.
        direction: likewise.
        item: the sequence, the first at which it is so at that step.
        unit: likewise.
        own: the layer's own number.
        ours: that of the equations.
        gate: what one change explains all of it; "" where none does, or more than one.
        change: that change, in words.
    """

    part: str
    step: int | None
    layer: int
    direction: int
    item: int
    unit: int
    own: float
    ours: float
    gate: str = ""
    change: str = ""

    def __str__(self) -> str:
        layer = f" of layer {self.layer}" if self.layer else ""
        way = ", as the backward direction reads" if self.direction else ""
        first = f"First, by more than rounding, at step {self.step}{way}: h{layer}"
        if self.step is None:
            first = f"Its output is the same at every step, and {self.part} is not{way}: what it ends with{layer}"
        where = f"in unit {self.unit} of sequence {self.item}"
        there = f"{first} is {self.own:.6g} {where}, and {self.ours:.6g} by the equations."
        change = f" With one change they give the layer's own result at every step: {self.change}."
        return there + (change if self.change else "")


class Compared(NamedTuple):
    """A layer's own result beside that of the equations.

    Attributes:
        spec: the layer's.
        given: what it was called on.
        weights: the layer's.
        x: time first, as are `first` and `mask`: what the equations were unrolled from.
        ours: what they gave.
        own: what the layer gave.
    """

    spec: LayerSpec
    given: Inputs
    weights: dict[str, Tensor]
    x: Tensor
    first: States
    mask: Tensor
    ours: Outputs
    own: Outputs

    def steps(self, outputs: Outputs) -> Tensor:
        """The output at every step, ``(seq_len, batch, num_directions, size)``."""
        output = outputs.output
        if isinstance(output, PackedSequence):
            output, _ = pad_packed_sequence(output)
        elif self.given.sizes.batch is not None and self.spec.batch_first:
            output = output.transpose(0, 1)
        return output.reshape(*self.mask.shape, self.spec.num_directions, -1)


@torch.no_grad()
def departure(module: nn.Module, compared: Compared) -> Departure | None:
    """Where a layer's own result departs from the equations; None where that cannot be told.

    Nothing is told of one that carries rounding as far as the two are apart, or that gives others at its next call.

    Args:
        module: the layer; a twin of it is called once more.
        compared: its result, which is not equal.
    """
    found = _in_output(compared) or _in_states(compared)
    again = own_answer(compared.spec, evaluation_copy(module), nudged(compared.given))
    if found is None or isinstance(again, str) or not _is_beyond(found, compared, again):
        return None
    if found.part != "output" or not (change := _explanation(found, compared)):
        return found
    return found._replace(gate=change.part, change=change.words)


def _in_output(compared: Compared) -> Departure | None:
    """The first step of a direction at which a number of output is another, as that direction reads."""
    own, ours = (compared.steps(outputs) for outputs in (compared.own, compared.ours))
    apart = _apart(own, ours) & compared.mask[..., None, None]
    time = torch.arange(len(own), device=own.device)[:, None].expand(apart.shape[:2])
    for direction, of in enumerate(apart.unbind(2)):
        read_after = compared.mask.sum(0) - 1 - time if direction else time
        if bool(of.any()):
            step, item = _first(read_after, of.any(-1))
            place = (step, item, direction, unit := int(of[step, item].int().argmax()))
            numbers = float(own[place]), float(ours[place])
            return Departure("output", step, compared.spec.num_layers - 1, direction, item, unit, *numbers)
    return None


def _first(order: Tensor, among: Tensor) -> tuple[int, int]:
    """The step and the sequence that come first: by their order, and of several sequences the first."""
    batch = among.shape[1]
    ranks = order * batch + torch.arange(batch, device=order.device)
    step, item = divmod(int(ranks.masked_fill(~among, among.numel()).argmin()), batch)
    return step, item


def _in_states(compared: Compared) -> Departure | None:
    """The first number of h_n or c_n that is another, by row."""
    spec = compared.spec
    for part in ("h_n", "c_n"):
        own, ours = getattr(compared.own, part), getattr(compared.ours, part)
        if own is None or not bool(_apart(own, ours).any()):
            continue
        own, ours = (
            state.reshape(spec.num_layers * spec.num_directions, len(compared.mask[0]), -1) for state in (own, ours)
        )
        row, item, unit = place = tuple(_apart(own, ours).nonzero()[0].tolist())
        layer, direction = divmod(row, spec.num_directions)
        return Departure(part, None, layer, direction, item, unit, float(own[place]), float(ours[place]))
    return None


def _apart(own: Tensor, ours: Tensor) -> Tensor:
    """Which numbers are apart by more than rounding."""
    same = (own == ours) | (own.isnan() & ours.isnan())
    return ~(same | ((own - ours).abs() <= rounding(own, ours)))


def _is_beyond(found: Departure, compared: Compared, again: Outputs) -> bool:
    """Whether the departure is more than what a last digit of x makes of the layer's own numbers there."""
    if found.step is None:
        own, moved = (getattr(outputs, found.part) for outputs in (compared.own, again))
    else:
        own, moved = (compared.steps(outputs)[found.step] for outputs in (compared.own, again))
    apart = difference(torch.tensor(found.own), torch.tensor(found.ours))
    return apart > MANY * difference(moved, own)


def _explanation(found: Departure, compared: Compared) -> Change | None:
    """The one change with which the equations give all that the layer gave; None where there is none, or another."""
    explaining = [change for change in changes_of(compared.spec) if _begins_so(change, found, compared)]
    explaining = [change for change in explaining if _explains(change, compared)]
    return explaining[0] if len(explaining) == 1 else None


def _begins_so(change: Change, found: Departure, compared: Compared) -> bool:
    """Whether one sequence is explained until it departs: tried first, as it is little work."""
    spec, weights, items = compared.spec, compared.weights, slice(found.item, found.item + 1)
    steps = slice(None if spec.num_directions > 1 or found.step is None else found.step + 1)
    x, mask = compared.x[steps, items], compared.mask[steps, items]
    work = {"steps": len(x) * spec.num_layers * spec.num_directions}
    work["multiply_adds"] = as_layer(spec).costs(len(x), 1).multiply_adds
    if any(work[name] > most for name, most in MOST.items()):
        return False
    output = unroll(spec, weights, x, tuple(state[:, items] for state in compared.first), mask, change.step_of).output
    own = compared.steps(compared.own)[steps, items]
    return not bool((_apart(own, output.view(own.shape)) & mask[..., None, None]).any())


def _explains(change: Change, compared: Compared) -> bool:
    """Whether all numbers are the layer's own, and a hundred times as near as without the change."""
    spec, given, weights, x, first, mask, ours, own = compared
    theirs = as_the_layer_gives_it(spec, given, unroll(spec, weights, x, first, mask, change.step_of), mask)
    far = difference(own.output.data, ours.output.data)
    pairs = zip(own.tensors, theirs.tensors, strict=True)
    return all(difference(a, b) <= min(rounding(a, b), far / FAR) for a, b in pairs)
