"""What a small model is to learn: sequences with a label each, some to learn from and others to test it with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

LEARNED_FROM, TESTED_WITH = 512, 256  # sequences of a task that is made on the spot
MOST_ONES = 4

Example = tuple[Tensor, Tensor]  # a sequence, (seq_len, input_size), and its label, a whole number


@dataclasses.dataclass(frozen=True, eq=False)
class Task:
    """Sequences of several classes: which is it?

    Attributes:
        name: of the task.
        classes: their names; a label is a place among them.
        input_size: the numbers in one step.
        train: the examples to learn from.
        test: those that are never learned from.
    """

    name: str
    classes: tuple[str, ...]
    input_size: int
    train: Sequence[Example]
    test: Sequence[Example]

    @property
    def longest(self) -> int:
        """The steps of the longest sequence."""
        return max(len(sequence) for part in (self.train, self.test) for sequence, _ in part)


def memory(seq_len: int, seed: int = 0) -> Task:
    """Is the first bit 1, so many steps later? Its step has it alone, as -1 or 1; all later steps distract.

    Args:
        seq_len: steps of every sequence.
        seed: of the bits.

    Example:
        >>> sequence, label = memory(seq_len=4).train[0]
        >>> sequence  # the bit in the first column, what distracts in the second
        tensor([[-1.,  0.],
                [ 0.,  1.],
                [ 0.,  1.],
                [ 0., -1.]])
        >>> int(label)
        0
    """

    def make(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        bits = torch.randint(2, (count, seq_len), generator=generator)
        x = torch.zeros(count, seq_len, 2, dtype=torch.float32)
        x[:, 0, 0] = 2.0 * bits[:, 0] - 1
        x[:, 1:, 1] = 2.0 * bits[:, 1:] - 1
        return x, bits[:, 0]

    return _made("memory", ("0", "1"), make, seed)


def counting(seq_len: int, seed: int = 0) -> Task:
    """How many of the bits are 1? At most four are, anywhere in the sequence.

    Args:
        seq_len: steps of every sequence.
        seed: of the bits.

    Example:
        >>> sequence, label = counting(seq_len=6).train[1]
        >>> sequence.flatten(), int(label)
        (tensor([0., 1., 1., 1., 0., 1.]), 4)
    """
    most = min(MOST_ONES, seq_len)

    def make(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        ones = torch.randint(most + 1, (count,), generator=generator)
        order = torch.rand(count, seq_len, generator=generator, dtype=torch.float32).argsort(dim=1)
        return (order < ones[:, None]).float()[..., None], ones

    return _made("counting", tuple(map(str, range(most + 1))), make, seed)


MADE: dict[str, Callable[[int, int], Task]] = {"memory": memory, "counting": counting}


def _made(
    name: str, classes: tuple[str, ...], make: Callable[[int, torch.Generator], tuple[Tensor, Tensor]], seed: int
) -> Task:
    with torch.device("cpu"):  # whatever the learner's default is
        generator = torch.Generator().manual_seed(seed)
        parts = [make(count, generator) for count in (LEARNED_FROM, TESTED_WITH)]
    train, test = ([*zip(x, labels, strict=True)] for x, labels in parts)
    return Task(name, classes, train[0][0].shape[1], train, test)
