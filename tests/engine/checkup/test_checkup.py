"""A zoo of models: the right question fails for each sick one, none for a sound one, whatever its weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, nn

from rnnlib import LayerSpec, checkup
from rnnlib.explorers.checkup.explorer import ShownCheckup
from rnnlib.spec.kinds import LAYERS
from tests.engine.checkup.zoo import SICK, SOUND, Case, Made
from tests.strategies import cases, real, specs

FEW, MANY = range(1), range(1, 10)


def asked(case: Case) -> ShownCheckup:
    return checkup(case.model, case.x, *case.more, **case.options)


def failed(report: ShownCheckup) -> set[str]:
    return {finding.name for finding in report.findings if finding.holds is False}


def check_sick(name: str, seed: int) -> None:
    torch.manual_seed(seed)
    expected, make = SICK[name]
    report = asked(make())
    assert expected <= failed(report), report
    assert not report.ok
    assert report.causes
    assert all(cause.sentence and cause.write and cause.lesson for cause in report.causes)
    assert all(finding.cure and finding.lesson for finding in report.findings if finding.holds is False)
    check_what_to_write(report)


def check_what_to_write(report: ShownCheckup) -> None:
    """Code that Python reads, with the prose in comments; or prose alone. And the lesson is the cause's."""
    for cause in report.causes:
        assert cause.is_code or (cause.write.endswith((".", ")")) and "\n" not in cause.write), cause
        assert report[cause.question].holds is False
    assert report.view.chosen == report.causes[0].question
    assert report[report.view.chosen].lesson == report.causes[0].lesson


def check_sound(name: str, seed: int) -> None:
    torch.manual_seed(seed)
    report = asked(SOUND[name]())
    assert failed(report) == set(), report
    assert report.ok
    assert report.causes == ()
    assert [note for note in report.notes if "pads?" in note] == []


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("name", SICK)
def test_a_sick_model_fails_at_the_right_question(name: str, seed: int) -> None:
    check_sick(name, seed)


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("name", SOUND)
def test_a_sound_model_gives_no_false_alarm(name: str, seed: int) -> None:
    check_sound(name, seed)


@pytest.mark.long
@pytest.mark.parametrize("name", SICK)
def test_a_sick_model_fails_with_other_weights(name: str) -> None:
    for seed in MANY:
        check_sick(name, seed)


@pytest.mark.long
@pytest.mark.parametrize("name", SOUND)
def test_a_sound_model_gives_no_false_alarm_with_other_weights(name: str) -> None:
    for seed in MANY:
        check_sound(name, seed)


@cases(6)
@given(spec=specs(LAYERS), batch=st.integers(2, 5), seq_len=st.integers(2, 7))
def test_any_layer_is_sound_where_it_is_read_rightly_and_sick_where_not(
    spec: LayerSpec, batch: int, seq_len: int
) -> None:
    assume(spec.nonlinearity == "tanh")  # a relu may be shut for good in a layer of one unit
    layer, names = real(spec), ("batch", "seq_len") if spec.batch_first else ("seq_len", "batch")
    x = torch.randn(*(batch, seq_len) if spec.batch_first else (seq_len, batch), spec.input_size)
    report = checkup(layer, x, axes=(*names, "input_size"))
    assert report.ok, report
    report = checkup(layer, x, axes=(*reversed(names), "input_size"))
    assert failed(report) >= {"batch", "layers"}, report
    model = Made(lambda m, x: m.layer(x)[0], layer=layer)
    assert checkup(model, x, axes=(*names, "input_size"), causal=True)["future"].holds is not spec.bidirectional


class Forgetful(nn.Module):
    """Its return is missing."""

    def __init__(self, gives: Any = None) -> None:
        super().__init__()
        self.gru, self.gives = nn.GRU(3, 4, batch_first=True), gives

    def forward(self, x: Tensor) -> Any:
        self.gru(x)
        return self.gives


@pytest.mark.parametrize("gives", [None, "a label", (), {"loss": 3.0}])
def test_a_model_that_gives_no_tensor_is_not_ok(gives: Any) -> None:
    report = checkup(Forgetful(gives), torch.randn(5, 7, 3))
    assert not report.ok
    assert report["runs"].holds is False
    assert "lack a return" in report["runs"].sentence
    assert all(finding.holds is None for finding in report.findings[1:])
