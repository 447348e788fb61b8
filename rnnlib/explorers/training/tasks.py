"""The tasks that the lab offers: the recorded speakers, and those that are made on the spot."""

from __future__ import annotations

import torch

from rnnlib.data import FEATURES, japanese_vowels
from rnnlib.engine.training.duration import Extent
from rnnlib.engine.training.tasks import MADE, Task

TASKS = ("speakers", *MADE)
INPUT_SIZE = {"speakers": FEATURES, "memory": 2, "counting": 1}
NOUN = {"speakers": "speaker", "memory": "bit", "counting": "count"}  # what a class is called
BATCH = {"speakers": 18, "memory": 32, "counting": 32}


def extent_of(name: str, seq_len: int) -> Extent:
    """How much there is to learn from, without making it.

    Raises:
        ValueError: the recordings cannot be read.

    Example:
        >>> extent_of("speakers", seq_len=50)
        Extent(seq_len=29, train=270, test=370)
    """
    if name in MADE:
        return Extent(seq_len)
    recorded = japanese_vowels()
    tested = int(recorded.is_test.sum())
    return Extent(int(recorded.lengths.max()), len(recorded) - tested, tested)


def task_of(name: str, seq_len: int, seed: int) -> Task:
    """The task itself; of the speakers, seq_len and seed change nothing.

    Raises:
        ValueError: the recordings cannot be read.

    Example:
        >>> task_of("speakers", seq_len=50, seed=0).train[0][0].shape
        torch.Size([20, 12])
    """
    if name in MADE:
        return MADE[name](seq_len, seed)
    recorded = japanese_vowels()
    every = [(torch.from_numpy(recorded[i]), torch.tensor(int(who) - 1)) for i, who in enumerate(recorded.speaker)]
    train = [one for one, tested in zip(every, recorded.is_test, strict=True) if not tested]
    test = [one for one, tested in zip(every, recorded.is_test, strict=True) if tested]
    return Task(name, tuple(map(str, range(1, 10))), FEATURES, train, test)
