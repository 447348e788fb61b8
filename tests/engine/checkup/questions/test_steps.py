"""Which steps count."""

from __future__ import annotations

import torch
from torch import nn

from rnnlib import checkup
from tests.engine.checkup.zoo import LENGTHS, B, F, H, Made, T, gru, head, numbers, packed, tokens


def test_the_steps_that_count_are_a_sequences_own() -> None:
    case = packed()
    steps = checkup(case.model, case.x, *case.more, **case.options)["every_step"].evidence
    own = torch.arange(T) < LENGTHS[:, None]
    assert torch.equal(steps.counts, own)
    assert torch.equal(steps.own, own)
    assert torch.equal(steps.gradient > 0, own)


def test_a_window_shows_which_steps_it_leaves_out() -> None:
    finding = checkup(Made(lambda m, x: m.gru(x[:, 3:])[1][-1], gru=gru()), numbers())["every_step"]
    assert finding.holds is False
    assert "steps 0, 1, 2 of 5 sequences" in finding.sentence
    assert finding.evidence.counts.any(0).tolist() == [False] * 3 + [True] * 6


def test_of_ids_the_embedding_is_felt() -> None:
    model = Made(lambda m, x: m.gru(m.embed(x))[1][-1], embed=nn.Embedding(20, F), gru=gru())
    steps = checkup(model, tokens())["every_step"].evidence
    assert steps.gradient.shape == (B, T)
    assert steps.counts.all()


def test_what_has_faded_is_no_fault() -> None:
    rnn = nn.RNN(F, H, batch_first=True)
    with torch.no_grad():
        rnn.weight_hh_l0.mul_(0.05)  # the first of 60 steps: below what float32 can hold
    finding = checkup(Made(lambda m, x: m.rnn(x)[1][-1], rnn=rnn), numbers(steps=60))["every_step"]
    assert finding.holds is None
    assert "faded" in finding.sentence


def test_an_argmax_is_too_coarse_to_blame() -> None:
    model = Made(lambda m, x: m.fc(m.gru(x[:, 1:])[1][-1]).argmax(-1), gru=gru(), fc=head())
    finding = checkup(model, numbers())["every_step"]
    assert finding.holds is None
    assert "whole numbers" in finding.sentence


def test_lengths_that_checkup_was_not_told_are_no_fault() -> None:
    case = packed()
    assert checkup(case.model, case.x, *case.more).ok


def test_the_last_step_left_out_is_a_fault_but_not_where_it_is_the_target() -> None:
    short = Made(lambda m, x: m.gru(x[:, :-1])[1][-1], gru=gru())
    assert checkup(short, numbers())["every_step"].holds is False
    shifted = Made(lambda m, x: m.gru(x[:, :-1])[0], gru=gru())
    assert checkup(shifted, numbers())["every_step"].holds is None


def test_one_step_leaves_nothing_to_remember() -> None:
    finding = checkup(gru(), numbers(steps=1))["every_step"]
    assert finding.holds is None
    assert "window" in finding.sentence
