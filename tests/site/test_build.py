"""What stops the build says which notebook and which cell."""

from __future__ import annotations

import runpy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks.lessons import ROOT

RAISES = new_code_cell("raise ValueError('meant')", id="meant", metadata={"tags": ["raises-exception"]})
WRONG = {
    "an error": (new_code_cell("1 / 0", id="bad"), "cell bad: it does not run.", "ZeroDivisionError"),
    "another output": (
        new_code_cell("_ = 1 + 1", id="mute", outputs=[new_output("display_data", {"text/plain": "2"})]),
        "cell mute: what it shows is not what is stored.",
        "Run make notebooks.",
    ),
    "an end of its kernel": (new_code_cell("import os; os._exit(1)", id="end"), "cell end: it does not run.", "died"),
}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: Path | str) -> object:
    """The exit code of `python site/build.py` with these arguments."""
    monkeypatch.syspath_prepend(ROOT / "site")
    monkeypatch.setattr("sys.argv", ["build.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "site" / "build.py"), run_name="__main__")
    return ended.value.code


@pytest.mark.parametrize("name", WRONG)
def test_a_notebook_that_is_wrong_stops_the_build_and_names_the_cell(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cell, where, what = WRONG[name]
    cells: list[NotebookNode] = [new_markdown_cell("# 99 · A lesson"), RAISES, cell]
    nbformat.write(new_notebook(cells=cells), tmp_path / "99_lesson.ipynb")
    assert run(monkeypatch, "--to", tmp_path / "site", tmp_path / "99_lesson.ipynb") == 1
    said = capsys.readouterr().err
    assert f"The site is not built. 99_lesson.ipynb, {where}" in said
    assert what in said
    assert not (tmp_path / "site" / "index.html").exists()


def test_a_folder_that_is_no_site_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    assert run(monkeypatch, "--to", tmp_path) != 0
    assert f"{tmp_path} is there, and is no site: name another folder." in capsys.readouterr().err
    assert mine.read_text() == "mine"
