"""Lesson 02: a layer called once a step, its state carried."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from rnnlib.engine.closeness import close
from rnnlib.exercises.answers import call_for_result, check_dtype, items_of, shape_of, slip_of
from rnnlib.exercises.verdict import SlipError

STEPS = 20


def judge(hear: Any) -> str:
    """Of ``hear(listener, voice)``: the output of each step, ``(1, 1, 16)``."""
    listener, voice = nn.RNN(12, 16, num_layers=2), torch.randn(STEPS, 1, 12)
    right, _ = listener(voice)
    reads: list[int] = []  # how many steps each call read
    listener.register_forward_hook(lambda module, given, result: reads.append(len(result[0])))
    heard = items_of(call_for_result(hear, listener, voice))
    shapes = {shape_of(output) for output in heard}
    if len(heard) != STEPS:
        slip = "count" if heard else "nothing kept"
        raise SlipError(slip, f"heard should hold {STEPS} outputs, one a step, and it holds {len(heard)}.")
    if shapes == {"tuple"}:
        said = "listener returns two things. Which one is the output, and where does the other go?"
        raise SlipError("both kept", said)
    if shapes == {(2, 1, 16)}:
        said = "(2, 1, 16) is the state, that of both layers. heard should hold the output."
        raise SlipError("the state kept", said)
    if shapes != {(1, 1, 16)}:
        kept = ", ".join(map(str, shapes))
        raise SlipError(slip_of(heard), f"an output is (1, 1, 16), with its time axis, and you kept {kept}.")
    given = torch.cat(heard)
    check_dtype("heard", given, right)
    if not close(given, right):
        raise SlipError("not carried", "the shapes are right, the numbers are not. Is the state handed over?")
    if max(reads, default=1) > 1:
        raise SlipError("all at once", f"one call has read {max(reads)} steps, and a microphone gives one at a time.")
    return "Right: 20 calls of one step equal one call of 20 steps."
