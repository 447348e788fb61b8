"""One clear sentence for lengths that do not fit the batch they belong to."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.spec import LayerSpec

LONGEST = 60  # characters of a value that are repeated in a message


def check_lengths(spec: LayerSpec, lengths: Any, sizes: Sizes, packed: bool) -> Tensor | None:
    """The lengths of a padded batch as torch wants them: int64, on the CPU.

    Args:
        spec: the layer.
        lengths: how many steps of each sequence are its own: a list, an array or a tensor of ints; None for all.
        sizes: the input's.
        packed: the input is a PackedSequence.

    Raises:
        TypeError: no list of whole numbers, or an input that takes no lengths.
        ValueError: the wrong number of them, or one that is not from 1 to seq_len.

    Example:
        >>> check_lengths(LayerSpec("GRU", 3, 2), [9, 4], Sizes(9, 2), packed=False)
        tensor([9, 4])
    """
    if lengths is None:
        return None
    if spec.is_cell:
        raise TypeError(f"{spec.kind} takes one step, so it takes no lengths: use {spec.family}.")
    if packed:
        raise TypeError("x is packed already and knows its lengths: leave lengths out.")
    if sizes.batch is None:
        raise TypeError("lengths are of the sequences in a batch, and x is one sequence: cut it, as in x[:length].")
    numbers = whole_numbers(lengths)
    if len(numbers) != sizes.batch:
        raise ValueError(f"lengths must have a number for each of the {sizes.batch} sequences, not {len(numbers)}.")
    for index, number in enumerate(numbers):
        if not 1 <= number <= sizes.seq_len:
            why = "a sequence of no steps has no output" if number == 0 else f"x has seq_len={sizes.seq_len}"
            raise ValueError(f"lengths[{index}] must be from 1 to {sizes.seq_len}, not {number}: {why}.")
    return torch.tensor(numbers, dtype=torch.int64, device="cpu")


def whole_numbers(lengths: Any) -> list[int]:
    """The lengths as ints, whatever holds them.

    Raises:
        TypeError: no list of whole numbers.

    Example:
        >>> whole_numbers(torch.tensor([9, 4]))
        [9, 4]
    """
    try:
        if isinstance(lengths, (set, frozenset, dict)):  # in no order that is that of the sequences
            raise TypeError
        values = lengths.tolist() if hasattr(lengths, "tolist") else list(lengths)
        if any(isinstance(value, bool) for value in values):
            raise TypeError
        return [operator.index(value) for value in values]
    except (TypeError, RuntimeError):  # torch's, of a tensor without numbers
        kind = getattr(lengths, "dtype", type(lengths).__name__)
        given = " ".join(repr(lengths).split())
        given = given if len(given) <= LONGEST else f"{given[:LONGEST]}…"
        raise TypeError(
            f"lengths must be whole numbers, one a sequence, such as [9, 4], not {given} ({kind}){_mend(lengths)}."
        ) from None


def _mend(lengths: Any) -> str:
    if isinstance(lengths, Tensor) and lengths.is_floating_point() and lengths.dim() == 1:
        return ": write lengths.long()"
    if isinstance(lengths, (list, tuple)) and lengths and all(isinstance(length, float) for length in lengths):
        return ": write [int(length) for length in lengths]"
    return ""
