"""How long it takes, and which part of a large batch is asked about."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rnnlib import checkup
from rnnlib.engine.checkup import size
from rnnlib.engine.checkup.given import AXES, check_given
from tests.engine.checkup.zoo import LENGTHS, Made, gru, lstm, numbers, pack
from tests.strategies import refused


def test_a_part_has_the_longest_sequence_and_says_what_it_is() -> None:
    lengths = torch.randint(1, 50, (32,))
    lengths[11] = 100
    x = torch.zeros(32, 100, 40)
    part = size.part_of(nn.LSTM(40, 900, batch_first=True), check_given(x, (), lengths, AXES))
    assert 11 in part.sequences
    assert list(part.sequences) == sorted(part.sequences)
    assert {0, 99} <= {*part.steps}
    assert f"{len(part.sequences)} of 32 sequences" in part.sentence


def test_what_would_take_minutes_is_refused() -> None:
    given = check_given(torch.zeros(2, 20_000, 40), (), None, AXES)
    refused(lambda: size.part_of(nn.LSTM(40, 3000), given), "minutes", "shorter sequences")


def test_the_part_is_what_the_report_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "LONG", 0)
    monkeypatch.setattr(size, "PARTS", ((3, 4),))
    model = Made(lambda m, x, n: m.lstm(pack(x, n))[1][0][-1], lstm=lstm())
    report = checkup(model, numbers(LENGTHS), LENGTHS, lengths=LENGTHS)
    assert report.ok
    assert report.sequences == (0, 1, 2)  # of 6, 9 and 3 steps
    assert report.steps == (0, 3, 5, 8)
    assert report["batch"].evidence.moved.shape == (3, 3)
    assert "3 of 5 sequences (0, 1, 2)" in repr(report)


def test_sentences_name_sequences_by_their_place_in_the_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "LONG", 0)
    monkeypatch.setattr(size, "PARTS", ((3, 4),))
    model = Made(lambda m, x: m.gru(x)[0][:, -1], gru=nn.GRU(6, 8))  # without batch_first=True
    report = checkup(model, numbers())
    assert report.sequences == (0, 2, 4)
    assert "sequence 0 moves the result of sequence 2" in report["batch"].sentence
    assert "2 sequences of 3 (2, 4)" in report["alone"].sentence
    assert "(0, 2, 4)" in report["order"].sentence


def test_a_model_of_one_batch_size_gets_its_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "LONG", 0)
    monkeypatch.setattr(size, "PARTS", ((3, 4),))
    model = Made(lambda m, x: m.gru(x, torch.zeros(1, 5, 8))[1][-1], gru=gru())
    report = checkup(model, numbers())
    assert report.sequences == (0, 1, 2, 3, 4)
    assert report["alone"].holds is False
