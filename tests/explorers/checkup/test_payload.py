"""What the picture is drawn from is what the report says, cell by cell or word by word."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from rnnlib.engine.checkup.checkup import checkup
from rnnlib.engine.checkup.report import Checkup
from rnnlib.engine.checkup.words import LESSONS
from rnnlib.explorers.checkup.payload import _link, as_data
from tests.engine.checkup.zoo import SICK, SOUND, Case
from tests.notebooks.lessons import LESSONS as NOTEBOOKS

LETTERS = set("rwmn.pu")
SHOWN = (  # with every kind of evidence among them
    *("without_batch_first", "sorted_and_left_so", "squeezed", "the_last_step_of_the_box", "both_directions_read_pads"),
    *("a_language_model_of_two_directions", "a_state_kept", "layers_in_a_list", "a_tuple_into_a_linear"),
    *("noise_in_eval_mode", "one_hot"),
)


def asked(case: Case) -> Checkup:
    torch.manual_seed(0)
    return checkup(case.model, case.x, *case.more, **case.options)


@pytest.mark.parametrize("name", SHOWN)
def test_all_that_the_report_says_is_told(name: str) -> None:
    report = asked(SICK[name][1]() if name in SICK else SOUND[name]())
    data = json.loads(json.dumps(as_data(report), allow_nan=False))
    assert data["head"] == repr(report).splitlines()[0]
    assert [(f["name"], f["holds"], f["sentence"]) for f in data["findings"]] == [
        (f.name, f.holds, f.sentence) for f in report.findings
    ]
    assert [(c["sentence"], c["write"], c["lesson"]["said"]) for c in data["causes"]] == [
        (cause.sentence, cause.write, cause.lesson) for cause in report.causes
    ]
    written = [cause["write"] for cause in data["causes"]]
    assert all(f["cure"] or report[f["name"]].cure in written for f in data["findings"] if f["holds"] is False)
    assert [(layer["made"], tuple(layer["axes"]), tuple(layer["reads"])) for layer in data["layers"]] == [
        (call.made, call.axes, call.reads) for call in report.layers
    ]
    for grid in (grid for finding in data["findings"] for grid in finding["evidence"].get("grids", [])):
        assert len(grid["cells"]) == len(grid["rows"]["labels"]), grid
        assert {len(row) for row in grid["cells"]} == {len(grid["columns"]["labels"])}, grid
        assert set("".join(grid["cells"])) <= set(grid["kinds"]) <= LETTERS, grid


def test_a_model_that_does_not_run_shows_no_grid() -> None:
    data = as_data(asked(SICK["a_tuple_into_a_linear"][1]()))
    assert [finding["holds"] for finding in data["findings"]] == [False] + 11 * [None]
    assert [finding["evidence"] for finding in data["findings"]] == 12 * [{}]
    assert data["layers"] == []


@pytest.mark.parametrize("lesson", LESSONS.values())
def test_a_link_leads_to_a_heading(lesson: str) -> None:
    link = _link(lesson)
    assert link
    file, _, section = link["href"].partition("#")
    (notebook,) = [path for path in NOTEBOOKS if path.name == file]
    headings = [
        line.lstrip("# ").replace("`", "").replace(" ", "-")
        for cell in json.loads(notebook.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
        if line.startswith("#")
    ]
    assert section in headings


def test_names_that_the_sentence_has_no_room_for_are_told() -> None:
    class Deep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [nn.GRU(3, 3, batch_first=True) for _ in range(3)]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for layer in self.layers:
                x = layer(x)[0]
            return x

    trained = as_data(checkup(Deep(), torch.randn(3, 4, 3)))["findings"][10]
    assert "layers[1].weight_hh_l0" in trained["sentence"]
    more = [f"layers[{i}].{name}_l0" for i in (1, 2) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    assert trained["evidence"]["more"] == f"Also: {', '.join(more[2:])}."
