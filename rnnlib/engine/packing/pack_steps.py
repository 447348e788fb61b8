"""What padding and packing make of sequences of different length, stage by stage, by torch's own functions."""

from __future__ import annotations

import cmath
import dataclasses
import math
import numbers
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence, pad_sequence

from rnnlib.engine.arguments.lengths import check_lengths
from rnnlib.engine.arguments.sequences import check_padded, check_sequences
from rnnlib.engine.call import check_numbers
from rnnlib.engine.limits import check_fits
from rnnlib.spec.arguments import brief, check_flag, check_size


@dataclasses.dataclass(frozen=True, eq=False)
class Packing:
    """Every stage from sequences to a PackedSequence and back. Its repr lists the shapes, and no number of the data.

    Attributes:
        padded: ``(seq_len, batch, width)``, or ``(batch, seq_len, width)`` with batch_first.
        lengths: int64 ``(batch,)``: how many steps of each sequence are its own.
        sorted: `padded`, longest sequence first.
        packed: what a layer is given.
        unpacked: `packed`, padded again, in the first order.
        unpacked_lengths: int64 ``(batch,)``.
        note: a sentence or two where something must be said of the padding, else "".
    """

    padded: Tensor
    lengths: Tensor
    sorted: Tensor
    packed: PackedSequence
    unpacked: Tensor
    unpacked_lengths: Tensor
    note: str

    @property
    def data(self) -> Tensor:
        """``packed.data``, ``(sum of lengths, width)``: all steps 0, then all steps 1, and so on."""
        return self.packed.data

    @property
    def batch_sizes(self) -> Tensor:
        """``packed.batch_sizes``, int64 ``(longest length,)``: how many sequences have each step."""
        return self.packed.batch_sizes

    @property
    def sorted_indices(self) -> Tensor | None:
        """``packed.sorted_indices``, int64 ``(batch,)``: which sequence stands where; None with enforce_sorted."""
        return self.packed.sorted_indices

    @property
    def unsorted_indices(self) -> Tensor | None:
        """``packed.unsorted_indices``, int64 ``(batch,)``: where each sequence stands; None with enforce_sorted."""
        return self.packed.unsorted_indices

    def __repr__(self) -> str:
        lines = [
            f"padded           {tuple(self.padded.shape)}",
            f"lengths          {few(self.lengths)}",
            f"sorted_indices   {few(self.sorted_indices)}",
            f"data             {tuple(self.data.shape)}",
            f"batch_sizes      {few(self.batch_sizes)}",
            f"unpacked         {tuple(self.unpacked.shape)}",
        ]
        return "\n".join([*lines, *filter(None, [self.note])])


def pack_steps(
    sequences: Sequence[Tensor] | Tensor,
    lengths: Any = None,
    *,
    batch_first: bool = False,
    enforce_sorted: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> Packing:
    """Pad sequences, pack them and unpack them again, and keep every stage. Gradients flow through all of them.

    Args:
        sequences: a list of tensors ``(length, width)``; or a padded batch ``(seq_len, batch, width)``, which is
            ``(batch, seq_len, width)`` with batch_first, and its lengths.
        lengths: how many steps of each sequence are its own; None is all of them, of a list.
        batch_first: the batch is the first axis of every padded tensor.
        enforce_sorted: the lengths fall already, and torch is not to sort. (In torch's own functions the default is
            True.)
        padding_value: what stands where a sequence is over: in `padded`, if it is made here, and in `unpacked`.
        total_length: the steps of `unpacked`; None is the longest length.

    Returns:
        A `Packing`.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence.

    Source: torch.nn.utils.rnn: pad_sequence, pack_padded_sequence and pad_packed_sequence do all the work.

    Example:
        >>> pack_steps([torch.ones(2, 12), torch.ones(4, 12)])  # 6 = 2 + 4
        padded           (4, 2, 12)
        lengths          [2, 4]
        sorted_indices   [1, 0]
        data             (6, 12)
        batch_sizes      [2, 2, 1, 1]
        unpacked         (4, 2, 12)
    """
    check_numbers()
    check_flag("batch_first", batch_first)
    check_flag("enforce_sorted", enforce_sorted)
    if isinstance(sequences, Tensor):
        padded = check_padded(sequences, lengths, batch_first)
        steps = [padded.shape[int(batch_first)]] * padded.shape[int(not batch_first)]
        value = _check_padding_value(padding_value, padded.dtype)
    else:
        checked = check_sequences(sequences)
        steps = [len(sequence) for sequence in checked]
        value = _check_padding_value(padding_value, checked[0].dtype)
        _check_memory(max(steps), len(steps), checked[0], "batch, or shorter sequences")
        padded = pad_sequence(checked, batch_first, value)
    own = check_lengths(steps if lengths is None else lengths, steps)
    _check_sorted(own, enforce_sorted)
    total = _check_total_length(total_length, own, padded)

    packed = pack_padded_sequence(padded, own, batch_first, enforce_sorted)
    order = packed.sorted_indices
    in_order = padded if order is None else padded.index_select(0 if batch_first else 1, order)
    unpacked, unpacked_lengths = pad_packed_sequence(packed, batch_first, value, total)
    note = _note(padded, own, packed, batch_first, value)
    return Packing(padded, own, in_order, packed, unpacked, unpacked_lengths, note)


def _check_padding_value(value: Any, dtype: torch.dtype) -> float:
    """Give `value` back if a tensor of this dtype can hold it."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        kind = type(value).__name__
        raise TypeError(f"padding_value must be a number, such as 0.0, not {brief(value)} ({kind}): write one.")
    number = value if isinstance(value, int) else float(value)
    try:
        held = torch.full((), number, dtype=dtype, device="cpu").item()
    except (RuntimeError, OverflowError):
        held = None
    rounded = dtype.is_floating_point or dtype.is_complex
    if held is None or not (held == number or (rounded and cmath.isfinite(held) == math.isfinite(number))):
        name = str(dtype).removeprefix("torch.")
        raise ValueError(
            f"padding_value must be a number that {name} can hold, as the data is, not {brief(value)}: write 0."
        )
    return number


def _check_sorted(lengths: Tensor, enforce_sorted: bool) -> None:
    rises = (lengths.diff() > 0).nonzero().flatten().tolist()
    if enforce_sorted and rises:
        at = rises[0]
        raise ValueError(
            f"enforce_sorted=True promises lengths that fall, and lengths[{at + 1}] = {lengths[at + 1]} is more than"
            f" lengths[{at}] = {lengths[at]}: write enforce_sorted=False, and torch sorts them and puts them back."
        )


def _check_total_length(total_length: Any, lengths: Tensor, padded: Tensor) -> int | None:
    if total_length is None:
        return None
    total = check_size("total_length", total_length, least=int(lengths.max()))
    _check_memory(total, len(lengths), padded, "total_length")
    return total


def _check_memory(steps: int, batch: int, like: Tensor, smaller: str) -> None:
    needed = steps * batch * like.shape[-1] * like.element_size()
    check_fits(f"a batch of {steps:,} steps", needed, like.device, f"choose a smaller {smaller}")


@torch.no_grad()
def _note(padded: Tensor, lengths: Tensor, packed: PackedSequence, batch_first: bool, value: float) -> str:
    """What a learner who looks for padding by its value should know."""
    said = []
    occurs = int(_is(packed.data, value).sum())
    if occurs:
        said.append(
            f"padding_value {value} occurs in the data too ({occurs:,} of {packed.data.numel():,} numbers):"
            " where the padding begins, the lengths alone say."
        )
    steps = padded.transpose(0, 1) if batch_first else padded
    pads = torch.arange(len(steps), device=lengths.device)[:, None] >= lengths
    others = int((~_is(steps[pads.to(steps.device)], value)).any(-1).sum())
    if others:
        said.append(
            f"After their lengths, {others:,} {'steps hold' if others > 1 else 'step holds'} other numbers than"
            f" padding_value {value}: packing leaves {'them' if others > 1 else 'it'} out."
        )
    return " ".join(said)


def _is(tensor: Tensor, value: float) -> Tensor:
    return tensor.isnan() if math.isnan(value) else tensor == value


def few(numbers: Tensor | None, most: int = 12) -> str:
    """The numbers, or the first of them and how many there are.

    Example:
        >>> few(torch.tensor([3, 2, 2, 1]), most=3)
        '[3, 2, 2, …] (4)'
    """
    if numbers is None or len(numbers) <= most:
        return str(None if numbers is None else numbers.tolist())
    return f"[{', '.join(map(str, numbers[:most].tolist()))}, …] ({len(numbers)})"
