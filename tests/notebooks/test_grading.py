"""A class is graded: by the README's loop over notebooks, and by nbgrader's own command."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks.lessons import FOLDER, ROOT
from tests.notebooks.test_exercises import EXERCISES, solved, sources

CHEAT = "check = lambda *answer: True\nprint('Right: 20 calls of one step equal one call of 20 steps.')\n"
NBGRADER = Path(__file__).parent / "nbgrader.txt"


def student(lesson: str, answer: str, *, whole: bool = False) -> NotebookNode:
    """A lesson as it is handed in: what the exercise needs, or all of it, with an answer in the cell for it."""
    notebook = nbformat.read(FOLDER / f"{lesson}.ipynb", as_version=4)
    tagged = [(cell, set(cell.metadata.get("tags", []))) for cell in notebook.cells]
    for cell, tags in tagged:
        if "exercise" in tags:
            cell.source = answer
    if not whole:
        notebook.cells = [cell for cell, tags in tagged if tags & {"needed", "exercise", "check"}]
    return notebook


def slip(lesson: str, number: int) -> str:
    """An answer with a usual slip."""
    right, written, *_ = EXERCISES[lesson]["slips"][number]
    return solved(sources(lesson)).replace(right, written)


def readme_code() -> str:
    """The README's own loop over notebooks."""
    readme = (ROOT / "README.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n([^`]*^def slip_of.*?)^```", readme, re.MULTILINE | re.DOTALL)
    return code


def slip_function(code: str) -> Callable[..., str]:
    given: dict[str, Any] = {}
    exec(code, given)
    return given["slip_of"]


@pytest.fixture(scope="module")
def slip_of() -> Callable[..., str]:
    return slip_function(readme_code())


def grade(slip_of: Callable[..., str], path: Path, lesson: str, notebook: NotebookNode) -> str:
    nbformat.write(notebook, path / "one.ipynb")
    return slip_of(path / "one.ipynb", sources(lesson)["exercise-check"])


def test_a_folder_of_notebooks_is_graded(tmp_path: Path, slip_of: Callable[..., str]) -> None:
    lesson = "02_rnn"
    assert grade(slip_of, tmp_path, lesson, student(lesson, solved(sources(lesson)))) == ""
    assert grade(slip_of, tmp_path, lesson, student(lesson, slip(lesson, 1))) == "the state kept"
    changed = student(lesson, CHEAT + sources(lesson)["exercise"])
    changed.cells[-1].source = "print('Right')"
    assert grade(slip_of, tmp_path, lesson, changed) == "nothing kept"
    (tmp_path / "two.ipynb").write_text("{'cells': [")
    assert slip_of(tmp_path / "two.ipynb") == "not run: NotJSONError"


@pytest.mark.long
@pytest.mark.parametrize("lesson", EXERCISES)
def test_every_lesson_is_graded(lesson: str, tmp_path: Path, slip_of: Callable[..., str]) -> None:
    source = sources(lesson)
    assert grade(slip_of, tmp_path, lesson, student(lesson, solved(source), whole=True)) == ""
    for number, (_, _, name, _) in enumerate(EXERCISES[lesson]["slips"][:3]):
        assert grade(slip_of, tmp_path, lesson, student(lesson, slip(lesson, number))) == name
    for answer in ("", "print('Right')", "def hear(listener voice):"):
        assert grade(slip_of, tmp_path, lesson, student(lesson, answer)) == "not solved"
    assert grade(slip_of, tmp_path, lesson, student(lesson, CHEAT + source["exercise"])) not in ("", "not solved")


@pytest.mark.long
def test_what_runs_for_ever_or_ends_its_kernel_keeps_no_one_waiting(tmp_path: Path) -> None:
    code = readme_code()
    assert "timeout=120" in code
    slip_of = slip_function(code.replace("timeout=120", "timeout=20"))
    lesson, right = "02_rnn", solved(sources("02_rnn"))
    assert grade(slip_of, tmp_path, lesson, student(lesson, f"{right}\nwhile True: pass")) == ""  # interrupted
    assert (
        grade(slip_of, tmp_path, lesson, student(lesson, right.replace("return", "while True: pass"))) == "not solved"
    )
    assert grade(slip_of, tmp_path, lesson, student(lesson, "import os\nos._exit(0)")) == "not run: DeadKernelError"


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """nbgrader's command, in a folder of its own."""
    folder = tmp_path_factory.mktemp("nbgrader")
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), "-r", str(NBGRADER)]
    subprocess.run(install, check=True)
    paths = {
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "PATH": os.pathsep.join([str(folder / "bin"), os.environ["PATH"]]),  # it calls alembic
    }

    def call(course: Path, *words: str) -> None:
        command = [sys.executable, "-m", "nbgrader", *words]
        done = subprocess.run(command, cwd=course, env=os.environ | paths, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    return call


def answers(lesson: str) -> Iterator[tuple[str, str, float]]:
    """Who hands in what, and the points for it."""
    for number, answer in enumerate([solved(sources(lesson)), *EXERCISES[lesson]["right"]]):
        yield f"right_{number}", answer, 1
    for number in range(len(EXERCISES[lesson]["slips"])):
        yield f"slip_{number}", slip(lesson, number), 0
    yield "empty", "", 0
    yield "prints", CHEAT, 0
    yield "cheats", CHEAT + sources(lesson)["exercise"], 0


def prepared(notebook: NotebookNode) -> NotebookNode:
    """A notebook with nbgrader's own metadata, and its exercise and its check in the words of an autograded test."""
    for cell in notebook.cells:
        for tag, marks in {
            "exercise": {"solution": True},
            "check": {"grade": True, "locked": True, "points": 1},
        }.items():
            if tag in cell.metadata.get("tags", []):
                rest = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
                cell.metadata["nbgrader"] = rest | {"grade_id": tag} | marks
        if cell.id == "exercise-check":
            cell.source = f"from rnnlib import check\nverdict = {cell.source}\nassert verdict, verdict.slip"
    return notebook


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_nbgrader_gives_points_for_what_is_right_alone(tmp_path: Path, nbgrader: Callable[..., None]) -> None:
    lesson = "02_rnn"
    handed_in = list(answers(lesson))
    source = tmp_path / "source/rnn/02_rnn.ipynb"
    source.parent.mkdir(parents=True)
    solution = f"### BEGIN SOLUTION\n{solved(sources(lesson))}\n### END SOLUTION"
    nbformat.write(prepared(student(lesson, solution)), source)
    nbgrader(tmp_path, "generate_assignment", "rnn", "--create")
    for name, answer, _ in handed_in:
        notebook = prepared(student(lesson, answer))
        if name == "cheats":
            notebook.cells[-1].source = "print('Right')"
        file = tmp_path / "submitted" / name / "rnn/02_rnn.ipynb"
        file.parent.mkdir(parents=True)
        nbformat.write(notebook, file)
    nbgrader(tmp_path, "autograde", "rnn")
    nbgrader(tmp_path, "export")
    with (tmp_path / "grades.csv").open() as grades:
        points = {row["student_id"]: float(row["score"]) for row in csv.DictReader(grades)}
    assert points == {name: worth for name, _, worth in handed_in}
    for number, (_, _, name, _) in enumerate(EXERCISES[lesson]["slips"]):
        graded = (tmp_path / f"autograded/slip_{number}/rnn/02_rnn.ipynb").read_text("utf-8")
        assert f"AssertionError: {name}" in re.sub(r"\\u001b\[[\d;]*m", "", graded)
