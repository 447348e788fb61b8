"""Every claim that the course must show has its cell, and that cell's stored output says it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import nbformat
import pytest

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parent / "notebooks"
CLAIMS = tomllib.loads((HERE / "claims.toml").read_text(encoding="utf-8"))["claim"]

EXAMPLES = {"S0-a", "S1-a", "S1-b"}
ARTICLES = {
    "S0-batch-position", "S0-S1-state", "S0-shapes", "S0-last", "S0-arguments", "S0-nonlinearity", "S0-dropout",
    "S1-connected", "S1-shared", "S2-batch-first", "S2-2d", "S2-vary", "S4-weight-hh",
}  # fmt: skip
LEARNERS = {"L1", "L4", "L5", "L6", "L12", "L13", "L20"}


@cache
def outputs(notebook: str) -> dict[str, str]:
    """The stored text of every code cell, by the cell's id."""
    cells = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells
    return {cell.id: "\n".join(map(_text, cell.outputs)) for cell in cells if cell.cell_type == "code"}


def _text(output: nbformat.NotebookNode) -> str:
    return output.get("text", "") or output.get("data", {}).get("text/plain", "")


def test_no_required_claim_is_missing() -> None:
    assert {claim["id"] for claim in CLAIMS} >= EXAMPLES | ARTICLES | LEARNERS


@pytest.mark.parametrize("claim", CLAIMS, ids=[f"{claim['id']}-{claim['cell']}" for claim in CLAIMS])
def test_the_cell_shows_what_is_claimed(claim: dict[str, str]) -> None:
    assert claim["words"]
    assert claim["shows"]
    shown = outputs(claim["notebook"])
    assert claim["cell"] in shown, f"{claim['notebook']} has no code cell with the id {claim['cell']}"
    assert claim["shows"] in shown[claim["cell"]]


def test_what_must_be_equal_is_equal_and_what_must_differ_differs() -> None:
    shown = outputs("01_rnncell_loop")
    assert shown["equation-by-hand"] == shown["equation-by-cell"]
    assert shown["forgotten"] == shown["forgotten-proof"]
    kept, moved = shown["forgotten-cure"].splitlines()
    assert kept != moved
    assert shown["layer-same"] == kept
    assert shown["layer-differs"] != kept
    for line, both in zip(shown["s1-a-loop"].splitlines(), shown["shared-change"].splitlines(), strict=True):
        before, after = both.split(" becomes ")
        assert line.endswith(before)
        assert before != after
