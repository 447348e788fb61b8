"""nan and infinity are shown as what they are, and a note says where they came in and how far they got."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rnnlib import trace

LAYERS = {
    "RNN": nn.RNN(4, 5, 2, bidirectional=True),
    "LSTM": nn.LSTM(4, 5, 2, bidirectional=True),
    "GRU": nn.GRU(4, 5, 2, bidirectional=True),
}


def zeros_but(value: float, *index: int) -> Tensor:
    x = torch.zeros(6, 3, 4)
    x[index] = value
    return x


def with_weight(layer: nn.Module, name: str, index: tuple[int, ...], value: float) -> nn.Module:
    with torch.no_grad():
        getattr(layer, name)[index] = value
    return layer


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_nan_in_x(layer: nn.Module) -> None:
    result = trace(layer, zeros_but(torch.nan, 3, 1, 2))
    assert "x holds nan at step 3, sequence 1, feature 2." in result.note
    assert "h first holds nan at step 3, layer 0, forward direction, unit 0, sequence 1." in result.note
    assert result.difference < 1e-6  # torch's own has nan in the same places
    bad = result.states["h"].isnan()
    assert not bad[:, :, :, [0, 2]].any()
    assert bool(bad[0, 0, 3:, 1].all())
    assert not bad[0, 0, :3].any()
    assert bool(bad[0, 1, :4, 1].all())
    assert not bad[0, 1, 4:].any()
    assert bool(result.mask.all())


NOTES: dict[str, tuple[nn.Module, dict[str, Any], str]] = {
    "the first of several": (
        nn.GRU(4, 5),
        {"x": zeros_but(torch.nan, slice(2, None))},
        "x holds nan at step 2, sequence 0, feature 0. h first holds nan at step 2, layer 0, unit 0, sequence 0.",
    ),
    "batch first": (
        nn.GRU(4, 5, batch_first=True),
        {"x": zeros_but(torch.nan, 1, 2, 3).transpose(0, 1)},
        "x holds nan at step 1, sequence 2, feature 3. h first holds nan at step 1, layer 0, unit 0, sequence 2.",
    ),
    "a cell": (
        nn.GRUCell(4, 5),
        {"x": zeros_but(torch.nan, 4, 2, 3)},
        "x holds nan at step 4, sequence 2, feature 3. h first holds nan at step 4, unit 0, sequence 2.",
    ),
    "a state": (
        nn.GRU(4, 5, 2),
        {"x": zeros_but(0), "hx": zeros_but(torch.nan, 1, 2, 3)[:2, :, [0, 1, 2, 3, 0]]},
        "h_0 holds nan in layer 1, unit 3, sequence 2. h first holds nan at step 0, layer 1, unit 0, sequence 2.",
    ),
    "a weight": (
        with_weight(nn.LSTM(4, 5, 2), "weight_hh_l1", (12, 2), torch.nan),
        {"x": zeros_but(0)},
        "weight_hh_l1 holds nan in row 12 (gate g, unit 2). h first holds nan at step 0, layer 1, unit 2, sequence 0.",
    ),
    "a bias of the backward direction": (
        with_weight(nn.GRU(4, 5, bidirectional=True), "bias_ih_l0_reverse", (14,), torch.nan),
        {"x": zeros_but(0)},
        "bias_ih_l0_reverse holds nan in row 14 (gate n, unit 4)."
        " h first holds nan at step 5, layer 0, backward direction, unit 4, sequence 0.",
    ),
    "a projection": (
        with_weight(nn.LSTM(4, 5, proj_size=2), "weight_hr_l0", (1, 3), torch.nan),
        {"x": zeros_but(0)},
        "weight_hr_l0 holds nan in row 1 (unit 1). h first holds nan at step 0, layer 0, unit 1, sequence 0.",
    ),
    "infinity that a gate swallows": (
        with_weight(nn.LSTM(4, 5), "bias_ih_l0", (3,), torch.inf),
        {"x": zeros_but(0)},
        "bias_ih_l0 holds inf in row 3 (gate i, unit 3). Every state is finite all the same.",
    ),
    "two at once": (
        with_weight(nn.RNN(4, 5), "bias_ih_l0", (3,), -torch.inf),
        {"x": zeros_but(torch.nan, 5, 0, 0)},
        "x holds nan at step 5, sequence 0, feature 0, and bias_ih_l0 holds -inf in row 3 (unit 3)."
        " h first holds nan at step 5, layer 0, unit 0, sequence 0.",
    ),
    "numbers that outgrow float32": (
        with_weight(nn.RNN(4, 5, nonlinearity="relu"), "weight_hh_l0", (slice(None), slice(None)), 1e20),
        {"x": zeros_but(0) + 100, "hx": torch.ones(1, 3, 5)},
        "h first holds inf at step 1, layer 0, unit 0, sequence 0:"
        " x and the weights are finite, but the numbers have outgrown float32.",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize(("layer", "given", "note"), NOTES.values(), ids=NOTES)
def test_where_it_came_in_and_how_far_it_got(layer: nn.Module, given: dict[str, Any], note: str) -> None:
    result = trace(layer, **given)
    assert result.note == note
    assert result.difference <= 1e-6


def test_padding_is_no_number() -> None:
    x = zeros_but(torch.nan, slice(4, None), 1)
    assert trace(LAYERS["LSTM"], x, lengths=[6, 4, 6]).note == ""
    assert "x holds nan at step 4, sequence 1" in trace(LAYERS["LSTM"], x, lengths=[6, 5, 6]).note


def test_large_numbers_are_finite() -> None:
    """Their sum is not."""
    assert trace(nn.GRU(4, 5), zeros_but(0) + 3e38).note == ""


def test_the_first_is_the_first_in_time_whether_h_or_c() -> None:
    """c grows too large at one step, and h follows at a later one, through f * c with f = 0."""
    layer = nn.LSTM(1, 1)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        layer.weight_ih_l0[1] = 1000.0  # f is 1 where x is 1, and 0 where it is -1
    x = torch.tensor([1.0, 1.0, -1.0]).view(3, 1, 1)
    states = torch.zeros(1, 1, 1), torch.full((1, 1, 1), torch.inf)
    result = trace(layer, x, states)
    assert bool(result.states["h"][0, 0, 2].isnan())
    assert bool(result.states["h"][0, 0, :2].isfinite().all())
    assert "c first holds inf at step 0, layer 0, unit 0, sequence 0" in result.note
