"""Lesson 06: a batch packed by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.packing.pack_steps import pack_steps
from rnnlib.exercises.answers import call_for_result, check_dtype, items_of, shape_of, slip_of
from rnnlib.exercises.verdict import SlipError


def judge(pack: Any) -> str:
    """Of ``pack(steps)``: the rows that each step gives, in a list; or all of them, as ``packed.data`` has them."""
    steps = pack_steps([torch.randn(length, 12) for length in (20, 26, 7)])
    right, all_rows = steps.data.clone(), steps.padded[..., 0].numel()
    without: Any = None  # data itself is not to be handed back
    asked = dataclasses.replace(steps, packed=steps.packed._replace(data=without))
    data = _rows(call_for_result(pack, asked), len(steps.batch_sizes), right.shape[1])
    check_dtype("data", data, right)
    if len(data) == all_rows:
        said = f"{all_rows} rows are all of them, pads included. How many are still going on at step t?"
        raise SlipError("pads included", said)
    if data.shape != right.shape:
        raise SlipError("rows", f"data should be {shape_of(right)}, and it is {shape_of(data)}.")
    if not torch.equal(data, right):
        said = "the shape is right, the rows are not. Which sequences are the first of a step?"
        raise SlipError("other rows", said)
    return "Right: that is packed.data, row by row."


def _rows(answer: Any, count: int, size: int) -> Tensor:
    """The pieces, one a step, joined; data itself as it is."""
    if isinstance(answer, Tensor) and answer.dim() == 2 and answer.shape[1] == size:
        return answer
    pieces = items_of(answer)
    if len(pieces) != count:
        slip = "count" if pieces else "nothing kept"
        raise SlipError(slip, f"pieces should hold {count} tensors, one a step, and it holds {len(pieces)}.")
    if any(not isinstance(piece, Tensor) or piece.shape[-1:] != (size,) for piece in pieces):
        said = f"a piece is a tensor, rows of {size} numbers, and the first of yours is {shape_of(pieces[0])}."
        raise SlipError(slip_of(pieces), said)
    return torch.cat([piece.reshape(-1, size) for piece in pieces])
