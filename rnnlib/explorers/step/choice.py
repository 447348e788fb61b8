"""What the step explorer traces: weights and an input, of those that go together."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.data import FEATURES
from rnnlib.engine.arguments.states import State
from rnnlib.engine.devices import name_of
from rnnlib.engine.handmade import HANDMADE, example, handmade
from rnnlib.engine.layers import build
from rnnlib.engine.limits.seconds import MOST_SECONDS, Estimate, estimate
from rnnlib.engine.weights import like
from rnnlib.explorers.shared.recordings import input_for, why_no_utterances
from rnnlib.explorers.step.payload import check_shown
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import check_kind
from rnnlib.spec.layer import as_kind

RANDOM, OWN, BITS, UTTERANCE = "random", "your own", "bits", "utterance"
BATCH = 3
PASSES = 3  # of a trace: the layer's own run, its steps, and what is written out of them
A_STEP = 100e-6  # seconds around one step of one layer in one direction


@dataclasses.dataclass(frozen=True, eq=False)
class Brought:
    """What a learner brought: the layer to begin with as a spec, and what of it is their own."""

    base: LayerSpec
    layer: nn.Module | None
    x: Tensor | None
    hx: State | None

    @property
    def weights(self) -> list[str]:
        """The weights that the learner brought, if any."""
        return [] if self.layer is None else [OWN]


@dataclasses.dataclass(frozen=True, eq=False)
class Choice:
    """A layer and an input to trace, by the names under which they were chosen.

    Attributes:
        spec: the layer's; `make` gives the layer itself, which may take its time.
        sizes: what becomes of ``seq_len``, ``hidden_size`` and ``device``, with ``batch``.
        fixed: what a size comes with and cannot be moved apart from, by its name; "" where it can.
        note: a sentence where something must be said, else "".
    """

    spec: LayerSpec
    make: Callable[[], tuple[nn.Module, Tensor, State | None]]
    sizes: dict[str, Any]
    weights: str
    weight_names: list[str]
    source: str
    sources: list[str]
    fixed: dict[str, str]
    note: str

    def estimate(self) -> Estimate:
        """What its trace takes.

        Raises:
            ValueError: more time than anyone waits for.
        """
        seq_len, batch, device = (self.sizes[name] for name in ("seq_len", "batch", "device"))
        built = self.weights == OWN
        needed = estimate(self.spec, seq_len, batch, device, built=built, passes=PASSES, a_step=A_STEP)
        if needed.seconds > MOST_SECONDS:
            mend = "choose a smaller seq_len or hidden_size, or call trace(…) in a cell"
            raise ValueError(f"{needed.words} are too much to trace here: {mend}.")
        return needed


def brought(layer: str | LayerSpec | nn.Module | None, x: Tensor | None, hx: State | None, weights: str) -> Brought:
    """Take what a learner gave.

    Raises:
        TypeError, ValueError: no layer, no such weights, or two things that exclude each other.

    Example:
        >>> brought("GRU", None, None, "random").base.hidden_size
        4
    """
    names = [RANDOM, *HANDMADE]
    if weights not in names:
        raise ValueError(f"there are no weights {weights!r}: there are {', '.join(names)}.")
    if weights in HANDMADE and layer is not None:
        raise ValueError(f"weights={weights!r} is a layer of its own: leave layer out.")
    if hx is not None and x is None:
        raise ValueError("hx is the state before the first step of an x of your own: give x too.")
    return Brought(_base(layer, weights), layer if isinstance(layer, nn.Module) else None, x, hx)


def _base(layer: str | LayerSpec | nn.Module | None, weights: str) -> LayerSpec:
    if weights in HANDMADE:
        return LayerSpec.of(handmade(weights))
    layer = "LSTM" if layer is None else layer
    if isinstance(layer, str):
        return LayerSpec(check_kind(layer), input_size=12, hidden_size=4)
    return layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)


def choose(own: Brought, asked: dict[str, Any], before: dict[str, Any]) -> Choice:
    """Say which layer and input are asked for; what does not go with a change gives way.

    Args:
        own: what the learner brought.
        asked: ``kind``, ``weights``, ``source``, ``seq_len``, ``hidden_size`` and ``device`` as they are now.
        before: the same of the last choice; empty at first.

    Raises:
        ValueError: a name that is not offered, or a size that is too large.

    Example:
        >>> asked = {"kind": "LSTM", "weights": "latch", "source": "", "seq_len": 12, "hidden_size": 4, "device": "cpu"}
        >>> choose(brought("LSTM", None, None, "random"), asked, {}).source
        'bits'
    """
    weight_names = _weights_for(own, asked["kind"])
    weights = _offered("weights", asked["weights"], weight_names, gives_way=before.get("kind") != asked["kind"])
    spec, seq_len = _spec(own, weights, asked, before), asked["seq_len"]
    sources = _sources_for(own, spec, seq_len)
    alone = bool(before) and before == asked | {"source": before["source"]}
    source = _offered("source", asked["source"], sources, gives_way=not alone)
    if weights in HANDMADE and before.get("weights") != weights and before.get("source") == source != OWN:
        source = BITS  # on which they are worth watching
    x, hx = _input(own, spec, weights, source, seq_len)
    device = name_of(like(own.layer).device) if weights == OWN and own.layer else asked["device"]
    steps, batch = _sizes(spec, x) or (seq_len, BATCH)
    lost = own.hx is not None and source == OWN and hx is None
    no_speech = why_no_utterances(steps, BATCH) if source == RANDOM and spec.input_size == FEATURES else ""
    notes = [
        f"Your hx is for {own.base.kind} with hidden_size={own.base.hidden_size}: here h_0 is zeros." if lost else "",
        f"Input: random numbers, as {no_speech}" if no_speech else "",
    ]
    return Choice(
        spec,
        functools.partial(_made, own, weights, spec, x, hx, device),
        {"seq_len": steps, "hidden_size": spec.hidden_size, "device": device, "batch": batch},
        weights,
        weight_names,
        source,
        sources,
        _fixed(weights, source),
        " ".join(filter(None, notes)),
    )


def _weights_for(own: Brought, kind: str) -> list[str]:
    return [
        *(own.weights if kind == own.base.kind else []),
        RANDOM,
        *(n for n, h in HANDMADE.items() if h.kind == kind),
    ]


def _spec(own: Brought, weights: str, asked: dict[str, Any], before: dict[str, Any]) -> LayerSpec:
    if weights == OWN:
        return own.base
    if weights in HANDMADE:
        return LayerSpec.of(handmade(weights))
    hidden_size = asked["hidden_size"]
    if before.get("weights") in HANDMADE and before["hidden_size"] == hidden_size:
        hidden_size = own.base.hidden_size  # that of the hand-made weights goes with them
    spec = as_kind(own.base, asked["kind"], hidden_size=hidden_size, dropout=0.0)
    check_shown(spec, asked["seq_len"], BATCH)
    return spec


def _made(
    own: Brought, weights: str, spec: LayerSpec, x: Tensor, hx: State | None, device: str
) -> tuple[nn.Module, Tensor, State | None]:
    """The layer, and what it is traced on."""
    layer = own.layer if weights == OWN else handmade(weights) if weights in HANDMADE else build(spec).eval()
    assert layer is not None
    layer = layer if weights == OWN else layer.to(device)
    weight = like(layer)
    return layer, _as(x, weight), _as(hx, weight)


def _sizes(spec: LayerSpec, x: Any) -> tuple[int, int] | None:
    """The steps and the sequences of an x that a layer takes; None of one that it does not."""
    if isinstance(x, PackedSequence):
        return len(x.batch_sizes), int(x.batch_sizes[0])
    if not isinstance(x, Tensor) or not 1 <= x.dim() <= 3:
        return None
    if x.dim() == 3:
        return (x.shape[1], x.shape[0]) if spec.batch_first else (x.shape[0], x.shape[1])
    if spec.is_cell:  # one step
        return 1, x.shape[0] if x.dim() == 2 else 1
    return x.shape[0], 1


def _sources_for(own: Brought, spec: LayerSpec, seq_len: int) -> list[str]:
    as_given = (spec.input_size, spec.batch_first) == (own.base.input_size, own.base.batch_first)
    offered = {1: [BITS], 12: [] if why_no_utterances(seq_len, BATCH) else [UTTERANCE]}.get(spec.input_size, [])
    return [*([OWN] if own.x is not None and as_given else []), *offered, RANDOM]


def _input(own: Brought, spec: LayerSpec, weights: str, source: str, seq_len: int) -> tuple[Tensor, State | None]:
    if source == OWN and own.x is not None:
        as_given = (spec.kind, spec.hidden_size) == (own.base.kind, own.base.hidden_size)
        return own.x, own.hx if as_given else None
    check_shown(spec, seq_len, BATCH)
    if source == BITS:
        return _bits(seq_len) if weights not in HANDMADE else example(weights), None
    x = input_for(spec, seq_len, BATCH)[0] if source == UTTERANCE else _random(spec, seq_len)
    return x.transpose(0, 1) if spec.batch_first else x, None


def _as(given: Any, like: Tensor) -> Any:
    """The same in the layer's type, where the layer's are."""
    if isinstance(given, PackedSequence):
        return given.to(like)  # type: ignore[arg-type]  # torch types only the first of its ways to call it
    if isinstance(given, tuple):
        return tuple(_as(part, like) for part in given)
    return given.to(like.device, like.dtype) if isinstance(given, Tensor) else given


def _fixed(weights: str, source: str) -> dict[str, str]:
    """What a size comes with, by its name; "" where it can be moved."""
    own_steps = source == OWN or (source == BITS and weights in HANDMADE)
    return {
        "hidden_size": "" if weights == RANDOM else f"weights {weights!r}",
        "seq_len": f"input {source!r}" if own_steps else "",
        "device": f"weights {weights!r}" if weights == OWN else "",
    }


def _offered(name: str, value: str, offered: list[str], *, gives_way: bool) -> str:
    if value not in offered and not gives_way:
        raise ValueError(f"there is no {name} {value!r} here: there is {', '.join(offered)}.")
    return value if value in offered else offered[0]


def _bits(seq_len: int) -> Tensor:
    """A 1 now and then among zeros, ``(seq_len, 1, 1)``."""
    return (torch.arange(seq_len) % 4 == 1).float().view(-1, 1, 1)


def _random(spec: LayerSpec, seq_len: int) -> Tensor:
    return torch.randn(seq_len, BATCH, spec.input_size, generator=torch.Generator().manual_seed(0))
