"""Every layer's way to take and to give, turned into one: time first, then the batch; and back."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.arguments.states import zeros
from rnnlib.engine.call import Inputs, Outputs
from rnnlib.engine.equations import States
from rnnlib.engine.trace.unroll import Unrolled
from rnnlib.spec import LayerSpec


def time_major(spec: LayerSpec, given: Inputs) -> tuple[Tensor, Tensor]:
    """The input as ``(seq_len, batch, input_size)``, and the mask of the steps that are a sequence's own."""
    x, (seq_len, batch), _, lengths = given
    if isinstance(x, PackedSequence):
        x, lengths = pad_packed_sequence(x)
    elif batch is None:
        x = x.reshape(seq_len, 1, -1)
    elif x.dim() == 2:
        x = x.unsqueeze(0)
    elif spec.batch_first:
        x = x.transpose(0, 1)
    if lengths is None:
        return x, torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
    return x, (torch.arange(seq_len, device=lengths.device)[:, None] < lengths).to(x.device)


def first_states(spec: LayerSpec, given: Inputs) -> States:
    """What the first step starts from, ``(num_layers*num_directions, batch, size)`` each."""
    rows, batch = spec.num_layers * spec.num_directions, given.sizes.batch or 1
    x, sizes, hx, _ = given
    hx = zeros(spec, sizes, x.data.dtype, x.data.device) if hx is None else hx
    states = hx if isinstance(hx, tuple) else (hx,)
    return tuple(state.reshape(rows, batch, -1) for state in states)


def as_the_layer_gives_it(spec: LayerSpec, given: Inputs, unrolled: Unrolled, mask: Tensor) -> Outputs:
    """Output and last states with the layer's own axes: packed, without batch, with batch first, or a cell's."""
    output = unrolled.output
    ends = [torch.stack(rows) for rows in zip(*(way.ends for way in unrolled.ways), strict=True)]
    if given.sizes.batch is None:
        output, ends = output.squeeze(1), [end.squeeze(1) for end in ends]
    elif spec.batch_first:
        output = output.transpose(0, 1)
    if spec.is_cell:
        ends = [end[0] for end in ends]
    h_n, c_n = ends if len(ends) == 2 else (ends[0], None)
    if isinstance(given.x, PackedSequence):
        return Outputs(_packed_like(given.x, unrolled.output, mask), h_n, c_n)
    if spec.is_cell and given.x.dim() < 3:
        return Outputs(h_n, h_n, c_n)
    return Outputs(output, h_n, c_n)


def _packed_like(x: PackedSequence, output: Tensor, mask: Tensor) -> PackedSequence:
    order = x.sorted_indices
    if order is not None:
        output, mask = output[:, order], mask[:, order]
    return PackedSequence(output[mask], x.batch_sizes, order, x.unsorted_indices)
