"""Where nan or infinity is in a trace: what brought it in, and the first layer, step and unit that it reached."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rnnlib.engine.equations import States
from rnnlib.engine.trace.unroll import FiveAxes
from rnnlib.spec import LayerSpec


@torch.no_grad()
def not_finite_note(
    spec: LayerSpec, weights: dict[str, Tensor], x: Tensor, first: States, states: FiveAxes, mask: Tensor
) -> str:
    """A sentence or two where a number is nan or infinite, else "".

    Args:
        spec: the layer.
        weights: by torch's names.
        x: ``(seq_len, batch, input_size)``.
        first: the states it started from.
        states: those after every step.
        mask: ``(seq_len, batch)``, True where a step is the sequence's own.

    Example:
        >>> from rnnlib import LayerSpec, trace
        >>> x = torch.zeros(4, 1, 3)
        >>> x[2, 0, 1] = torch.nan
        >>> print(trace(LayerSpec("GRU", 3, 2), x).note)
        x holds nan at step 2, sequence 0, feature 1. h first holds nan at step 2, layer 0, unit 0, sequence 0.
    """
    given = [("x", x), *zip(("h_0", "c_0"), first, strict=False), *weights.items()]
    every = [*(tensor for _, tensor in given), *states.values()]
    if all(math.isfinite(tensor.sum()) for tensor in every):  # quick; a sum may grow too large by itself
        return ""
    causes = [f"{name} holds {place}" for name, tensor in given if (place := _first(spec, name, tensor))]
    effect = _effect(spec, states, mask)
    if effect and not causes:
        dtype = str(x.dtype).removeprefix("torch.")
        return f"{effect}: x and the weights are finite, but the numbers have outgrown {dtype}."
    if not effect and not causes:
        return ""
    return f"{', and '.join(causes)}. {effect or 'Every state is finite all the same'}."


def _first(spec: LayerSpec, name: str, tensor: Tensor) -> str:
    """The first number that is not finite, and where it stands; "" where all are."""
    found = (~tensor.isfinite()).nonzero()
    if not len(found):
        return ""
    index = found[0].tolist()
    number = float(tensor[tuple(index)])
    if name == "x":
        return f"{number} at step {index[0]}, sequence {index[1]}, feature {index[2]}"
    if name in ("h_0", "c_0"):
        return f"{number} in {_where(spec, index[0])}unit {index[2]}, sequence {index[1]}"
    gate, unit = divmod(index[0], spec.hidden_size)
    gates = spec.family.gates
    block = f"gate {gates[gate]}, " if gates and not name.startswith("weight_hr") else ""
    return f"{number} in row {index[0]} ({block}unit {unit})"


def _effect(spec: LayerSpec, states: FiveAxes, mask: Tensor) -> str:
    """The first state that is not finite: in the lowest layer, then in the order in which its steps are taken."""
    for row in range(spec.num_layers * spec.num_directions):
        layer, backward = divmod(row, spec.num_directions)
        found = []
        for name, every in states.items():
            state = every[layer, backward]
            bad = ~state.isfinite() & mask[..., None]
            taken = bad.any(-1).any(-1).nonzero().flatten()
            if len(taken):
                step = int(taken[-1 if backward else 0])
                sequence, unit = bad[step].nonzero()[0].tolist()
                number = float(state[step, sequence, unit])
                place = f"step {step}, {_where(spec, row)}unit {unit}, sequence {sequence}"
                found.append((-step if backward else step, f"{name} first holds {number} at {place}"))
        if found:
            return min(found, key=lambda at: at[0])[1]  # h where both are reached in the same step
    return ""


def _where(spec: LayerSpec, row: int) -> str:
    """The layer, and the direction where there are two; nothing for a cell, which is one layer."""
    if spec.is_cell:
        return ""
    layer, direction = divmod(row, spec.num_directions)
    names = ("forward direction, ", "backward direction, ") if spec.bidirectional else ("",)
    return f"layer {layer}, {names[direction]}"
