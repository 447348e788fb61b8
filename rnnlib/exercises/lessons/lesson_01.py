"""Lesson 01: the state after every step, from a loop of one's own."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from rnnlib.engine.closeness import close
from rnnlib.exercises.answers import call_for_result, check_dtype, items_of, shape_of, slip_of
from rnnlib.exercises.verdict import SlipError
from rnnlib.spec.arguments import brief


def judge(every_state: Any) -> str:
    """Of ``every_state(cell, sequence)``: the cell's state after each of three steps."""
    cell, sequence = nn.RNNCell(4, 2), torch.randn(3, 1, 4)
    layer = nn.RNN(4, 2)  # with the cell's weights
    layer.load_state_dict({f"{name}_l0": value for name, value in cell.state_dict().items()})
    right, _ = layer(sequence)
    last_alone = cell(sequence[-1])
    states = items_of(call_for_result(every_state, cell, sequence))
    shapes = [shape_of(state) for state in states]
    if shapes != 3 * [(1, 2)]:
        raise SlipError(
            slip_of(states), f"states should hold hidden whole, (1, 2), 3 times, and it holds {brief(shapes)}."
        )
    given = torch.stack(states)
    check_dtype("states", given, right)
    if close(given, right):
        return "Right: your loop and nn.RNN agree at every step."
    if close(given[1:], right[:-1]):
        raise SlipError("before the step", "you kept the state before the step. Which line comes first?")
    if close(given[-1], last_alone):
        raise SlipError("not carried", "the last state knows the last step only. Does hidden go in, too?")
    raise SlipError("numbers", "the states differ from nn.RNN's. Does each start from the one before?")
