"""One clear sentence for sequences that cannot be packed together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.tensors import check_dense

A_LIST = "a list of tensors (length, width)"


def check_sequences(sequences: Any) -> list[Tensor]:
    """Give the sequences back if they can stand in one batch.

    Args:
        sequences: a list or tuple of tensors ``(length, width)``.

    Raises:
        TypeError: no list, or something in it that is no tensor.
        ValueError: empty, or one that does not go with the first; the message says which, and why.

    Example:
        >>> import torch
        >>> len(check_sequences([torch.zeros(9, 12), torch.zeros(4, 12)]))
        2
    """
    if not isinstance(sequences, (list, tuple)) or isinstance(sequences, PackedSequence):
        raise TypeError(f"sequences must be {A_LIST}, not {_said(sequences)}.")
    if not sequences:
        raise ValueError(f"sequences is empty: give {A_LIST}, at least one.")
    for index, sequence in enumerate(sequences):
        _check_sequence(f"sequences[{index}]", sequence)
        _check_beside(f"sequences[{index}]", sequence, sequences[0])
    return list(sequences)


def check_padded(padded: Tensor, lengths: Any, batch_first: bool) -> Tensor:
    """Give a padded batch back if it is one.

    Args:
        padded: ``(seq_len, batch, width)``, or ``(batch, seq_len, width)`` with batch_first.
        lengths: whatever was given for them; their values are not looked at.
        batch_first: the batch is the first axis.

    Raises:
        TypeError: there are no lengths, or it is not dense.
        ValueError: not three axes, or one of them is 0.
    """
    _check_dense("sequences", padded)
    axes = ("batch", "seq_len", "width") if batch_first else ("seq_len", "batch", "width")
    wanted = f"({', '.join(axes)})"
    if padded.dim() != 3:
        mend = f"give {A_LIST}, or a batch of them"
        if padded.dim() == 2:
            mend = "for one sequence write [x]" if lengths is None else "for one number a step, padded.unsqueeze(-1)"
        raise ValueError(
            f"a padded batch must have 3 axes, {wanted}, not {padded.dim()}, {tuple(padded.shape)}: {mend}."
        )
    if lengths is None:
        raise TypeError(
            f"a padded batch {tuple(padded.shape)} does not say where its padding begins: give its lengths too,"
            f" or give {A_LIST}."
        )
    if 0 in padded.shape:
        raise ValueError(
            f"the padded batch is empty: each of its axes {wanted} = {tuple(padded.shape)} must be at least 1."
        )
    return padded


def _check_sequence(name: str, sequence: Any) -> None:
    if not isinstance(sequence, Tensor):
        raise TypeError(f"{name} must be a torch tensor (length, width), not {_said(sequence)}.")
    _check_dense(name, sequence)
    shape = tuple(sequence.shape)
    if sequence.dim() != 2:
        mend = "give a padded batch as pack_steps(padded, lengths), or merge what is a step's own with .flatten(1)"
        if sequence.dim() == 1:
            mend = f"for one number a step write {name}.unsqueeze(-1)"
        raise ValueError(f"{name} must have 2 axes, (length, width), not {sequence.dim()}, {shape}: {mend}.")
    if 0 in shape:
        raise ValueError(f"{name} is empty, shape {shape}, and torch cannot pack it: leave it out of the batch.")


def _check_beside(name: str, sequence: Tensor, first: Tensor) -> None:
    """Refuse a sequence that is not of the first one's width, dtype and device."""
    width, wanted = sequence.shape[1], first.shape[1]
    if width != wanted:
        raise ValueError(
            f"{name} is {width} wide, shape {tuple(sequence.shape)}, and sequences[0] is {wanted} wide,"
            f" shape {tuple(first.shape)}: one layer reads one width, so give all the same."
        )
    for what, have, want in (("dtype", sequence.dtype, first.dtype), ("device", sequence.device, first.device)):
        if have != want:
            to = str(want) if what == "dtype" else repr(str(want))
            raise ValueError(
                f"{name} has {what} {have} and sequences[0] has {want}: one batch has one {what}, so write"
                f" {name}.to({to}), or change sequences[0]."
            )


def _check_dense(name: str, tensor: Tensor) -> None:
    check_dense(name, tensor)
    if tensor.is_meta:
        raise ValueError(f"{name} is on the device 'meta', which holds no numbers: make it on the CPU.")


def _said(value: Any) -> str:
    """What stands there in place of a list or of a tensor, and what makes one of it."""
    given = f"a {type(value).__name__}"
    if isinstance(value, PackedSequence):
        return f"{given}: torch.nn.utils.rnn.unpack_sequence(it) gives the list"
    if isinstance(value, Tensor):
        return f"{given}: torch.nn.utils.rnn.unpad_sequence(padded, lengths, batch_first=True) gives the list"
    if type(value).__module__ == "numpy":
        return "a numpy array: write [torch.from_numpy(array) for array in sequences]"
    if isinstance(value, (list, tuple)):
        tensors = any(isinstance(item, Tensor) for item in value)
        return f"{given}: " + (
            "give its tensors" if tensors else "write [torch.tensor(numbers) for numbers in sequences]"
        )
    if isinstance(value, Iterator):
        return f"{given}: write list(sequences)"
    return "None" if value is None else given
