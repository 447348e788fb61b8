"""The shape explorer: a slider moves, every tensor's shape follows, and the real layer answers."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from torch import nn

from rnnlib.engine.devices import available, find, name_of
from rnnlib.engine.limits import estimate
from rnnlib.engine.weights import count_of, like
from rnnlib.explorers.shape.payload import answer
from rnnlib.explorers.shape.symbols import constants, rules, templates
from rnnlib.explorers.shape.view import CHOICES, CONTROLS, SIZES, ShapeView
from rnnlib.explorers.shared.explorer import Explorer, Plan
from rnnlib.explorers.shared.start import start_from
from rnnlib.explorers.shared.traits import Checked
from rnnlib.spec import LayerSpec, shapes
from rnnlib.spec.kinds import LAYERS
from rnnlib.spec.layer import as_kind
from rnnlib.spec.shapes import MOST_LAYERS, check_layers, data_shapes

MOST = {"seq_len": 24, "batch": 16, "input_size": 32, "hidden_size": 64, "num_layers": 4}


class ShapeExplorer(Explorer, ShapeView):
    """Every tensor around a recurrent layer, its shape following the sliders, checked by the real layer.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module, which runs with its own weights
            while no size but seq_len and batch is moved; at others a fresh layer runs.
        seq_len: steps to begin with; for a cell, how often it is called.
        batch: sequences to begin with.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out, shown by the controls.
        traits: any other of its traits to begin with, as in ``hidden_size=32``.

    The sizes and choices are traits: ``explorer.seq_len = 7`` moves the slider, ``explorer.observe(f, "seq_len")``
    hears it move, and ``ipywidgets.jslink`` links two explorers. Its repr is the shape table in plain text.
    A run that would make a slider stutter goes on in the background until a newer value takes its place:
    ``explorer.wait()`` waits for its ``explorer.answer``.

    Raises:
        TypeError, ValueError: a layer, size, device or control that cannot be, in a sentence.

    Example:
        >>> explorer = ShapeExplorer("RNN", seq_len=6, batch=3)
        >>> explorer.answer["rows"][2]["name"], explorer.answer["rows"][2]["shape"]
        ('output', (6, 3, 16))
    """

    ASKED = (*SIZES, *CHOICES)
    SNAPS = False

    device = Checked("cpu", lambda _, value: name_of(value)).tag(sync=True)

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module = "LSTM",
        *,
        seq_len: int = 8,
        batch: int = 3,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
        **traits: Any,
    ) -> None:
        self._start = start_from(layer, input_size=12, hidden_size=16)
        base, weight = self._start.spec, self._start.weight
        begin = {name: getattr(base, name) for name in (*SIZES, *CHOICES) if hasattr(base, name)} | {
            "seq_len": seq_len,
            "batch": batch,
            "device": "cpu" if weight is None else name_of(weight.device),
            "devices": list(available()),
            "controls": controls,
            "question": question,
            "rules": rules(base),
            "templates": templates(base),
            "constants": constants(base),
        }
        super().__init__(**begin | traits)
        least = {"hidden_size": base.proj_size + 1}  # a projection is narrower than what it projects
        now = {name: getattr(self, name) for name in MOST}
        reach = {name: most if now[name] < most else 2 * now[name] for name, most in MOST.items()}
        self.ranges = {name: [least.get(name, 1), most] for name, most in reach.items()} | self.ranges

    @property
    def spec(self) -> LayerSpec:
        """The layer as the controls now say it."""
        names = ("input_size", "hidden_size", "num_layers", "bidirectional", "batch_first")
        return as_kind(self._start.spec, self.kind, **{name: getattr(self, name) for name in names})

    def _first(self) -> None:
        """The shapes are drawn even where the layer cannot run."""
        try:
            super()._first()
        except Exception as error:  # noqa: BLE001 - whatever a forward() of the learner's own raises
            self.report(error)

    def _plan(self, _before: dict[str, Any]) -> Plan:
        spec = self.spec
        check_layers(spec)
        module = self._start.module_for(spec)
        if module is not None and like(module).device != find(self.device):
            module = None
        needed = estimate(spec, self.seq_len, self.batch, self.device, built=module is not None)
        work = functools.partial(answer, spec, self.seq_len, self.batch, self.device, needed, module)
        now = needed.is_quick or needed.is_too_long  # a refusal takes no time
        return Plan(work, "" if now else needed.words)

    def _show(self, asked: dict[str, Any], made: dict[str, Any]) -> None:
        self.answer = made | {"asked": asked}

    def _recorded(self) -> dict[str, Iterable[Any]]:
        sizes = {name: range(least, most + 1) for name, (least, most) in self.ranges.items() if name in self.controls}
        family, cell = self.spec.family.name, "Cell" if self.spec.is_cell else ""
        kinds = [name + cell for name in LAYERS] if "kind" in self.controls else []
        other = [family if cell else f"{family}Cell"] if "cell" in self.controls else []
        return dict(super()._recorded()) | sizes | {"kind": [*kinds, *other]}

    def _num_parameters(self) -> int:
        spec = self.spec
        module = self._start.module_for(spec)
        return spec.num_parameters if module is None else count_of(module)

    def __repr__(self) -> str:
        spec = self.spec
        listed = shapes if self.weights and spec.num_layers <= MOST_LAYERS else data_shapes
        shown = listed(spec, self.seq_len, self.batch).values()
        wide = max(len(t.name) for t in shown)
        rows = [f"  {t.name:<{wide}}  {t.sizes!s:<14} {', '.join(t.axes)}" for t in shown]
        first = f"{self.kind}, seq_len {self.seq_len}, batch {self.batch}: {self._num_parameters():,} parameters"
        said = self.problem or self.answer.get("refused")
        note = self._standing("says", [f"  Note: {said}"] if said else [])
        last = [*note, *([f"  Find out: {self.question}"] if self.question else [])]
        return "\n".join([first, *self._standing("picture", rows), *last])
