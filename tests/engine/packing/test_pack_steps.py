"""pack_steps equals torch's own functions, field by field, and refuses in words what they cannot pack."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.utils.rnn import (
    invert_permutation,
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    pad_sequence,
    unpack_sequence,
)

from rnnlib import japanese_vowels, pack_steps
from rnnlib.engine import limits
from rnnlib.engine.packing.pack_steps import Packing
from tests.strategies import refused

FIELDS = ("padded", "lengths", "sorted", "packed", "data", "batch_sizes", "sorted_indices", "unsorted_indices")
DTYPES = (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.complex64)
five, four = torch.randn(5, 12), torch.randn(4, 12)
padded = pad_sequence([five, four])


def ragged(lengths: list[int], width: int = 3, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    return [(10 * torch.randn(length, width)).to(dtype) for length in lengths]


def same(a: Tensor | None, b: Tensor | None) -> bool:
    """Equal to the last bit, and of one dtype; nan equals nan."""
    if a is None or b is None:
        return a is b
    return a.dtype == b.dtype and a.shape == b.shape and bool(torch.isclose(a, b, rtol=0, atol=0, equal_nan=True).all())


def equals_torch(
    packing: Packing,
    whole: Tensor,
    lengths: list[int],
    batch_first: bool,
    enforce_sorted: bool,
    padding_value: float,
    total_length: int | None,
) -> None:
    """Every field is what torch's own functions give, called by hand."""
    by_hand = pack_padded_sequence(whole, torch.tensor(lengths), batch_first, enforce_sorted)
    again, again_lengths = pad_packed_sequence(by_hand, batch_first, padding_value, total_length)
    assert same(packing.padded, whole)
    assert same(packing.lengths, torch.tensor(lengths))
    for name in ("data", "batch_sizes", "sorted_indices", "unsorted_indices"):
        assert same(getattr(packing.packed, name), getattr(by_hand, name)), name
        assert same(getattr(packing, name), getattr(by_hand, name)), name
    assert same(packing.unpacked, again)
    assert same(packing.unpacked_lengths, again_lengths)
    order = list(range(len(lengths))) if by_hand.sorted_indices is None else by_hand.sorted_indices.tolist()
    rows = whole.unbind(0 if batch_first else 1)
    assert same(packing.sorted, torch.stack([rows[index] for index in order], 0 if batch_first else 1))
    assert same(packing.unsorted_indices, invert_permutation(packing.sorted_indices))


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=7),
    st.integers(1, 4),
    st.sampled_from(DTYPES),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0.0, 0, 1, 0.5, -100, float("nan"), float("inf")]),
    st.none() | st.integers(0, 3),
    st.booleans(),
)
def test_every_field_equals_torch(
    lengths: list[int],
    width: int,
    dtype: torch.dtype,
    batch_first: bool,
    enforce_sorted: bool,
    padding_value: float,
    more: int | None,
    as_list: bool,
) -> None:
    if not (dtype.is_floating_point or dtype.is_complex):
        padding_value = int(padding_value == 1)
    lengths = sorted(lengths, reverse=True) if enforce_sorted else lengths
    total_length = None if more is None else max(lengths) + more
    sequences = ragged(lengths, width, dtype)
    whole = pad_sequence(sequences, batch_first, padding_value)
    options: Any = (batch_first, enforce_sorted, padding_value, total_length)
    named = dict(zip(("batch_first", "enforce_sorted", "padding_value", "total_length"), options, strict=True))
    packing = pack_steps(sequences, **named) if as_list else pack_steps(whole, lengths, **named)
    equals_torch(packing, whole, lengths, *options)
    for sequence, back in zip(sequences, unpack_sequence(packing.packed), strict=True):
        assert same(sequence, back)
    assert same(packing.data, pack_sequence(sequences, enforce_sorted).data)


ALL = [*itertools.product([False, True], [False, True], [0.0, -1.0, float("nan")], [None, 0, 3], [False, True])]


@pytest.mark.parametrize(("batch_first", "enforce_sorted", "padding_value", "more", "as_list"), ALL)
@pytest.mark.parametrize("lengths", [[4], [3, 3, 3], [5, 2, 2, 1], [1, 1], [2, 5, 1, 5]])
def test_the_round_trip_is_exact_in_every_combination(
    lengths: list[int], batch_first: bool, enforce_sorted: bool, padding_value: float, more: int | None, as_list: bool
) -> None:
    lengths = sorted(lengths, reverse=True) if enforce_sorted else lengths
    total_length = None if more is None else max(lengths) + more
    sequences = ragged(lengths)
    whole = pad_sequence(sequences, batch_first, padding_value)
    packing = pack_steps(
        sequences if as_list else whole,
        None if as_list else lengths,
        batch_first=batch_first,
        enforce_sorted=enforce_sorted,
        padding_value=padding_value,
        total_length=total_length,
    )
    equals_torch(packing, whole, lengths, batch_first, enforce_sorted, padding_value, total_length)
    back = packing.unpacked if batch_first else packing.unpacked.transpose(0, 1)
    for sequence, row, length in zip(sequences, back, lengths, strict=True):
        assert same(row[:length], sequence)
        assert same(row[length:], torch.full_like(row[length:], padding_value))
    if not more:
        assert same(packing.unpacked, packing.padded)


def test_on_every_recorded_utterance() -> None:
    vowels = japanese_vowels()
    sequences = [torch.from_numpy(vowels[index]) for index in range(len(vowels))]
    packing = pack_steps(sequences)
    equals_torch(packing, pad_sequence(sequences), vowels.lengths.tolist(), False, False, 0.0, None)
    assert len(packing.data) == 9961
    assert "padding_value 0.0 occurs in the data too (1 of 119,532 numbers)" in packing.note  # once, by chance


@pytest.mark.parametrize("batch_first", [False, True])
def test_padded_longer_than_its_longest_sequence(batch_first: bool) -> None:
    """As a part of a larger batch is: torch takes the steps that are there, and total_length the rest."""
    whole = torch.randn(3, 8, 2) if batch_first else torch.randn(8, 3, 2)
    packing = pack_steps(whole, [4, 6, 1], batch_first=batch_first)
    equals_torch(packing, whole, [4, 6, 1], batch_first, False, 0.0, None)
    assert packing.unpacked.shape[int(batch_first)] == 6
    assert pack_steps(whole, [4, 6, 1], batch_first=batch_first, total_length=8).unpacked.shape == whole.shape


def test_a_list_with_lengths_is_cut() -> None:
    packing = pack_steps([five, four], [2, 3])
    assert torch.equal(packing.padded, padded)
    assert [back.tolist() for back in unpack_sequence(packing.packed)] == [five[:2].tolist(), four[:3].tolist()]


@pytest.mark.parametrize("enforce_sorted", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_flow_where_they_are_wanted(enforce_sorted: bool, dtype: torch.dtype) -> None:
    sequences = [sequence.requires_grad_(index != 1) for index, sequence in enumerate(ragged([5, 4, 2], dtype=dtype))]
    packing = pack_steps(sequences, enforce_sorted=enforce_sorted, total_length=7)
    for stage in (packing.padded, packing.sorted, packing.data, packing.unpacked):
        grads = torch.autograd.grad((stage * stage).sum(), [sequences[0], sequences[2]], retain_graph=True)
        assert torch.equal(grads[0], 2 * sequences[0])
        assert torch.equal(grads[1], 2 * sequences[2])
    assert not pack_steps(ragged([3, 2])).data.requires_grad
    with torch.no_grad():
        assert not pack_steps(sequences).data.requires_grad


def test_nothing_given_is_changed_and_nothing_random_is_drawn() -> None:
    sequences, lengths = ragged([2, 5, 3]), torch.tensor([2, 4, 3])
    before, own, state = [s.clone() for s in sequences], lengths.clone(), torch.get_rng_state()
    pack_steps(sequences, lengths)
    whole = pad_sequence(sequences)
    kept = whole.clone()
    packing = pack_steps(whole, lengths, padding_value=-1)
    packing.lengths[0] = 1  # it is the packing's own
    assert all(map(torch.equal, sequences, before))
    assert torch.equal(lengths, own)
    assert torch.equal(whole, kept)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_packing_is_frozen_and_its_repr_short() -> None:
    packing = pack_steps([torch.ones(2, 12), torch.ones(4, 12)])
    with pytest.raises(dataclasses.FrozenInstanceError):
        packing.padded = packing.sorted  # type: ignore[misc]
    assert all(hasattr(packing, name) for name in FIELDS)
    many = repr(pack_steps([torch.randn(30, 2) for _ in range(500)]))
    assert max(map(len, many.splitlines())) < 120
    assert "(500)" in many
    assert "sorted_indices   None" in repr(pack_steps([five, four], enforce_sorted=True))


@pytest.mark.parametrize(
    "lengths", [[5, 4], (5, 4), np.array([5, 4], np.int16), torch.tensor([5, 4], dtype=torch.int32), iter([5, 4])]
)
def test_lengths_of_any_type(lengths: Any) -> None:
    packing = pack_steps(padded, lengths)
    assert packing.lengths.tolist() == [5, 4]
    assert packing.lengths.dtype == torch.int64


def test_a_padding_value_that_occurs_in_the_data_is_said() -> None:
    """In a note: a warning would go to stderr, and stop a lesson's stored output from coming back."""
    holed = five.clone()
    holed[3, :2] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        note = pack_steps([holed, four]).note
    assert "padding_value 0.0 occurs in the data too (2 of 108 numbers)" in note
    assert "lengths alone" in note
    assert note in repr(pack_steps([holed, four]))
    assert pack_steps([holed, four], padding_value=-7).note == ""
    assert pack_steps([five, four]).note == ""
    assert pack_steps(padded, [5, 4]).note == ""  # its zeros are padding, all of them
    holed[0, 0] = torch.nan
    assert (
        "padding_value nan occurs in the data too (1 of" in pack_steps([holed, four], padding_value=float("nan")).note
    )


def test_numbers_after_the_lengths_are_told_of() -> None:
    for batch_first in (False, True):
        whole = padded.transpose(0, 1) if batch_first else padded
        note = pack_steps(whole, [3, 4], batch_first=batch_first).note
        assert "2 steps hold other numbers than padding_value 0.0" in note
        assert "packing leaves them out" in note
    assert "1 step holds" in pack_steps(padded, [4, 4]).note
    assert pack_steps(padded, [5, 4], padding_value=-1).note.startswith(
        "After their lengths, 1 step holds other numbers"
    )


flat = torch.randn(5)
no_steps, no_width = torch.zeros(0, 12), torch.zeros(4, 0)
BAD = {
    "an empty list": ([], ValueError, ["sequences is empty", "at least one"]),
    "an empty tuple": ((), ValueError, ["sequences is empty"]),
    "None": (None, TypeError, ["a list of tensors (length, width)", "not None"]),
    "words": ("hello", TypeError, ["a list of tensors", "str"]),
    "a list of words": (["hello"], TypeError, ["sequences[0]", "torch tensor", "str"]),
    "a number": (5, TypeError, ["a list of tensors", "int"]),
    "a dict": ({"a": five}, TypeError, ["a list of tensors", "dict"]),
    "a generator": ((s for s in [five]), TypeError, ["generator", "list(sequences)"]),
    "a numpy array": (np.zeros((5, 2, 12)), TypeError, ["numpy array", "torch.from_numpy"]),
    "a list of numpy arrays": ([np.zeros((5, 12))], TypeError, ["sequences[0]", "numpy array", "torch.from_numpy"]),
    "nested lists": ([[[1.0, 2.0]]], TypeError, ["sequences[0]", "list", "torch.tensor(numbers)"]),
    "a None among them": ([five, None], TypeError, ["sequences[1]", "not None"]),
    "a PackedSequence": (pack_sequence([five, four]), TypeError, ["a PackedSequence", "unpack_sequence"]),
    "PackedSequences in a list": ([pack_sequence([five])], TypeError, ["sequences[0]", "a PackedSequence"]),
    "one axis": ([five, flat], ValueError, ["sequences[1]", "not 1", "(5,)", "sequences[1].unsqueeze(-1)"]),
    "no axis": ([flat[0]], ValueError, ["sequences[0]", "not 0"]),
    "three axes": ([padded], ValueError, ["sequences[0]", "not 3", "(5, 2, 12)", ".flatten(1)"]),
    "what pad_packed_sequence gives": ((padded, torch.tensor([5, 4])), ValueError, ["pack_steps(padded, lengths)"]),
    "lists of tensors": ([[five], [four]], TypeError, ["sequences[0]", "list", "give its tensors"]),
    "no steps": ([five, no_steps], ValueError, ["sequences[1] is empty", "(0, 12)", "cannot pack", "leave it out"]),
    "no width": ([no_width], ValueError, ["sequences[0] is empty", "(4, 0)"]),
    "another width": (
        [five, four, four[:, :5]],
        ValueError,
        ["sequences[2] is 5 wide", "sequences[0] is 12 wide", "(4, 5)"],
    ),
    "turned round": ([five, four.T], ValueError, ["sequences[1] is 4 wide", "one layer reads one width"]),
    "another dtype": (
        [five, four, four.double()],
        ValueError,
        ["sequences[2] has dtype torch.float64", "sequences[0] has torch.float32", "sequences[2].to(torch.float32)"],
    ),
    "another device": ([five, four.to("meta")], ValueError, ["sequences[1]", "meta", "no numbers"]),
    "a sparse tensor": ([five.to_sparse()], TypeError, ["sequences[0]", "dense"]),
    "a padded batch without lengths": (padded, TypeError, ["(5, 2, 12)", "give its lengths", "list"]),
    "one sequence": (five, ValueError, ["3 axes", "not 2", "[x]"]),
    "on meta": ([five.to("meta")], ValueError, ["meta", "no numbers"]),
}


@pytest.mark.parametrize(("sequences", "kind", "words"), BAD.values(), ids=BAD)
def test_bad_sequences_are_refused_in_words(sequences: Any, kind: type, words: list[str]) -> None:
    refused(lambda: pack_steps(sequences), *words)
    with pytest.raises(kind):
        pack_steps(sequences)


BAD_LENGTHS = {
    "too few": ([5], ValueError, ["each of the 2 sequences", "not 1"]),
    "too many": ([5, 4, 3], ValueError, ["each of the 2 sequences", "not 3"]),
    "of the other axis": ([2, 2, 2, 2, 2], ValueError, ["not 5", "batch_first"]),
    "empty": ([], ValueError, ["2 sequences", "not 0"]),
    "zero": ([5, 0], ValueError, ["lengths[1]", "from 1 to 5", "not 0", "cannot pack", "leave it out"]),
    "negative": ([-1, 4], ValueError, ["lengths[0]", "not -1"]),
    "beyond the data": ([5, 6], ValueError, ["lengths[1]", "from 1 to 5", "not 6", "5 steps"]),
    "floats": ([5.0, 4.0], TypeError, ["whole numbers", "5.0", "[int(length) for length in lengths]"]),
    "a float tensor": (
        torch.tensor([5.0, 4.0]),
        TypeError,
        ["whole numbers", "torch.float32"],
    ),
    "bools": ([True, True], TypeError, ["whole numbers"]),
    "a bool tensor": (torch.tensor([True, True]), TypeError, ["whole numbers", "torch.bool"]),
    "two axes": (torch.tensor([[5, 4]]), TypeError, ["one a sequence"]),
    "a column": (np.array([[5], [4]]), TypeError, ["one a sequence"]),
    "floats that tell of many": (torch.ones(640), TypeError, ["whole numbers", "…"]),
    "lists in a list": ([[5], [4]], TypeError, ["whole numbers"]),
    "a number": (5, TypeError, ["one a sequence"]),
    "a number in a tensor": (torch.tensor(5), TypeError, ["one a sequence"]),
    "words": ("54", TypeError, ["whole numbers"]),
    "a set": ({5, 4}, TypeError, ["whole numbers"]),
    "without numbers": (torch.tensor([5, 4]).to("meta"), TypeError, ["whole numbers", "meta"]),
}


@pytest.mark.parametrize(("lengths", "kind", "words"), BAD_LENGTHS.values(), ids=BAD_LENGTHS)
def test_bad_lengths_are_refused_in_words(lengths: Any, kind: type, words: list[str]) -> None:
    refused(lambda: pack_steps(padded, lengths), *words)
    with pytest.raises(kind) as caught:
        pack_steps(padded, lengths)
    assert len(str(caught.value)) < 250
    assert "\n" not in str(caught.value)


def test_a_length_beyond_its_own_sequence_of_a_list() -> None:
    refused(lambda: pack_steps([five, four], [5, 5]), "lengths[1]", "from 1 to 4", "not 5", "sequence 1 has 4 steps")


BAD_PADDED = {
    "two axes": (padded[..., 0], ["3 axes", "(seq_len, batch, width)", "not 2", "(5, 2)", "unsqueeze(-1)"]),
    "four axes": (padded[None], ["3 axes", "not 4", "(1, 5, 2, 12)"]),
    "no steps": (padded[:0], ["is empty", "(0, 2, 12)", "at least 1"]),
    "no sequences": (padded[:, :0], ["is empty", "(5, 0, 12)"]),
    "no width": (padded[..., :0], ["is empty", "(5, 2, 0)"]),
    "meta": (padded.to("meta"), ["meta", "no numbers"]),
    "sparse": (padded.to_sparse(), ["dense"]),
}


@pytest.mark.parametrize(("whole", "words"), BAD_PADDED.values(), ids=BAD_PADDED)
def test_a_bad_padded_batch_is_refused_in_words(whole: Tensor, words: list[str]) -> None:
    refused(lambda: pack_steps(whole, [5, 4]), *words)


BAD_OPTIONS = {
    "total_length too small": ({"total_length": 4}, ValueError, ["total_length", "at least 5", "not 4"]),
    "a numpy total_length": ({"total_length": np.int64(4)}, ValueError, ["at least 5", "not 4"]),
    "total_length 0": ({"total_length": 0}, ValueError, ["total_length", "at least 5", "not 0"]),
    "a float total_length": ({"total_length": 6.0}, TypeError, ["total_length", "write 6"]),
    "a bool total_length": ({"total_length": True}, TypeError, ["total_length", "True"]),
    "a total_length that does not fit": ({"total_length": 10**13}, ValueError, ["total_length", "available"]),
    "batch_first 1": ({"batch_first": 1}, TypeError, ["batch_first", "True or False", "not 1"]),
    "enforce_sorted None": ({"enforce_sorted": None}, TypeError, ["enforce_sorted", "True or False"]),
    "padding words": ({"padding_value": "0"}, TypeError, ["padding_value", "'0'"]),
    "padding None": ({"padding_value": None}, TypeError, ["padding_value", "None"]),
    "padding True": ({"padding_value": True}, TypeError, ["padding_value", "True"]),
    "padding too large": ({"padding_value": 1e300}, ValueError, ["padding_value", "float32", "1e+300"]),
    "padding far too large": ({"padding_value": 10**400}, ValueError, ["padding_value", "float32"]),
}


@pytest.mark.parametrize(("options", "kind", "words"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_options_are_refused_in_words(options: Any, kind: type, words: list[str]) -> None:
    refused(lambda: pack_steps([five, four], **options), *words)
    with pytest.raises(kind):
        pack_steps([five, four], **options)


def test_a_padding_value_that_whole_numbers_cannot_hold() -> None:
    refused(lambda: pack_steps([five.long()], padding_value=0.5), "padding_value", "int64", "0.5")
    refused(lambda: pack_steps([five.long()], padding_value=float("nan")), "padding_value", "int64", "nan")
    assert pack_steps([five.long(), four.long()], padding_value=-100.0).padded[4, 1].tolist() == [-100] * 12


def test_lengths_that_do_not_fall_are_refused_where_they_must() -> None:
    words = ["enforce_sorted=True", "lengths[1] = 5", "lengths[0] = 4", "enforce_sorted=False"]
    refused(lambda: pack_steps([four, five], enforce_sorted=True), *words)
    with pytest.raises(RuntimeError, match="must be sorted in decreasing order"):  # where torch refuses it
        pack_sequence([four, five])
    assert pack_steps([five, five, four], enforce_sorted=True).sorted_indices is None


def test_what_does_not_fit_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ALWAYS_THERE", 0)
    monkeypatch.setattr(limits, "free_bytes", lambda device: 479)
    refused(lambda: pack_steps([five, four]), "480 bytes", "479 bytes", "available", "shorter")  # 5 * 2 * 12 * 4
    monkeypatch.setattr(limits, "free_bytes", lambda device: 480)
    assert pack_steps([five, four]).padded.numel() * 4 == 480


@pytest.mark.gpu
def test_on_the_gpu() -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    packing = pack_steps([four.to(device), five.to(device)])
    assert packing.data.device.type == packing.sorted_indices.device.type == device
    assert packing.lengths.device.type == packing.batch_sizes.device.type == "cpu"
    refused(lambda: pack_steps([four, five.to(device)]), "sequences[1] has device", ".to('cpu')")
    refused(lambda: pack_steps(padded.to(device), torch.tensor([5, 4], device=device)), "on the CPU", "lengths.cpu()")


def test_a_padding_value_too_large_for_the_data_is_refused() -> None:
    for dtype, value in ((torch.float16, 1e6), (torch.float32, 1e39), (torch.float32, 10**400)):
        ones = torch.ones(3, 2, dtype=dtype)
        refused(functools.partial(pack_steps, [ones], padding_value=value), "padding_value", "can hold", "write 0")
    assert pack_steps([four.half()], padding_value=float("-inf"), total_length=9).unpacked[-1].isneginf().all()


def test_where_new_tensors_are_made_makes_no_difference() -> None:
    with torch.device("meta"):  # as torch.set_default_device("cuda") does, where there is a GPU
        packing = pack_steps([four, five], padding_value=-1)
    assert packing.note == ""
    assert torch.equal(packing.unpacked, packing.padded)
