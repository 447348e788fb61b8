"""Findings together name the cause, its place, and what to write; all causes where the evidence does not decide."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

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
    "softmax_over_the_batch": ("after lstm goes along the batch axis", "x.softmax(dim=1)"),
    "centred_over_the_batch": ("before gru goes along the batch axis", "x.mean(dim=1, keepdim=True)"),
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


def test_a_forecasters_cure_mends_it_as_it_stands() -> None:
    model = Made(lambda m, x: m.fc(m.gru(m.given(x))[1][-1]), gru=torch.nn.GRU(7, H, batch_first=True), fc=head())
    model.given = lambda x: x.unsqueeze(1)
    x = torch.randn(5, 7)
    (cause,) = checkup(model, x, axes=("batch", "seq_len")).causes
    make, call = cause.write.splitlines()
    assert call == "self.gru(x.unsqueeze(-1))  # (batch, seq_len, 1)"
    exec(make, {"self": model, "nn": torch.nn})
    model.given = lambda x: x.unsqueeze(-1)
    assert checkup(model, x, axes=("batch", "seq_len")).ok


@pytest.mark.parametrize("name", ["a_mean_over_the_box", "the_last_step_of_the_box", "a_maximum_over_zeros"])
def test_the_cures_of_pads_run_and_give_what_is_alone(name: str) -> None:
    case = SICK[name][1]()
    lines = checkup(case.model, case.x, *case.more, **case.options).causes[0].write.splitlines()
    lengths, output = case.options["lengths"], torch.randn(5, 9, 4)
    output[torch.arange(9) >= lengths[:, None]] = 0
    names = {"torch": torch, "x": case.x, "lengths": lengths, "output": output}
    exec("\n".join(lines), names)
    got = [eval(line, names) for line in lines if not line.startswith("pad = ")]
    own = [row[:length] for row, length in zip(output, lengths, strict=True)]
    for wanted in ([row[-1] for row in own], [row.mean(0) for row in own], [row.amax(0) for row in own]):
        assert any(torch.allclose(one, torch.stack(wanted)) for one in got), lines


def test_of_two_directions_no_row_of_output_is_taken_at_the_last_step() -> None:
    case = SICK["a_mean_over_the_box"][1]()
    model = Made(lambda m, x, n: pooled(m, x, n), gru=torch.nn.GRU(6, H, batch_first=True, bidirectional=True))
    write = checkup(model, case.x, *case.more, **case.options).causes[0].write
    assert "lengths - 1" not in write
    assert "h_n[-2]" in write


def pooled(model: Made, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(model.gru(packed)[0], batch_first=True)[0].mean(1)


def test_of_an_lstm_the_pair_is_taken_apart() -> None:
    case = SICK["output_last_of_a_deep_one"][1]()
    assert "_, (h_n, c_n) = self.lstm(x)" in checkup(case.model, case.x).causes[0].write


def test_a_state_that_is_carried_on_purpose_is_told_so() -> None:
    case = SICK["a_state_kept_and_detached"][1]()
    assert "on purpose" in checkup(case.model, case.x).causes[0].sentence


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
