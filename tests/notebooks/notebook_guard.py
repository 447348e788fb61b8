"""The guard: what a stored notebook must be, so that strict nbval compares it whole and a reader sees it whole.

nbval runs a notebook again and compares what comes out. A notebook without outputs, or with an output that differs
on every machine, would pass it or fail it for the wrong reason: the guard refuses those, and long or crowded cells.
"""

from __future__ import annotations

import ast
import itertools
import re
import statistics
from collections.abc import Callable, Iterator

from nbformat import NotebookNode

import rnnlib

LONGEST, MEDIAN = 14, 4  # lines of code in one cell, and in half of them
GIVES_NONE = {"set_printoptions", "append", "backward", "step"}
WIDGET = "application/vnd.jupyter.widget-view+json"
SHOWN = {
    "ShapeExplorer",
    "StepExplorer",
    "PackingExplorer",
    "DirectionExplorer",
    "GradientExplorer",
    "SpeedLab",
    "TrainingLab",
    "predict",
    "checkup",
    "tally",
}  # their repr stands in for them where no kernel runs
DIFFERS = {
    "an address in memory": r"\b0x[0-9a-fA-F]{6,}\b",
    "a measured time": r"\d ?(?:ns|µs|us|ms|s|sec|seconds?|min|minutes?)\b",
    "a date or a time of day": r"\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d\d:\d\d:\d\d\b",
    "a path of the machine": r"(?:^|[\s\"'=(~])/(?:tmp|home|root|usr|var|opt|Users|mnt|work)/|[A-Z]:\\|site-packages",
}
MODULES = {"torch", "rnnlib", "tqdm", "warnings", "io"}  # a warning without a path of the machine; a file in memory
# The tags that a class's tools look for, by the ids of their cells.
TAGGED = {"setup": "needed", "exercise-check": "check", "text-hints": "hint", "text-solution": "solution"}
FOLDED = {"answer", "hint", "solution"}
MARKERS = {"nbval-skip", "nbval-ignore-output", "nbval-raises-exception", "skip-execution"}


def faults(notebook: NotebookNode) -> list[str]:
    """Everything that a stored notebook may not be, a sentence each."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = list(_faults_of_whole(notebook, cells))
    for index, cell in enumerate(cells, 1):
        found += [f"Code cell {index} {fault}." for rule in RULES for fault in rule(cell)]
        if cell.execution_count != index:
            found.append(f"Code cell {index} has execution count {cell.execution_count}: run all from the top.")
    return found


def _faults_of_whole(notebook: NotebookNode, cells: list[NotebookNode]) -> Iterator[str]:
    if (name := notebook.metadata.get("kernelspec", {}).get("name")) != "python3":
        yield f"It asks for the kernel {name!r}, not 'python3'."
    if "widgets" in notebook.metadata:
        yield "It has saved widget state."
    for cell in notebook.cells:
        yield from _untagged(cell)
    hidden = [cell.metadata.get("jupyter", {}).get("outputs_hidden", False) for cell in cells]
    for index, (card, after) in enumerate(itertools.pairwise(cells), 2):
        if any(hidden) and after.outputs and not hidden[index - 1] and "predict(" in card.source:
            yield f"Code cell {index} shows what the card before it asks: hide its output, as of other answers."
    if not cells:
        yield "It has no code cell."
    elif (median := statistics.median(len(cell.source.splitlines()) for cell in cells)) > MEDIAN:
        yield f"Half of its code cells have {median} lines or more: {MEDIAN} at most."


def _untagged(cell: NotebookNode) -> Iterator[str]:
    """What a class's tools find by its tag, to leave it out or to put their own in its place."""
    tags, id_ = set(cell.metadata.get("tags", [])), cell.get("id")
    if (tag := TAGGED.get(id_)) and tag not in tags:
        yield f"Its cell {id_} lacks the tag {tag!r}, by which a class's tools find it."
    elif cell.cell_type == "markdown" and cell.source.startswith("<details>") and not tags & FOLDED:
        yield f"Its cell {id_} is folded, and has none of the tags {', '.join(sorted(FOLDED))}."


def _folded(cell: NotebookNode) -> Iterator[str]:
    told = _keywords(cell) & {"slips", "solution"}
    if told and not cell.metadata.get("jupyter", {}).get("source_hidden"):
        yield f"tells its answer by {' and '.join(sorted(told))}=: fold its code (jupyter.source_hidden)"


def _crowded(cell: NotebookNode) -> Iterator[str]:
    if (lines := len(cell.source.splitlines())) > LONGEST:
        yield f"has {lines} lines: {LONGEST} at most"
    if not cell.source.strip():
        yield "is empty"


def _unchecked(cell: NotebookNode) -> Iterator[str]:
    tags = set(cell.metadata.get("tags", []))
    for marker in sorted(tags & MARKERS) + re.findall(r"#\s*(NBVAL_\w+|PYTEST_VALIDATE\w+)", cell.source):
        yield f"is marked {marker}, which hides it from nbval"


def _imports(cell: NotebookNode) -> Iterator[str]:
    for node in _walk(cell):
        if isinstance(node, ast.Import):
            strange = [name.name for name in node.names if name.name not in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module == "rnnlib":
            strange = [f"rnnlib.{name.name}" for name in node.names if name.name not in rnnlib.__all__]
        elif isinstance(node, ast.ImportFrom):
            known = (node.module or "").split(".")[0] in MODULES - {"rnnlib"}
            strange = [] if known else [node.module or "."]
        else:
            continue
        for name in strange:
            yield f"imports {name}: a notebook needs torch and the names of rnnlib only"


def _helpers(cell: NotebookNode) -> Iterator[str]:
    if {"exercise", "model"} & set(cell.metadata.get("tags", [])):
        return  # what the learner writes; or a model and its training, which are the lesson itself
    for node in _walk(cell):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            tags = "an exercise wears the tag 'exercise', a model and its training 'model'"
            yield f"defines {node.name}: helpers belong into rnnlib, {tags}"


def _wrong_outputs(cell: NotebookNode) -> Iterator[str]:
    raises = "raises-exception" in cell.metadata.get("tags", [])
    errors = [output.ename for output in cell.outputs if output.output_type == "error"]
    if errors and not raises:
        yield f"ends in {errors[0]} without the tag 'raises-exception'"
    if raises and not errors:
        yield "wears the tag 'raises-exception' but stores no error"
    if any(WIDGET in output.get("data", {}) for output in cell.outputs):
        yield "stores a widget's number, which hides its text where no kernel runs"
    if any(output.get("name") == "stderr" for output in cell.outputs):
        yield "stores something written to stderr"
    if not cell.outputs and (reason := _speaks(cell)):
        yield f"stores no output, but {reason}"


def _speaks(cell: NotebookNode) -> str:
    """Why a cell must have put something out; "" if it ends in a statement, or in a call that gives None."""
    statements = _tree(cell).body
    prints = [n for n in _walk(cell) if isinstance(n, ast.Call) and _called(n) in ("print", "display")]
    if prints:
        return f"it calls {_called(prints[0])}"
    last = statements[-1] if statements else None
    if isinstance(last, ast.Expr) and not (isinstance(last.value, ast.Call) and _called(last.value) in GIVES_NONE):
        return f"it ends in the expression {ast.unparse(last)}"
    return ""


def _differs(cell: NotebookNode) -> Iterator[str]:
    for text in _texts(cell):
        for what, pattern in DIFFERS.items():
            if found := re.search(pattern, text, re.MULTILINE):
                yield f"stores {what}, {found[0].strip()!r}: it differs from run to run or from machine to machine"


def _unread(cell: NotebookNode) -> Iterator[str]:
    """A view is stored as its text: a table or a question of several lines, not only the name of its class."""
    statements = _tree(cell).body
    shown = {_called(n) for n in _walk(cell) if isinstance(n, ast.Call)} & SHOWN
    if not shown or not isinstance(statements[-1], ast.Expr):
        return
    last = statements[-1].value
    if not isinstance(last, ast.Name) and not (isinstance(last, ast.Call) and _called(last) in SHOWN):
        return  # as of `checkup(model, x).ok`, which shows no view
    texts = [output.data.get("text/plain", "") for output in cell.outputs if "data" in output]
    if not any(len(text.splitlines()) > 1 for text in texts):
        yield f"shows a {shown.pop()} without its text"


RULES: tuple[Callable[[NotebookNode], Iterator[str]], ...] = (
    _crowded, _unchecked, _imports, _helpers, _wrong_outputs, _differs, _unread, _folded,
)  # fmt: skip


def _tree(cell: NotebookNode) -> ast.Module:
    """The cell as plain Python; a magic or a shell command is none, and becomes a fault of its own."""
    try:
        return ast.parse(cell.source)
    except SyntaxError as error:
        raise AssertionError(f"A code cell is no plain Python ({error}):\n{cell.source}") from None


def _walk(cell: NotebookNode) -> Iterator[ast.AST]:
    return ast.walk(_tree(cell))


def _keywords(cell: NotebookNode) -> set[str | None]:
    return {keyword.arg for call in _walk(cell) if isinstance(call, ast.Call) for keyword in call.keywords}


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _texts(cell: NotebookNode) -> Iterator[str]:
    for output in cell.outputs:
        yield from (value for value in output.get("data", {}).values() if isinstance(value, str))
        yield "\n".join([output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])])
