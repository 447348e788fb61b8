"""`make notebooks` stores what a notebook puts out, and nothing that differs from run to run."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks import store_outputs

CODE = [
    "import fractions, ipywidgets\nprint(1)",
    "ipywidgets.IntSlider(7)",
    "fractions.Fraction(1, 0)",
    "print(2, end='')\nprint(3)",
]
NOISE = {"kernelspec": {"name": "my-own", "display_name": "Mine"}, "widgets": {"state": {}}, "toc": {}}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that was edited by hand, and has run."""
    cells = [new_markdown_cell("# A question"), *map(new_code_cell, CODE)]
    cells[1].metadata = {"execution": {"iopub.execute_input": "then"}, "collapsed": True}
    cells[2].metadata = {"jupyter": {"outputs_hidden": True}}
    cells[3].metadata = {"tags": ["raises-exception"]}
    path = tmp_path_factory.mktemp("notebooks") / "00_a_lesson.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=NOISE), path)
    assert store_outputs.main([str(path)]) == 0
    return path


def test_outputs_are_stored(path: Path) -> None:
    _, first, slider, error, streams = nbformat.read(path, as_version=4).cells
    assert [cell.execution_count for cell in (first, slider, error, streams)] == [1, 2, 3, 4]
    assert first.outputs[0].text == "1\n"
    assert streams.outputs[0].text == "23\n"
    assert slider.outputs[0].data == {"text/plain": "IntSlider(value=7)"}
    assert error.outputs[0].ename


def test_an_error_shows_its_cell_and_no_file(path: Path) -> None:
    error = nbformat.read(path, as_version=4).cells[3].outputs[0]
    shown = "\n".join(error.traceback)
    assert "fractions.Fraction(" in shown
    assert error.evalue.splitlines()[0] in shown
    assert ".py" not in shown


def test_metadata_is_what_opens_anywhere(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    hidden, raises = {"jupyter": {"outputs_hidden": True}}, {"tags": ["raises-exception"]}
    assert [dict(cell.metadata) for cell in notebook.cells] == [{}, {}, hidden, raises, {}]


def test_a_second_run_stores_the_same(path: Path) -> None:
    before = path.read_bytes()
    assert store_outputs.main([str(path)]) == 0
    assert path.read_bytes() == before


def test_a_notebook_that_fails_is_not_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "00_a_lesson.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("print(1)"), new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    assert store_outputs.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "Not stored, since a cell failed: 00_a_lesson.ipynb" in capsys.readouterr().out
