"""Lengths that do not fit their batch are refused in words."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_sequence

from rnnlib.engine.run import run
from rnnlib.spec import LayerSpec
from tests.strategies import refused

GRU = LayerSpec("GRU", 12, 16)
x = torch.zeros(8, 3, 12)

BAD = {
    "too few": ([8, 5], ValueError, ["3 sequences", "not 2"]),
    "too many": ([8, 5, 3, 1], ValueError, ["3 sequences", "not 4"]),
    "none": ([], ValueError, ["3 sequences", "not 0"]),
    "a length of 0": ([8, 0, 3], ValueError, ["lengths[1]", "from 1 to 8", "not 0", "no steps"]),
    "a negative length": ([8, 5, -3], ValueError, ["lengths[2]", "not -3"]),
    "longer than x": ([9, 5, 3], ValueError, ["lengths[0]", "not 9", "8 steps"]),
    "floats": ([8.0, 5.0, 3.0], TypeError, ["whole numbers", "8.0"]),
    "a float tensor": (torch.tensor([8.0, 5.0, 3.0]), TypeError, ["whole numbers", "torch.float32"]),
    "bools": ([True, True, True], TypeError, ["whole numbers"]),
    "a bool tensor": (torch.ones(3, dtype=torch.bool), TypeError, ["whole numbers", "torch.bool"]),
    "a number": (8, TypeError, ["one a sequence", "8"]),
    "a single number in a tensor": (torch.tensor(8), TypeError, ["one a sequence"]),
    "words": ("853", TypeError, ["whole numbers"]),
    "a meta tensor": (torch.ones(3, device="meta"), TypeError, ["whole numbers"]),
    "a sparse tensor": (torch.tensor([8, 5, 3]).to_sparse(), TypeError, ["whole numbers"]),
    "a set": ({8, 5, 3}, TypeError, ["whole numbers"]),
    "a dict": ({8: 1, 5: 1, 3: 1}, TypeError, ["whole numbers"]),
    "lists": ([[8], [5], [3]], TypeError, ["whole numbers"]),
}


@pytest.mark.parametrize(("lengths", "kind", "words"), BAD.values(), ids=BAD)
def test_bad_lengths_are_refused_in_words(lengths: object, kind: type, words: list[str]) -> None:
    refused(lambda: run(GRU, x, lengths=lengths), *words)
    with pytest.raises(kind):
        run(GRU, x, lengths=lengths)


@pytest.mark.parametrize("lengths", [[3, 8, 5], (3, 8, 5), np.array([3, 8, 5], np.int16), torch.tensor([3, 8, 5])])
def test_lengths_in_any_order_and_of_any_type(lengths: object) -> None:
    output = run(GRU, torch.ones(8, 3, 12), lengths=lengths).output
    assert [(output[:, n].abs().sum(1) > 0).sum().item() for n in range(3)] == [3, 8, 5]


def test_what_takes_no_lengths() -> None:
    refused(lambda: run(LayerSpec("GRUCell", 12, 16), x[0], lengths=[1, 1, 1]), "one step", "use GRU")
    refused(lambda: run(GRU, x[:, 0], lengths=[5]), "one sequence", "x[:length]")
    refused(lambda: run(GRU, seq_len=8, lengths=[5]), "one sequence")
    refused(lambda: run(GRU, pack_sequence([x[:, 0]]), lengths=[8]), "packed already")


def test_lengths_may_come_one_by_one() -> None:
    assert run(GRU, x, lengths=(n for n in (8, 5, 3))).output.shape == (8, 3, 16)
