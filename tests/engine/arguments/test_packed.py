"""A PackedSequence that was made by hand is looked at before the layer sees it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.run import run
from rnnlib.spec import LayerSpec
from tests.strategies import refused

LSTM = LayerSpec("LSTM", 12, 16)
data = torch.zeros(9, 12)
two_steps = PackedSequence(data, torch.tensor([5, 4]))
BY_HAND = {
    "too few steps counted": PackedSequence(data, torch.tensor([3, 2, 2])),
    "too many steps counted": PackedSequence(data, torch.tensor([5, 5])),
    "batch sizes that rise": PackedSequence(data, torch.tensor([4, 5])),
    "a step of nobody": PackedSequence(data, torch.tensor([9, 0])),
    "a negative step": PackedSequence(data, torch.tensor([10, -1])),
    "no step": PackedSequence(data, torch.tensor([], dtype=torch.int64)),
    "another dtype": PackedSequence(data, torch.tensor([5.0, 4.0])),
    "two axes": PackedSequence(data, torch.tensor([[5], [4]])),
    "a list of sizes": two_steps._replace(batch_sizes=[5, 4]),
    "no sizes": two_steps._replace(batch_sizes=None),
    "sizes without numbers": two_steps._replace(batch_sizes=torch.ones(2, dtype=torch.int64, device="meta")),
    "an order of floats": two_steps._replace(sorted_indices=torch.rand(5), unsorted_indices=torch.rand(5)),
    "an order and none back": two_steps._replace(sorted_indices=torch.arange(5)),
    "an order that names one twice": PackedSequence(
        data, torch.tensor([5, 4]), torch.tensor([0, 1, 2, 3, 3]), torch.arange(5)
    ),
    "an order too short": PackedSequence(data, torch.tensor([5, 4]), torch.arange(4)),
    "an order and another one back": PackedSequence(
        data, torch.tensor([3, 3, 3]), torch.tensor([1, 2, 0]), torch.tensor([1, 2, 0])
    ),
}


@pytest.mark.parametrize("packed", BY_HAND.values(), ids=BY_HAND)
def test_a_packed_sequence_that_was_made_by_hand_is_looked_at(packed: PackedSequence) -> None:
    for layer in (LSTM, nn.GRU(12, 5, batch_first=True)):
        refused(lambda layer=layer: run(layer, packed), "do not go with its data", "pack_sequence")


@pytest.mark.parametrize(
    "other", [None, [[0.0] * 12] * 9, data.numpy(), data.to_sparse()], ids=["None", "list", "array", "sparse"]
)
def test_a_packed_sequence_of_something_else(other: Any) -> None:
    packed = PackedSequence(data, torch.tensor([5, 4]))._replace(data=other)
    refused(lambda: run(LSTM, packed), "x.data must be")


def test_a_packed_sequence_that_was_made_by_hand_and_fits_is_taken() -> None:
    packed = PackedSequence(data, torch.tensor([3, 3, 3]), torch.tensor([1, 2, 0]), torch.tensor([2, 0, 1]))
    assert run(LSTM, packed).output.data.shape == (9, 16)
