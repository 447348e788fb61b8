"""What a checkup is given: cut and permuted as one, and refused in one sentence."""

from __future__ import annotations

import threading
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.utils.rnn import pack_padded_sequence

from rnnlib import checkup
from rnnlib.engine.checkup.given import AXES, check_given
from tests.engine.checkup.zoo import LENGTHS, B, F, Made, T, gru, lstm, numbers, own, tokens
from tests.strategies import refused


def test_what_belongs_to_the_batch_goes_along() -> None:
    x, state, mask = numbers(LENGTHS), torch.randn(2, B, 8), own(torch.empty(B, T), LENGTHS)[..., 0]
    given = check_given(x, (LENGTHS, (state, state), mask, 3, LENGTHS.tolist(), torch.ones(7)), LENGTHS, AXES)
    taken = given.take([3, 0]).until(7)
    assert torch.equal(taken.x, x[[3, 0], :7])
    lengths, (h, _), cut, three, listed, ones = taken.more
    assert lengths.tolist() == listed == taken.lengths.tolist() == [7, 6]
    assert torch.equal(h, state[:, [3, 0]])
    assert torch.equal(cut, mask[[3, 0], :7])
    assert three == 3
    assert len(ones) == 7


def test_time_may_come_first() -> None:
    given = check_given(numbers().transpose(0, 1), (), LENGTHS, ("seq_len", "batch", "input_size"))
    assert (given.batch, given.seq_len) == (B, T)
    assert given.take([1]).x.shape == (T, 1, F)
    assert torch.equal(given.with_steps(given.by_sequence()).x, given.x)


def test_token_ids_need_two_names() -> None:
    assert check_given(tokens(), (), None, AXES).axes == ("batch", "seq_len")


NAN = numbers()
NAN[1, 2, 3] = torch.nan


@pytest.mark.parametrize(
    ("x", "options", "words"),
    [
        ([1.0], {}, ["x must be a torch tensor"]),
        (NAN, {}, ["nan", "x[1, 2, 3]"]),
        (torch.randn(B, T), {}, ["2 axes", 'axes=("batch", "seq_len")']),
        (torch.randn(T), {}, ["x.unsqueeze(0)"]),
        (torch.randn(0, T, F), {}, ["empty"]),
        (torch.ones(B, T, F, dtype=torch.bool), {}, ["x.float()"]),
        (torch.ones(B, T, F, device="meta"), {}, ["meta"]),
        (pack_padded_sequence(numbers(), LENGTHS, True, False), {}, ["packed", "lengths=…"]),
        (numbers(), {"axes": ("batch", "time", "input_size")}, ["'seq_len'"]),
        (numbers(), {"axes": "batch"}, ["axes must be names"]),
        (numbers(), {"lengths": [1, 2]}, ["each of the 5 sequences"]),
        (numbers(), {"lengths": [1, 2, 3, 4, 50]}, ["lengths[4]", "50"]),
        (numbers(), {"lengths": [0, 2, 3, 4, 5]}, ["lengths[0]"]),
        (numbers(LENGTHS).flip(1), {"lengths": LENGTHS}, ["padded on the left"]),
        (tokens(LENGTHS).flip(1), {"lengths": LENGTHS}, ["padded on the left"]),
        (numbers(), {"causal": 1}, ["causal must be True or False"]),
    ],
)
def test_what_does_not_fit_gets_one_sentence(x: object, options: dict[str, object], words: list[str]) -> None:
    refused(lambda: checkup(gru(), x, **options), *words)


def test_what_is_no_model_gets_one_sentence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantised = torch.ao.quantization.quantize_dynamic(nn.Sequential(lstm()), {nn.LSTM})
    unmade = nn.Module.__new__(nn.Module)
    lazy = nn.Sequential(nn.LazyLinear(3))
    locked = Made(lambda m, x: m.gru(x), gru=gru(), lock=threading.Lock())
    for model, word in [
        (nn.LSTM, "is a class"),
        (torch.tanh, "must be an nn.Module"),
        (unmade, "is not made yet"),
        (quantised, "is quantised"),
        (nn.GRU(F, 8, device="meta"), "device meta"),
        (locked, "cannot be copied"),
        (lazy, "lazy"),
    ]:
        refused(lambda model=model: checkup(model, numbers()), word)


def test_one_id_alone_leaves_nothing_to_change() -> None:
    report = checkup(Made(lambda m, x: m.gru(m.embed(x))[1][-1], embed=nn.Embedding(3, F), gru=gru()), tokens() * 0 + 1)
    assert report.ok
    assert "Every step of x is the id 1" in report["batch"].sentence
    with pytest.raises(KeyError, match="the questions are runs, batch"):
        report["bach"]


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((5, 7), dtype=np.int64), "dtype=torch.int64"),
        ([[1, 2], [3, 4]], "dtype=torch.int64"),
        (np.zeros((5, 7, 3)), "dtype=torch.float32"),
        ((torch.zeros(5, 7, 3), torch.zeros(5)), "x, y = batch"),
        ({"x": torch.zeros(5, 7, 3)}, "x, y = batch"),
        (torch.zeros(5, 7), "which is the default"),
        ("text", "must be a torch tensor"),
    ],
)
def test_what_is_no_tensor_is_told_how_it_becomes_one(x: Any, words: str) -> None:
    refused(lambda: check_given(x, (), None, AXES), words)


@pytest.mark.parametrize(
    ("mode", "words"), [(FakeTensorMode, "leave that mode"), (lambda: torch.device("meta"), "set_default_device")]
)
def test_where_tensors_hold_no_numbers_it_says_so(mode: Any, words: str) -> None:
    model, x = nn.GRU(F, 8, batch_first=True), numbers()
    with mode():
        refused(lambda: checkup(model, x), words)
