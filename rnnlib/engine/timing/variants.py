"""What is timed: a loop over cells, the layer, the layer on a packed batch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlib.engine.layers import class_of
from rnnlib.engine.timing.workload import Workload
from rnnlib.engine.weights import suffix_of
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import in_code


class UnavailableError(Exception):
    """This variant cannot be had of this layer, on this device or on this machine; the message says why."""


class CellLoop(nn.Module):
    """The loop that a layer hides, over torch's own cells: called as the layer is, it gives what the layer gives.

    Args:
        spec: the layer's.
        cells: one for each layer and direction.
    """

    def __init__(self, spec: LayerSpec, cells: list[nn.Module]) -> None:
        super().__init__()
        self.spec = spec
        self.cells = nn.ModuleList(cells)

    def forward(self, x: Tensor) -> tuple[Tensor, Any]:
        """Output and last states of ``x``, as the layer gives them."""
        first = self.spec.batch_first and x.dim() == 3
        below = x.transpose(0, 1) if first else x
        cells, ends = iter(self.cells), []
        for _ in range(self.spec.num_layers):
            outputs = []
            for direction in range(self.spec.num_directions):
                output, end = self._one_direction(next(cells), below, backward=direction == 1)
                outputs.append(output)
                ends.append(end)
            below = torch.cat(outputs, -1) if self.spec.bidirectional else outputs[0]
        h_n, *c_n = (torch.stack(rows) for rows in zip(*ends, strict=True))
        return below.transpose(0, 1) if first else below, (h_n, *c_n) if c_n else h_n

    def _one_direction(self, cell: nn.Module, x: Tensor, *, backward: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
        order = -1 if backward else 1
        zeros = x.new_zeros(*x.shape[1:-1], self.spec.hidden_size)
        state, hs = (zeros, zeros.clone()) if "c" in self.spec.family.states else zeros, []
        for x_t in x.unbind(0)[::order]:
            state = cell(x_t, state)
            hs.append(state[0] if isinstance(state, tuple) else state)
        return torch.stack(hs[::order]), state if isinstance(state, tuple) else (state,)


class Packed(nn.Module):
    """The layer on a packed batch, packing and unpacking included: without them there is no batch of lengths.

    Args:
        spec: the layer's.
        layer: itself.
        lengths: on the CPU.
    """

    def __init__(self, spec: LayerSpec, layer: nn.Module, lengths: Tensor) -> None:
        super().__init__()
        self.first, self.layer, self.lengths = spec.batch_first, layer, lengths

    def forward(self, x: Tensor) -> tuple[Tensor, Any]:
        """Output, padded with zeros, and last states of the padded batch ``x``."""
        packed = pack_padded_sequence(x, self.lengths, batch_first=self.first, enforce_sorted=False)
        output, states = self.layer(packed)
        return pad_packed_sequence(output, batch_first=self.first, total_length=x.shape[self.first])[0], states


def variant_of(workload: Workload) -> nn.Module:
    """What is called to be timed: it takes x and gives output and last states, as the layer does.

    Raises:
        UnavailableError: there is no such thing of this layer.
    """
    if workload.lengths is not None and workload.packed is None:
        return Packed(workload.spec, layer_of(workload), workload.lengths)
    if workload.variant in ("layer", "packed"):
        return layer_of(workload)
    return CellLoop(workload.spec, cells_of(workload))


def layer_of(workload: Workload) -> nn.Module:
    """The layer, or of a cell the layer that has a copy of its weights."""
    if not LayerSpec.of(workload.module).is_cell:
        return workload.module
    arguments = workload.spec.arguments()
    layer = class_of(workload.spec.kind)(**arguments, device="meta", dtype=workload.x.dtype)
    layer = layer.to_empty(device=workload.x.device).train(workload.backward)
    with torch.no_grad():
        for name in workload.spec.weights:
            getattr(layer, f"{name}_l0").copy_(getattr(workload.module, name))
    return layer


def cells_of(workload: Workload) -> list[nn.Module]:
    """One cell of torch's for each layer and direction, with the layer's very weights.

    Raises:
        UnavailableError: torch has no cell with proj_size.
    """
    spec = workload.spec
    if LayerSpec.of(workload.module).is_cell:
        return [workload.module]
    if spec.proj_size:
        cell = in_code(f"{spec.family}Cell")
        raise UnavailableError(f"{cell} has no proj_size, so this layer has no loop over cells.")
    return [
        _cell_of(workload, layer, direction)
        for layer in range(spec.num_layers)
        for direction in range(spec.num_directions)
    ]


def _cell_of(workload: Workload, layer: int, direction: int) -> nn.Module:
    spec = workload.spec
    width = spec.num_directions * spec.hidden_size if layer else spec.input_size
    more = {"nonlinearity": spec.nonlinearity} if spec.family.has_nonlinearity else {}
    cell = class_of(f"{spec.family}Cell")(width, spec.hidden_size, spec.bias, **more, device="meta")
    for name in spec.weights:
        weight = getattr(workload.module, name + suffix_of(spec, layer, direction))
        # One that is computed, as by pruning, is taken as it is now.
        cell._parameters[name] = weight if weight.is_leaf else weight.detach().requires_grad_(workload.backward)
    return cell.train(workload.backward)
