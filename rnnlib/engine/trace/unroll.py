"""The loop over layers, directions and steps that a layer hides: torch's equations, one step after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from rnnlib.engine.equations import States, Step, Weights, projected, step_of, what_h_says, what_x_says
from rnnlib.engine.weights import suffix_of
from rnnlib.spec import LayerSpec

FiveAxes = dict[str, Tensor]  # by gate or state: (num_layers, num_directions, seq_len, batch, size)


class OneWay(NamedTuple):
    """One layer in one direction, every step in time's order: ``(seq_len, batch, size)`` each, but for the ends.

    Attributes:
        from_x: what the input says, all gates side by side.
        from_h: what the state says, likewise.
        before: the states that each step started from.
        states: those after it.
        ends: those after the last step, ``(batch, size)`` each.
        made: by step, the states after it as the step itself made them: what a gradient that comes back meets.
    """

    from_x: Tensor
    from_h: Tensor
    before: States
    states: States
    ends: States
    made: list[States]


class Parts(NamedTuple):
    """What is inside of every step, as `rnnlib.trace` gives it."""

    states: FiveAxes
    before: FiveAxes
    from_x: FiveAxes
    from_h: FiveAxes
    pre: FiveAxes
    gates: FiveAxes


class Unrolled(NamedTuple):
    """Every step that a layer takes.

    Attributes:
        inputs: by layer, what it read: ``(seq_len, batch, width)``, zeros where padded.
        ways: by layer, then direction.
        output: of the last layer, directions side by side, zeros where padded.
    """

    inputs: list[Tensor]
    ways: list[OneWay]
    output: Tensor


def unroll(
    spec: LayerSpec,
    weights: dict[str, Tensor],
    x: Tensor,
    first: States,
    mask: Tensor,
    step_for: Callable[[Weights], Callable[..., Step]] | None = None,
) -> Unrolled:
    """Run a layer one step at a time.

    Args:
        spec: the layer's.
        weights: by torch's names.
        x: ``(seq_len, batch, input_size)``.
        first: the states it starts from, ``(num_layers*num_directions, batch, size)`` each.
        mask: ``(seq_len, batch)``, True where a step is the sequence's own.
        step_for: by the weights of a layer in one direction, the step that it takes; None is that of its family.
    """
    own = None if bool(mask.all()) else mask[..., None]
    below = x if own is None else x.masked_fill(~own, 0)
    inputs: list[Tensor] = []
    ways: list[OneWay] = []
    for layer in range(spec.num_layers):
        inputs.append(below)
        for direction in range(spec.num_directions):
            suffix = suffix_of(spec, layer, direction)
            w = Weights(**{name: weights[name + suffix] for name in spec.weights})
            states = tuple(state[len(ways)] for state in first)
            take_step = step_of(spec.family.name, spec.nonlinearity) if step_for is None else step_for(w)
            ways.append(_one_way(take_step, w, below, states, own, backward=direction == 1))
        below = torch.cat([way.states[0] for way in ways[-spec.num_directions :]], dim=-1)
        below = below if own is None else below.masked_fill(~own, 0)
    return Unrolled(inputs, ways, below)


def side_by_side(spec: LayerSpec, unrolled: Unrolled) -> Parts:
    """What every step made, with five axes.

    The gates of all steps are taken at once, by the same equations, each from the very states that it started from.
    """
    blocks, names = spec.family.blocks, spec.family.states
    axes = (spec.num_layers, spec.num_directions, *unrolled.output.shape[:2], -1)
    from_x, from_h, before, states, _, _ = zip(*unrolled.ways, strict=True)

    def five_axes(tensors: Sequence[Tensor]) -> Tensor:
        return (tensors[0] if len(tensors) == 1 else torch.stack(tuple(tensors))).view(axes)

    def by_state(each: Sequence[States]) -> FiveAxes:
        return dict(zip(names, map(five_axes, zip(*each, strict=True)), strict=True))

    started = by_state(before)
    x_says, h_says = five_axes(from_x), five_axes(from_h)
    made = step_of(spec.family.name, spec.nonlinearity)(x_says, h_says, *started.values())
    return Parts(
        by_state(states),
        started,
        from_x=dict(zip(blocks, x_says.chunk(len(blocks), dim=-1), strict=True)),
        from_h=dict(zip(blocks, h_says.chunk(len(blocks), dim=-1), strict=True)),
        pre=dict(zip(blocks, made.pre, strict=True)),
        gates=dict(zip(spec.family.gates, made.gates, strict=True)),
    )


def _one_way(
    take_step: Callable[..., Step], w: Weights, x: Tensor, states: States, own: Tensor | None, *, backward: bool
) -> OneWay:
    """Every step of a layer in one direction; the backward one starts at the end.

    Where a step is padding the states stay what they were: so a shorter sequence ends at its own last step, and read
    from the end it starts there.
    """
    order = slice(None, None, -1 if backward else 1)
    from_x = what_x_says(x, w)
    taken = [None] * len(x) if own is None else own.unbind(0)
    from_h, before, after = [], [], []
    for x_says, is_own in list(zip(from_x.unbind(0), taken, strict=True))[order]:
        h_says = what_h_says(states[0], w)
        made = take_step(x_says, h_says, *states).states
        if w.weight_hr is not None:
            made = (projected(made[0], w), *made[1:])
        from_h.append(h_says)
        before.append(states)
        after.append(made)
        states = made if is_own is None else tuple(map(torch.where, [is_own] * len(made), made, states))
    after = after[order]
    return OneWay(from_x, torch.stack(from_h[order]), _stacked(before[order]), _stacked(after), states, after)


def _stacked(states: list[States]) -> States:
    return tuple(map(torch.stack, zip(*states, strict=True)))
