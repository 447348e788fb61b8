"""Every exercise can be solved, in more words than one, and each usual slip is named; by its check in one call."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from tests.fresh import printed
from tests.notebooks.lessons import FOLDER

EXERCISES = tomllib.loads((Path(__file__).parent / "exercises.toml").read_text("utf-8"))
SLOW = ["09_gradients_and_memory", "10_training"]  # what is right in other words is tried in the long run alone


@pytest.mark.parametrize("lesson", EXERCISES)
def test_the_solution_is_called_right_and_each_slip_by_its_name(lesson: str) -> None:
    source, slips = sources(lesson), EXERCISES[lesson]["slips"]
    solution = solved(source)
    wrong = [solution.replace(right, written) for right, written, *_ in slips]
    assert len({solution, *wrong}) == 1 + len(wrong), "a slip changes nothing in the solution"
    (begun, _), (slip, sentence), *judged = judge(lesson, [source["exercise"], solution, *wrong])
    assert begun != ""  # as the lesson leaves it
    assert (slip, sentence.startswith("Right")) == ("", True), sentence
    for (slip, sentence), (_, written, name, said) in zip(judged, slips, strict=True):
        assert (slip, sentence.startswith("Not yet: ")) == (name, True), (written, sentence)
        assert said in sentence


@pytest.mark.parametrize("lesson", [pytest.param(n, marks=[pytest.mark.long] * (n in SLOW)) for n in EXERCISES])
def test_what_is_right_in_other_words_is_called_right(lesson: str) -> None:
    others = EXERCISES[lesson]["right"]
    assert len(others) >= 4
    for answer, (slip, sentence) in zip(others, judge(lesson, others), strict=True):
        assert (slip, sentence.startswith("Right")) == ("", True), (answer, sentence)


def sources(lesson: str) -> dict[str, str]:
    """The cells of a lesson by their ids; "exercise" is what the learner begins with, whatever its id."""
    cells = nbformat.read(FOLDER / f"{lesson}.ipynb", as_version=4).cells
    (begun,) = [cell.source for cell in cells if "exercise" in cell.metadata.get("tags", [])]
    return {cell.id: cell.source for cell in cells} | {"exercise": begun}


def solved(source: dict[str, str]) -> str:
    """The code of the solution that is folded away under the exercise."""
    folded = re.search(r"<details>.*```python\n(.*?)```.*</details>", source["text-solution"], re.DOTALL)
    assert folded, "the solution is not folded, or has no code"
    return folded[1]


def judge(lesson: str, answers: list[str]) -> list[tuple[str, str]]:
    """The slip and the sentence to each answer, with nothing of the lesson run but what its exercise needs."""
    source, cells = sources(lesson), nbformat.read(FOLDER / f"{lesson}.ipynb", as_version=4).cells
    before = [cell.source for cell in cells if "needed" in cell.metadata.get("tags", [])]
    tried = [
        f"{answer}\nverdict = {source['exercise-check']}\nprint('§', verdict.slip, '§', verdict)" for answer in answers
    ]
    said = printed("\n".join([*before, *tried]), FOLDER)
    found = re.findall(r"^§ (.*?) § (.*)$", said, re.MULTILINE)
    assert len(found) == len(answers)
    return found
