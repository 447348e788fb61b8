"""The utterances that a packing explorer shows: each of the length asked for, and another for each sequence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib.data import japanese_vowels
from rnnlib.explorers.shared.recordings import DRAWN, drawn_lengths, longest, source_of, utterances_of
from tests.strategies import refused

RECORDED = japanese_vowels()
draws = st.integers(0, 2**70)


@given(draws, st.integers(1, 640))
def test_a_draw_has_lengths_of_real_utterances(draw: int, wanted: int) -> None:
    lengths = drawn_lengths(draw, wanted)
    assert len(lengths) == max(DRAWN, wanted)
    assert set(lengths) <= set(RECORDED.lengths.tolist())
    assert lengths[:DRAWN] == drawn_lengths(draw)


@given(st.lists(st.integers(1, longest()), min_size=1, max_size=8), draws)
def test_each_is_an_utterance_or_the_beginning_of_one(lengths: list[int], draw: int) -> None:
    whole = set(RECORDED.lengths.tolist())
    chosen = utterances_of(lengths, draw)
    assert [tuple(x.shape) for x in chosen] == [(length, 12) for length in lengths]
    for length, x in zip(lengths, chosen, strict=True):
        fits = [i for i in range(len(RECORDED)) if np.array_equal(RECORDED[i][:length], x.numpy())]
        assert fits
        if length in whole:
            assert any(RECORDED.lengths[i] == length for i in fits)


def test_sequences_of_one_length_are_different_utterances() -> None:
    chosen = utterances_of([15] * 6, draw=0)
    assert len({x.numpy().tobytes() for x in chosen}) == 6


def test_a_draw_is_the_same_again_and_another_is_another() -> None:
    assert drawn_lengths(3) == drawn_lengths(3)
    assert drawn_lengths(3) != drawn_lengths(4)
    same, other = (utterances_of([15], draw)[0].numpy() for draw in (0, 1))
    assert not np.array_equal(same, other)


@pytest.mark.parametrize("length", [30, 10**9])
def test_none_is_longer_than_the_longest(length: int) -> None:
    refused(lambda: utterances_of([3, length], draw=0), "sequence 1", str(length), "29")


def test_another_width_is_random_numbers_and_says_so() -> None:
    chosen = utterances_of([4, 4], draw=0, input_size=5)
    assert [tuple(x.shape) for x in chosen] == [(4, 5), (4, 5)]
    assert (chosen[0] != chosen[1]).all()
    assert "random" in source_of(5, [4, 4])


def test_what_is_cut_is_said() -> None:
    assert source_of(12, [15]) == "Input: one recorded utterance (Japanese vowels)."
    assert source_of(12, [15, 3, 2]) == "Input: 3 recorded utterances (Japanese vowels), 2 of them cut short."
