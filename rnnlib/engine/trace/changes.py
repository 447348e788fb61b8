"""Single changes of torch's equations, the slips of who writes them anew: each makes another step of them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import linear

from rnnlib.engine.equations import Step, Weights, step_of
from rnnlib.spec import LayerSpec

SQUASHES: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "σ": torch.sigmoid,
    "relu": torch.relu,
    "": lambda pre: pre,
}
TakesStep = Callable[..., Step]


class Change(NamedTuple):
    """One change.

    Attributes:
        part: the gate or state whose equation it changes.
        words: what then stands there.
        step_of: by the weights of a layer in one direction, the step that is taken.
    """

    part: str
    words: str
    step_of: Callable[[Weights], TakesStep]


def changes_of(spec: LayerSpec) -> Iterator[Change]:
    """The changes that are known of a family's equations, each other than all the rest.

    Example:
        >>> [change.words for change in changes_of(LayerSpec("RNN", 3, 2))][:2]
        ['σ in place of tanh in h', 'relu in place of tanh in h']
    """
    own = {"RNN": _of_rnn, "LSTM": _of_lstm, "GRU": _of_gru}.get(spec.family.name)
    if own is not None:
        yield from own(spec)
        yield from _of_what_is_said(spec)


def _squashed(part: str, right: str) -> Iterator[tuple[str, Callable[[Tensor], Tensor]]]:
    """Every other squash than the right one, in words."""
    for name, squash in SQUASHES.items():
        if name != right:
            yield (f"{name} in place of {right} in {part}" if name else f"no {right} in {part}"), squash


def _of_rnn(spec: LayerSpec) -> Iterator[Change]:
    for words, squash in _squashed("h", spec.nonlinearity):
        yield Change("h", words, _rnn(squash))


def _rnn(squash: Callable[[Tensor], Tensor]) -> Callable[[Weights], TakesStep]:
    return lambda _: lambda from_x, from_h, _: Step((squash(from_x + from_h),), (), ())


def _lstm(
    order: str = "ifgo",
    squash: dict[str, Any] | None = None,
    c_of: Callable[..., Tensor] = lambda i, f, g, c: f * c + i * g,
    h_of: Callable[..., Tensor] = lambda o, c, _: o * torch.tanh(c),
) -> Callable[[Weights], TakesStep]:
    """LSTM's step with its rows read in another order, another squash, c or h."""
    squashes = dict.fromkeys("ifo", torch.sigmoid) | {"g": torch.tanh} | (squash or {})

    def step(from_x: Tensor, from_h: Tensor, _: Tensor, c: Tensor) -> Step:
        pre = (from_x + from_h).chunk(4, dim=-1)
        gates = {name: squashes[name](one) for name, one in zip(order, pre, strict=True)}
        now = c_of(gates["i"], gates["f"], gates["g"], c)
        return Step((h_of(gates["o"], now, c), now), (), ())

    return lambda _: step


def _of_lstm(_: LayerSpec) -> Iterator[Change]:
    for gate, right in {"i": "σ", "f": "σ", "g": "tanh", "o": "σ"}.items():
        for words, squash in _squashed(gate, right):
            yield Change(gate, words, _lstm(squash={gate: squash}))
    yield Change("f", "c = c(t−1) + i · g", _lstm(c_of=lambda i, f, g, c: c + i * g))
    yield Change("f", "c = i · g", _lstm(c_of=lambda i, f, g, c: i * g))
    yield Change("f", "c = (1 − i) · c(t−1) + i · g", _lstm(c_of=lambda i, f, g, c: (1 - i) * c + i * g))
    yield Change("f", "c = (1 − f) · c(t−1) + i · g", _lstm(c_of=lambda i, f, g, c: (1 - f) * c + i * g))
    yield Change("i", "c = f · c(t−1) + g", _lstm(c_of=lambda i, f, g, c: f * c + g))
    yield Change("i", "c = f · c(t−1) + (1 − f) · g", _lstm(c_of=lambda i, f, g, c: f * c + (1 - f) * g))
    yield Change("g", "c = f · c(t−1) + i", _lstm(c_of=lambda i, f, g, c: f * c + i))
    yield Change("o", "h = tanh(c)", _lstm(h_of=lambda o, c, _: torch.tanh(c)))
    yield Change("h", "h = o · c", _lstm(h_of=lambda o, c, _: o * c))
    yield Change("h", "h = o · σ(c)", _lstm(h_of=lambda o, c, _: o * torch.sigmoid(c)))
    yield Change("h", "h = o · tanh(c(t−1))", _lstm(h_of=lambda o, _, before: o * torch.tanh(before)))
    for order in _orders("ifgo"):
        yield Change(_moved("ifgo", order), _rows(order), _lstm(order))


def _gru(
    order: str = "rzn",
    squash: dict[str, Any] | None = None,
    n_of: Callable[..., Tensor] = lambda x_n, h_n, r, h, w: x_n + r * h_n,
    h_of: Callable[..., Tensor] = lambda z, n, h: (1 - z) * n + z * h,
) -> Callable[[Weights], TakesStep]:
    """GRU's step with its rows read in another order, another squash, n or h."""
    squashes = dict.fromkeys("rz", torch.sigmoid) | {"n": torch.tanh} | (squash or {})

    def step(w: Weights, from_x: Tensor, from_h: Tensor, h: Tensor) -> Step:
        x_says, h_says = (dict(zip(order, said.chunk(3, dim=-1), strict=True)) for said in (from_x, from_h))
        r, z = (squashes[gate](x_says[gate] + h_says[gate]) for gate in "rz")
        n = squashes["n"](n_of(x_says["n"], h_says["n"], r, h, w))
        return Step((h_of(z, n, h),), (), ())

    return lambda w: functools.partial(step, w)


def _in_paper(x_n: Tensor, _: Tensor, r: Tensor, h: Tensor, w: Weights) -> Tensor:
    bias = None if w.bias_hh is None else w.bias_hh.chunk(3)[2]
    return x_n + linear(r * h, w.weight_hh.chunk(3)[2], bias)  # type: ignore[union-attr]


def _bias_apart(x_n: Tensor, h_n: Tensor, r: Tensor, _: Tensor, w: Weights) -> Tensor:
    bias = w.bias_hh.chunk(3)[2]  # type: ignore[union-attr]
    return x_n + r * (h_n - bias) + bias


def _of_gru(spec: LayerSpec) -> Iterator[Change]:
    for gate, right in {"r": "σ", "z": "σ", "n": "tanh"}.items():
        for words, squash in _squashed(gate, right):
            yield Change(gate, words, _gru(squash={gate: squash}))
    yield Change("z", "h = z · n + (1 − z) · h(t−1)", _gru(h_of=lambda z, n, h: z * n + (1 - z) * h))
    yield Change("z", "h = n", _gru(h_of=lambda z, n, h: n))
    yield Change("z", "h = (1 − z) · n", _gru(h_of=lambda z, n, h: (1 - z) * n))
    yield Change("z", "h = n + z · h(t−1)", _gru(h_of=lambda z, n, h: n + z * h))
    yield Change("r", "no r in n", _gru(n_of=lambda x_n, h_n, r, h, w: x_n + h_n))
    yield Change("r", "1 − r in place of r in n", _gru(n_of=lambda x_n, h_n, r, h, w: x_n + (1 - r) * h_n))
    yield Change("r", "W_hn (r · h(t−1)) in place of r · (W_hn h(t−1)) in n, as in the paper", _gru(n_of=_in_paper))
    if spec.bias:
        yield Change("r", "b_hn added after r, in place of before it, in n", _gru(n_of=_bias_apart))
    for order in _orders("rzn"):
        yield Change(_moved("rzn", order), _rows(order), _gru(order))


def _of_what_is_said(spec: LayerSpec) -> Iterator[Change]:
    """Biases, or what x or h says, left out: of one gate or of all."""
    blocks = spec.family.blocks
    names = ["W h(t−1)", "W x", *(["bias", "b_ih", "b_hh"] if spec.bias else [])]
    for places in [range(len(blocks)), *((place,) for place in range(len(blocks)) if len(blocks) > 1)]:
        gates = ", ".join(blocks[place] for place in places)
        where = f" in {gates}" if len(places) < len(blocks) else ""
        for name in names:
            yield Change(gates, f"no {name}{where}", _without(spec, tuple(places), name))
    if spec.family.gates:
        yield Change("h", "every step begun from zeros", _forgetting(spec))


def _without(spec: LayerSpec, places: tuple[int, ...], name: str) -> Callable[[Weights], TakesStep]:
    """The right step, on less than x and h say in the blocks at `places`."""
    right, count = step_of(spec.family.name, spec.nonlinearity), len(spec.family.blocks)

    def less(says: Tensor, bias: Tensor | None, product: str, own: str) -> Tensor:
        bias = says.new_zeros(says.shape[-1]) if bias is None else bias
        left = bias if name == product else says - bias if name in ("bias", own) else says
        rows = torch.tensor([place in places for place in range(count)], device=says.device)
        return torch.where(rows.repeat_interleave(says.shape[-1] // count), left, says)

    def step(w: Weights, from_x: Tensor, from_h: Tensor, *states: Tensor) -> Step:
        return right(less(from_x, w.bias_ih, "W x", "b_ih"), less(from_h, w.bias_hh, "W h(t−1)", "b_hh"), *states)

    return lambda w: functools.partial(step, w)


def _forgetting(spec: LayerSpec) -> Callable[[Weights], TakesStep]:
    right = step_of(spec.family.name, spec.nonlinearity)

    def step(w: Weights, from_x: Tensor, from_h: Tensor, *states: Tensor) -> Step:
        zeros = [torch.zeros_like(state) for state in states]
        return right(from_x, torch.zeros_like(from_h) if w.bias_hh is None else w.bias_hh.expand_as(from_h), *zeros)

    return lambda w: functools.partial(step, w)


def _orders(right: str) -> list[str]:
    """The rows of the gates in every other order."""
    return ["".join(order) for order in itertools.permutations(right) if "".join(order) != right]


def _moved(right: str, order: str) -> str:
    return ", ".join(gate for gate, now in zip(right, order, strict=True) if gate != now)


def _rows(order: str) -> str:
    return f"the rows of the weights read in the order {', '.join(order)}"
