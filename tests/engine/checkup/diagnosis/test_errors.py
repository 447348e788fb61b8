"""A model that does not run: torch's error, the layer that it came from, and what to write."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import checkup
from tests.engine.checkup.zoo import F, H, Made, gru, head, lstm, numbers, tokens


class Needs(nn.Module):
    """Takes lengths, too."""

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        raise AssertionError


def raises(_: Any, x: torch.Tensor) -> None:
    raise RuntimeError("my own")


@pytest.mark.parametrize(
    ("model", "x", "where", "mend"),
    [
        (Needs(), numbers(), "Needs", "checkup(model, x, lengths)"),
        (gru(), numbers(features=7), "GRU", "input_size=7"),
        (gru(), numbers().double(), "GRU", "x.float()"),
        (nn.Sequential(lstm(), head()), numbers(), "1, Linear", "output, h_n = layer(x)"),
        (nn.Sequential(nn.Embedding(9, F)), numbers(), "0, Embedding", "x.long()"),
        (nn.Sequential(nn.Embedding(9, F)), tokens() * 0 + 9, "0, Embedding", "The largest id in x is 9"),
        (Made(lambda m, x: m.gru(x, torch.zeros(5, 1, H)), gru=gru()), numbers(), "gru, GRU", "never batch first"),
        (nn.Sequential(nn.Linear(7, 2)), numbers(), "0, Linear", "in_features"),
        (Made(raises), numbers(), "my own", "traceback"),
    ],
)
def test_it_is_said_where_and_what_to_write(model: nn.Module, x: torch.Tensor, where: str, mend: str) -> None:
    report = checkup(model, x)
    assert where in report["runs"].sentence
    assert mend in report["runs"].cure
    assert not report.ok
    assert {finding.holds for finding in report.findings[1:]} == {None}
    assert len(repr(report).splitlines()) == 4  # what, where, the cure, the lesson


def test_no_argument_but_x_is_said_too() -> None:
    assert "checkup(model, x)" in checkup(gru(), numbers(), 1, 2, 3)["runs"].cure
