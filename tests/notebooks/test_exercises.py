"""Every exercise can be solved: its folded solution is called right, and each usual slip is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from tests.fresh import printed
from tests.notebooks.lessons import FOLDER, untrained

EXERCISES = tomllib.loads((Path(__file__).parent / "exercises.toml").read_text("utf-8"))


@pytest.mark.parametrize("lesson", EXERCISES)
def test_the_solution_is_called_right_and_each_slip_is_named(lesson: str) -> None:
    cells = nbformat.read(FOLDER / f"{lesson}.ipynb", as_version=4).cells
    before = [cell.source for cell in cells if cell.cell_type == "code" and not cell.id.startswith("exercise")]
    before = list(map(untrained, before))
    source = {cell.id: cell.source for cell in cells}
    solution = solved(source)
    answers = [solution, *(solution.replace(right, wrong) for right, wrong, _ in EXERCISES[lesson]["slips"])]
    assert len(set(answers)) == len(answers), "a slip changes nothing in the solution"
    said = run([*before, *(f"{answer}\n{source['exercise-check']}" for answer in answers)])[-len(answers) :]
    assert said[0].startswith("Right")
    for sentence, (_, _, hint) in zip(said[1:], EXERCISES[lesson]["slips"], strict=True):
        assert sentence.startswith("Not yet")
        assert hint in sentence


@pytest.mark.parametrize("lesson", EXERCISES)
def test_a_cell_that_was_not_run_makes_no_right_answer_wrong(lesson: str) -> None:
    cells = nbformat.read(FOLDER / f"{lesson}.ipynb", as_version=4).cells
    source = {cell.id: cell.source for cell in cells}
    said = run([*(source[name] for name in EXERCISES[lesson]["needs"]), solved(source), source["exercise-check"]])
    assert said[-1].startswith("Right")


def solved(source: dict[str, str]) -> str:
    """The code of the solution that is folded away under the exercise."""
    folded = re.search(r"<details>.*```python\n(.*?)```.*</details>", source["text-solution"], re.DOTALL)
    assert folded, "the solution is not folded, or has no code"
    return folded[1]


def run(code: list[str]) -> list[str]:
    """The lines that the cells print, run in one Python of their own."""
    return printed("\n".join(code), FOLDER).splitlines()
