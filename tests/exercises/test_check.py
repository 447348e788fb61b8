"""One call tells the learner and the grader; what was there before it is there after it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import check


@pytest.mark.parametrize("lesson", ["2", "12", "02_rnn", "", 2, None, ["02"]])
def test_an_unknown_lesson_is_answered_with_those_there_are(lesson: Any) -> None:
    verdict = check(lesson, print)
    assert verdict.slip == "unknown lesson"
    assert '"00", "01", "02",' in verdict.sentence


def count(gates: int, input_size: int, hidden_size: int, num_layers: int, num_directions: int) -> int:
    widths = [input_size, *(num_layers - 1) * [num_directions * hidden_size]]
    return sum(num_directions * gates * hidden_size * (width + hidden_size + 2) for width in widths)


def every_state(cell: nn.RNNCell, sequence: torch.Tensor) -> list[torch.Tensor]:
    hidden = torch.zeros(1, 2)
    return [hidden := cell(x, hidden) for x in sequence]


def gather(model: nn.LSTM, head: nn.Linear, series: torch.Tensor, target: torch.Tensor) -> Any:
    state = None
    for piece, wanted in zip(series.split(10), target.split(10), strict=True):
        output, state = model(piece, state)
        nn.functional.mse_loss(head(output), wanted).backward()
        state = tuple(part.detach() for part in state)
    return state


RIGHT: dict[str, Callable[..., Any]] = {"01": every_state, "05": count, "09": gather}


@pytest.mark.parametrize("lesson", RIGHT)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("mode", [torch.no_grad, torch.enable_grad, torch.inference_mode])
def test_a_right_answer_is_right_in_any_dtype_and_mode(lesson: str, dtype: torch.dtype, mode: Any) -> None:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with mode():
            verdict = check(lesson, RIGHT[lesson])
    finally:
        torch.set_default_dtype(before)
    assert verdict, verdict
    assert verdict.slip == ""


def test_a_check_disturbs_nothing_and_says_the_same_again() -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    first = check("01", every_state)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(7)
    assert check("01", every_state) == first


def test_a_constant_that_is_right_in_the_lesson_is_not_right() -> None:
    torch.manual_seed(0)
    kept = every_state(nn.RNNCell(4, 2), torch.randn(3, 1, 4))
    assert check("01", lambda cell, sequence: [state + 1e-3 for state in kept]).slip == "numbers"


def test_a_verdict_cannot_be_changed() -> None:
    verdict = check("05", lambda *_: 640)
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.slip = ""
