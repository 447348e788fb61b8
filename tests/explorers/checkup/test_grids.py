"""The letters in the grids are what the experiments showed, cell by cell."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from rnnlib.engine.checkup.checkup import checkup
from rnnlib.engine.checkup.questions.batch import Mixing
from rnnlib.engine.checkup.questions.steps import Steps
from rnnlib.engine.checkup.report import Checkup, Finding
from rnnlib.explorers.checkup import grids
from tests.engine.checkup.zoo import SICK, Case, T


def report_of(batch: int) -> Checkup:
    return Checkup("Model", (), (), (), tuple(range(0, 2 * batch, 2)), (), "", (), 1, 0.0)


def one(told: dict[str, Any]) -> dict[str, Any]:
    (grid,) = told["grids"]
    return grid


def asked(name: str) -> tuple[Checkup, Case]:
    torch.manual_seed(0)
    case = SICK[name][1]()
    return checkup(case.model, case.x, *case.more, **case.options), case


def test_who_moves_whom() -> None:
    moved = torch.tensor([[1, 0, 1], [0, 0, 0], [0, 1, 1]], dtype=torch.bool)
    grid = one(grids.of_batch(Finding("batch", False, "", Mixing(moved, ())), report_of(3)))
    assert grid["cells"] == ["r.w", "...", ".wr"]
    assert grid["columns"]["labels"] == [0, 2, 4], "by their index in the batch"
    assert grid["kinds"]["w"]["says"].format(row=0, column=4) == "Changing sequence 4 moves the result of sequence 0."


def test_of_many_sequences_those_at_fault_are_shown_first() -> None:
    moved = torch.eye(100, dtype=torch.bool)
    moved[99, 80] = True
    grid = one(grids.of_batch(Finding("batch", False, "", Mixing(moved, ())), report_of(100)))
    assert grid["rows"]["name"] == "result of (64 of 100)"
    assert grid["rows"]["labels"] == [2 * index for index in [*range(62), 80, 99]]
    assert "".join(grid["cells"]).count("w") == 1
    assert grid["cells"][63][62] == "w"


@pytest.mark.parametrize(("holds", "missing"), [(False, "m"), (None, "."), (True, ".")])
def test_steps_that_count_pads_and_what_was_not_asked(holds: bool | None, missing: str) -> None:
    own = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]], dtype=torch.bool)
    counts = torch.tensor([[1, 0, 0, 1], [0, 0, 0, 0]], dtype=torch.bool)
    gradient = torch.tensor([[0.5, 0.0, 0.0, 1.0], [0.25, 0.0, 9.0, 9.0]])  # what the pads have is not counted
    steps = Steps(counts, own, (0, 2, 3), gradient)
    grid = one(grids.of_steps(Finding("every_step", holds, "", steps), report_of(2)))
    assert grid["cells"] == [f"ru{missing}r", f"{missing}upp"]
    assert grid["bars"]["shares"] == [0.5, 0, 0, 1]
    assert grid["bars"]["values"] == ["0.5", "0", "0", "1"]
    bare = grids.of_steps(Finding("every_step", holds, "", Steps(counts, own, (0, 2, 3), None)), report_of(2))
    assert "bars" not in one(bare)


def test_a_cell_a_sequence() -> None:
    far = torch.tensor([0.0, 0.125, float("inf")])
    grid = one(grids.of_sequences(Finding("alone", False, "", far), report_of(3)))
    assert grid["cells"] == ["rwm"]
    assert grid["kinds"]["w"]["says"].format(column=2, value=grid["values"][1]) == (
        "Alone, sequence 2 gets another result, by up to 0.12."
    )
    moved = torch.tensor([True, False])
    for holds, letter in ((False, "w"), (True, "n")):
        assert one(grids.of_padding(Finding("padding", holds, "", moved), report_of(2)))["cells"] == [f"{letter}r"]


def test_a_half_that_is_used_too_early() -> None:
    report, case = asked("own_last_of_two_directions")
    lengths = case.options["lengths"].tolist()
    forward, backward = grids.of_directions(report["directions"], report)["grids"]
    assert forward["cells"] == ["." * (length - 1) + "r" + "." * (T - length) for length in lengths]
    assert backward["cells"] == [row.replace("r", "w") for row in forward["cells"]]
    assert backward["title"].endswith(": backward half")


def test_which_step_moves_which() -> None:
    moved = torch.tensor([[1, 1], [1, 1]], dtype=torch.bool)
    for holds, letter in ((False, "w"), (None, "n")):
        grid = one(grids.of_future(Finding("future", holds, "", moved), report_of(2)))
        assert grid["cells"] == [f"r{letter}", "rr"]
