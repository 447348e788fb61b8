"""Whether a trace fits in memory, asked before it is made; and if not, how many steps would."""

from __future__ import annotations

import torch
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine import limits
from rnnlib.engine.call import Inputs
from rnnlib.spec import LayerSpec

MARGIN = 0.8  # of what is free, for steps that are offered: they should fit a moment later too
A_STEP = 3_000  # bytes of Python and torch around the tensors of one step of a layer in one direction
A_STEP_KEPT = 6_500  # for each gate, in place of it, where what backward() needs is noted down


def check_trace(spec: LayerSpec, given: Inputs, dtype: torch.dtype, device: torch.device, gradients: bool) -> None:
    """Refuse a trace that would not fit, before anything is made.

    Args:
        spec: the layer.
        given: what it is to be traced on.
        dtype: of its weights.
        device: where it is.
        gradients: what ``backward()`` needs is kept.

    Raises:
        ValueError: it needs more bytes than are free; the message has both numbers, and the steps that would fit.
    """
    seq_len, batch = given.sizes
    padded = given.lengths is not None or isinstance(given.x, PackedSequence)
    a_step = trace_bytes_a_step(spec, batch, dtype, gradients=gradients, padded=padded)
    needed = seq_len * a_step
    if needed < limits.ALWAYS_THERE:
        return
    steps = int(limits.free_bytes(device) * MARGIN) // a_step
    mend = "choose a smaller batch" + ("" if spec.is_cell else " or a smaller layer")
    if 0 < steps < seq_len:
        mend = f"trace at most {steps:,} steps, or {mend}"
    limits.check_fits("this trace", needed, device, mend)


# Compared with the real peak on the CPU, torch 2.13: 1.0 to 1.9 times it.


def trace_bytes_a_step(spec: LayerSpec, batch: int | None, dtype: torch.dtype, *, gradients: bool, padded: bool) -> int:
    """An estimate of what one step takes in every layer and direction, while all parts of the `Trace` are made.

    Example:
        >>> trace_bytes_a_step(LayerSpec("RNN", 4, 2), None, torch.float32, gradients=False, padded=False)
        3136
    """
    rows, h_size = spec.num_layers * spec.num_directions, spec.proj_size or spec.hidden_size
    gates, numbers = spec.num_gates * spec.hidden_size, (batch or 1) * dtype.itemsize
    carried = 7 * h_size + 7 * spec.hidden_size * (len(spec.family.states) - 1)
    needed = numbers * (rows * (6 * gates + carried) + spec.input_size + 2 * h_size * rows) + rows * A_STEP
    if padded:
        needed = needed * 17 // 10  # the same again, with nan where it is padding
    return needed + rows * (2 * gates * numbers + A_STEP_KEPT * spec.num_gates if gradients else 0)
