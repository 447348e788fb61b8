"""An input that does not fit is refused in words, before torch sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from rnnlib.engine.run import run
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import CELLS
from tests.strategies import batches, real, refused, seq_lens, specs

LSTM = LayerSpec("LSTM", 12, 16)
FIRST = LayerSpec("LSTM", 12, 16, batch_first=True)
CELL = LayerSpec("LSTMCell", 12, 16)
x = torch.zeros(8, 3, 12)

BAD = {
    "one axis": (LSTM, x[0, 0], ["3 axes", "(seq_len, batch, input_size)", "not 1", "(12,)", "x[None, None]"]),
    "no axis": (LSTM, x[0, 0, 0], ["3 axes", "not 0"]),
    "four axes": (LSTM, torch.cat([x[None], x[None]]), ["3 axes", "not 4", "(2, 8, 3, 12)", "never merge seq_len"]),
    "four axes, batch_first": (
        FIRST,
        torch.cat([x[None], x[None]]),
        ["(batch, seq_len, input_size)", "batch_first=True", "never merge seq_len"],
    ),
    "a sequence for a cell": (
        CELL,
        x,
        ["a cell takes one step", "you write the loop", "cell(x_t, (h, c))", "use LSTM"],
    ),
    "a sequence for another cell": (LayerSpec("GRUCell", 12, 16), x, ["h = cell(x_t, h)", "use GRU"]),
    "one number for a cell": (CELL, x[0, 0, 0], ["2 axes", "(batch, input_size)", "not 0"]),
    "the wrong width": (
        LSTM,
        x[..., :5],
        ["input_size=12", "axis 2", "not 5", "(8, 3, 5)", "make the layer with input_size=5"],
    ),
    "the width on another axis": (
        LSTM,
        x.transpose(1, 2),
        ["axis 2", "not 3", "axis 1 is 12 wide", "x.movedim(1, -1)"],
    ),
    "the width first": (FIRST, x.transpose(0, 2), ["batch_first=True", "axis 0 is 12 wide", "x.movedim(0, -1)"]),
    "the wrong width, unbatched": (LSTM, x[:, 0, :5], ["axis 1", "not 5", "without batch"]),
    "the wrong width of a cell": (CELL, x[0, :, :5], ["input_size=12", "axis 1", "not 5"]),
    "no steps": (LSTM, x[:0], ["axis 0, seq_len, is 0", "at least 1"]),
    "no sequences": (LSTM, x[:, :0], ["axis 1, batch, is 0"]),
    "no sequences, batch_first": (FIRST, x[:0], ["axis 0, batch, is 0"]),
    "no sequences for a cell": (CELL, x[0, :0], ["axis 0, batch, is 0"]),
    "whole numbers": (LSTM, x.long(), ["float32", "not int64", "x.float()", "nn.Embedding"]),
    "bools": (LSTM, x.bool(), ["float32", "not bool"]),
    "complex numbers": (LSTM, x.to(torch.complex64), ["float32", "not complex64"]),
    "a numpy array": (LSTM, np.zeros((8, 3, 12)), ["torch tensor", "numpy array"]),
    "a list": (LSTM, [[[0.0] * 12]], ["torch tensor", "list"]),
    "a number": (LSTM, 3.0, ["torch tensor", "float"]),
    "words": (LSTM, "hello", ["torch tensor", "str"]),
    "a pair": (LSTM, (x, None), ["one tensor", "x[0]", "run(layer, x, hx)"]),
    "a sparse tensor": (LSTM, x.to_sparse(), ["dense"]),
    "a device that is not there": (LSTM, x.to("meta"), ["no device 'meta'", "this machine has cpu"]),
}


@pytest.mark.parametrize(("spec", "given", "words"), BAD.values(), ids=BAD)
def test_a_bad_input_is_refused_in_words(spec: LayerSpec, given: object, words: list[str]) -> None:
    refused(lambda: run(spec, given), *words)  # type: ignore[arg-type]
    if not (isinstance(given, torch.Tensor) and given.is_meta):  # a module runs where it is, whatever x says
        refused(lambda: run(real(spec), given), *words)  # type: ignore[arg-type]
    good = x[0] if spec.is_cell else x
    assert run(spec, good).input is good  # and nothing is lost


def test_the_dtype_wanted_is_the_layers() -> None:
    refused(lambda: run(nn.LSTM(12, 16), x.double()), "float32", "not float64", "x.float()", "layer.to(torch.float64)")
    refused(lambda: run(nn.LSTMCell(12, 16), x[0].half()), "float32", "not float16", "x.float()")
    refused(lambda: run(nn.GRU(12, 16).double(), x), "float64", "not float32", "x.to(torch.float64)")
    assert run(nn.GRU(12, 16).double(), x.double()).output.dtype == torch.float64


DISAGREE = {
    "swapped": (
        LSTM,
        x,
        {"seq_len": 3, "batch": 8},
        ["seq_len=8, batch=3", "swapped", "x.transpose(0, 1)", "batch_first"],
    ),
    "swapped, batch_first": (FIRST, x, {"seq_len": 8, "batch": 3}, ["swapped", "batch_first=True"]),
    "another seq_len": (LSTM, x, {"seq_len": 7}, ["seq_len=8", "not seq_len=7"]),
    "another batch": (LSTM, x, {"batch": 7}, ["batch=3", "not batch=7"]),
    "a batch of an unbatched x": (LSTM, x[:, 0], {"batch": 3}, ["batch=None", "not batch=3"]),
    "another batch for a cell": (CELL, x[0], {"batch": 4}, ["batch=3", "not batch=4"]),
    "a bad seq_len": (LSTM, x, {"seq_len": 8.0}, ["seq_len", "write 8"]),
    "a bad batch": (LSTM, x, {"batch": 0}, ["batch", "at least 1"]),
}


@pytest.mark.parametrize(("spec", "given", "sizes", "words"), DISAGREE.values(), ids=DISAGREE)
def test_sizes_that_say_otherwise(spec: LayerSpec, given: torch.Tensor, sizes: dict, words: list[str]) -> None:
    refused(lambda: run(spec, given, **sizes), *words)


def test_sizes_that_agree() -> None:
    assert run(LSTM, x, seq_len=8, batch=3).output.shape == (8, 3, 16)
    assert run(LSTM, x[:, 0], seq_len=8).output.shape == (8, 16)
    assert run(CELL, x[0], seq_len=500, batch=3).output.shape == (3, 16)  # a cell's loop is the learner's


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ({}, ["give x, or seq_len"]),
        ({"batch": 3}, ["give x, or seq_len"]),
        ({"seq_len": 0}, ["seq_len", "at least 1"]),
        ({"seq_len": 2.5}, ["seq_len", "2.5"]),
        ({"seq_len": True}, ["seq_len", "True"]),
        ({"seq_len": "8"}, ["seq_len", "'8'"]),
        ({"seq_len": 8, "batch": -3}, ["batch", "at least 1"]),
    ],
)
def test_sizes_of_an_input_still_to_be_made(sizes: dict, words: list[str]) -> None:
    refused(lambda: run(LSTM, **sizes), *words)


def test_a_packed_input() -> None:
    packed = pack_sequence([x[:, 0], x[:5, 1]])
    assert run(LSTM, packed).output.batch_sizes.tolist() == packed.batch_sizes.tolist()
    refused(lambda: run(CELL, packed), "one step", "PackedSequence", "use LSTM")
    refused(lambda: run(LayerSpec("GRU", 5, 2), packed), "input_size=5", "(13, 12)", "(length, 5)")
    refused(lambda: run(nn.LSTM(12, 16), packed.double()), "float32", "not float64")
    refused(lambda: run(LSTM, pack_sequence([x])), "input_size=12", "(8, 3, 12)")
    refused(lambda: run(LSTM, packed, seq_len=7), "seq_len=8", "not seq_len=7")


def test_a_device_that_is_not_the_layers() -> None:
    refused(lambda: run(LSTM, x, device="cuda:99"), "no device 'cuda:99'")
    refused(lambda: run(nn.LSTM(12, 16).to("meta"), x), "no device 'meta'")
    refused(lambda: run(nn.LSTM(12, 16).to("meta"), x, device="cpu"), "the layer is on meta", "layer.to('cpu')")


def test_what_is_no_layer() -> None:
    refused(lambda: run("LSTM", x), "'LSTM' is a name", "LayerSpec")  # type: ignore[arg-type]
    refused(lambda: run(nn.LSTM, x), "a class")  # type: ignore[arg-type]
    refused(lambda: run(nn.Sequential(nn.LSTM(12, 16)), x), "'0'", "get_submodule")


def taken_by_torch(spec: LayerSpec, given: torch.Tensor) -> bool:
    try:
        real(spec)(given)
    except (RuntimeError, ValueError):
        return False
    return True


@given(specs(), seq_lens, st.none() | batches, st.data())
@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_what_torch_refuses_is_refused_before_torch(
    spec: LayerSpec, seq_len: int, batch: int | None, data: st.DataObject
) -> None:
    """One axis of a good input is made longer, shorter, or doubled: rnnlib and torch take the same ones."""
    n = [] if batch is None else [batch]
    steps = [] if spec.is_cell else [seq_len]
    shape = [*n, *steps, spec.input_size] if spec.batch_first else [*steps, *n, spec.input_size]
    change = data.draw(st.sampled_from(["longer", "another axis", "one axis less", "nothing"]))
    axis = data.draw(st.integers(0, len(shape) - 1))
    if change == "longer":
        shape[axis] += 1
    elif change == "another axis":
        shape.insert(axis, 2)
    elif change == "one axis less":
        shape.pop(axis)
    given = torch.zeros(shape)
    if taken_by_torch(spec, given):
        assert run(spec, given).input is given
    else:
        refused(lambda: run(spec, given), "x must", str(tuple(shape)))


@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_needs_no_sizes(kind: str) -> None:
    assert run(LayerSpec(kind, 12, 16)).output.shape == (16,)


@pytest.mark.parametrize("spec", [LSTM, CELL])
def test_nobody_is_told_to_join_two_sequences_in_time(spec: LayerSpec) -> None:
    """Time is the first axis here, and merging it with another runs, and is wrong."""
    assert "flatten" not in refused(lambda: run(spec, torch.zeros(2, 8, 3, 12)))


def test_a_row_of_numbers_for_a_layer_that_reads_one_gets_its_mend() -> None:
    row = torch.zeros(20)
    refused(lambda: run(LayerSpec("GRU", 1, 5), row), "write x[:, None]")
    assert run(LayerSpec("GRU", 1, 5), row[:, None]).output.shape == (20, 5)


def test_a_cells_seq_len_is_a_size_too() -> None:
    refused(lambda: run(LayerSpec("GRUCell", 3, 5), torch.zeros(2, 3), seq_len=-2.5), "seq_len must be")  # type: ignore[arg-type]


data = torch.zeros(9, 12)
two_steps = PackedSequence(data, torch.tensor([5, 4]))
BY_HAND = {
    "too few steps counted": PackedSequence(data, torch.tensor([3, 2, 2])),
    "too many steps counted": PackedSequence(data, torch.tensor([5, 5])),
    "batch sizes that rise": PackedSequence(data, torch.tensor([4, 5])),
    "a step of nobody": PackedSequence(data, torch.tensor([9, 0])),
    "a negative step": PackedSequence(data, torch.tensor([10, -1])),
    "no step": PackedSequence(data, torch.tensor([], dtype=torch.int64)),
    "another dtype": PackedSequence(data, torch.tensor([5.0, 4.0])),
    "two axes": PackedSequence(data, torch.tensor([[5], [4]])),
    "a list of sizes": two_steps._replace(batch_sizes=[5, 4]),
    "no sizes": two_steps._replace(batch_sizes=None),
    "sizes without numbers": two_steps._replace(batch_sizes=torch.ones(2, dtype=torch.int64, device="meta")),
    "an order of floats": two_steps._replace(sorted_indices=torch.rand(5), unsorted_indices=torch.rand(5)),
    "a right order, as floats": PackedSequence(
        data, torch.tensor([3, 3, 3]), torch.tensor([2.0, 1.0, 0.0]), torch.tensor([2.0, 1.0, 0.0])
    ),
    "an order and none back": two_steps._replace(sorted_indices=torch.arange(5)),
    "an order that names one twice": PackedSequence(
        data, torch.tensor([5, 4]), torch.tensor([0, 1, 2, 3, 3]), torch.arange(5)
    ),
    "an order too short": PackedSequence(data, torch.tensor([5, 4]), torch.arange(4)),
    "an order and another one back": PackedSequence(
        data, torch.tensor([3, 3, 3]), torch.tensor([1, 2, 0]), torch.tensor([1, 2, 0])
    ),
}


@pytest.mark.parametrize("packed", BY_HAND.values(), ids=BY_HAND)
def test_a_packed_sequence_that_was_made_by_hand_is_looked_at(packed: PackedSequence) -> None:
    for layer in (LSTM, nn.GRU(12, 5, batch_first=True)):
        refused(lambda layer=layer: run(layer, packed), "do not go with its data", "pack_sequence")


@pytest.mark.parametrize(
    "other", [None, [[0.0] * 12] * 9, data.numpy(), data.to_sparse()], ids=["None", "list", "array", "sparse"]
)
def test_a_packed_sequence_of_something_else(other: Any) -> None:
    packed = PackedSequence(data, torch.tensor([5, 4]))._replace(data=other)
    refused(lambda: run(LSTM, packed), "x.data must be")


def test_a_packed_sequence_that_was_made_by_hand_and_fits_is_taken() -> None:
    packed = PackedSequence(data, torch.tensor([3, 3, 3]), torch.tensor([1, 2, 0]), torch.tensor([2, 0, 1]))
    assert run(LSTM, packed).output.data.shape == (9, 16)
