"""The speed lab: what is compared is timed in the background, and every result appears as it comes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import traitlets
from torch import nn

from rnnlib.data import FEATURES
from rnnlib.engine.devices import available, check_device, name_of
from rnnlib.engine.timing.measuring import CancelledError
from rnnlib.engine.weights import like
from rnnlib.explorers.shared.traits import Checked
from rnnlib.explorers.speed.chart import chart
from rnnlib.explorers.speed.points import SETUPS, SIZES, VALUES, Point, cases
from rnnlib.explorers.speed.recorded import recorded
from rnnlib.explorers.speed.rows import about, measure, table
from rnnlib.explorers.speed.sentences import found
from rnnlib.explorers.speed.view import CONTROLS, SpeedView
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import check_layer_kind

DONE, CANCELLED, STOPPED = "Done.", "Cancelled: what was measured stays.", "Stopped: what was measured stays."
MEASURING = threading.Lock()  # one measurement at a time in the whole process, or each would slow the other


class SpeedLab(SpeedView):
    """Setups of a layer timed along one axis, on the device that is there, while everything else stays alive.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module, whose sizes and flags are taken. Every
            layer that is timed is built anew, with weights of its own, as torch's own class, in float32 (in
            ``"bfloat16"`` but for that) and without dropout: a time depends on the sizes, not on the numbers. To time
            your very module, give it to `rnnlib.time_layer`. What is small has one thread of the CPU, what is large all
            that torch has: ``num_threads`` of a row says it.
        compare: what to compare: ``"layer"``, ``"cell loop"``, ``"packed"``, ``"two directions"``, ``"bfloat16"``.
        axis: along which size: ``"seq_len"``, ``"batch"``, ``"hidden_size"`` or ``"num_layers"``.
        values: of that size; by default some that double.
        seq_len: steps, where they are not the axis.
        batch: sequences, where they are not the axis.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.

    ``lab.start()`` begins to measure, ``lab.cancel()`` ends it, ``lab.wait()`` waits for the end; ``lab.rows`` are
    the results so far, and ``lab.csv`` is the same as a table. What is chosen while it measures is for the next time.

    Raises:
        TypeError, ValueError: a layer, setup, axis, value, size or control that cannot be, in a sentence.

    Example:
        >>> lab = SpeedLab("GRU", compare=["layer", "packed"], axis="batch", values=[1, 2], seq_len=4)
        >>> lab.start()
        >>> lab.wait()
        >>> [(row["setup"], row["batch"]) for row in lab.rows]
        [('layer', 1), ('packed', 1), ('layer', 2), ('packed', 2)]
    """

    compare = Checked([], lambda name, value: _check_compare(name, value)).tag(sync=True)
    axis = Checked("seq_len", lambda name, value: _check_axis(name, value)).tag(sync=True)
    device = Checked("cpu", lambda _, value: check_device(value)).tag(sync=True)

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module = "LSTM",
        *,
        compare: Sequence[str] = ("layer", "cell loop"),
        axis: str = "seq_len",
        values: Sequence[int] | None = None,
        seq_len: int = 32,
        batch: int = 8,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
    ) -> None:
        self._cancel = threading.Event()
        self._base = _base(layer)
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()  # of a message and the thread that measures, one at a time sets traits
        self._kept: list[tuple[Point, dict[str, Any]]] = []
        super().__init__(
            kind=self._base.kind,
            compare=list(compare),
            axis=axis,
            values=list(VALUES[_check_axis("axis", axis)] if values is None else values),
            seq_len=seq_len,
            batch=batch,
            hidden_size=self._base.hidden_size,
            num_layers=self._base.num_layers,
            device=name_of(like(layer).device) if isinstance(layer, nn.Module) else available()[-1],
            setups=[name for name, setup in SETUPS.items() if not (setup.bidirectional and self._base.bidirectional)],
            devices=list(available()),
            about=about(),
            recorded=recorded(),
            controls=controls,
            question=question,
        )

    def start(self) -> None:
        """Begin to measure, in the background."""
        self.measuring = True

    def cancel(self) -> None:
        """End the measurement; what was measured stays."""
        self.measuring = False

    def wait(self) -> None:
        """Wait until the measurement has ended. Interrupting the kernel meanwhile cancels it."""
        try:
            while self._thread is not None and self._thread.is_alive():
                self._thread.join(0.1)  # not for ever, or Windows would not be interrupted
        except KeyboardInterrupt:
            self.cancel()
            raise

    def close(self) -> None:
        """Take the lab off the screen, and end its measurement."""
        self._cancel.set()
        super().close()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the front end, while the thread that measures sets none."""
        with self._lock:
            super().set_state(sync_data)

    @traitlets.observe("axis")
    def _other_axis(self, change: Any) -> None:
        """Offer the new axis' own values."""
        if change.old in VALUES and self.values == list(VALUES[change.old]):
            self.values = list(VALUES[change.new])

    @traitlets.observe("measuring")
    def _switch(self, change: Any) -> None:
        with self._lock:
            self._cancel.set()  # whatever still runs
            if not change.new:
                if self.progress and self.progress["now"] not in (DONE, STOPPED):
                    self.progress = self.progress | {"now": CANCELLED}
                return
            if not self.compare:
                self.measuring = False
                raise ValueError(f"there is nothing to compare: choose at least one of {', '.join(self.setups)}.")
            self.problem = ""
            self._cancel = threading.Event()
            sizes = {name: getattr(self, name) for name in SIZES}
            made = cases(self.kind, self.compare, self.axis, self.values, sizes, self.backward, self.device)
            self.progress = {"done": 0, "of": len(made), "now": "Getting ready."}
            self._thread = threading.Thread(target=self._measure, args=(made, self._cancel), daemon=True)
            self._thread.start()

    def _measure(self, made: list[Point], cancel: threading.Event) -> None:
        """Time one case after the other; runs in a thread of its own."""
        try:
            while not MEASURING.acquire(timeout=0.05):
                if cancel.is_set():
                    return
                self._tell(cancel, progress={"done": 0, "of": len(made), "now": "Waiting for another measurement."})
            try:
                for done, case in enumerate(made):
                    now = f"{case.setup} at {case.axis} {case.value}"
                    self._tell(cancel, progress={"done": done, "of": len(made), "now": now})
                    self._keep(case, measure(case, self._base, cancel.is_set))
            finally:
                MEASURING.release()
            self._tell(cancel, progress={"done": len(made), "of": len(made), "now": DONE}, measuring=False)
        except CancelledError:
            pass
        except Exception as error:  # noqa: BLE001 - a thread's exception is shown nowhere else
            with self._lock:
                if not cancel.is_set():
                    self.report(error)
                    self._tell(cancel, progress=self.progress | {"now": STOPPED}, measuring=False)

    def _tell(self, cancel: threading.Event, **values: Any) -> None:
        """Set traits, unless this measurement was cancelled meanwhile.

        Raises:
            CancelledError: it was.
        """
        with self._lock:
            if cancel.is_set():
                raise CancelledError("the measurement was cancelled.")
            for name, value in values.items():
                self.set_trait(name, value)

    def _keep(self, case: Point, row: dict[str, Any]) -> None:
        """One result more: in the table, in the chart and in the sentences. A case measured again replaces itself."""
        self._kept = [*((old, result) for old, result in self._kept if old != case), (case, row)]
        order = list(SETUPS)
        shown = [result for old, result in self._kept if old.chart == case.chart]
        shown.sort(key=lambda result: order.index(result["setup"]))
        rows = [result for _, result in self._kept]
        drawn = chart(shown, case.axis, order, case.about)  # it takes long: a cancel does not wait for it
        with self._lock:  # cancelled or not: it has been measured
            self.rows, self.csv, self.chart = rows, table(rows), drawn
            self.found = found(shown, case.axis)

    def __repr__(self) -> str:
        fixed = ", ".join(f"{name} {getattr(self, name)}" for name in SIZES if name != self.axis)
        lines = [
            f"{self.kind}: {', '.join(self.compare) or 'nothing'} at {self.axis} {', '.join(map(str, self.values))}",
            f"  with {fixed}; {'forward and backward' if self.backward else 'forward'}",
            f"  {self.recorded['title']}",
            *([f"  Find out: {self.question}"] if self.question else []),
        ]
        return "\n".join(lines)


def _base(layer: str | LayerSpec | nn.Module) -> LayerSpec:
    if isinstance(layer, str):
        return LayerSpec(check_layer_kind(layer), input_size=FEATURES, hidden_size=64)
    spec = layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
    check_layer_kind(spec.kind)
    return spec


def _check_compare(name: str, value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of names, as in ['layer', 'packed'], not {value!r}.")
    unknown = [one for one in value if one not in list(SETUPS)]
    if unknown:
        raise ValueError(f"there is nothing called {unknown[0]!r} to compare: there are {', '.join(SETUPS)}.")
    return [one for one in SETUPS if one in value]


def _check_axis(name: str, value: Any) -> str:
    if value not in SIZES:
        raise ValueError(f"{name} must be one of {', '.join(SIZES)}, not {value!r}.")
    return str(value)
