"""Lesson 00: axes put in the order that a layer wants."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from rnnlib.exercises.answers import call_for_result, check_dtype, shape_of
from rnnlib.exercises.verdict import SlipError

WANTED = (7, 5, 12)


def judge(arrange: Any) -> str:
    """Of ``arrange(five)``: five recordings, (batch, input_size, seq_len), as (seq_len, batch, input_size)."""
    five = torch.randn(5, 12, 7)
    right = five.permute(2, 0, 1).clone()
    ready = call_for_result(arrange, five)
    if not isinstance(ready, Tensor):
        raise SlipError("no tensor", f"arrange should give a tensor, {WANTED}, and it is of type {shape_of(ready)}.")
    if tuple(ready.shape) != WANTED:
        slip = "order" if sorted(ready.shape) == sorted(WANTED) else "shape"
        raise SlipError(slip, f"arrange should give {WANTED}, and it is {shape_of(ready)}.")
    check_dtype("what arrange gives", ready, right)
    if not torch.equal(ready, right):
        raise SlipError("cut anew", "the shape is right, but the numbers stand in other places. What reorders axes?")
    return f"Right. The layer gives {shape_of(nn.LSTM(12, 16)(ready)[0])}."
