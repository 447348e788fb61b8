"""The step explorer: through time, one step after the other, with every gate and state of a real layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import traitlets
from torch import Tensor, nn

from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.handmade import HANDMADE, example, handmade
from rnnlib.engine.layers import build
from rnnlib.engine.trace import trace
from rnnlib.explorers.recorded import input_for
from rnnlib.explorers.rules import as_kind
from rnnlib.explorers.step_values import check_shown, traced
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import check_kind
from rnnlib.view.step_view import CONTROLS, PLACE, TRACED, StepView
from rnnlib.view.view import SENTENCES

RANDOM, OWN, BITS, UTTERANCE = "random", "your own", "bits", "utterance"
SOURCES = {1: (BITS,), 12: (UTTERANCE,)}  # what can be offered, by input_size
BATCH = 3
MOST_FRAMES = 26  # so many have BATCH of the recorded utterances


class StepExplorer(StepView):
    """A layer's gates and states, step by step, as numbers and as colour, equal to torch's own.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module with its own weights.
        x: its input, ``(seq_len, batch, input_size)`` as the layer takes it; None offers some to choose from.
        weights: ``"random"``, or the name of a hand-made set that is worth watching; then leave `layer` out.
        seq_len: steps of the inputs offered.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.

    Attributes:
        layer: the real layer that was traced.
        trace: its `Trace`.

    Moving in time, or to another unit, layer, direction or sequence, draws from what was traced.

    Raises:
        TypeError, ValueError: a layer, input, name or size that cannot be, in a sentence.

    Example:
        >>> explorer = StepExplorer(weights="latch")
        >>> tuple(explorer.trace.states["c"].shape[:2])
        (1, 1)
    """

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module | None = None,
        x: Tensor | None = None,
        *,
        weights: str = RANDOM,
        seq_len: int = 12,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
    ) -> None:
        self._own = layer if isinstance(layer, nn.Module) else None
        self._x = x
        self._base = _base(layer, _check_weights(weights))
        super().__init__(
            kind=self._base.kind,
            hidden_size=self._base.hidden_size,
            seq_len=seq_len,
            controls=controls,
            question=question,
            weights=OWN if self._own is not None else weights,
        )
        self._follow(None)

    @traitlets.observe(*TRACED)
    def _follow(self, change: Any) -> None:
        """Trace again where the sizes, the weights or the input are others now; put them back where it cannot be."""
        with ONE_AT_A_TIME, self.hold_trait_notifications():
            if change is not None and not self.traced:
                return  # still being made
            if self.traced.get("asked") == self._asked():
                return
            try:
                self._choose()
                values = traced(self.trace, self.layer) | {"says": _says(self.weights)}
            except Exception as error:  # shown in the explorer: JupyterLab shows nothing of it
                if change is None:
                    raise
                for name, value in self.traced["asked"].items():
                    self.set_trait(name, value)
                if isinstance(error, SENTENCES):
                    raise  # to who set it from Python; `set_state` shows it
                self.report(error)
            else:
                self.traced = values | {"asked": self._asked()}
                self.problem = ""
                for name, most in self._most().items():
                    self.set_trait(name, min(getattr(self, name), most))

    @traitlets.observe(*PLACE)
    def _stay(self, change: Any) -> None:
        """Refuse a place where nothing was traced; the one before holds."""
        if self.traced and change.new > (most := self._most()[change.name]):
            self.set_trait(change.name, min(change.old, most))
            raise ValueError(f"{change.name} must be at most {most}, not {change.new}.")

    def _most(self) -> dict[str, int]:
        """The last place on each of the axes that were traced."""
        sizes = self.traced["sizes"]
        names = ("seq_len", "num_layers", "num_directions", "batch", "hidden_size")
        return {place: sizes[name] - 1 for place, name in zip(PLACE, names, strict=True)}

    def _asked(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TRACED}

    def _choose(self) -> None:
        """Make the layer and the input that are chosen, and trace them; what does not go together gives way."""
        own = [OWN] if self._own is not None and self.kind == self._base.kind else []
        weights = [*own, RANDOM, *(name for name, h in HANDMADE.items() if h.kind == self.kind)]
        before = self.traced.get("asked", {})
        _check_offered("weights", self.weights, weights, gives_way=before.get("kind") != self.kind)
        chosen = self.weights if self.weights in weights else weights[0]
        if chosen == RANDOM and before.get("weights") in HANDMADE and before["hidden_size"] == self.hidden_size:
            self.set_trait("hidden_size", self._base.hidden_size)  # that of the hand-made weights goes with them
        if chosen == RANDOM:
            check_shown(self._spec(), self.seq_len, BATCH)
        layer = self._layer(chosen)
        spec = LayerSpec.of(layer)
        recorded = self.seq_len <= MOST_FRAMES
        offered = [name for name in SOURCES.get(spec.input_size, ()) if name != UTTERANCE or recorded]
        fits = self._x is not None and (spec.input_size, spec.batch_first) == (
            self._base.input_size,
            self._base.batch_first,
        )
        sources = [*([OWN] if fits else []), *offered, RANDOM]
        alone = bool(before) and before == self._asked() | {"source": before["source"]}
        _check_offered("source", self.source, sources, gives_way=not alone)
        source = self.source if self.source in sources else sources[0]
        x = self._input(spec, chosen, source)
        with torch.no_grad():
            made = trace(layer, x)
        if all(before.get(name) == getattr(self, name) for name in ("kind", "weights", "source")):
            _check_free("hidden_size", self.hidden_size, spec.hidden_size, f"weights {chosen!r}")
            if source == self.source:
                _check_free("seq_len", self.seq_len, len(made.mask), f"input {source!r}")
        self.layer, self.trace = layer, made
        self.set_trait("weight_names", weights)
        self.set_trait("sources", sources)
        self.set_trait("weights", chosen)
        self.set_trait("source", source)
        self.set_trait("hidden_size", spec.hidden_size)
        self.set_trait("seq_len", len(self.trace.mask))

    def _layer(self, weights: str) -> nn.Module:
        if weights == OWN and self._own is not None:
            return self._own
        if weights in HANDMADE:
            return handmade(weights)
        return build(self._spec()).eval()

    def _spec(self) -> LayerSpec:
        return as_kind(self._base, self.kind, hidden_size=self.hidden_size, dropout=0.0)

    def _input(self, spec: LayerSpec, weights: str, source: str) -> Tensor:
        if source == OWN and self._x is not None:
            if self._own is None or weights == OWN:
                return self._x
            like = next(self._layer(weights).parameters())  # not the layer that x was given with
            return self._x.to(like.device, like.dtype)
        check_shown(spec, self.seq_len, BATCH)
        if source == BITS:
            return _bits(self.seq_len) if weights == RANDOM else example(weights)
        x = input_for(spec, self.seq_len, BATCH)[0] if source == UTTERANCE else _random(spec, self.seq_len)
        like = next(self._layer(weights).parameters())
        x = x.to(like.device, like.dtype)
        return x.transpose(0, 1) if spec.batch_first else x

    def __repr__(self) -> str:
        place = (self.layer_index, self.direction, self.time, self.item)
        what = f"{self.kind}, weights {self.weights}, input {self.source}"
        first = f"{what}: unit {self.unit} at step {self.time} of {len(self.trace.mask)}"
        shown = self.trace.gates | self.trace.states
        rows = [f"  {name}  {_value(tensor, place, self.unit)}" for name, tensor in shown.items()]
        last = [f"  Find out: {self.question}"] if self.question else []
        return "\n".join([first, *rows, *last])


def _value(tensor: Tensor, place: tuple[int, ...], unit: int) -> str:
    """A value as it is printed; nothing where the place is beyond what was traced."""
    inside = all(index < size for index, size in zip((*place, unit), tensor.shape, strict=True))
    return f"{float(tensor[place][unit]):7.4f}" if inside else "-"


def _says(weights: str) -> str:
    """What hand-made weights do, and how."""
    made = HANDMADE.get(weights)
    return f"It {made.says}: {made.why}." if made else ""


def _base(layer: str | LayerSpec | nn.Module | None, weights: str) -> LayerSpec:
    """The layer to begin with, as a spec."""
    if weights in HANDMADE:
        if layer is not None:
            raise ValueError(f"weights={weights!r} is a layer of its own: leave layer out.")
        return LayerSpec.of(handmade(weights))
    layer = "LSTM" if layer is None else layer
    if isinstance(layer, str):
        return LayerSpec(check_kind(layer), input_size=12, hidden_size=4)
    return layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)


def _check_offered(name: str, value: str, offered: list[str], *, gives_way: bool) -> None:
    if value not in offered and not gives_way:
        raise ValueError(f"there is no {name} {value!r} here: there is {', '.join(offered)}.")


def _check_free(name: str, wanted: int, has: int, what: str) -> None:
    if wanted != has:
        raise ValueError(f"{name} cannot be {wanted}: the {what} has {name}={has}. Choose 'random' to change it.")


def _check_weights(weights: Any) -> str:
    names = [RANDOM, *HANDMADE]
    if weights not in names:
        raise ValueError(f"there are no weights {weights!r}: there are {', '.join(names)}.")
    return str(weights)


def _bits(seq_len: int) -> Tensor:
    """A 1 now and then among zeros, ``(seq_len, 1, 1)``."""
    return (torch.arange(seq_len) % 4 == 1).float().view(-1, 1, 1)


def _random(spec: LayerSpec, seq_len: int) -> Tensor:
    return torch.randn(seq_len, BATCH, spec.input_size, generator=torch.Generator().manual_seed(0))
