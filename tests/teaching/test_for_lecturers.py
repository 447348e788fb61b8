"""The page for lecturers: what it names is in the lessons, and each wrong answer is the slip that it says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

import rnnlib

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "teaching" / "README.md").read_text("utf-8")
ANSWERS = re.findall(r"^\| (\d\d) `([\w-]+)` \| `(.+?)` \| `(.+?)` \| (.+?) \|", TEXT, re.MULTILINE)
PARTS = re.findall(r'(\d\d), ((?:"[^"]+"(?:, | to | and |, from )?)+)', TEXT)


@cache
def lesson(number: str) -> Any:
    return nbformat.read(next((ROOT / "notebooks").glob(f"{number}_*.ipynb")), as_version=4)


def test_it_says_something() -> None:
    assert len(ANSWERS) > 10
    assert len(PARTS) > 15


@pytest.mark.parametrize(("number", "cell", "right", "wrong", "slip"), ANSWERS)
def test_a_wrong_answer_is_the_slip_that_it_is_said_to_be(
    number: str, cell: str, right: str, wrong: str, slip: str
) -> None:
    source = next(one.source for one in lesson(number).cells if one.id == cell)
    (call,) = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _name(node) == "predict")
    card = eval(ast.unparse(call), vars(rnnlib))
    for answer, name in ((wrong, slip), (right, "")):
        assert card.answer(answer).slip == name


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def test_the_cards_and_headings_that_it_names_are_in_the_lessons() -> None:
    for number, named in PARTS:
        headings = re.findall(r"^#+ (.*)$", "\n".join(cell.source for cell in lesson(number).cells), re.MULTILINE)
        for heading in re.findall(r'"([^"]+)"', named):
            assert any(one.startswith(heading) for one in headings), (number, heading)
    for number, cell in re.findall(r"(\d\d) `([\w-]+)`", TEXT):
        assert cell in {one.id for one in lesson(number).cells}
