"""Lesson 07: the summary of both directions, read off the unpacked output."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from rnnlib.exercises.answers import call_for_result, check_dtype, items_of, shape_of, slip_of
from rnnlib.exercises.verdict import SlipError


def judge(ends: Any) -> str:
    """Of ``ends(output, lengths)``: where the forward, and where the backward direction of each sequence ends."""
    for lengths in ((20, 26, 7), (5, 7, 9)):
        _judge(ends, torch.tensor(lengths))
    return "Right: that is h_n, row by row."


def _judge(ends: Any, lengths: Tensor) -> None:
    packed = pack_sequence([torch.randn(int(length), 12) for length in lengths], enforce_sorted=False)
    packed_output, h_n = nn.GRU(12, 8, bidirectional=True)(packed)
    output, _ = pad_packed_sequence(packed_output)
    given = items_of(call_for_result(ends, output.clone(), lengths.clone()))
    if len(given) != 2 or any(shape_of(end) != (3, 8) for end in given):
        said = ", ".join(str(shape_of(end)) for end in given) or "none"
        raise SlipError(slip_of(given), f"ends should give two tensors, (3, 8) each, and it gives {said}.")
    for end in given:
        check_dtype("what ends gives", end, output)
    forward, backward = given
    if torch.equal(forward, output[-1, :, :8]):
        raise SlipError("step -1", "at step -1 two of the three are over. Which step is each one's last?")
    if torch.equal(backward, output[-1, :, 8:]):
        said = "at step -1 two of the three are over. And where does the backward direction end?"
        raise SlipError("step -1, backward", said)
    if torch.equal(backward, output[lengths - 1, range(3), 8:]):
        raise SlipError("backward at its begin", "the backward direction begins there. Where does it end?")
    if not torch.equal(torch.stack(given), h_n):
        said = "the shapes are right. In which half of output is each direction, and where does it end?"
        raise SlipError("half or step", said)
