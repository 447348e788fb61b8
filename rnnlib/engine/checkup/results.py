"""The tensors in a model's result, and which of their axes are the batch and the steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.closeness import difference, rounding

BATCH, STEPS = "batch", "seq_len"
BATCH_OUTSIDE, STEPS_OUTSIDE = "batch*seq_len", "seq_len*batch"


@dataclasses.dataclass(frozen=True)
class ResultTensor:
    """One tensor of a model's result.

    Attributes:
        name: where it stands in the result, such as ``result[0]``.
        shape: its sizes; of what is packed, padded again, time first.
        axes: for each ``batch``, ``seq_len``, one within the other as in ``batch*seq_len``, or "".
    """

    name: str
    shape: tuple[int, ...]
    axes: tuple[str, ...]

    @property
    def has_batch(self) -> bool:
        """Whether it has something for each sequence."""
        return bool({BATCH, BATCH_OUTSIDE, STEPS_OUTSIDE} & {*self.axes})

    def by_sequence(self, tensor: Tensor, batch: int) -> Tensor:
        """Such a tensor as ``(batch, …)``, or ``(batch, seq_len, …)`` where it has steps.

        Example:
            >>> ResultTensor("result", (6, 4), ("seq_len*batch", "")).by_sequence(torch.zeros(6, 4), batch=2).shape
            torch.Size([2, 3, 4])
        """
        axes = list(self.axes)
        for merged, sizes in ((BATCH_OUTSIDE, (batch, -1)), (STEPS_OUTSIDE, (-1, batch))):
            if merged in axes:
                at = axes.index(merged)
                tensor, axes[at : at + 1] = torch.unflatten(tensor, at, sizes), merged.split("*")
        first = [axes.index(name) for name in (BATCH, STEPS) if name in axes]
        return tensor.movedim(first, list(range(len(first))))

    @property
    def has_steps(self) -> bool:
        """Whether it has something for each step of each sequence."""
        return self.has_batch and (STEPS in self.axes or BATCH not in self.axes)


def tensors_of(result: Any, name: str = "result") -> dict[str, Tensor]:
    """Every tensor in what a model gives, by its place.

    Example:
        >>> {name: tuple(t.shape) for name, t in tensors_of((torch.zeros(2), {"loss": torch.ones(())})).items()}
        {'result[0]': (2,), "result[1]['loss']": ()}
    """
    if isinstance(result, Tensor):
        return {name: result}
    if isinstance(result, PackedSequence):
        return {name: pad_packed_sequence(result)[0]}
    parts: list[tuple[str, Any]] = []
    if isinstance(result, Mapping):
        parts = [(f"{name}[{key!r}]", part) for key, part in result.items()]
    elif isinstance(result, (tuple, list)):
        parts = [(f"{name}[{index}]", part) for index, part in enumerate(result)]
    elif dataclasses.is_dataclass(result):
        parts = [(f"{name}.{field.name}", getattr(result, field.name)) for field in dataclasses.fields(result)]
    return {key: tensor for where, part in parts for key, tensor in tensors_of(part, where).items()}


def named_axes(
    shape: tuple[int, ...],
    sizes: tuple[int, int],
    wider: tuple[int, ...] | None,
    shorter: tuple[int, ...] | None,
) -> tuple[str, ...]:
    """What the axes of a tensor are, by which of them grew with one sequence more, and shrank with fewer steps.

    Args:
        shape: of the tensor.
        sizes: of the batch and of its steps.
        wider: its shape when the batch had one sequence more; None where that did not run, then sizes alone tell.
        shorter: its shape when every sequence had fewer steps; None likewise.

    Example:
        >>> named_axes((5, 9, 7), (5, 9), (6, 9, 7), (5, 8, 7)), named_axes((45, 7), (5, 9), (54, 7), (40, 7))
        (('batch', 'seq_len', ''), ('batch*seq_len', ''))
        >>> named_axes((9, 5, 5), (5, 9), None, None)
        ('seq_len', 'batch', '')
    """
    found: list[str] = []
    for axis, size in enumerate(shape):
        if wider and len(wider) == len(shape):
            in_batch = wider[axis] != size
        else:
            in_batch = size == sizes[0] and BATCH not in found
        if shorter and len(shorter) == len(shape):
            in_steps = shorter[axis] != size
        else:
            in_steps = not in_batch and size == sizes[1] and STEPS not in found
        if in_batch and in_steps:
            found.append(BATCH_OUTSIDE)
        elif in_batch:
            found.append(BATCH if size == sizes[0] else f"{size // sizes[0]}*{BATCH}")
        else:
            found.append(STEPS if in_steps else "")
    return tuple(found)


def moved(before: Tensor, after: Tensor) -> Tensor:
    """``(batch,)``: whether something of each sequence's result is another, by more than rounding.

    Example:
        >>> moved(torch.zeros(3, 2), torch.tensor([[0.0, 0.0], [0.0, 1.0], [0.0, 0.0]]))
        tensor([False,  True, False])
    """
    return apart(before, after) > rounding(before, after)


def apart(before: Tensor, after: Tensor) -> Tensor:
    """``(batch,)``: the largest difference in each sequence's result; infinite where shapes differ."""
    pairs = zip(before, after, strict=False)
    far = [difference(b, a) for b, a in pairs] if before.shape == after.shape else [float("inf")] * len(before)
    return torch.tensor(far, dtype=torch.float64, device="cpu")
