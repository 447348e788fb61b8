"""Lesson 03: the step of an LSTM by hand, and what c was after each."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from rnnlib.engine.closeness import close
from rnnlib.engine.trace.trace import trace
from rnnlib.exercises.answers import call_for_result, check_dtype, items_of, shape_of, slip_of
from rnnlib.exercises.verdict import SlipError

STEPS = 20


def judge(every_c: Any) -> str:
    """Of ``every_c(listener, voice)``: c after each step, ``(1, 16)``."""
    listener, voice = nn.LSTM(12, 16), torch.randn(STEPS, 1, 12)
    states = trace(listener, voice).states
    right, h = states["c"][0, 0], states["h"][0, 0]
    cells = items_of(call_for_result(every_c, listener, voice))
    shapes = [shape_of(cell) for cell in cells]
    if shapes != STEPS * [(1, 16)]:
        kept = " ".join(map(str, [len(cells), *set(shapes)]))
        raise SlipError(slip_of(cells), f"cells should hold c, (1, 16), {STEPS} times, and it holds {kept}.")
    given = torch.stack(cells)
    check_dtype("cells", given, right)
    if close(given, right):
        return "Right: c at every step. nn.LSTM itself shows only the last one."
    if close(given, h):
        raise SlipError("h for c", "that is h. Which of the two states stays inside?")
    if close(given[0], right[0]):
        said = "only the first step is right, which begins with zeros. Look at f, o, and what goes on from there."
        raise SlipError("later steps", said)
    raise SlipError("first step", "the first step differs. Is the order i, f, g, o, and which one takes tanh?")
