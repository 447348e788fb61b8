"""One clear sentence for lengths that do not fit the batch they belong to."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief


def check_lengths(lengths: Any, steps: Sequence[int]) -> Tensor:
    """The lengths of sequences as torch wants them: int64, on the CPU.

    Args:
        lengths: how many steps of each sequence are its own: a list, an array or a tensor of ints.
        steps: how many there are of each.

    Raises:
        TypeError: no list of whole numbers.
        ValueError: the wrong number of them, one that is not from 1 to its steps, or a tensor that is elsewhere.

    Example:
        >>> check_lengths([9, 4], [9, 9])
        tensor([9, 4])
    """
    if isinstance(lengths, Tensor) and lengths.device.type not in ("cpu", "meta"):
        raise ValueError(
            f"lengths are on {lengths.device}, and torch wants them on the CPU, wherever the data is:"
            " write lengths.cpu()."
        )
    numbers = _whole_numbers(lengths)
    if len(numbers) != len(steps):
        swapped = len(set(steps)) == 1 and len(numbers) == steps[0]
        mend = "if the other axis is the batch, change batch_first" if swapped else "give one for each"
        raise ValueError(
            f"lengths must have a number for each of the {len(steps)} sequences, not {len(numbers)}: {mend}."
        )
    for index, (number, most) in enumerate(zip(numbers, steps, strict=True)):
        if not 1 <= number <= most:
            why = f"sequence {index} has {most} steps, so write {most}, or give the steps that are missing"
            if number < 1:
                why = "torch cannot pack a sequence of no steps, so leave it out of the batch"
            raise ValueError(f"lengths[{index}] must be from 1 to {most}, not {brief(number)}: {why}.")
    return torch.tensor(numbers, dtype=torch.int64, device="cpu")


def lengths_for(spec: LayerSpec, x: Any, lengths: Any, sizes: Sizes) -> Tensor | None:
    """The lengths of a padded batch that a layer is to read, checked by `check_lengths`.

    Args:
        spec: the layer.
        x: the batch, or a PackedSequence; None is still to be made.
        lengths: whatever was given for them; None is no padding.
        sizes: the batch's.

    Raises:
        TypeError: an input that takes no lengths.
        ValueError: they do not fit, or the batch is padded on the left.
    """
    if lengths is None:
        return None
    if spec.is_cell:
        raise TypeError(f"{spec.kind} takes one step, so it takes no lengths: use {spec.family}.")
    if isinstance(x, PackedSequence):
        raise TypeError("x is packed already and knows its lengths: leave lengths out.")
    if sizes.batch is None:
        raise TypeError("lengths are of the sequences in a batch, and x is one sequence: cut it, as in x[:length].")
    checked = check_lengths(lengths, [sizes.seq_len] * sizes.batch)
    if x is not None:
        check_padding(x if spec.batch_first else x.transpose(0, 1), checked, spec.batch_first)
    return checked


def check_padding(sequences: Tensor, lengths: Tensor, batch_first: bool) -> None:
    """Refuse a batch whose shorter sequences all stand at the right end of the box, behind zeros.

    Raises:
        ValueError: with the line that moves the padding to the right.
    """
    seq_len = sequences.shape[1]
    shorter = (lengths < seq_len).nonzero().flatten().tolist()
    if not shorter or sequences.is_meta:
        return
    for index in shorter:
        pads = seq_len - int(lengths[index])
        zeros = (sequences[index] == 0).all(-1)
        if not bool(zeros[:pads].all()) or bool(zeros[pads]) or bool(zeros[-1]):
            return
    each, end = ("zip(x, lengths)", "") if batch_first else ("zip(x.unbind(1), lengths)", ", dim=1")
    raise ValueError(
        f"x is padded on the left: sequence {shorter[0]} begins with {seq_len - int(lengths[shorter[0]])} steps of"
        f" zeros and has numbers at its end, and lengths count from step 0. Move the padding to the right:"
        f" x = torch.stack([s.roll(int(n) - len(s), 0) for s, n in {each}]{end})."
    )


def _whole_numbers(lengths: Any) -> list[int]:
    """The lengths as ints, whatever holds them."""
    values: Any = None
    try:
        if isinstance(lengths, (set, frozenset, dict)):  # in no order that is that of the sequences
            raise TypeError
        values = lengths.tolist() if hasattr(lengths, "tolist") else list(lengths)
        if any(isinstance(value, bool) for value in values):
            raise TypeError
        return [operator.index(value) for value in values]
    except (TypeError, RuntimeError):  # torch's, of a tensor without numbers
        kind = getattr(lengths, "dtype", type(lengths).__name__)
        floats = isinstance(values, list) and all(isinstance(value, float) for value in values)
        mend = ": write [int(length) for length in lengths]" if floats else ""
        raise TypeError(
            f"lengths must be whole numbers, one a sequence, such as [9, 4], not {brief(lengths)} ({kind}){mend}."
        ) from None
