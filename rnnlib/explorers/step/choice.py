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
from rnnlib.engine.arguments.inputs import goes_together
from rnnlib.engine.arguments.states import State
from rnnlib.engine.call import check_numbers
from rnnlib.engine.devices import name_of
from rnnlib.engine.handmade_weights import HANDMADE, example, handmade
from rnnlib.engine.layers import build, dtype_for, random_numbers
from rnnlib.engine.limits import Estimate, estimate
from rnnlib.engine.weights import like
from rnnlib.explorers.shared.recordings import input_for, why_no_utterances
from rnnlib.explorers.shared.start import Start, start_from
from rnnlib.explorers.step.payload import check_shown, most_sequences
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief
from rnnlib.spec.layer import as_kind

RANDOM, YOURS, BITS, UTTERANCE = "random", "your own", "bits", "utterance"
BATCH = 3
PASSES = 3  # of a trace: the layer's own run, its steps, and what is written out of them
A_STEP = 100e-6  # seconds around one step of one layer in one direction


@dataclasses.dataclass(frozen=True, eq=False)
class Brought(Start):
    """What a learner brought: a layer to begin with, and an input and a first state of their own, or None."""

    x: Tensor | PackedSequence | None
    hx: State | None


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
        built = self.weights == YOURS
        needed = estimate(self.spec, seq_len, batch, device, built=built, passes=PASSES, a_step=A_STEP)
        if needed.is_too_long:
            mend = "choose a smaller seq_len or hidden_size, or call trace(…) in a cell"
            raise ValueError(f"{needed.words} are too much to trace here: {mend}.")
        return needed


def brought(layer: str | LayerSpec | nn.Module | None, x: Tensor | None, hx: State | None, weights: str) -> Brought:
    """Take what a learner gave.

    Raises:
        TypeError, ValueError: no layer, no such weights, or two things that exclude each other.

    Example:
        >>> brought("GRU", None, None, "random").spec.hidden_size
        4
    """
    check_numbers()
    names = [RANDOM, *HANDMADE]
    if weights not in names:
        raise ValueError(f"there are no weights {brief(weights)}: there are {', '.join(names)}.")
    if weights in HANDMADE and layer is not None:
        raise ValueError(f"weights={weights!r} is a layer of its own: leave layer out.")
    if hx is not None and x is None:
        raise ValueError("hx is the state before the first step of an x of your own: give x too.")
    base = LayerSpec.of(handmade(weights)) if weights in HANDMADE else layer
    start = start_from("LSTM" if base is None else base, input_size=FEATURES, hidden_size=4)
    return Brought(start.spec, start.module, x, hx)


def choose(yours: Brought, asked: dict[str, Any], before: dict[str, Any]) -> Choice:
    """Say which layer and input are asked for; what does not go with a change gives way.

    Args:
        yours: what the learner brought.
        asked: ``kind``, ``weights``, ``source``, ``seq_len``, ``hidden_size`` and ``device`` as they are now.
        before: the same of the last choice; empty at first.

    Raises:
        ValueError: a name that is not offered, or a size that is too large.

    Example:
        >>> asked = {"kind": "LSTM", "weights": "latch", "source": "", "seq_len": 12, "hidden_size": 4, "device": "cpu"}
        >>> choose(brought("LSTM", None, None, "random"), asked, {}).source
        'bits'
    """
    weight_names = _weights_for(yours, asked["kind"])
    weights = _offered("weights", asked["weights"], weight_names, gives_way=before.get("kind") != asked["kind"])
    spec, seq_len = _spec(yours, weights, asked, before), asked["seq_len"]
    sources = _sources_for(yours, spec, seq_len)
    alone = bool(before) and before == asked | {"source": before["source"]}
    source = _offered("source", asked["source"], sources, gives_way=not alone)
    if weights in HANDMADE and before.get("weights") != weights and before.get("source") == source != YOURS:
        source = BITS  # on which they are worth watching
    x, hx = _input(yours, spec, weights, source, seq_len)
    device = asked["device"] if yours.weight is None or weights != YOURS else name_of(yours.weight.device)
    steps, batch = _sizes(spec, x) or (seq_len, BATCH)
    check_shown(spec, steps, batch, yours=x if source == YOURS else None)
    return Choice(
        spec,
        functools.partial(_made, yours if weights == YOURS else None, weights, spec, source, x, hx, device),
        {"seq_len": steps, "hidden_size": spec.hidden_size, "device": device, "batch": batch},
        weights,
        weight_names,
        source,
        sources,
        _fixed(weights, source),
        _note(yours, spec, source, hx, steps),
    )


def _note(yours: Brought, spec: LayerSpec, source: str, hx: State | None, steps: int) -> str:
    if source == YOURS and yours.hx is not None and hx is None:
        return f"Your hx is for {yours.spec.kind} with hidden_size={yours.spec.hidden_size}: here h_0 is zeros."
    no_speech = why_no_utterances(steps, BATCH) if source == RANDOM and spec.input_size == FEATURES else ""
    return f"Input: random numbers, as {no_speech}" if no_speech else ""


def _weights_for(yours: Brought, kind: str) -> list[str]:
    handmade_ones = [name for name, made in HANDMADE.items() if made.kind == kind]
    return [*([YOURS] if yours.module is not None and kind == yours.spec.kind else []), RANDOM, *handmade_ones]


def _spec(yours: Brought, weights: str, asked: dict[str, Any], before: dict[str, Any]) -> LayerSpec:
    if weights == YOURS:
        return yours.spec
    if weights in HANDMADE:
        return LayerSpec.of(handmade(weights))
    hidden_size = asked["hidden_size"]
    if before.get("weights") in HANDMADE and before["hidden_size"] == hidden_size:
        hidden_size = yours.spec.hidden_size  # that of the hand-made weights goes with them
    return as_kind(yours.spec, asked["kind"], hidden_size=hidden_size, dropout=0.0)


def _made(
    yours: Brought | None, weights: str, spec: LayerSpec, source: str, x: Any, hx: State | None, device: str
) -> tuple[nn.Module, Any, State | None]:
    """The layer, and what it is traced on: each as it is where it is the learner's own, the other in its dtype."""
    if yours is not None and yours.module is not None:
        weight = like(yours.module)
        return yours.module, x if source == YOURS else x.to(weight.device, weight.dtype), hx
    dtype = dtype_for(x)  # of an x without floating numbers trace says why it takes none
    layer = handmade(weights).to(device, dtype) if weights in HANDMADE else build(spec, device, dtype).eval()
    return layer, _on(device, x), _on(device, hx)


def _sizes(spec: LayerSpec, x: Any) -> tuple[int, int] | None:
    """The steps and the sequences of an x that a layer takes; None of one that it does not."""
    if isinstance(x, PackedSequence):
        return (len(x.batch_sizes), int(x.batch_sizes[0])) if goes_together(x) else None
    if not isinstance(x, Tensor) or not 1 <= x.dim() <= 3:
        return None
    if x.dim() == 3:
        return (x.shape[1], x.shape[0]) if spec.batch_first else (x.shape[0], x.shape[1])
    if spec.is_cell:  # one step
        return 1, x.shape[0] if x.dim() == 2 else 1
    return x.shape[0], 1


def _sources_for(yours: Brought, spec: LayerSpec, seq_len: int) -> list[str]:
    as_given = (spec.input_size, spec.batch_first) == (yours.spec.input_size, yours.spec.batch_first)
    spoken = [UTTERANCE] if spec.input_size == FEATURES and not why_no_utterances(seq_len, BATCH) else []
    offered = [BITS] if spec.input_size == 1 else spoken
    return [*([YOURS] if yours.x is not None and as_given else []), *offered, RANDOM]


def _input(yours: Brought, spec: LayerSpec, weights: str, source: str, seq_len: int) -> tuple[Any, State | None]:
    if source == YOURS:
        as_given = (spec.kind, spec.hidden_size) == (yours.spec.kind, yours.spec.hidden_size)
        return yours.x, yours.hx if as_given else None
    if source == BITS and weights in HANDMADE:
        return example(weights), None
    batch = 1 if source == BITS else most_sequences(spec, seq_len, BATCH)
    check_shown(spec, seq_len, batch)
    if source == BITS:
        return _bits(seq_len), None
    sizes = (seq_len, BATCH, spec.input_size)
    x = (input_for(spec, seq_len, BATCH)[0] if source == UTTERANCE else random_numbers(sizes))[:, :batch]
    return x.transpose(0, 1) if spec.batch_first else x, None


def _on(device: str, given: Any) -> Any:
    if isinstance(given, tuple) and not isinstance(given, PackedSequence):
        return tuple(_on(device, part) for part in given)
    move: Any = getattr(given, "to", None)  # what is no tensor trace will refuse
    return given if move is None else move(device)


def _fixed(weights: str, source: str) -> dict[str, str]:
    """What a size comes with, by its name; "" where it can be moved."""
    own_steps = source == YOURS or (source == BITS and weights in HANDMADE)
    return {
        "hidden_size": "" if weights == RANDOM else f"weights {weights!r}",
        "seq_len": f"input {source!r}" if own_steps else "",
        "device": f"weights {weights!r}" if weights == YOURS else "",
    }


def _offered(name: str, value: str, offered: list[str], *, gives_way: bool) -> str:
    if value not in offered and not gives_way:
        raise ValueError(f"there is no {name} {brief(value)} here: there is {', '.join(offered)}.")
    return value if value in offered else offered[0]


def _bits(seq_len: int) -> Tensor:
    """A 1 now and then among zeros, ``(seq_len, 1, 1)``."""
    return (torch.arange(seq_len, device="cpu") % 4 == 1).to(torch.float32).view(-1, 1, 1)
