"""Every stored notebook passes the guard, and the guard refuses what it must."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks.notebook_guard import WIDGET, faults

NOTEBOOKS = sorted(Path(__file__).parents[2].joinpath("notebooks").glob("*.ipynb"))


def test_the_lessons_are_there() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {"00_start_here", "01_rnncell_loop", "02_rnn"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_whole(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert not faults(notebook), "\n".join([path.name, *faults(notebook)])


def good() -> NotebookNode:
    """A notebook that the guard lets pass."""
    cells = [
        new_markdown_cell("# A question"),
        new_code_cell("import torch\nfrom torch import nn\nfrom rnnlib import LayerSpec", execution_count=1),
        new_code_cell("torch.set_printoptions(precision=4)", execution_count=2),
        new_code_cell("2 + 2", execution_count=3, outputs=[_result("4", 3)]),
        new_code_cell("print(1)", execution_count=4, outputs=[new_output("stream", name="stdout", text="1\n")]),
        new_code_cell("nn.RNN(0, 1)", execution_count=5, outputs=[_error()], metadata={"tags": ["raises-exception"]}),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def _result(text: str, count: int) -> NotebookNode:
    return new_output("execute_result", data={"text/plain": text}, execution_count=count)


def _error() -> NotebookNode:
    return new_output("error", ename="ValueError", evalue="input_size must be positive", traceback=["ValueError: …"])


def test_the_guard_lets_a_good_notebook_pass() -> None:
    assert faults(good()) == []


def _put(cell: int, **values: Any) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[cell].update(nbformat.from_dict(values))


def _say(text: str) -> Callable[[NotebookNode], None]:
    return _put(3, outputs=[_result(text, 3)])


BAD: dict[str, tuple[Callable[[NotebookNode], None], str]] = {
    "no output of an expression": (_put(3, outputs=[]), "ends in the expression 2 + 2"),
    "no output of a print": (_put(4, outputs=[]), "calls print"),
    "no output of a print in a loop": (_put(1, source="for i in range(2):\n    print(i)"), "calls print"),
    "not run": (_put(3, execution_count=None), "execution count None"),
    "run out of order": (_put(3, execution_count=7), "execution count 7"),
    "an error": (_put(5, metadata={}), "ends in ValueError"),
    "no error where one is due": (_put(5, outputs=[_result("RNN(0, 1)", 5)]), "stores no error"),
    "a warning": (_put(4, outputs=[new_output("stream", name="stderr", text="UserWarning")]), "stderr"),
    "a solution without its tag": (_put(0, id="text-solution"), "lacks the tag 'solution'"),
    "hints without their tag": (_put(0, id="text-hints"), "lacks the tag 'hint'"),
    "a check without its tag": (_put(4, id="exercise-check"), "lacks the tag 'check'"),
    "a folded answer without a tag": (_put(0, source="<details>\n4\n</details>"), "none of the tags answer, hint"),
    "a widget's number": (
        _put(3, outputs=[new_output("execute_result", data={WIDGET: {"model_id": "1a"}}, execution_count=3)]),
        "a widget's number",
    ),
    "widget state": (lambda n: n.metadata.update(widgets={"state": {}}), "saved widget state"),
    "another kernel": (lambda n: n.metadata.kernelspec.update(name="conda-rnn"), "'conda-rnn'"),
    "a long cell": (_put(2, source="x = 1\n" * 15), "has 15 lines"),
    "long cells": (lambda n: [c.update(source="x = 1\n" * 5) for c in n.cells], "Half of its code cells"),
    "an empty cell": (_put(2, source="\n"), "is empty"),
    "a cell that nbval skips": (_put(2, metadata={"tags": ["nbval-skip"]}), "hides it"),
    "an output that nbval ignores": (_put(2, source="# NBVAL_IGNORE_OUTPUT\nx = 1"), "hides it"),
    "numpy": (_put(1, source="import numpy as np"), "imports numpy"),
    "the rooms behind the façade": (_put(1, source="from rnnlib.spec import LayerSpec"), "imports rnnlib.spec"),
    "an unknown name of the façade": (_put(1, source="from rnnlib import secret"), "imports rnnlib.secret"),
    "a helper": (_put(2, source="def show(x):\n    return x"), "defines show"),
    "a class": (_put(2, source="class Tagger(nn.Module):\n    pass"), "defines Tagger"),
    "an address": (_say("<object at 0x7f3a5c0d1e80>"), "an address"),
    "a measured time": (_say("took 0.42 ms"), "a measured time"),
    "a date": (_say("2026-01-31"), "a date"),
    "a path": (_say("/usr/x/y.py"), "a path"),
    "a path in a traceback": (
        _put(5, outputs=[_error() | {"traceback": ["File /opt/venv/lib/site-packages/torch/nn/modules/rnn.py:1"]}]),
        "a path",
    ),
    "a view without its text": (_put(3, source="predict(LayerSpec('RNN', 1, 1), 'h_n')"), "without its text"),
    "an answer in the code": (_put(2, source="answer = dict(solution='h_n')"), "fold its code"),
    "slips in the code": (_put(2, source="answer = dict(slips={})"), "fold its code"),
}


@pytest.mark.parametrize("name", BAD)
def test_the_guard_refuses(name: str) -> None:
    plant, sentence = BAD[name]
    notebook = good()
    plant(notebook)
    assert [fault for fault in faults(notebook) if sentence in fault], faults(notebook)


def test_the_guard_lets_a_folded_answer_pass() -> None:
    notebook = good()
    _put(2, source="answer = dict(slips={})", metadata={"jupyter": {"source_hidden": True}})(notebook)
    assert faults(notebook) == []


def test_the_guard_refuses_a_magic() -> None:
    notebook = good()
    notebook.cells[2].source = "%pip install torch"
    with pytest.raises(AssertionError, match="no plain Python"):
        faults(notebook)


def test_the_guard_lets_a_part_of_a_report_stand_in_a_line() -> None:
    notebook = good()
    for source, wanted in (("checkup(model, x).ok", []), ("checkup(model, x)", ["without its text"])):
        _put(3, source=source)(notebook)
        assert [fault for fault in faults(notebook) if "without its text" in fault][:1] == [
            f"Code cell 3 shows a checkup {one}." for one in wanted
        ]


def test_the_guard_keeps_the_answer_to_a_card_hidden_where_answers_are() -> None:
    hide = {"jupyter": {"outputs_hidden": True}}
    notebook = good()
    _put(2, source="card = predict(spec, 'h_n')")(notebook)
    _put(4, metadata=hide)(notebook)
    assert faults(notebook) == ["Code cell 3 shows what the card before it asks: hide its output, as of other answers."]
    _put(3, metadata=hide)(notebook)
    assert faults(notebook) == []


def test_the_guard_lets_an_exercise_define_a_function() -> None:
    notebook = good()
    _put(2, source="def last(output):\n    return output[-1]", metadata={"tags": ["exercise"]})(notebook)
    assert faults(notebook) == []
