"""The history of a unit in plain text: what a reader gets where no front end runs."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rnnlib import LayerSpec
from rnnlib.explorers.step.explorer import StepExplorer


def rows(explorer: StepExplorer) -> dict[str, list[str]]:
    """The table's lines by their first word."""
    return {line.split()[0]: line.split()[1:] for line in repr(explorer).splitlines()[1:]}


def test_its_repr_is_the_chosen_units_history() -> None:
    explorer = StepExplorer("LSTM", seq_len=6, question="When does f close?")
    explorer.time, explorer.unit, explorer.item = 2, 1, 1
    lines = repr(explorer).splitlines()
    assert lines[0] == "LSTM, weights random, input utterance: unit 1, sequence 1, steps 0 to 5 of 6"
    assert lines[-1] == "  Find out: When does f close?"
    shown = rows(explorer)
    assert shown["step"] == [str(step) for step in range(6)]
    for name, tensor in (explorer.trace.gates | explorer.trace.states).items():
        assert [float(word) for word in shown[name]] == pytest.approx(tensor[0, 0, :, 1, 1].tolist(), abs=6e-4)
    columns = {line.rstrip().rfind(" ") for line in lines[2:-1] if "-" not in line}
    assert len(columns) == 1, "numbers stand one below the other"


def test_a_long_history_is_shown_around_the_chosen_step() -> None:
    explorer = StepExplorer(weights="latch")
    assert rows(explorer)["step"] == [*"01234567", "…"]
    assert rows(explorer)["x"] == ["0.000", "0.000", "1.000", "0.000", "0.000", "1.000", "0.000", "1.000"]
    for time in range(20):
        explorer.time = time
        steps = [int(step) for step in rows(explorer)["step"] if step != "…"]
        assert len(steps) == 8
        assert time in steps
        assert ("…" in rows(explorer)["step"]) == (steps[-1] < 19)
    assert repr(explorer).splitlines()[0] == "LSTM, weights latch, input bits: unit 0, steps 12 to 19 of 20"


def test_layer_direction_and_sequence_are_named_where_there_are_several() -> None:
    explorer = StepExplorer(LayerSpec("GRU", 3, 4, num_layers=2, bidirectional=True), seq_len=3)
    explorer.layer_index, explorer.direction, explorer.item, explorer.unit = 1, 1, 2, 3
    where = "unit 3, layer 1, direction ←, sequence 2, steps 0 to 2 of 3"
    assert repr(explorer).splitlines()[0] == f"GRU, weights random, input random: {where}"
    values = explorer.trace.states["h"][1, 1, :, 2, 3].tolist()
    assert [float(word) for word in rows(explorer)["h"]] == pytest.approx(values, abs=6e-4)


def test_a_unit_that_h_does_not_have_has_a_dash() -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 3, 4, proj_size=2), seq_len=3)
    explorer.unit = 3
    assert rows(explorer)["h"] == ["-", "-", "-"]
    assert len(rows(explorer)["c"]) == 3


def test_what_is_no_number_is_named_and_zero_has_no_sign() -> None:
    x = torch.zeros(4, 1, 1)
    x[1] = torch.nan
    cell = nn.RNNCell(1, 1, bias=False, nonlinearity="relu")
    assert rows(StepExplorer(cell, x))["h"] == ["0.000", "nan", "nan", "nan"]
    assert "-0.000" not in repr(StepExplorer(nn.LSTM(1, 1, bias=False), -1e-9 * torch.ones(3, 1, 1)))
