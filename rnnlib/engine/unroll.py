"""The loop over layers, directions and steps that a layer hides: torch's equations, one step after the other."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnlib.engine.steps import Step, Weights, step_of, what_x_says
from rnnlib.spec import LayerSpec
from rnnlib.spec.shapes import parameter_shapes

States = tuple[Tensor, ...]  # (h,), or (h, c) of an LSTM


class Unrolled(NamedTuple):
    """What every step made. Lists go by layer, then direction, then the step's place in time.

    Attributes:
        inputs: by layer, what it read: ``(seq_len, batch, width)``, zeros where padded.
        from_x: by layer and direction, ``(seq_len, batch, num_gates*hidden_size)``.
        before: by step, the states it started from.
        steps: by step, what it made.
        ends: by layer and direction, the state after its last step.
        output: of the last layer, directions side by side, zeros where padded.
    """

    inputs: list[Tensor]
    from_x: list[Tensor]
    before: list[States]
    steps: list[Step]
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
    done = Unrolled([], [], [], [], [], x)
    own = None if bool(mask.all()) else mask[..., None]
    below = x if own is None else x.masked_fill(~own, 0)
    for layer in range(spec.num_layers):
        outputs = []
        for direction in range(spec.num_directions):
            row = layer * spec.num_directions + direction
            w = weights_of(spec, module, layer, direction)
            from_x = what_x_says(below, w)
            states = tuple(state[row] for state in first)
            before, steps, end = _one_direction(spec, w, from_x, states, own, backward=direction == 1)
            outputs.append(torch.stack([step.states[0] for step in steps]))
            done.from_x.append(from_x)
            done.before.extend(before)
            done.steps.extend(steps)
            done.ends.append(end)
        done.inputs.append(below)
        below = torch.cat(outputs, dim=-1) if spec.bidirectional else outputs[0]
        below = below if own is None else below.masked_fill(~own, 0)
    return done._replace(output=below)


def weights_of(spec: LayerSpec, module: nn.Module, layer: int, direction: int) -> Weights:
    """The weights of one layer in one direction, as the layer itself would read them now."""
    shapes = parameter_shapes(spec, layer).values()
    names = [shape.name for shape in shapes if shape.direction == direction]
    return Weights(**{name.split("_l")[0]: getattr(module, name) for name in names})


def _one_direction(
    spec: LayerSpec, w: Weights, from_x: Tensor, states: States, own: Tensor | None, *, backward: bool
) -> tuple[list[States], list[Step], States]:
    """Every step of a layer in one direction, from the end where it is the backward one; listed from the start.

    Where a step is padding the state stays what it was: so a shorter sequence ends at its own last step, and read
    from the end it starts there.
    """
    take_step = step_of(spec.family, spec.nonlinearity)
    own_steps = [None] * len(from_x) if own is None else own.unbind(0)
    inputs = list(zip(from_x.unbind(0), own_steps, strict=True))
    before, steps = [], []
    for from_x_t, own_t in reversed(inputs) if backward else inputs:
        step = take_step(w, from_x_t, *states)
        before.append(states)
        steps.append(step)
        if own_t is None:
            states = step.states
        else:
            states = tuple(torch.where(own_t, new, old) for new, old in zip(step.states, states, strict=True))
    if backward:
        before.reverse()
        steps.reverse()
    return before, steps, states
