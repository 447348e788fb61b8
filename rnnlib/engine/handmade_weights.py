"""Weights worth watching, chosen by hand: one number goes in, one unit holds it, and every weight has its reason."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor, nn

from rnnlib.engine.layers import build
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import family_of

SURE = 20.0  # sigmoid and tanh of it are 1, and sigmoid of -SURE is 0, to the last digit but one of float32


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of ``weight_ih``, ``weight_hh`` and ``bias_ih``: a gate's sum is ``x * x_t + h * h_{t-1} + bias``."""

    x: float = 0.0
    h: float = 0.0
    bias: float = 0.0


@dataclasses.dataclass(frozen=True)
class Handmade:
    """A layer whose weights were chosen by hand.

    Attributes:
        kind: ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
        says: what the layer does with any input of 0s and 1s, in a sentence.
        why: how its weights do it.
        rows: by gate, in torch's order (``"h"`` of RNN).
        bits: an input on which it is worth watching.
    """

    kind: str
    says: str
    why: str
    rows: dict[str, Row]
    bits: str


OPEN, SHUT = Row(bias=SURE), Row(bias=-SURE)
ONLY_A_1 = Row(x=2 * SURE, bias=-SURE)  # far above 0 where x is 1, far below where it is 0

HANDMADE = {
    "latch": Handmade(
        "LSTM",
        "It remembers the first 1 it sees: from then on h is 0.76, whatever follows; before, h is 0.",
        "The first 1 opens i, and c becomes 1. Then h is tanh(1) = 0.76, and its weight of -80 shuts i for good,"
        " while f stays open and keeps c.",
        {"i": Row(x=2 * SURE, h=-4 * SURE, bias=-SURE), "f": OPEN, "g": OPEN, "o": OPEN},
        "00100101100000000000",
    ),
    "count": Handmade(
        "LSTM",
        "It counts: after each step c is the number of 1s so far.",
        "f stays open, so c keeps all it has; i opens on a 1 alone, and g is 1, so each 1 adds 1."
        " c can grow without end, and h = tanh(c) cannot: h is near 1 from the third 1 on.",
        {"i": ONLY_A_1, "f": OPEN, "g": OPEN, "o": OPEN},
        "01011001000111010010",
    ),
    "leak": Handmade(
        "LSTM",
        "It forgets slowly: a 1 adds 1 to c, and each step takes away a tenth of what was there.",
        "f's bias is log(9), and the sigmoid of that is 0.9: each step keeps nine tenths of c. i opens on a 1 alone.",
        {"i": ONLY_A_1, "f": Row(bias=2.1972246), "g": OPEN, "o": OPEN},
        "00100000000000110000",
    ),
    "copy": Handmade(
        "GRU",
        "It copies its input through: h is x, and nothing of the steps before.",
        "z stays shut, so nothing of the old state is kept, and h is n. n is tanh(20 x): 0 for a 0, 1 for a 1.",
        {"r": SHUT, "z": SHUT, "n": Row(x=SURE)},
        "01011001000111010010",
    ),
    "fade": Handmade(
        "RNN",
        "It cannot hold on: each 0 leaves at most 0.6 of h, and ten 0s in a row leave less than 0.01.",
        "h's own weight is 0.6, and tanh makes every number smaller still. There is no gate that could keep it.",
        {"h": Row(x=2.0, h=0.6)},
        "00100000000000110000",
    ),
}


def handmade(name: str) -> nn.Module:
    """Make one of `HANDMADE`: a real layer of torch, with input_size 1 and hidden_size 1, in eval mode.

    Raises:
        TypeError, ValueError: there is none of this name.

    Example:
        >>> output, h_n = handmade("copy")(example("copy"))
        >>> torch.allclose(output, example("copy"), atol=1e-6)
        True
    """
    made = _find(name)
    layer = build(LayerSpec(made.kind, input_size=1, hidden_size=1))
    rows = [made.rows[gate] for gate in family_of(made.kind).blocks]
    named = {
        "weight_ih_l0": [[row.x] for row in rows],
        "weight_hh_l0": [[row.h] for row in rows],
        "bias_ih_l0": [row.bias for row in rows],
        "bias_hh_l0": [0.0 for _ in rows],
    }
    layer.load_state_dict({name: _float32(numbers) for name, numbers in named.items()})
    return layer.eval()


def example(name: str) -> Tensor:
    """An input on which a layer of `HANDMADE` is worth watching: 0s and 1s, ``(seq_len, 1, 1)``.

    Raises:
        TypeError, ValueError: there is none of this name.

    Example:
        >>> example("latch").shape
        torch.Size([20, 1, 1])
    """
    return _float32([float(bit) for bit in _find(name).bits]).view(-1, 1, 1)


def _float32(numbers: Any) -> Tensor:
    """On the CPU and in float32, whatever your default device and dtype."""
    return torch.tensor(numbers, dtype=torch.float32, device="cpu")


def _find(name: str) -> Handmade:
    there = ", ".join(map(repr, HANDMADE))
    if not isinstance(name, str) or name not in HANDMADE:
        raise ValueError(f"name must be one of {there}, not {name!r} ({type(name).__name__}).")
    return HANDMADE[name]
