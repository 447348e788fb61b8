"""Every claim that the course must show has its cell, and that cell's stored output says it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from torch import nn

from rnnlib import trace
from rnnlib.engine.handmade_weights import HANDMADE, example, handmade
from tests.fresh import cell_outputs

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"
CLAIMS = tomllib.loads((HERE / "claims.toml").read_text(encoding="utf-8"))["claim"]

EXAMPLES = {"S0-a", "S0-b", "S0-c", "S1-a", "S1-b", "S2-a", "S3-a", "S3-b", "S3-c", "S4-a", "S4-b"}
ARTICLES = {
    "S0-batch-position", "S0-S1-state", "S0-shapes", "S0-last", "S0-arguments", "S0-nonlinearity", "S0-dropout",
    "S1-connected", "S1-shared", "S2-batch-first", "S2-2d", "S2-vary", "S2-lstm", "S2-gru", "S2-bilstm",
    "S2-padding", "S3-state", "S3-packed", "S3-view", "S3-transpose", "S3-no-cell-state", "S4-no-time",
    "S4-weights", "S4-weight-hh", "S4-gate-order", "S4-stack",
}  # fmt: skip
LEARNERS = {
    "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L12", "L13", "L14", "L15", "L16", "L17", "L18", "L19",
    "L20", "L21", "L22", "L23", "L24", "L25", "L26", "L27", "L28", "L29", "L30",
}  # fmt: skip
WATCHED = {f"W-{name}" for name in HANDMADE}


@cache
def cells(notebook: str) -> dict[str, nbformat.NotebookNode]:
    """Every code cell, by its id."""
    whole = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
    return {cell.id: cell for cell in whole.cells if cell.cell_type == "code"}


def outputs(notebook: str) -> dict[str, str]:
    """The stored text of every code cell, by the cell's id."""
    return {name: "\n".join(map(_text, cell.outputs)) for name, cell in cells(notebook).items()}


def _text(output: nbformat.NotebookNode) -> str:
    return output.get("text", "") or output.get("data", {}).get("text/plain", "")


def test_no_required_claim_is_missing() -> None:
    assert {claim["id"] for claim in CLAIMS} >= EXAMPLES | ARTICLES | LEARNERS | WATCHED


@pytest.mark.parametrize("claim", CLAIMS, ids=[f"{claim['id']}-{claim['cell']}" for claim in CLAIMS])
def test_the_cell_shows_what_is_claimed(claim: dict[str, str]) -> None:
    assert claim["words"]
    assert claim["shows"]
    shown = outputs(claim["notebook"])
    assert claim["cell"] in shown, f"{claim['notebook']} has no code cell with the id {claim['cell']}"
    assert claim["shows"] in shown[claim["cell"]]


@cache
def run(notebook: str) -> dict[str, str]:
    """What every code cell shows now, by the cell's id."""
    sources = [cell.source for cell in cells(notebook).values()]
    return dict(zip(cells(notebook), cell_outputs(sources, NOTEBOOKS), strict=True))


@pytest.mark.long
@pytest.mark.parametrize("claim", CLAIMS, ids=[f"{claim['id']}-{claim['cell']}" for claim in CLAIMS])
def test_were_a_claim_false_its_cell_would_show_it(claim: dict[str, Any]) -> None:
    """A row's `contrary`: a piece of code in its cell or above, and what stands there where the claim is false."""
    right, wrong = claim["contrary"]
    sources = {name: cell.source for name, cell in cells(claim["notebook"]).items()}
    names = list(sources)[: list(sources).index(claim["cell"]) + 1]
    changed = next((name for name in reversed(names) if right in sources[name]), None)
    assert changed, f"no cell up to {claim['cell']} has {right!r}"
    sources[changed] = sources[changed].replace(right, wrong)
    shown = cell_outputs([sources[name] for name in names], NOTEBOOKS)
    today = run(claim["notebook"])
    assert claim["shows"] in today[claim["cell"]]
    assert claim["shows"] not in shown[-1]
    for name, text in zip(names, shown, strict=True):
        assert ("Traceback" in text) <= ("Traceback" in today[name]), text  # it is false, not broken


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
    shown = outputs("02_rnn")
    assert shown["s1-b-outputs"].endswith(shown["s1-b-hidden"].removeprefix("tensor(["))


@pytest.mark.parametrize("lesson", ["03_lstm", "04_gru"])
def test_a_step_by_hand_is_the_layers(lesson: str) -> None:
    shown = outputs(lesson)
    assert shown["by-hand-step"]
    assert shown["by-hand-step"] == shown["by-hand-layer-says"]


def test_a_masked_loss_is_that_of_the_real_steps() -> None:
    shown = outputs("06_padding_packing")
    right = {shown[cell] for cell in ("loss-own", "loss-masked", "loss-stays-packed", "mask-one-direction")}
    assert right == {shown["loss-own"]} != {shown["loss-packed"]}


@pytest.mark.parametrize(
    ("lesson", "cell"), [("03_lstm", "order-wrong"), ("04_gru", "paper"), ("04_gru", "turned"), ("04_gru", "biases-n")]
)
def test_another_form_differs_at_every_step(lesson: str, cell: str) -> None:
    differences = [float(number) for number in re.findall(r"\d\.\d{4}", outputs(lesson)[cell])]
    assert len(differences) == {"03_lstm": 5, "04_gru": 9}[lesson]
    assert min(differences) > 0.01


MADE = {  # the cells of a lesson that make a layer by hand, and what they call it
    "latch": ("03_lstm", ["latch"], "latch"),
    "count": ("03_lstm", ["latch", "count"], "count"),
    "copy": ("04_gru", ["copy"], "copier"),
    "fade": ("03_lstm", ["latch", "fade"], "rnn"),
}


@pytest.mark.parametrize("name", MADE)
def test_weights_made_by_hand_in_a_lesson_are_those_of_the_explorer(name: str) -> None:
    lesson, made_by, variable = MADE[name]
    given = {"torch": torch, "nn": nn, "trace": trace, "bits": example(name)}
    with torch.no_grad():
        exec("\n".join(cells(lesson)[cell].source for cell in made_by), given)
        assert torch.allclose(given[variable](example(name))[0], handmade(name)(example(name))[0], atol=1e-6)
