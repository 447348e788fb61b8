"""A lesson is entered everywhere, and a new one begins as a whole."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.notebooks import skeleton
from tests.notebooks.lessons import LESSONS, ROOT, missing, untrained
from tests.notebooks.notebook_guard import faults


@pytest.mark.parametrize("lesson", [path.stem for path in LESSONS])
def test_a_lesson_is_entered_everywhere(lesson: str) -> None:
    places = missing(lesson)
    assert places == [], f"{lesson} must still be entered here (CONTRIBUTING.md, A lesson):\n" + "\n".join(places)


def test_a_new_lesson_is_written_that_the_guard_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert skeleton.main(["99_attention_to_states", str(tmp_path)]) == 0
    notebook = nbformat.read(tmp_path / "99_attention_to_states.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert faults(notebook) == []
    assert notebook.cells[0].source.startswith("# 99 · Attention to states\n")
    said = capsys.readouterr().out
    places = ("README.md", "claims.toml", "rnnlib/exercises", "exercises.toml", f"notebooks/{LESSONS[-1].name}")
    assert [place for place in places if place not in said] == []
    assert skeleton.main(["99_attention_to_states", str(tmp_path)]) == 1  # never written over


@pytest.mark.parametrize("name", ["", "attention", "12-attention", "12_Attention", "../12_attention"])
def test_what_is_no_name_of_a_lesson_gets_a_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert skeleton.main([name]) == 1
    assert "as in make lesson NAME=12_attention." in capsys.readouterr().out


def test_contributing_lists_every_place_and_everything_that_the_tests_read_of_a_cell() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    places = [place.partition(":")[0] for place in missing("99_attention")]
    guard = "".join(path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.py")))
    tags = {"raises-exception", "exercise", "check", "model", "hint", "answer", "solution", "needed"}
    assert [tag for tag in tags if f'"{tag}"' not in guard] == []
    assert [
        word
        for word in (*places[:-1], *tags, "exercise-check", "text-hints", "text-solution", "setup")
        if word not in told
    ] == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_is_folded_begins_its_cell(path: Path) -> None:
    """So `make class` finds it."""
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.id for cell in cells if "<details>" in cell.source and not cell.source.startswith("<details>")] == []


def test_nothing_is_trained_but_by_nbval() -> None:
    assert untrained("for seed in tqdm(range(5), desc='x'):") == "for seed in tqdm(range(0), desc='x'):"
    assert untrained("t = time_layer(layer, x)\nt") == "t = time_layer(layer, x, min_run_time=0.01)\nt"
    assert sum("tqdm(range(" in path.read_text("utf-8") for path in LESSONS) >= 1
