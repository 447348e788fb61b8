"""Findings together name the cause, its place, and what to write; all causes where the evidence does not decide."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
import torch

from rnnlib import checkup
from rnnlib.engine.checkup.words import LESSONS
from tests.engine.checkup.zoo import SICK, H, Made, head, lstm, numbers

NOTEBOOKS = Path(__file__).parents[4] / "notebooks"

FIRST = {  # what the first cause says, and what it says to write
    "without_batch_first": ("lstm reads your batch as seq_len", "self.lstm = nn.LSTM(6, 8, batch_first=True)"),
    "batch_first_by_mistake": ("gru reads your batch as seq_len", "self.gru = nn.GRU(6, 8)"),
    "view_for_transpose": ("mixed before gru: it reads x cut anew", "x.transpose(0, 1)"),
    "view_after_embedding": ("mixed before gru", "x.transpose(0, 1)"),
    "h_n_viewed": ("2 rows of h_n are laid side by side by view", "h_n.transpose(0, 1)"),
    "output_reshaped": ("mixed after gru", "transpose"),
    "softmax_over_the_batch": ("after lstm goes along the batch axis", "softmax(dim=…)"),
    "centred_over_the_batch": ("before gru goes along the batch axis", "mean(dim=…)"),
    "the_last_sequence_for_the_last_step": ("taken for the last step", "output[:, -1]"),
    "a_decoders_state_viewed": ("The state given to decoder", "transpose"),
    "the_last_state_of_pads": ("lstm got the padded batch, not packed", "pack_padded_sequence"),
    "a_mean_over_the_box": ("How many pads there are matters", "lengths"),
    "squeezed": ("another shape", "squeeze(dim)"),
    "sorted_and_left_so": ("was sorted", "enforce_sorted=False"),
    "output_last_of_two_directions": (
        "the backward half is used at the last step only",
        "torch.cat((h_n[-2], h_n[-1])",
    ),
    "the_first_output": ("read at the first step alone", "output[-1]"),
    "a_state_left_behind": ("remembers nothing", "h = self.cell(x_t, h)"),
    "a_window_of_features": ("your seq_len is its features", "nn.LSTM(1, 8, batch_first=True)"),
    "a_state_kept": ("kept between two calls, in state[0], state[1]", "state = None"),
    "layers_in_a_list": ("layers[0].weight_ih_l0", "nn.ModuleList"),
    "a_decoder_from_the_wrong_rows": ("depends on h_n[0], h_n[1] alone", "h_n[-2]"),
    "a_language_model_of_two_directions": ("gru reads in both directions", "bidirectional=False"),
}


@pytest.mark.parametrize("name", FIRST)
def test_the_likeliest_cause_is_the_right_one(name: str) -> None:
    case = SICK[name][1]()
    cause = checkup(case.model, case.x, *case.more, **case.options).causes[0]
    says, write = FIRST[name]
    assert says in cause.sentence
    assert write in cause.write


def test_where_evidence_does_not_decide_all_causes_are_said() -> None:
    case = SICK["output_reshaped"][1]()
    report = checkup(case.model, case.x)
    assert len(report.causes) > 1
    assert not any(cause.sure for cause in report.causes)
    assert "more than one cause" in repr(report)
    assert "softmax" in report.causes[1].sentence


@pytest.mark.parametrize("name", ["softmax_over_the_batch", "a_state_left_behind", "output_last_of_two_directions"])
def test_where_evidence_decides_one_cause_is_said(name: str) -> None:
    """What goes along with a permuted batch went through no view; a weight_hh that met zeros is no second fault."""
    case = SICK[name][1]()
    (cause,) = checkup(case.model, case.x).causes
    assert cause.sure


def test_the_cure_mends_it() -> None:
    case = SICK["without_batch_first"][1]()
    report = checkup(case.model, case.x)
    assert not report.ok
    exec(report.causes[0].write, {"self": case.model, "nn": torch.nn})
    assert checkup(case.model, case.x).ok


def test_the_cure_of_a_layer_in_a_list_is_code_too() -> None:
    model = Made(lambda m, x: m.parts.layers[0](x)[0], parts=torch.nn.Module())
    model.parts.layers = torch.nn.ModuleList([torch.nn.GRU(6, H)])
    write = checkup(model, numbers()).causes[0].write
    assert write == "self.parts.layers[0] = nn.GRU(6, 8, batch_first=True)"
    exec(write, {"self": model, "nn": torch.nn})
    assert checkup(model, numbers()).ok


def test_the_cure_keeps_what_the_layer_has() -> None:
    layer = torch.nn.LSTM(6, H, num_layers=2, dropout=0.25, bidirectional=True)
    model = Made(lambda m, x: m.fc(m.lstm(x)[0]), lstm=layer, fc=head(2 * H))
    write = checkup(model, numbers()).causes[0].write
    assert write == "self.lstm = nn.LSTM(6, 8, num_layers=2, batch_first=True, dropout=0.25, bidirectional=True)"
    assert checkup(lstm(), numbers()).causes == ()


@pytest.mark.parametrize("lesson", LESSONS.values())
def test_the_section_is_in_the_lesson(lesson: str) -> None:
    name, section = re.fullmatch(r"(\w+), “(.*)”", lesson).groups()
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    assert f"## {section}" in [line for cell in cells for line in cell.source.splitlines()]
