"""Recorded utterances of the lengths that a learner chooses: whole where one has just that length, else cut."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnnlib.data import FEATURES, japanese_vowels
from rnnlib.engine.random_numbers import random_numbers

DRAWN = 12  # so many are drawn at once, or as many as are wanted


def drawn_lengths(draw: int, wanted: int = DRAWN) -> list[int]:
    """The lengths of the utterances of one draw.

    Example:
        >>> len(drawn_lengths(0)), min(drawn_lengths(0)) >= 7
        (12, True)
    """
    return [int(n) for n in japanese_vowels().lengths[_order(draw)[: max(DRAWN, wanted)]]]


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


def source_of(input_size: int, lengths: list[int]) -> str:
    """What `utterances_of` gives, in a sentence.

    Example:
        >>> source_of(5, [9, 3])
        'Input: random numbers. With input_size 12 it is recorded speech.'
    """
    if input_size != FEATURES:
        return f"Input: random numbers. With input_size {FEATURES} it is recorded speech."
    short = sum(1 for length in lengths if length not in set(japanese_vowels().lengths.tolist()))
    if len(lengths) == 1:
        return f"Input: one recorded utterance (Japanese vowels){', cut short' if short else ''}."
    cut = f", {short} of them cut short" if short else ""
    return f"Input: {len(lengths)} recorded utterances (Japanese vowels){cut}."


def _order(draw: int) -> np.ndarray:
    """All utterances in an order of this draw's own."""
    return np.random.default_rng(draw).permutation(len(japanese_vowels()))
