"""Lesson 05: the parameters of a layer counted without building it."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from rnnlib.engine.layers import build
from rnnlib.exercises.answers import call_for_result, shape_of
from rnnlib.exercises.verdict import SlipError
from rnnlib.spec import LayerSpec

# Each needs one thing more than the one before.
CASES = {
    LayerSpec("RNN", 10, 20): ("biases", "Two weights and two biases?"),
    LayerSpec("GRU", 10, 20): ("gates", "Is all of it there for each gate?"),
    LayerSpec("GRU", 10, 20, 2): ("upper layers", "What does layer 1 read?"),
    LayerSpec("LSTM", 10, 20, 3, bidirectional=True): (
        "directions",
        "What is there once more, or wider, with two directions?",
    ),
    LayerSpec("RNN", 3, 7, 2, bidirectional=True): (
        "other sizes",
        "The others are right. Is 10 or 20 written in it?",
    ),
}


def judge(count: Any) -> str:
    """Of ``count(gates, input_size, hidden_size, num_layers, num_directions)``: how many numbers the layer holds."""
    for spec, (slip, hint) in CASES.items():
        layer = build(spec)
        truth = sum(parameter.numel() for parameter in layer.parameters())
        gates = len(spec.family.gates) or 1
        yours = call_for_result(count, gates, spec.input_size, spec.hidden_size, spec.num_layers, spec.num_directions)
        if not isinstance(yours, (int, float)) and not (isinstance(yours, Tensor) and yours.numel() == 1):
            raise SlipError("no number", f"count should give a whole number, and it gives {shape_of(yours)}.")
        if yours != truth:
            raise SlipError(slip, f"{layer} has {truth}, count says {yours}. {hint}")
    return "Right, five times."
