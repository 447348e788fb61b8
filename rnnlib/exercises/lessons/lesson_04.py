"""Lesson 04: a GRU whose z stands open, so that it keeps its state."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from rnnlib.engine.trace.trace import trace
from rnnlib.exercises.answers import name_of
from rnnlib.exercises.verdict import SlipError
from rnnlib.spec import LayerSpec

WANTED = LayerSpec("GRU", 3, 2)
DRAWN = 2**-0.5  # a new GRU's biases are no further from 0: 1 / sqrt(hidden_size)


def judge(frozen: Any) -> str:
    """Of ``frozen``: an nn.GRU(3, 2) that ends where it began."""
    if not isinstance(frozen, nn.GRU) or LayerSpec.of(frozen) != WANTED:
        raise SlipError("no GRU", f"frozen should be an nn.GRU(3, 2), its biases changed, and it is {name_of(frozen)}.")
    bias = torch.stack([p.detach() for name, p in frozen.named_parameters() if name.startswith("bias")])
    inputs, h_0 = torch.randn(9, 1, 3).to(bias.dtype), torch.randn(1, 1, 2).to(bias.dtype)
    kept = trace(frozen, inputs, h_0)
    least = kept.gates["z"].amin(dim=(0, 1, 2, 3))  # of each unit
    z = bias[:, 2:4]
    up, down = (z > DRAWN).any(0), (z < -DRAWN).any(0)
    if torch.allclose(kept.h_n, h_0):
        return "Right: z is 1 at every step, and h_n is h_0."
    if up.all():
        said = f"z goes down to {least.min():.4f}, and that adds up over nine steps. Open it further."
        raise SlipError("not open enough", said)
    if down.any():
        raise SlipError("shut", "that shuts z, and less of the old state is kept. Which sign opens it?")
    if up.any():
        raise SlipError("one unit", "z is open for one unit and not for the other. Which two rows are z's?")
    raise SlipError("another gate", f"z goes down to {least[0]:.2f} and {least[1]:.2f}. Which rows are z's?")
