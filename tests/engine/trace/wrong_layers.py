"""Subclasses of torch's layers whose forward() is written by hand, right or with a slip: nothing of rnnlib's engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from rnnlib.spec import LayerSpec
from tests.strategies import real

S, T = torch.sigmoid, torch.tanh
Cell = Callable[..., Any]  # of what x and h say, by gate, the states and the rows of n in weight_hh and bias_hh


def rnn(squash: Callable[[Tensor], Tensor]) -> Cell:
    return lambda x, h, state, *_: (squash(x[0] + h[0]),)


def lstm(
    si: Any = S,
    sf: Any = S,
    sg: Any = T,
    so: Any = S,
    order: tuple[int, ...] = (0, 1, 2, 3),
    c: Any = None,
    h: Any = None,
) -> Cell:
    def cell(x: Any, says: Any, state: Any, *_: Any) -> Any:
        pre = [x[k] + says[k] for k in range(4)]
        i, f, g, o = (squash(pre[k]) for squash, k in zip((si, sf, sg, so), order, strict=True))
        now = f * state[1] + i * g if c is None else c(i, f, g, state[1])
        return (o * T(now) if h is None else h(o, now, state[1])), now

    return cell


def gru(
    sr: Any = S, sz: Any = S, sn: Any = T, order: tuple[int, ...] = (0, 1, 2), n: Any = None, h: Any = None
) -> Cell:
    def cell(x: Any, says: Any, state: Any, w: Any, b: Any) -> Any:
        (xr, xz, xn), (hr, hz, hn) = ([part[k] for k in order] for part in (x, says))
        r, z = sr(xr + hr), sz(xz + hz)
        new = sn(xn + r * hn if n is None else n(xn, hn, r, state[0], w, b))
        return ((1 - z) * new + z * state[0] if h is None else h(z, new, state[0]),)

    return cell


def paper(xn: Tensor, hn: Tensor, r: Tensor, h: Tensor, w: Tensor, b: Any) -> Tensor:
    return xn + linear(r * h, w, b)


# By family and by what rnnlib is to call it: the part that is wrong, and the cell.
SLIPS: dict[str, dict[str, tuple[str, Cell]]] = {
    "RNN": {
        "σ in place of {} in h": ("h", rnn(S)),
        "no {} in h": ("h", rnn(lambda pre: pre)),
    },
    "LSTM": {
        "tanh in place of σ in i": ("i", lstm(si=T)),
        "no σ in f": ("f", lstm(sf=lambda pre: pre)),
        "relu in place of σ in o": ("o", lstm(so=torch.relu)),
        "σ in place of tanh in g": ("g", lstm(sg=S)),
        "c = c(t−1) + i · g": ("f", lstm(c=lambda i, f, g, c: c + i * g)),
        "c = i · g": ("f", lstm(c=lambda i, f, g, c: i * g)),
        "c = f · c(t−1) + g": ("i", lstm(c=lambda i, f, g, c: f * c + g)),
        "c = f · c(t−1) + i": ("g", lstm(c=lambda i, f, g, c: f * c + i)),
        "c = f · c(t−1) + (1 − f) · g": ("i", lstm(c=lambda i, f, g, c: f * c + (1 - f) * g)),
        "h = tanh(c)": ("o", lstm(h=lambda o, c, _: T(c))),
        "h = o · c": ("h", lstm(h=lambda o, c, _: o * c)),
        "h = o · tanh(c(t−1))": ("h", lstm(h=lambda o, _, c: o * T(c))),
        "the rows of the weights read in the order i, g, f, o": ("f, g", lstm(order=(0, 2, 1, 3))),
        "the rows of the weights read in the order i, f, o, g": ("g, o", lstm(order=(0, 1, 3, 2))),
    },
    "GRU": {
        "tanh in place of σ in r": ("r", gru(sr=T)),
        "no σ in z": ("z", gru(sz=lambda pre: pre)),
        "no tanh in n": ("n", gru(sn=lambda pre: pre)),
        "h = z · n + (1 − z) · h(t−1)": ("z", gru(h=lambda z, n, h: z * n + (1 - z) * h)),
        "h = (1 − z) · n": ("z", gru(h=lambda z, n, h: (1 - z) * n)),
        "no r in n": ("r", gru(n=lambda xn, hn, r, *_: xn + hn)),
        "W_hn (r · h(t−1)) in place of r · (W_hn h(t−1)) in n, as in the paper": ("r", gru(n=paper)),
        "the rows of the weights read in the order z, r, n": ("r, z", gru(order=(1, 0, 2))),
    },
}
RIGHT = {"RNN": None, "LSTM": lstm(), "GRU": gru()}

# What no one change of an equation is.
OTHER: dict[str, list[Cell]] = {
    "RNN": [rnn(lambda pre: 0.9 * T(pre)), rnn(torch.sin)],
    "LSTM": [lstm(si=T, so=T), lstm(c=lambda i, f, g, c: 0.9 * f * c + i * g), lstm(sf=T, h=lambda o, c, _: o * c)],
    "GRU": [gru(sz=T, sn=S), gru(h=lambda z, n, h: (1 - z) * n + 0.9 * z * h), gru(sr=lambda pre: S(2 * pre))],
}


def by_hand(spec: LayerSpec, cell: Cell | None, left_out: str = "") -> nn.Module:
    """A layer or a cell of torch's with a forward() of its own, weights as torch makes them.

    Args:
        spec: the layer's.
        cell: its step; None is torch's, of an RNN.
        left_out: ``"bias_ih"``, ``"bias_hh"`` or ``"state"``, which every step then begins from zeros.
    """
    layer, squash = real(spec), T if spec.nonlinearity == "tanh" else torch.relu
    step_of = rnn(squash) if cell is None else cell
    blocks = len(spec.family.blocks)

    def step(suffix: str, x: Tensor, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        states = tuple(map(torch.zeros_like, states)) if left_out == "state" else states
        w = {name: getattr(layer, name + suffix, None) for name in (*spec.weights, "bias_ih", "bias_hh", "weight_hr")}
        w |= {left_out: None}
        says_x = linear(x, w["weight_ih"], w["bias_ih"]).chunk(blocks, -1)
        says_h = linear(states[0], w["weight_hh"], w["bias_hh"]).chunk(blocks, -1)
        last = w["weight_hh"].chunk(blocks)[-1], None if w["bias_hh"] is None else w["bias_hh"].chunk(blocks)[-1]
        made = step_of(says_x, says_h, states, *last)
        return made if w["weight_hr"] is None else (linear(made[0], w["weight_hr"]), *made[1:])

    def zeros(x: Tensor) -> tuple[Tensor, ...]:
        wide = {"h": spec.proj_size or spec.hidden_size}
        return tuple(x.new_zeros(x.shape[-2], wide.get(state, spec.hidden_size)) for state in spec.family.states)

    def of_cell(x: Tensor, hx: Any = None) -> Any:
        states = zeros(x) if hx is None else hx if isinstance(hx, tuple) else (hx,)
        made = step("", x, states)
        return made if len(made) > 1 else made[0]

    def of_layer(x: Tensor, hx: Any = None) -> Any:
        below, ends = x.transpose(0, 1) if spec.batch_first else x, []
        for number in range(spec.num_layers):
            outputs = []
            for direction in range(spec.num_directions):
                suffix, states = f"_l{number}" + "_reverse" * direction, zeros(below)
                order = range(len(below))[:: -1 if direction else 1]
                made = {}
                for t in order:
                    states = step(suffix, below[t], states)
                    made[t] = states[0]
                outputs.append(torch.stack([made[t] for t in range(len(below))]))
                ends.append(states)
            below = torch.cat(outputs, -1)
        lasts = tuple(torch.stack(rows) for rows in zip(*ends, strict=True))
        return below.transpose(0, 1) if spec.batch_first else below, lasts if len(lasts) > 1 else lasts[0]

    layer.forward = of_cell if spec.is_cell else of_layer  # type: ignore[method-assign]
    return layer
