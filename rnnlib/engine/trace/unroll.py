"""The loop over layers, directions and steps that a layer hides: torch's equations, one step after the other."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnlib.engine.equations import States, Weights, projected, step_of, what_h_says, what_x_says
from rnnlib.spec import LayerSpec


class Unrolled(NamedTuple):
    """What came by on the way. Lists go by layer, then direction, but `inputs`, which goes by layer.

    Attributes:
        weights: as they were: yours may change before a part is asked for.
        inputs: what a layer read: ``(seq_len, batch, width)``, zeros where padded.
        first: the states it all started from, ``(num_layers*num_directions, batch, size)`` each.
        after: the states after every step, ``(seq_len, batch, size)`` each.
        ends: the states after the last step, ``(batch, size)`` each.
        output: of the last layer, directions side by side, zeros where padded.
    """

    weights: list[Weights]
    inputs: list[Tensor]
    first: States
    after: list[States]
    ends: list[States]
    output: Tensor


def unroll(spec: LayerSpec, module: nn.Module, x: Tensor, first: States, mask: Tensor) -> Unrolled:
    """Run a layer one step at a time.

    Args:
        spec: the layer's.
        module: the layer; only its weights are read.
        x: ``(seq_len, batch, input_size)``.
        first: the states it starts from, ``(num_layers*num_directions, batch, size)`` each.
        mask: ``(seq_len, batch)``, True where a step is the sequence's own.
    """
    done = Unrolled([], [], first, [], [], x)
    own = None if bool(mask.all()) else mask[..., None]
    below = x.clone(memory_format=torch.contiguous_format)  # yours may change too
    below = below if own is None else below.masked_fill(~own, 0)
    for layer in range(spec.num_layers):
        done.inputs.append(below)
        for direction in range(spec.num_directions):
            states = tuple(state[len(done.ends)] for state in first)
            w = weights_at(spec, module, layer, direction)
            _one_direction(spec, w, below, states, own, done, backward=direction == 1)
        below = torch.cat([after[0] for after in done.after[-spec.num_directions :]], dim=-1)
        below = below if own is None else below.masked_fill(~own, 0)
    return done._replace(output=below)


def started_from(spec: LayerSpec, unrolled: Unrolled, mask: Tensor) -> list[States]:
    """By layer and direction, the states that every step started from, ``(seq_len, batch, size)`` each.

    They are those after the step before it, which in the backward direction is the one that stands behind.
    """
    return [
        tuple(
            _a_step_before(state, first[row], mask, backward=row % spec.num_directions == 1)
            for state, first in zip(after, unrolled.first, strict=True)
        )
        for row, after in enumerate(unrolled.after)
    ]


def _a_step_before(state: Tensor, first: Tensor, mask: Tensor, *, backward: bool) -> Tensor:
    if not backward:
        return torch.cat([first[None], state[:-1]])
    begun = torch.cat([mask[1:], torch.zeros_like(mask[:1])])  # a shorter sequence begins at its own last step
    return torch.where(begun[..., None], torch.cat([state[1:], first[None]]), first)


def weights_at(spec: LayerSpec, module: nn.Module, layer: int, direction: int) -> Weights:
    """A copy of the weights of one layer in one direction, as the layer itself reads them now."""
    suffix = suffix_of(spec, layer, direction)
    return Weights(**{name: getattr(module, name + suffix).clone() for name in spec.weights})


def suffix_of(spec: LayerSpec, layer: int, direction: int) -> str:
    """What torch puts behind ``weight_ih`` and the others to say whose they are.

    Example:
        >>> suffix_of(LayerSpec("GRU", 3, 2, num_layers=2, bidirectional=True), 1, 1)
        '_l1_reverse'
    """
    return "" if spec.is_cell else f"_l{layer}" + ("_reverse" if direction else "")


def _one_direction(
    spec: LayerSpec, w: Weights, x: Tensor, states: States, mask: Tensor | None, done: Unrolled, *, backward: bool
) -> None:
    """Every step of a layer in one direction; the backward one starts at the end. What comes by is added to `done`.

    Where a step is padding the states stay what they were: so a shorter sequence ends at its own last step, and read
    from the end it starts there.
    """
    take_step = step_of(spec.family.name, spec.nonlinearity)
    told = list(zip(what_x_says(x, w).unbind(0), [None] * len(x) if mask is None else mask.unbind(0), strict=True))
    after = []
    for from_x, own in reversed(told) if backward else told:
        made = take_step(from_x, what_h_says(states[0], w), *states).states
        if w.weight_hr is not None:
            made = (projected(made[0], w), *made[1:])
        after.append(made)
        states = (
            made if own is None else tuple(torch.where(own, new, old) for new, old in zip(made, states, strict=True))
        )
    done.weights.append(w)
    done.after.append(tuple(map(torch.stack, zip(*after[:: -1 if backward else 1], strict=True))))
    done.ends.append(states)
