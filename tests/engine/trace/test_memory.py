"""A trace that does not fit is refused before it is made, and the steps that fit are offered."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlib import LayerSpec, trace
from rnnlib.engine import limits
from rnnlib.engine.trace.memory import trace_bytes_a_step
from tests.strategies import refused

FREE = 10**7
LSTM, FIRST, CELL = nn.LSTM(4, 5), nn.GRU(4, 5, batch_first=True), nn.RNNCell(4, 5)
LONG = torch.zeros(1, 1, 1).expand(10**9, 3, 4)  # a thousand million steps in four bytes


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 10 MB to spare."""
    monkeypatch.setattr(limits, "free_bytes", lambda device: FREE)
    monkeypatch.setattr(limits, "ALWAYS_THERE", 0)


def test_it_never_fits_and_says_the_bytes() -> None:
    message = refused(lambda: trace(LSTM, LONG), "this trace needs about", "available", "on cpu", "smaller batch")
    needed, free = (int(number.replace(",", "")) for number in re.findall(r"([\d,]+) bytes", message))
    assert needed > 10**12 > free > 10**6
    refused(lambda: trace(LayerSpec("LSTM", 4, 5), LONG), "this trace needs about")


@pytest.mark.usefixtures("little")
def test_what_fits_is_traced() -> None:
    assert trace(LSTM, torch.zeros(50, 3, 4)).mask.shape == (50, 3)


OFFERS: dict[str, tuple[nn.Module, dict[str, Any]]] = {
    "whole": (LSTM, {"x": torch.zeros(3000, 3, 4)}),
    "unbatched": (LSTM, {"x": torch.zeros(3000, 4)}),
    "batch first": (FIRST, {"x": torch.zeros(3, 3000, 4)}),
    "unbatched, batch first": (FIRST, {"x": torch.zeros(3000, 4)}),
    "with lengths": (LSTM, {"x": torch.zeros(3000, 3, 4), "lengths": [3000, 2, 700]}),
    "batch first with lengths": (FIRST, {"x": torch.zeros(3, 3000, 4), "lengths": torch.tensor([3000, 2, 700])}),
    "packed": (LSTM, {"x": pack_padded_sequence(torch.zeros(3000, 2, 4), torch.tensor([3000, 7]))}),
    "packed, batch first": (FIRST, {"x": pack_padded_sequence(torch.zeros(3000, 2, 4), torch.tensor([3000, 7]))}),
    "a cell's loop": (CELL, {"x": torch.zeros(30000, 3, 4)}),
}


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize(("layer", "given"), OFFERS.values(), ids=OFFERS)
def test_the_steps_that_fit_are_offered(layer: nn.Module, given: dict[str, Any]) -> None:
    """So many steps are traced."""
    message = refused(lambda: trace(layer, **given), "trace at most")
    said = re.search(r"trace at most ([\d,]+) steps, or choose", message)
    assert said
    steps, x, lengths = int(said[1].replace(",", "")), given["x"], given.get("lengths")
    first = getattr(layer, "batch_first", False) and (isinstance(x, PackedSequence) or x.dim() == 3)
    if isinstance(x, PackedSequence):
        x, lengths = pad_packed_sequence(x, batch_first=first)
    cut = x[:, :steps] if first else x[:steps]
    fewer = None if lengths is None else [min(int(length), steps) for length in lengths]
    assert trace(layer, cut, lengths=fewer).mask.shape[0] == steps > 10


@pytest.mark.usefixtures("little")
def test_where_not_one_step_fits_none_is_offered() -> None:
    wide = torch.zeros(1).expand(4, 10**5, 4)
    for given in (wide, wide[0]):
        layer = LSTM if given.dim() == 3 else CELL
        message = refused(lambda layer=layer, given=given: trace(layer, given), "choose a smaller batch")
        assert "at most" not in message


def test_what_backward_needs_is_counted() -> None:
    spec = LayerSpec("LSTM", 4, 5)
    without, kept = (trace_bytes_a_step(spec, 3, torch.float32, gradients=g, padded=False) for g in (False, True))
    assert kept > 2 * without
    padded = trace_bytes_a_step(spec, 3, torch.float32, gradients=False, padded=True)
    assert without < padded < 2 * without
    assert trace_bytes_a_step(spec, 300, torch.float64, gradients=False, padded=False) > 50 * without


def size(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_every_part_of_a_trace_is_within_the_estimate(kind: str) -> None:
    spec = LayerSpec(kind, 8, 32, num_layers=2, bidirectional=True)
    result = trace(spec, torch.zeros(40, 16, 8))
    parts = [
        t for name in ("states", "gates", "from_x", "from_h", "pre", "before") for t in getattr(result, name).values()
    ]
    held = sum(map(size, parts)) + sum(map(size, result.inputs))
    estimate = 40 * trace_bytes_a_step(spec, 16, torch.float32, gradients=False, padded=False)
    assert held < estimate < 4 * held
    assert not isinstance(result.output, PackedSequence)
