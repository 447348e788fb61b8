"""One clear sentence for sequences that cannot be packed together."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.tensors import check_dense, named

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
        raise TypeError(f"sequences must be {A_LIST}, not {_said(sequences)}: {_mend_list(sequences)}.")
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
        mend = "merge what is a step's own" if padded.dim() > 3 else f"give {A_LIST}, or a batch of them"
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
    for axis, name in enumerate(axes):
        if padded.shape[axis] == 0:
            shape = tuple(padded.shape)
            raise ValueError(
                f"the padded batch is empty: its axis {axis}, {name}, is 0 in {shape}, and must be at least 1."
            )
    return padded


def _check_sequence(name: str, sequence: Any) -> None:
    if not isinstance(sequence, Tensor):
        raise TypeError(f"{name} must be a torch tensor (length, width), not {_said(sequence)}{_mend_one(sequence)}.")
    _check_dense(name, sequence)
    shape = tuple(sequence.shape)
    if sequence.dim() != 2:
        mend = "give a padded batch as pack_steps(padded, lengths), or merge what is a step's own with .flatten(1)"
        if sequence.dim() == 1:
            mend = f"for one number a step write {name}.unsqueeze(-1)"
        if sequence.dim() == 0:
            mend = "one number is no sequence"
        raise ValueError(f"{name} must have 2 axes, (length, width), not {sequence.dim()}, {shape}: {mend}.")
    if len(sequence) == 0:
        raise ValueError(
            f"{name} has no steps, shape {shape}, and torch cannot pack a sequence of length 0:"
            " leave it out of the batch."
        )
    if shape[1] == 0:
        raise ValueError(f"{name} has no numbers in its steps, shape {shape}: its width must be at least 1.")


def _check_beside(name: str, sequence: Tensor, first: Tensor) -> None:
    """Refuse a sequence that is not of the first one's width, dtype and device."""
    width, wanted = sequence.shape[1], first.shape[1]
    if width != wanted:
        mend = "give all the same width"
        if len(sequence) == wanted:
            mend = f"if it is (width, length), write {name}.T"
        raise ValueError(
            f"{name} is {width} wide, shape {tuple(sequence.shape)}, and sequences[0] is {wanted} wide,"
            f" shape {tuple(first.shape)}: one layer reads one width, so {mend}."
        )
    if sequence.dtype != first.dtype:
        raise ValueError(
            f"{name} is {named(sequence.dtype)} and sequences[0] is {named(first.dtype)}: one batch has one dtype,"
            f" so write {name}.to({first.dtype}), or change sequences[0]."
        )
    if sequence.device != first.device:
        raise ValueError(
            f"{name} is on {sequence.device} and sequences[0] on {first.device}: one batch is on one device,"
            f" so write {name}.to({str(first.device)!r}), or move sequences[0]."
        )


def _check_dense(name: str, tensor: Tensor) -> None:
    check_dense(name, tensor)
    if tensor.is_meta:
        raise ValueError(f"{name} is on the device 'meta', which holds no numbers: make it on the CPU.")


def _said(value: Any) -> str:
    if isinstance(value, (PackedSequence, Tensor)):
        return f"a {type(value).__name__}"
    if type(value).__module__ == "numpy":
        return "a numpy array" if type(value).__name__ == "ndarray" else f"a numpy {type(value).__name__}"
    return "None" if value is None else f"of type {type(value).__name__}"


def _mend_list(value: Any) -> str:
    if isinstance(value, PackedSequence):
        return "it is packed already, and torch.nn.utils.rnn.unpack_sequence(it) gives the list"
    if isinstance(value, Tensor):
        return "torch.nn.utils.rnn.unpad_sequence(padded, lengths, batch_first=True) gives the list"
    if type(value).__module__ == "numpy":
        return "write [torch.from_numpy(array) for array in arrays]"
    return "write list(sequences)" if hasattr(value, "__iter__") and not isinstance(value, (str, dict)) else "give one"


def _mend_one(value: Any) -> str:
    if type(value).__module__ == "numpy":
        return ": write [torch.from_numpy(array) for array in sequences]"
    if isinstance(value, (list, tuple)) and any(isinstance(item, Tensor) for item in value):
        return ": give its tensors, not the list of them" if not isinstance(value, PackedSequence) else ""
    if isinstance(value, (list, tuple)):
        return ": write [torch.tensor(numbers) for numbers in sequences]"
    return ""
