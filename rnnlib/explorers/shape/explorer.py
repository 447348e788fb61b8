"""The shape explorer: a slider moves, every tensor's shape follows, and the real layer answers."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import traitlets
from torch import nn

from rnnlib.engine.call import ONE_AT_A_TIME, in_background
from rnnlib.engine.devices import available, check_device, find, name_of
from rnnlib.engine.limits.seconds import MOST_SECONDS, estimate
from rnnlib.engine.weights import like
from rnnlib.explorers.shape.payload import answer
from rnnlib.explorers.shape.symbols import constants, rules, templates
from rnnlib.explorers.shape.view import CHOICES, CONTROLS, SIZES, ShapeView
from rnnlib.explorers.shared.background import Background, Job
from rnnlib.explorers.shared.traits import Checked
from rnnlib.spec import LayerSpec, shapes
from rnnlib.spec.kinds import check_kind
from rnnlib.spec.layer import as_kind
from rnnlib.spec.shapes import MOST_LAYERS, data_shapes

MOST = {"seq_len": 24, "batch": 16, "input_size": 32, "hidden_size": 64, "num_layers": 4}


class ShapeExplorer(ShapeView):
    """Every tensor around a recurrent layer, its shape following the sliders, checked by the real layer.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module, which runs with its own weights
            while no size but seq_len and batch is moved; at others a fresh layer runs.
        seq_len: steps to begin with; for a cell, how often it is called.
        batch: sequences to begin with.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out, shown by the controls.

    The sizes and choices are traits: ``explorer.seq_len = 7`` moves the slider, ``explorer.observe(f, "seq_len")``
    hears it move, and ``ipywidgets.jslink`` links two explorers. Its repr is the shape table in plain text.
    A run that would make a slider stutter goes on in the background until a newer value takes its place:
    ``explorer.wait()`` waits for its ``explorer.answer``.

    Raises:
        TypeError, ValueError: a layer, size, device or control that cannot be, in a sentence.

    Example:
        >>> explorer = ShapeExplorer("RNN", seq_len=6, batch=3)
        >>> explorer.answer["rows"][1]["shape"]
        (6, 3, 16)
    """

    device = Checked("cpu", lambda _, value: check_device(value)).tag(sync=True)

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module = "LSTM",
        *,
        seq_len: int = 8,
        batch: int = 3,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
    ) -> None:
        self._module = None if isinstance(layer, (str, LayerSpec)) else layer
        self._base = _spec_of(layer)
        self._asked: dict[str, Any] = {}  # the last sizes and choices that go together, answered or not
        device = "cpu" if self._module is None else name_of(like(self._module).device)
        chosen = {name: getattr(self._base, name) for name in (*SIZES, *CHOICES) if hasattr(self._base, name)}
        self._background = Background()
        with ONE_AT_A_TIME:  # a background run tells its result once the front end is there to hear it
            super().__init__(
                **chosen,
                seq_len=seq_len,
                batch=batch,
                device=device,
                devices=list(available()),
                controls=controls,
                question=question,
                rules=rules(self._base),
                templates=templates(self._base),
                constants=constants(self._base),
            )
        least = {"hidden_size": self._base.proj_size + 1}  # a projection is narrower than what it projects
        self.ranges = {name: [least.get(name, 1), max(most, getattr(self, name))] for name, most in MOST.items()}

    @property
    def spec(self) -> LayerSpec:
        """The layer as the controls now say it."""
        names = ("input_size", "hidden_size", "num_layers", "bidirectional", "batch_first")
        return as_kind(self._base, self.kind, **{name: getattr(self, name) for name in names})

    @traitlets.observe(*SIZES, *CHOICES)
    def _follow(self, _change: Any) -> None:
        """Ask the real layer again: once for what was chosen, however many traits changed together.

        Raises:
            ValueError: these values do not go together; the explorer is put back to those that did.
        """
        with ONE_AT_A_TIME:
            chosen = {name: getattr(self, name) for name in (*SIZES, *CHOICES)}
            if self._asked == chosen:
                return
            try:
                spec = self.spec
            except ValueError:
                with self.hold_trait_notifications():  # all of them first, or this would be entered again with some
                    for name, value in self._asked.items():
                        self.set_trait(name, value)
                raise
            self._asked = chosen
            try:
                self._run(spec, chosen)
            except Exception as error:  # noqa: BLE001 - shown in the explorer: JupyterLab shows nothing of it
                self._fail(chosen, error)

    def _run(self, spec: LayerSpec, chosen: dict[str, Any]) -> None:
        """Ask the layer now, or in the background where it takes its time; a refusal takes none."""
        seq_len, batch, device = (chosen[name] for name in ("seq_len", "batch", "device"))
        needed = estimate(spec, seq_len, batch, device, built=self._is_own(spec, device))
        if needed.is_quick or needed.seconds > MOST_SECONDS:
            made = self._answer(spec, chosen)
            self._background.drop()
            self._show(chosen, made)
            return
        self.running = {"sizes": chosen, "says": f"{needed.words.rstrip(',')} take a moment."}

        def work(_: Job) -> dict[str, Any]:
            with in_background():
                return self._answer(spec, chosen)

        self._background.ask(work, functools.partial(self._show, chosen), functools.partial(self._fail, chosen))

    def _answer(self, spec: LayerSpec, chosen: dict[str, Any]) -> dict[str, Any]:
        module = self._module if self._is_own(spec, chosen["device"]) else None
        return answer(spec, chosen["seq_len"], chosen["batch"], chosen["device"], module)

    def _show(self, chosen: dict[str, Any], numbers: dict[str, Any]) -> None:
        """Show an answer, unless something newer was asked for meanwhile."""
        with ONE_AT_A_TIME:
            if chosen is self._asked:
                self.answer = numbers | {"sizes": chosen}
                self.running = {}
                self.problem = ""

    def _fail(self, chosen: dict[str, Any], error: BaseException) -> None:
        with ONE_AT_A_TIME:
            if chosen is self._asked:
                self.running = {}
                self.report(error)

    def wait(self) -> None:
        """Wait until nothing runs in the background: `numbers` then belongs to what was chosen last.

        Example:
            >>> explorer = ShapeExplorer(LayerSpec("LSTM", 12, 1500), seq_len=4)
            >>> explorer.wait()
            >>> explorer.answer["rows"][1]["shape"]
            (4, 3, 1500)
        """
        self._background.wait()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the front end, and none from the background meanwhile."""
        with ONE_AT_A_TIME:
            super().set_state(sync_data)

    def _is_own(self, spec: LayerSpec, device: str) -> bool:
        """Whether the learner's own module is what was chosen."""
        if self._module is None or spec != as_kind(self._base, self._base.kind):
            return False
        return bool(like(self._module).device == find(device))

    def __repr__(self) -> str:
        spec = self.spec
        listed = shapes if self.weights and spec.num_layers <= MOST_LAYERS else data_shapes
        shown = listed(spec, self.seq_len, self.batch).values()
        wide = max(len(t.name) for t in shown)
        rows = [f"  {t.name:<{wide}}  {t.sizes!s:<14} {', '.join(t.axes)}" for t in shown]
        first = f"{self.kind}, seq_len {self.seq_len}, batch {self.batch}: {spec.num_parameters:,} parameters"
        last = [f"  Find out: {self.question}"] if self.question else []
        return "\n".join([first, *rows, *last])


def _spec_of(layer: str | LayerSpec | nn.Module) -> LayerSpec:
    if isinstance(layer, str):
        return LayerSpec(check_kind(layer), input_size=12, hidden_size=16)
    return layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
