"""Recorded utterances of the lengths that a learner chooses: whole where one has just that length, else cut."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnnlib.data import FEATURES, japanese_vowels
from rnnlib.engine.random_numbers import random_numbers

DRAWN = 12  # so many are drawn at once


def drawn_lengths(draw: int) -> list[int]:
    """The lengths of the utterances of one draw.

    Example:
        >>> len(drawn_lengths(0)), min(drawn_lengths(0)) >= 7
        (12, True)
    """
    return [int(n) for n in japanese_vowels().lengths[_order(draw)[:DRAWN]]]


def longest() -> int:
    """The steps of the longest utterance: 29."""
    return int(japanese_vowels().lengths.max())


def utterances_of(lengths: list[int], draw: int, input_size: int = FEATURES) -> list[Tensor]:
    """An utterance for each length, each ``(length, 12)``, float32; random numbers for another input_size.

    It is one that has just that length, another for each sequence as long as there are enough; else the first
    steps of a longer one.

    Raises:
        ValueError: longer than the longest of them.

    Example:
        >>> [tuple(x.shape) for x in utterances_of([9, 3], draw=0)]
        [(9, 12), (3, 12)]
    """
    recorded = japanese_vowels()
    order = _order(draw)
    used: dict[int, int] = {}  # by length
    chosen = []
    for item, length in enumerate(lengths):
        if length > longest():
            raise ValueError(
                f"sequence {item} cannot have {length} steps: the longest recorded utterance has {longest()}. "
                "Give sequences of your own for longer ones."
            )
        fits = order[recorded.lengths[order] == length]
        fits = fits if len(fits) else order[recorded.lengths[order] > length]
        if input_size != FEATURES:
            chosen.append(random_numbers((item + 1, length, input_size))[item])
            continue
        index = int(fits[used.get(length, 0) % len(fits)])
        used[length] = used.get(length, 0) + 1
        chosen.append(torch.from_numpy(recorded[index][:length]))
    return chosen


def _order(draw: int) -> np.ndarray:
    """All utterances in an order of this draw's own."""
    return np.random.default_rng(draw).permutation(len(japanese_vowels()))
