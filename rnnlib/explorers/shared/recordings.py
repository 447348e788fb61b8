"""The input that a learner did not give: recorded utterances, else random numbers, and a sentence that says which."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from torch import Tensor

from rnnlib.data import FEATURES, japanese_vowels
from rnnlib.engine.layers import random_numbers
from rnnlib.spec import LayerSpec

DRAWN = 12  # so many are drawn at once, or as many as are wanted
OTHER_WIDTH = f"Input: random numbers. With input_size {FEATURES} it is recorded speech."


def input_for(spec: LayerSpec, seq_len: int, batch: int) -> tuple[Tensor, str]:
    """A batch of sequences of one length, time first: ``(seq_len, batch, input_size)``, float32.

    Args:
        spec: the layer; with an input_size of 12 it can read the recorded utterances.
        seq_len: steps wanted of each sequence.
        batch: sequences wanted.

    Returns:
        The batch, and a sentence that says what it holds.

    Example:
        >>> input_for(LayerSpec("LSTM", 12, 16), seq_len=8, batch=3)[1]
        'Input: the first 8 frames of 3 recorded utterances (Japanese vowels).'
    """
    why_not = why_no_utterances(seq_len, batch) if spec.input_size == FEATURES else ""
    if spec.input_size != FEATURES or why_not:
        said = f"Input: random numbers, as {why_not}" if why_not else OTHER_WIDTH
        return random_numbers((seq_len, batch, spec.input_size)), said
    frames = "the first frame" if seq_len == 1 else f"the first {seq_len} frames"
    spoken = "one recorded utterance" if batch == 1 else f"{batch} recorded utterances"
    return torch.stack(utterances_of([seq_len] * batch), dim=1), f"Input: {frames} of {spoken} (Japanese vowels)."


def why_no_utterances(seq_len: int, batch: int) -> str:
    """Why so many recorded utterances of so many frames cannot be had, as the end of a sentence; "" where they can.

    Example:
        >>> why_no_utterances(seq_len=30, batch=3)
        'no recorded utterance has 30 frames.'
    """
    if gone := why_gone():
        return gone
    there = int((japanese_vowels().lengths >= seq_len).sum())
    if there >= batch:
        return ""
    few = f"only {there} of the recorded utterances {'has' if there == 1 else 'have'}"
    return f"{few if there else 'no recorded utterance has'} {seq_len} frames."


def why_gone() -> str:
    """What is said of a recording that is missing or damaged; "" of one that can be read.

    Example:
        >>> why_gone()
        ''
    """
    try:
        japanese_vowels()
    except ValueError as error:
        return str(error)
    return ""


def _lengths() -> np.ndarray:
    """Those of the utterances; where these cannot be read, such as they are, for random numbers."""
    return np.arange(7, 30) if why_gone() else japanese_vowels().lengths


def drawn_lengths(draw: int, wanted: int = DRAWN) -> list[int]:
    """The lengths of the utterances of one draw.

    Example:
        >>> len(drawn_lengths(0)), min(drawn_lengths(0)) >= 7
        (12, True)
    """
    return [int(n) for n in _lengths()[_order(draw)[: max(DRAWN, wanted)]]]


def longest() -> int:
    """The steps of the longest utterance: 29."""
    return int(_lengths().max())


def utterances_of(lengths: list[int], draw: int = 0, input_size: int = FEATURES) -> list[Tensor]:
    """An utterance for each length, each ``(length, 12)``, float32.

    Random numbers for another input_size, and where the recording is gone.

    It is one that has just that length, else the first steps of a longer one; another for each sequence of a length
    as long as there are enough.

    Raises:
        ValueError: longer than the longest of them.

    Example:
        >>> [tuple(x.shape) for x in utterances_of([9, 3])]
        [(9, 12), (3, 12)]
    """
    for item, length in enumerate(lengths):
        if length > longest():
            raise ValueError(
                f"sequence {item} cannot have {length} steps: the longest recorded utterance has {longest()}. "
                "Give sequences of your own for longer ones."
            )
    if input_size != FEATURES or why_gone():
        return [random_numbers((item + 1, length, input_size))[item] for item, length in enumerate(lengths)]
    recorded = japanese_vowels()
    return [torch.from_numpy(recorded[i][:length]) for i, length in zip(_chosen(lengths, draw), lengths, strict=True)]


def source_of(input_size: int, lengths: list[int]) -> str:
    """What `utterances_of` gives, in a sentence.

    Example:
        >>> source_of(5, [9, 3])
        'Input: random numbers. With input_size 12 it is recorded speech.'
    """
    if input_size != FEATURES:
        return OTHER_WIDTH
    if gone := why_gone():
        return f"Input: random numbers, as {gone}"
    short = int((japanese_vowels().lengths[_chosen(lengths, draw=0)] > lengths).sum())
    if len(lengths) == 1:
        return f"Input: one recorded utterance (Japanese vowels){', cut short' if short else ''}."
    cut = f", {short} of them cut short" if short else ""
    return f"Input: {len(lengths)} recorded utterances (Japanese vowels){cut}."


def _chosen(lengths: list[int], draw: int) -> list[int]:
    """Which utterance stands for each length: where it fits the one drawn there, which stays as others move."""
    order, every = _order(draw), japanese_vowels().lengths
    drawn = {item: int(one) for item, one in enumerate(order[: len(lengths)]) if every[one] == lengths[item]}
    others = order[~np.isin(order, list(drawn.values()))]
    fits = {}
    for length in set(lengths):
        longer = others[every[others] >= length]
        longer = longer if len(longer) else order[every[order] >= length]
        whole = every[longer] == length
        fits[length] = itertools.cycle(np.concatenate((longer[whole], longer[~whole])).tolist())
    return [drawn[item] if item in drawn else next(fits[length]) for item, length in enumerate(lengths)]


def _order(draw: int) -> np.ndarray:
    """All utterances in an order of this draw's own."""
    return np.random.default_rng(draw).permutation(len(_lengths()))
