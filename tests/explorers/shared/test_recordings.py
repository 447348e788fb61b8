"""The input that explorers offer: utterances of the lengths asked for, another for each sequence; or it is said."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib import DirectionExplorer, LayerSpec, PackingExplorer, ShapeExplorer, StepExplorer
from rnnlib.data import japanese_vowels
from rnnlib.explorers.shared.recordings import (
    DRAWN,
    drawn_lengths,
    input_for,
    longest,
    source_of,
    utterances_of,
    why_no_utterances,
)
from tests.strategies import refused

RECORDED = japanese_vowels()
draws = st.integers(0, 2**70)


@functools.cache
def begun(length: int) -> dict[bytes, set[int]]:
    """Of so many first steps of an utterance: how long the utterances are that begin so."""
    found: dict[bytes, set[int]] = {}
    for i in range(len(RECORDED)):
        found.setdefault(RECORDED[i][:length].tobytes(), set()).add(int(RECORDED.lengths[i]))
    return found


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
        assert x.numpy().tobytes() in begun(length)
        if length in whole and lengths.count(length) == 1:  # of others there may be too few
            assert length in begun(length)[x.numpy().tobytes()]


def test_sequences_of_one_length_are_different_utterances() -> None:
    chosen = utterances_of([15] * 6, draw=0)
    assert len({x.numpy().tobytes() for x in chosen}) == 6


@given(draws, st.integers(0, DRAWN - 1), st.integers(1, longest()))
def test_the_others_stay_as_they_are_when_the_length_of_one_is_another(draw: int, item: int, length: int) -> None:
    lengths = drawn_lengths(draw)
    before = utterances_of(lengths, draw)
    after = utterances_of([*lengths[:item], length, *lengths[item + 1 :]], draw)
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        assert place == item or np.array_equal(old, new)
    assert any(np.array_equal(after[item], x[:length]) for x in RECORDED)


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


@given(st.lists(st.integers(1, longest()), min_size=1, max_size=9))
def test_what_is_cut_is_said(lengths: list[int]) -> None:
    cut = sum(len(x) not in begun(len(x))[x.numpy().tobytes()] for x in utterances_of(lengths))
    said = source_of(12, lengths)
    assert ("cut short" in said) == (cut > 0)
    assert len(lengths) == 1 or not cut or f"{cut} of them cut short" in said


def test_one_that_is_whole_is_told_in_the_singular() -> None:
    assert source_of(12, [15]) == "Input: one recorded utterance (Japanese vowels)."
    assert source_of(12, [3]) == "Input: one recorded utterance (Japanese vowels), cut short."


@given(st.integers(1, 40), st.integers(1, 700))
def test_a_batch_is_so_many_different_utterances_or_said_to_be_random(seq_len: int, batch: int) -> None:
    x, said = input_for(LayerSpec("RNN", 12, 1), seq_len, batch)
    assert x.shape == (seq_len, batch, 12)
    there = int((RECORDED.lengths >= seq_len).sum())
    items = [x[:, item].contiguous().numpy().tobytes() for item in range(batch)]
    spoken = [item in begun(seq_len) for item in items]
    assert (all(spoken), any(spoken)) == (batch <= there, batch <= there)
    assert ("random numbers" in said) == (batch > there)
    assert len(set(items)) == batch or seq_len < 3


@pytest.mark.parametrize(("seq_len", "says"), [(28, "only 1 of the recorded utterances has 28"), (30, "no recorded")])
def test_few_are_told_in_the_singular(seq_len: int, says: str) -> None:
    assert why_no_utterances(seq_len, 2).startswith(says)
    assert says in input_for(LayerSpec("GRU", 12, 3), seq_len, 2)[1]


def test_without_the_recordings_every_explorer_shows_random_numbers_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(japanese_vowels.__globals__, "PATH", tmp_path / "gone.npz")
    said = "random numbers, as the recorded utterances are missing"
    packing, direction = PackingExplorer("GRU"), DirectionExplorer("GRU")
    assert said in packing.answer["source"]
    assert said in direction.answer["note"]
    assert said in repr(direction)
    assert said in StepExplorer("GRU").answer["note"]
    assert said in ShapeExplorer("GRU").answer["source"]
    packing.draw = 1
    packing.lengths = [20, 7]
    assert packing.packing.lengths.tolist() == [20, 7]
    assert "missing" not in PackingExplorer(LayerSpec("GRU", 5, 4)).answer["source"]
