"""What looks odd is said, and counts as no fault: ends that look like pads, an axis before the batch."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rnnlib import checkup
from tests.engine.checkup.zoo import LENGTHS, B, F, H, Made, T, gru, head, lstm, numbers, own


def test_ends_in_zeros_are_told_where_no_lengths_are_given() -> None:
    model, x = Made(lambda m, x: m.fc(m.gru(x)[1][-1]), gru=gru(), fc=head()), numbers(LENGTHS)
    x = x * own(x, LENGTHS)
    report = checkup(model, x)
    assert report.ok
    assert report.notes == ("4 of 5 sequences end in zeros: pads? Then give lengths=….",)
    assert repr(report).splitlines()[1] == f"! {report.notes[0]}"
    assert checkup(model, x, lengths=LENGTHS).notes == ()
    assert checkup(model, numbers()).notes == ()


@pytest.mark.parametrize("pad", [0, 19])
def test_ends_in_one_id_are_told(pad: int) -> None:
    model = Made(lambda m, x: m.fc(m.gru(m.embed(x))[1][-1]), embed=nn.Embedding(20, F), gru=gru(), fc=head())
    ids = torch.arange(1, 1 + B * T).view(B, T) % 18 + 1
    ids[torch.arange(T) >= LENGTHS[:, None]] = pad
    assert f"4 of 5 sequences end in the id {pad}" in checkup(model, ids).notes[0]


def test_a_last_word_that_all_share_is_no_pad() -> None:
    model = Made(lambda m, x: m.gru(m.embed(x))[1][-1], embed=nn.Embedding(20, F), gru=gru())
    ids = torch.arange(1, 1 + B * T).view(B, T) % 18 + 1
    ids[:, -1] = 19
    assert checkup(model, ids).notes == ()
    ids[:2, 0] = 19
    assert checkup(model, ids).notes == ()


def test_an_lstms_pair_taken_for_a_state_is_told() -> None:
    pair = Made(lambda m, x: m.fc(torch.cat(m.lstm(x)[1], -1)), lstm=lstm(bidirectional=True), fc=head(2 * H))
    (note,) = checkup(pair, numbers()).notes
    assert "an axis of 2 before the batch" in note
    assert "(h_n, c_n) = lstm(x)" in note
