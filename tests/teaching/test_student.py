"""What is taken out of a lesson for students, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from teaching.student import TELLING, student_notebook, untold
from tests.notebooks.lessons import LESSONS


class Mute(ast.NodeTransformer):
    """Drops the arguments that tell an answer."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.keywords = [one for one in node.keywords if one.arg not in TELLING]
        return node


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_code_is_the_lessons_but_for_what_tells_an_answer(path: Path) -> None:
    lesson = nbformat.read(path, as_version=4)
    before = {cell.id: cell for cell in lesson.cells}
    student = student_notebook(lesson)
    nbformat.validate(student)
    assert lesson == nbformat.read(path, as_version=4)  # which stays as it was
    left_out = {"solution", "answer"}
    assert [cell.id for cell in student.cells] == [
        cell.id for cell in lesson.cells if not left_out & {*cell.metadata.get("tags", [])}
    ]
    for cell in student.cells:
        whole = before[cell.id].source
        if cell.cell_type == "code":
            assert ast.dump(ast.parse(cell.source)) == ast.dump(Mute().visit(ast.parse(whole)))
            assert set(cell.source.splitlines()) <= set(whole.splitlines())
        else:
            assert cell.source == whole


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("f(a, solution='b')", "f(a)"),
        ("f(solution='b')", "f()"),
        ("f(solution='b', c=1)", "f(c=1)"),
        ("f(a, slips={'x': 'é'}, solution='b')", "f(a)"),
        ("f(\n    a='é',\n    slips={\n        'x': 'y',\n    },\n    b=1,\n)", "f(\n    a='é',\n    b=1,\n)"),
        ("f(g(slips=1), solution=(\n    'two '\n    'lines'\n))", "f(g())"),
        ("solution = f(a)", "solution = f(a)"),
    ],
)
def test_however_it_is_written(told: str, left: str) -> None:
    assert untold(told) == left
