"""What students get of a lesson: the notebook without its answers, and its exercise by itself."""

from __future__ import annotations

import ast
import copy

from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor
from nbformat import NotebookNode

EXERCISE = "## Exercise"
TELLING = {"solution", "slips"}  # arguments of explorers and cards that tell what is right


def student_notebook(lesson: NotebookNode) -> NotebookNode:
    """A lesson without its solution, its folded answers and its outputs, and with no argument that tells an answer.

    Its hints stay. What explorers and cards ask stays, too, and a card on a layer still names the slip.
    """
    notebook = copy.deepcopy(lesson)
    for preprocessor in (TagRemovePreprocessor(remove_cell_tags={"solution", "answer"}), ClearOutputPreprocessor()):
        preprocessor.enabled = True
        notebook, _ = preprocessor.preprocess(notebook, {})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = untold(cell.source)
    return notebook


def exercise_notebook(lesson: NotebookNode) -> NotebookNode:
    """A lesson's exercise by itself: the title, the cells that it needs, its text, its check and its hints."""
    notebook = student_notebook(lesson)
    title, *cells = notebook.cells
    title.source = title.source.partition("\n")[0]
    first = next(index for index, cell in enumerate(cells) if EXERCISE in cell.source.splitlines())
    last = next(index for index, cell in enumerate(cells) if "hint" in _tags(cell))
    cells[first].source = cells[first].source[cells[first].source.index(EXERCISE) :]
    needed = [cell for cell in cells[:first] if "needed" in _tags(cell)]
    notebook.cells = [title, *needed, *cells[first : last + 1]]
    return notebook


def untold(source: str) -> str:
    r"""Code without the arguments that tell an answer; the rest stays as it is written.

    Example:
        >>> print(untold('predict(\n    question="Which is larger?",\n    slips={"a": "No: b."},\n)'))
        predict(
            question="Which is larger?",
        )
        >>> untold('ShapeExplorer("GRU", solution="seq_len", batch=3)'), untold('ShapeExplorer("GRU", solution="")')
        ('ShapeExplorer("GRU", batch=3)', 'ShapeExplorer("GRU")')
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    telling = [one for call in calls for one in call.keywords if one.arg in TELLING]
    left = source.encode()  # which ast counts in
    lines = left.splitlines(keepends=True)
    starts = [sum(map(len, lines[:row])) for row in range(len(lines))]
    for one in sorted(telling, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        before = left[: starts[one.lineno - 1] + one.col_offset].rstrip()
        after = left[starts[(one.end_lineno or 0) - 1] + (one.end_col_offset or 0) :]
        if after.startswith(b","):
            left = before + after[1:].removeprefix(b" " if before.endswith(b"(") else b"")
        else:
            left = before.removesuffix(b",") + after
    return left.decode()


def _tags(cell: NotebookNode) -> list[str]:
    tags: list[str] = cell.metadata.get("tags", [])
    return tags
