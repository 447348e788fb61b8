"""What is timed: a loop over cells, the layer, the layer on a packed batch; all equal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.call import Inputs, Outputs
from rnnlib.engine.closeness import difference, rounding
from rnnlib.engine.layers import overrides_forward
from rnnlib.engine.timing.workload import Workload
from rnnlib.engine.trace.unroll import suffix_of
from rnnlib.spec import LayerSpec

ALONE = 4  # of the lengths in a packed batch: the sequences of so many are run alone, to compare


class UnavailableError(Exception):
    """This variant cannot be had of this layer, on this device or on this machine; the message says why."""


class Equal(NamedTuple):
    """How a variant's result compares with the layer's.

    Attributes:
        difference: the largest between two numbers in the same place, of output and of the last states.
        holds: it is no more than rounding.
        sentence: the same in words.
    """

    difference: float
    holds: bool
    sentence: str


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


def made(case: Workload) -> nn.Module:
    """What is called to be timed: it takes x and gives output and last states, as the layer does.

    Raises:
        UnavailableError: there is no such thing of this layer.
    """
    if case.lengths is not None and case.packed is None:
        return Packed(case.spec, layer_of(case), case.lengths)
    if case.variant in ("layer", "packed"):
        return layer_of(case)
    return CellLoop(case.spec, cells_of(case))


def layer_of(case: Workload) -> nn.Module:
    """The layer, or of a cell the layer that has a copy of its weights."""
    if not _is_cell(case):
        return case.module
    arguments = case.spec.arguments()
    layer: nn.Module = getattr(nn, case.spec.kind)(**arguments, device="meta", dtype=case.x.dtype)
    layer = layer.to_empty(device=case.x.device).train(case.backward)
    with torch.no_grad():
        for name in case.spec.weights:
            getattr(layer, f"{name}_l0").copy_(getattr(case.module, name))
    return layer


def cells_of(case: Workload) -> list[nn.Module]:
    """One cell of torch's for each layer and direction, with the layer's very weights.

    Raises:
        UnavailableError: torch has no cell with proj_size.
    """
    spec = case.spec
    if _is_cell(case):
        return [case.module]
    if spec.proj_size:
        raise UnavailableError("nn.LSTMCell has no proj_size, so this layer has no loop over cells.")
    return [
        _cell_of(case, layer, direction) for layer in range(spec.num_layers) for direction in range(spec.num_directions)
    ]


def _cell_of(case: Workload, layer: int, direction: int) -> nn.Module:
    spec = case.spec
    width = spec.num_directions * spec.hidden_size if layer else spec.input_size
    more = {"nonlinearity": spec.nonlinearity} if spec.family.has_nonlinearity else {}
    cell: nn.Module = getattr(nn, f"{spec.family}Cell")(width, spec.hidden_size, spec.bias, **more, device="meta")
    for name in spec.weights:
        weight = getattr(case.module, name + suffix_of(spec, layer, direction))
        # One that is computed, as by pruning, is taken as it is now.
        cell._parameters[name] = weight if weight.is_leaf else weight.detach().requires_grad_(case.backward)
    return cell.train(case.backward)


def compare(case: Workload, variant: nn.Module, called: Callable[[nn.Module, Inputs], Outputs]) -> Equal:
    """Call what is to be timed once, and compare all that it gives with what the layer gives.

    Of a packed batch the sequences of a few lengths, the shortest and the longest too, are run alone to compare.

    Args:
        case: what is timed.
        variant: what was `made` of it.
        called: calls it, or the layer.
    """
    ours = called(variant, case.given)
    if isinstance(ours.output, PackedSequence):
        ours = ours._replace(output=pad_packed_sequence(ours.output, case.spec.batch_first)[0])
    if case.variant == "layer":
        return Equal(0.0, True, "this is the layer itself, with which the others are compared")
    layer, farthest, allowed = layer_of(case), 0.0, 0.0
    with torch.no_grad():
        for mine, given in _parts(case, _tensors(ours)):
            for a, b in zip(mine, _tensors(called(layer, given)), strict=True):
                farthest, allowed = max(farthest, difference(a, b)), max(allowed, rounding(b, a))
    return _said(case, farthest, farthest <= allowed)


def _tensors(answer: Outputs) -> list[Tensor]:
    """Output, h_n and, of an LSTM, c_n."""
    return [part.data.detach() for part in answer if part is not None]


def _parts(case: Workload, ours: list[Tensor]) -> Iterator[tuple[list[Tensor], Inputs]]:
    """Parts of an answer, each with what the layer is to be called on for the same."""
    if case.lengths is None:
        yield ours, Inputs(case.x, case.sizes)
        return
    found = sorted(set(case.lengths.tolist()))
    chosen = {found[round(i * (len(found) - 1) / (ALONE - 1))] for i in range(ALONE)}
    steps, batch = (1, 0) if case.spec.batch_first else (0, 1)
    for length in sorted(chosen):
        where = (case.lengths == length).nonzero().flatten().to(case.x.device)
        x, output = (t.index_select(batch, where).narrow(steps, 0, length) for t in (case.x, ours[0]))
        states = [state.index_select(1, where) for state in ours[1:]]
        yield [output, *states], Inputs(x.contiguous(), Sizes(length, len(where)))


def _said(case: Workload, farthest: float, holds: bool) -> Equal:
    against = "the layer's, each sequence run alone" if case.lengths is not None else "the layer's"
    if holds:
        return Equal(farthest, True, f"output and last states equal {against}: they differ by rounding at most")
    why = ", which is more than rounding"
    if overrides_forward(LayerSpec.of(case.module), case.module):
        why = f": {type(case.module).__name__} has a forward() of its own, and nn.{case.spec.kind} has not"
    return Equal(farthest, False, f"output and last states differ from {against} by up to {farthest:.2g}{why}")


def _is_cell(case: Workload) -> bool:
    return LayerSpec.of(case.module).is_cell
