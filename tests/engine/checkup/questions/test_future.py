"""Which steps tell on earlier ones: those of x, or of a target that stands after it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rnnlib import checkup
from rnnlib.engine.checkup.report import Checkup
from tests.engine.checkup.zoo import SICK, SOUND, Case, H, Made, T, gru, numbers


def asked(case: Case, **options: bool) -> Checkup:
    return checkup(case.model, case.x, *case.more, **(case.options | options))


@pytest.mark.parametrize("steps", [T, T - 2])
def test_of_a_decoder_the_targets_steps_are_asked_about(steps: int) -> None:
    case = SOUND["teacher_forcing" if steps == T else "teacher_forcing_with_a_target_of_another_length"]()
    for causal in (True, False):
        finding = asked(case, causal=causal)["future"]
        assert finding.holds
        assert "of more[0]" in finding.sentence
        assert torch.equal(finding.evidence, torch.ones(steps, steps).tril().bool())


def test_two_directions_are_blamed_only_where_they_read_those_steps() -> None:
    """The encoder of this one reads both ways, as it may; the decoder's target is what leaks."""
    report = asked(SICK["a_decoder_that_reads_what_it_should_guess"][1]())
    assert "bidirectional=False" not in repr(report)


def test_a_model_of_one_direction_is_not_told_to_read_in_one() -> None:
    shifted = Made(lambda m, x: m.gru(x.roll(-1, 1))[0], gru=gru())
    assert "bidirectional=False" not in repr(checkup(shifted, numbers(), causal=True))


def test_what_goes_along_step_by_step_is_no_target() -> None:
    """Cut x alone, and it does not run: the steps are those of x."""
    model = Made(lambda m, x, y: m.gru(torch.cat((x, y), -1).flip(1))[0], gru=nn.GRU(9, H, batch_first=True))
    finding = checkup(model, numbers(), torch.randn(5, T, 3), causal=True)["future"]
    assert finding.holds is False
    assert "more[0]" not in finding.sentence


def test_a_result_for_each_step_beside_one_for_all_is_asked_about() -> None:
    case = SOUND["teacher_forcing"]()
    both = Made(lambda m, x, y: {"state": m.of.encoder(x)[1][-1], "scores": m.of(x, y)}, of=case.model)
    assert checkup(both, case.x, *case.more, causal=True)["future"].holds


def test_the_future_is_a_fault_where_it_must_not_be() -> None:
    both = gru(bidirectional=True)
    free, causal = checkup(both, numbers())["future"], checkup(both, numbers(), causal=True)["future"]
    assert (free.holds, causal.holds) == (None, False)
    assert torch.equal(causal.evidence, torch.ones(T, T).bool())
    forward = checkup(Made(lambda m, x: m.gru(x)[0], gru=gru()), numbers(), causal=True)["future"]
    assert forward.holds
    assert torch.equal(forward.evidence, torch.ones(T, T).tril().bool())


def test_a_shift_by_one_is_found() -> None:
    """A target that is read before its step: the classical leak of a decoder."""
    model = Made(lambda m, x: m.gru(x.roll(-1, 1))[0], gru=gru())
    assert checkup(model, numbers(), causal=True)["future"].holds is False
