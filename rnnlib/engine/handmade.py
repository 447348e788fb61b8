"""Weights worth watching: small layers set by hand, each of which does one thing that can be said in a sentence."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn

from rnnlib.engine.layers import build
from rnnlib.engine.steps import GATES
from rnnlib.spec import LayerSpec

ALWAYS, NEVER = 15.0, -15.0  # what a sigmoid takes for 1 and for 0, to six digits


@dataclasses.dataclass(frozen=True)
class Handmade:
    """A layer with one input and one unit, its weights set by hand.

    Attributes:
        kind: its kind.
        says: what it does.
        why: how its weights do it.
        weights: by gate (``"h"`` of RNN): the weight of x, the weight of h, and the bias.
        bits: an input on which it is worth watching.
    """

    kind: str
    says: str
    why: str
    weights: dict[str, tuple[float, float, float]]
    bits: str


HANDMADE = {
    "latch": Handmade(
        "LSTM",
        "remembers the first 1 it sees",
        "i opens at a 1 while h is 0, and h, once it is there, keeps i shut; f forgets nothing",
        {"i": (30, -40, -15), "f": (0, 0, ALWAYS), "g": (0, 0, ALWAYS), "o": (0, 0, ALWAYS)},
        "000100100110",
    ),
    "count": Handmade(
        "LSTM",
        "counts the 1s",
        "i opens at every 1, g adds 1 to c, and f forgets nothing",
        {"i": (30, 0, NEVER), "f": (0, 0, ALWAYS), "g": (0, 0, ALWAYS), "o": (0, 0, ALWAYS)},
        "010010110001",
    ),
    "leak": Handmade(
        "LSTM",
        "forgets slowly",
        "as the counter, but f keeps 9 tenths of c at each step",
        {"i": (30, 0, NEVER), "f": (0, 0, 2.1972246), "g": (0, 0, ALWAYS), "o": (0, 0, ALWAYS)},
        "010000010000",
    ),
    "copy": Handmade(
        "GRU",
        "copies its input through",
        "z is 0, so h is n, the tanh of x: nothing of the old state is kept",
        {"r": (0, 0, NEVER), "z": (0, 0, NEVER), "n": (1, 0, 0)},
        "010011010110",
    ),
    "fade": Handmade(
        "RNN",
        "cannot hold on",
        "weight_hh is 0.8, so each step keeps less than 8 tenths of what was there",
        {"h": (2, 0.8, 0)},
        "001000000000",
    ),
}


def handmade(name: str) -> nn.Module:
    """A real layer with the weights of one of `HANDMADE`: one input, one unit, in eval mode.

    Raises:
        ValueError: there is no such name.

    Example:
        >>> handmade("count").weight_ih_l0.flatten().tolist()
        [30.0, 0.0, 0.0, 0.0]
    """
    made = _named(name)
    layer = build(LayerSpec(made.kind, input_size=1, hidden_size=1)).eval()
    rows = torch.tensor([made.weights[gate] for gate in GATES[made.kind] or ("h",)])
    with torch.no_grad():
        layer.get_parameter("weight_ih_l0").copy_(rows[:, :1])
        layer.get_parameter("weight_hh_l0").copy_(rows[:, 1:2])
        layer.get_parameter("bias_ih_l0").copy_(rows[:, 2])
        layer.get_parameter("bias_hh_l0").zero_()
    return layer


def example(name: str) -> Tensor:
    """The input of 0s and 1s on which it is worth watching, ``(seq_len, 1, 1)``.

    Example:
        >>> example("fade").shape
        torch.Size([12, 1, 1])
    """
    return torch.tensor([float(bit) for bit in _named(name).bits], dtype=torch.float32).view(-1, 1, 1)


def _named(name: str) -> Handmade:
    if name not in HANDMADE:
        raise ValueError(f"there are no weights {name!r}: there are {', '.join(HANDMADE)}.")
    return HANDMADE[name]
