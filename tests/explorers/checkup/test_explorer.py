"""A report shows itself in a notebook, and is the engine's Checkup all the same."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn

from rnnlib import checkup
from rnnlib.engine.checkup import checkup as engine
from rnnlib.engine.checkup.report import Checkup
from rnnlib.explorers.checkup.view import ASKS
from tests.engine.checkup.zoo import SICK


def sick() -> Checkup:
    torch.manual_seed(0)
    case = SICK["without_batch_first"][1]()
    return checkup(case.model, case.x)


def test_the_facades_report_is_the_engines() -> None:
    report = checkup(nn.GRU(3, 2, batch_first=True), torch.randn(2, 4, 3))
    assert isinstance(report, Checkup)
    assert report.ok
    assert report["runs"].holds
    assert repr(report).startswith("checkup of GRU: nothing found, 10 of 12 questions answered\n✓ runs")
    assert checkup.__doc__ == engine.checkup.__doc__
    assert inspect.signature(checkup) == inspect.signature(engine.checkup)


def test_a_notebook_shows_the_picture_and_stores_the_text() -> None:
    report = sick()
    data = report._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert data["text/plain"] == repr(report) == repr(report.view)
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == report.view.model_id
    assert report.view is report.view, "it is made once"


def test_it_begins_with_the_question_that_names_the_first_cause() -> None:
    assert sick().view.chosen == "layers"
    assert checkup(nn.Linear(3, 2), torch.randn(2, 4, 3)).view.chosen == "runs"


def test_the_questions_are_the_engines() -> None:
    assert tuple(ASKS) == engine.QUESTIONS


@pytest.mark.parametrize("bad", ["bach", "", None, 3, ["batch"]])
def test_a_question_that_is_none_is_refused_in_a_sentence(bad: object) -> None:
    view = sick().view
    with pytest.raises(ValueError, match=r"^there is no question .*: the questions are runs, batch,"):
        view.chosen = bad
    assert view.chosen == "layers"
