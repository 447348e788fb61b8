"""What pads do: each sequence alone, and other numbers where it has none."""

from __future__ import annotations

import torch

from rnnlib import checkup
from tests.engine.checkup.zoo import (
    LENGTHS,
    Made,
    gru,
    head,
    lstm,
    numbers,
    pack,
    padded,
    squeezed,
    the_last_state_of_pads,
)


def test_the_longest_sequence_alone_is_not_touched_by_pads() -> None:
    case = the_last_state_of_pads()
    report = checkup(case.model, case.x, *case.more, **case.options)
    has_pads = LENGTHS < 9
    assert torch.equal(report["alone"].evidence > 0, has_pads)
    assert torch.equal(report["padding"].evidence, has_pads)


def test_how_far_it_is_alone_is_what_torch_says() -> None:
    case = the_last_state_of_pads()
    far = checkup(case.model, case.x, *case.more, **case.options)["alone"].evidence
    with torch.no_grad():
        together = case.model(case.x, LENGTHS)
        for i, length in enumerate(LENGTHS.tolist()):
            alone = case.model(case.x[i : i + 1, :length], LENGTHS[i : i + 1])[0]
            assert abs(float((together[i] - alone).abs().max()) - float(far[i])) < 1e-6 or far[i] == 0


def test_lengths_given_as_a_list_go_along() -> None:
    model = Made(lambda m, x, n: m.fc(m.lstm(pack(x, n))[1][0][-1]), lstm=lstm(), fc=head())
    assert checkup(model, numbers(LENGTHS), LENGTHS.tolist(), lengths=LENGTHS.tolist()).ok


def test_another_shape_alone_is_told() -> None:
    case = squeezed()
    finding = checkup(case.model, case.x)["alone"]
    assert "another shape" in finding.sentence
    assert "squeeze(dim)" in finding.cure


def test_nan_alone_is_told_and_is_no_other_shape() -> None:
    model = Made(lambda m, x: m.fc(m.gru((x - x.mean(0)) / x.std(0))[1][-1]), gru=gru(), fc=head())
    finding = checkup(model, numbers())["alone"]
    assert finding.sentence == "Alone, 5 sequences of 5 (0, 1, 2, 3, 4) get nan."
    assert "x.std(0)" in finding.cure


def test_without_pads_there_is_nothing_to_ask() -> None:
    assert checkup(gru(), numbers())["padding"].holds is None
    full = torch.full((5,), 9)
    case = padded(Made(lambda m, x, n: m.gru(pack(x, n))[1][-1], gru=gru()), numbers(), full)
    assert checkup(case.model, case.x, *case.more, **case.options)["padding"].holds is None


def test_zeros_that_count_as_pads_are_no_fault_where_alone_is_the_same() -> None:
    """A model that finds its pads itself, by their zeros, takes other numbers there for steps."""

    def forward(m: Made, x: torch.Tensor) -> torch.Tensor:
        return m.gru(pack(x, (x != 0).any(-1).sum(1)))[1][-1]

    report = checkup(Made(forward, gru=gru()), numbers(LENGTHS), lengths=LENGTHS)
    assert report.ok, report
    assert "yours change nothing" in report["padding"].sentence
