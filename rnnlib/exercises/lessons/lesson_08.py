"""Lesson 08: the arithmetic of one step."""

from __future__ import annotations

import operator
from typing import Any

from rnnlib.exercises.verdict import SlipError
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief

READ, KEPT = 12, 64  # input_size and hidden_size


def judge(multiply_adds: Any) -> str:
    """Of ``multiply_adds``: those of one step of an LSTM cell, for one sequence."""
    right = LayerSpec("LSTM", READ, KEPT).costs(1, 1).multiply_adds
    try:
        given = operator.index(multiply_adds)
    except TypeError:
        said = f"write a whole number, without a decimal point. It is {brief(multiply_adds)}."
        raise SlipError("no whole number", said) from None
    if given == right:
        return "Right: about twenty thousand, a few microseconds of one core: no more than starting a dozen operations."
    if given * 4 == right:
        raise SlipError("one gate", "that is one gate's. How many has an LSTM?")
    if given == 2 * right:
        raise SlipError("twice", "a multiplication and its addition count as one. How often is a weight used?")
    if given in (4 * KEPT * READ, 4 * KEPT * KEPT):
        raise SlipError("one weight", "a step multiplies both x and h. Which two weights are there?")
    said = "weight_ih is (4 * 64, 12), weight_hh (4 * 64, 64). Each number is used once, biases never."
    raise SlipError("number", said)
