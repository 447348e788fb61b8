"""Whatever is given as an answer gets a sentence and a slip. What is right: tests/notebooks/exercises.toml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import check
from rnnlib.exercises.lessons.judges import JUDGES


def nothing(*_: Any) -> None:
    """As an exercise whose cell was emptied but for its first line."""


def speaks(*_: Any) -> None:
    print("Right: 20 calls of one step equal one call of 20 steps.")


def ends_the_program(*_: Any) -> None:
    raise SystemExit("Right")


def without_end(*_: Any) -> Iterator[int]:
    while True:
        yield 1


class Odd:
    """Answers every question with an error."""

    def __getattr__(self, name: str) -> Any:
        raise KeyError(name)

    def __repr__(self) -> str:
        raise KeyError("repr")


def _gives(value: Any) -> Callable[..., Any]:
    return lambda *_: value


RETURNED: dict[str, Any] = {
    "a number": 3,
    "text": "Right",
    "nothing in a list": [],
    "a dictionary": {"h_n": torch.zeros(2)},
    "a number alone in a tensor": torch.tensor(3.0),
    "no steps": torch.zeros(0, 1, 2),
    "nan": [torch.full((1, 2), torch.nan)] * 3,
    "whole numbers": [torch.zeros(1, 16, dtype=torch.int64)] * 20,
    "complex numbers": [torch.zeros(1, 1, 16, dtype=torch.complex64)] * 20,
    "bool": torch.zeros(7, 5, 12, dtype=torch.bool),
    "few of them": torch.zeros(7, 5, 12).to_sparse(),
    "not all of one dtype": [torch.zeros(1, 2), torch.zeros(1, 2).half(), torch.zeros(1, 2).long()],
    "a pair": (torch.zeros(1, 1, 8), torch.zeros(1, 1, 8)),
    "a layer": nn.GRU(3, 2),
    "a class": nn.GRU,
    "something odd": Odd(),
}
ANSWERS: dict[str, Any] = {
    "nothing": None,
    "...": ...,
    "true": True,
    "a list": [torch.zeros(1, 2)] * 3,
    "a large number": 10**5000,
    "a layer": nn.LSTM(3, 2),
    "a layer's class": nn.GRU,
    "any class": Odd,
    "an odd thing": Odd(),
    "print": print,
    "a function that gives nothing": nothing,
    "a function that says Right": speaks,
    "a function that ends the program": ends_the_program,
    "a function without an end": without_end,
    "a function of no arguments": lambda: 3,
    "a function that raises": lambda *_: 1 / 0,
    "a function that gives back what it was given": lambda *given: given,
} | {f"a function that gives {name}": _gives(value) for name, value in RETURNED.items()}


@pytest.mark.parametrize("lesson", JUDGES)
def test_any_wrong_answer_gets_a_sentence_and_a_slip(lesson: str) -> None:
    for name, answer in ANSWERS.items():
        verdict = check(lesson, answer)
        assert not verdict, name
        assert 2 < len(verdict.slip) < 30, name
        assert re.fullmatch("Not yet: .{20,300}", verdict.sentence), (name, verdict.sentence)
        assert repr(verdict) == verdict.sentence


def test_what_is_no_answer_at_all_is_blamed_for_no_slip_of_the_lesson() -> None:
    general = {"no function", "no return", "raises", "endless", "no class", "no GRU", "no whole number", "no step"}
    for name in ("nothing", "a function that gives nothing", "a function that raises", "a function without an end"):
        assert {check(lesson, ANSWERS[name]).slip for lesson in JUDGES} <= general
