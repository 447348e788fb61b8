"""How each recurrent layer was called, and what it takes its axes for."""

from __future__ import annotations

import warnings

import torch
from torch import nn

from rnnlib import checkup
from tests.engine.checkup.zoo import (
    LENGTHS,
    B,
    F,
    H,
    Made,
    T,
    a_cell_loop,
    a_decoder_from_the_wrong_rows,
    a_state_left_behind,
    a_window_of_features,
    lstm,
    numbers,
    packed,
    words_of_letters,
)


def test_what_the_axes_are_and_what_they_are_taken_for() -> None:
    (layer,) = checkup(nn.LSTM(F, H), numbers()).layers
    assert (layer.path, layer.kind, layer.shape) == ("", "LSTM", (B, T, F))
    assert layer.axes == ("batch", "seq_len", "")
    assert layer.reads == ("seq_len", "batch", "input_size")
    assert "reads your batch as seq_len" in layer.fault
    (right,) = checkup(lstm(), numbers()).layers
    assert right.fault == ""
    assert right.uses == ("output", "h_n[0]")


def test_even_where_batch_and_steps_are_equally_many() -> None:
    assert checkup(nn.LSTM(F, H), torch.randn(5, 5, F))["layers"].holds is False
    assert checkup(lstm(), torch.randn(5, 5, F))["layers"].holds


def test_packed_cells_and_states() -> None:
    case = packed()
    (layer,) = checkup(case.model, case.x, *case.more, **case.options).layers
    assert (layer.packed, layer.shape, layer.reads[0]) == (True, (int(LENGTHS.max()), B, F), "seq_len")
    case = a_cell_loop()
    (cell,) = checkup(case.model, case.x).layers
    assert (cell.kind, cell.calls, cell.state_given) == ("LSTMCell", T, (True, True))
    case = a_state_left_behind()
    (cell,) = checkup(case.model, case.x).layers
    assert "remembers nothing" in cell.fault


def test_rows_of_h_n_that_are_used() -> None:
    case = a_decoder_from_the_wrong_rows()
    encoder, decoder = checkup(case.model, case.x, *case.more).layers
    assert encoder.uses == ("h_n[0]", "h_n[1]")
    assert decoder.state_given == (True, False)


def test_batch_and_steps_in_one_axis() -> None:
    case = words_of_letters()
    letters, words = checkup(case.model, case.x, **case.options).layers
    assert letters.axes == ("batch*seq_len", "", "")
    assert words.axes == ("batch", "seq_len", "")


def test_time_on_the_feature_axis_and_its_cure() -> None:
    case = a_window_of_features()
    report = checkup(case.model, case.x)
    assert report.layers[0].axes == ("batch", "", "seq_len")
    assert report.causes[0].write.startswith("self.lstm = nn.LSTM(1, 8, batch_first=True)")


def test_dropout_with_one_layer_is_said_and_no_fault() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = Made(lambda m, x: m.lstm(x)[0], lstm=lstm(dropout=0.5))
    finding = checkup(model, numbers())["layers"]
    assert finding.holds
    assert "dropout of lstm does nothing" in finding.sentence
    assert finding.evidence[0].dropout == 0.5


def test_a_scripted_model_is_asked_and_says_that_it_hides_its_layers() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(nn.LSTM(F, H), numbers())
    report = checkup(traced, numbers())
    assert report["batch"].holds is False
    assert report["layers"].holds is None
    assert "scripted or traced" in report["layers"].sentence
