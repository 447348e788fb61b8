"""An estimate of a run grows with all that makes it longer, and is of the right size."""

from __future__ import annotations

import time

import pytest
import torch
from torch import nn

from rnnlib.engine.limits.seconds import MOST_SECONDS, estimate, estimate_packing
from rnnlib.engine.packing.comparison import padded_and_packed
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import MOST

SPEC = LayerSpec("GRU", 12, 64)


@pytest.mark.parametrize(
    "more",
    [{"seq_len": 10**4}, {"batch": 10**4}, {"passes": 9}, {"built": False}, {"spec": LayerSpec("GRU", 12, 2000)}],
    ids=str,
)
def test_more_takes_longer(more: dict) -> None:
    asked = {"spec": SPEC, "seq_len": 8, "batch": 3, "device": "cpu", "built": True}
    assert estimate(**asked).is_quick
    assert estimate(**asked | more).seconds > estimate(**asked).seconds


def test_of_the_largest_sizes_it_is_still_a_number() -> None:
    huge = estimate(LayerSpec("LSTM", MOST, MOST, MOST), MOST, MOST, "cuda:0", built=False)
    assert MOST_SECONDS < huge.seconds < float("inf")


def test_a_long_sequence_of_a_wide_layer_is_too_long_to_pack_for_a_slider() -> None:
    """It held the kernel for 39 seconds."""
    assert estimate_packing(LayerSpec("LSTM", 12, 512), [20_000], "cpu").seconds > MOST_SECONDS
    assert estimate_packing(LayerSpec("LSTM", 12, 8), [20, 7, 12], "cpu").seconds < 0.1


def test_it_is_of_the_right_size() -> None:
    """Within 30 times either way, on whatever machine and however busy: a slip of units would show."""
    sequences = [torch.zeros(length, 12) for length in (400, 300, 50)]
    layer = nn.GRU(12, 128)
    begun = time.perf_counter()
    padded_and_packed(layer, sequences)
    seconds = time.perf_counter() - begun
    assert seconds / 30 < estimate_packing(LayerSpec.of(layer), [400, 300, 50], "cpu").seconds < seconds * 30
