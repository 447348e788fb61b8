"""The tasks that the lab offers: the recorded speakers, those that are made on the spot, and data of the learner's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from rnnlib.data import FEATURES, japanese_vowels
from rnnlib.engine.arguments.sequences import check_sequences
from rnnlib.engine.training.duration import Extent
from rnnlib.engine.training.tasks import MADE, Example, Task
from rnnlib.spec.arguments import brief, check_size

YOURS = "your own"
TASKS = ("speakers", *MADE)
INPUT_SIZE = {"speakers": FEATURES, "memory": 2, "counting": 1}
NOUN = {"speakers": "speaker", "memory": "bit", "counting": "count", YOURS: "class"}  # what a class is called
BATCH = {"speakers": 18, "memory": 32, "counting": 32, YOURS: 18}
MOST_CLASSES = 100
Pairs = Sequence[tuple[Tensor, int]]
PAIRS = "pairs of a tensor (steps, width) and its class, a whole number from 0"


def extent_of(name: str, seq_len: int, own: Task | None = None) -> Extent:
    """How much there is to learn from, without making it.

    Args:
        name: of the task.
        seq_len: of one that is made on the spot.
        own: the learner's, where it is that.

    Raises:
        ValueError: the recordings cannot be read.

    Example:
        >>> extent_of("speakers", seq_len=50)
        Extent(seq_len=29, train=270, test=370)
    """
    if name in MADE:
        return Extent(seq_len)
    if name == YOURS and own:
        return Extent(own.longest, len(own.train), len(own.test))
    recorded = japanese_vowels()
    tested = int(recorded.is_test.sum())
    return Extent(int(recorded.lengths.max()), len(recorded) - tested, tested)


def task_of(name: str, seq_len: int, seed: int, own: Task | None = None) -> Task:
    """The task itself; seq_len and seed change those alone that are made on the spot.

    Raises:
        ValueError: the recordings cannot be read.

    Example:
        >>> task_of("speakers", seq_len=50, seed=0).train[0][0].shape
        torch.Size([20, 12])
    """
    if name in MADE:
        return MADE[name](seq_len, seed)
    if name == YOURS and own:
        return own
    recorded = japanese_vowels()
    every = [(torch.from_numpy(recorded[i]), torch.tensor(int(who) - 1)) for i, who in enumerate(recorded.speaker)]
    train = [one for one, tested in zip(every, recorded.is_test, strict=True) if not tested]
    test = [one for one, tested in zip(every, recorded.is_test, strict=True) if tested]
    return Task(name, tuple(map(str, range(1, 10))), FEATURES, train, test)


def input_size_of(name: str, own: Task | None = None) -> int:
    """The numbers in one step.

    Example:
        >>> input_size_of("speakers")
        12
    """
    return own.input_size if name == YOURS and own else INPUT_SIZE[name]


def own_task(given: Any) -> Task:
    """The learner's own data as a task, in float32.

    Args:
        given: ``(learned, tested)``, two lists of pairs of a tensor ``(steps, width)`` and its class.

    Raises:
        TypeError, ValueError: they are no such pairs, or do not go together, in a sentence.

    Example:
        >>> pairs = [(torch.ones(3, 2), 0), (torch.ones(5, 2), 1)]
        >>> task = own_task((pairs, pairs[:1]))
        >>> task.classes, task.input_size, task.longest
        (('0', '1'), 2, 5)
    """
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        known = ", ".join(map(repr, TASKS))
        raise TypeError(f"task must be one of {known}, or data of your own, (learned, tested), not {brief(given)}.")
    learned, tested = given
    every = [*_pairs("learned", learned), *_pairs("tested", tested)]
    sequences = check_sequences([sequence for sequence, _ in every])
    for index, sequence in enumerate(sequences):
        if sequence.is_complex() or not bool(sequence.isfinite().all()):
            odd = "complex numbers" if sequence.is_complex() else "nan or inf"
            raise ValueError(f"sequences[{index}] holds {odd}, and a model learns nothing from that: leave it out.")
    labels = [check_size("a class", label, least=0) for _, label in every]
    classes = 1 + max(labels)
    if not 1 < classes <= MOST_CLASSES:
        raise ValueError(
            f"the classes go from 0 to {max(labels)}: give at least two, and at most {MOST_CLASSES}, counted from 0."
        )
    made: list[Example] = [
        (sequence.detach().to("cpu", torch.float32), torch.tensor(label, device="cpu"))
        for sequence, label in zip(sequences, labels, strict=True)
    ]
    names = tuple(map(str, range(classes)))
    return Task(YOURS, names, sequences[0].shape[1], made[: len(learned)], made[len(learned) :])


def _pairs(name: str, given: Any) -> list[tuple[Any, Any]]:
    """The pairs of one list, if it has some."""
    if not isinstance(given, (list, tuple)):
        raise TypeError(f"{name} must be a list of {PAIRS}, not {brief(given)}.")
    if not given:
        raise ValueError(f"{name} is empty: give {PAIRS}, at least one.")
    for index, pair in enumerate(given):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise TypeError(
                f"{name}[{index}] must be a pair, a tensor (steps, width) and its class, not {brief(pair)}."
            )
    return list(given)
