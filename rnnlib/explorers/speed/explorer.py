"""The speed lab: what is compared is timed in the background, and every result appears as it comes."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import traitlets
from torch import nn

from rnnlib.data import FEATURES
from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.devices import available, name_of
from rnnlib.explorers.shared.background import Job
from rnnlib.explorers.shared.lab import Lab
from rnnlib.explorers.shared.start import start_from
from rnnlib.explorers.shared.traits import Checked, check_one, one_of
from rnnlib.explorers.speed.points import SETUPS, SIZES, VALUES, Point, in_words, points
from rnnlib.explorers.speed.recorded import recording
from rnnlib.explorers.speed.rows import as_csv, cannot, machine, measure
from rnnlib.explorers.speed.sentences import findings
from rnnlib.explorers.speed.view import ASKED, CONTROLS, SETTINGS, SpeedView
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief

DONE, CANCELLED, STOPPED = "Done.", "Cancelled: what was measured stays.", "Stopped: what was measured stays."
WAITING = "Waiting until another measurement has ended: a call of torch's cannot be cancelled."
ONE_MEASUREMENT = threading.Lock()  # of one point at a time in the whole process, or each would slow the other


def _begin_anew() -> None:
    global ONE_MEASUREMENT
    ONE_MEASUREMENT = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)  # in which no measurement of its parent's goes on


class SpeedLab(Lab, SpeedView):
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
        traits: any other of its traits, such as ``backward`` and ``device``.

    ``lab.start()`` begins to measure, ``lab.cancel()`` ends it, ``lab.wait()`` waits for the end; ``lab.rows`` are
    the results so far, ``lab.csv`` is the same as a table, and ``lab.answer["found"]`` says in sentences what they
    show. What is chosen while it measures is for the next time.

    Raises:
        TypeError, ValueError: a layer, setup, axis, value, size or control that cannot be, in a sentence.

    Example:
        >>> lab = SpeedLab("GRU", compare=["layer", "packed"], axis="batch", values=[2], seq_len=4)
        >>> lab.start()
        >>> lab.wait()
        >>> [(row["setup"], row["batch"]) for row in lab.rows]
        [('layer', 2), ('packed', 2)]
    """

    ASKED, START, MADE = ASKED, ("measuring", True), "rows"

    compare = Checked([], lambda name, value: _check_compare(name, value)).tag(sync=True)
    axis = one_of("seq_len", SIZES)
    device = Checked("cpu", lambda _, value: name_of(value)).tag(sync=True)

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
        **traits: Any,
    ) -> None:
        start = start_from(layer, cells=False, input_size=FEATURES, hidden_size=64)
        self._base = start.spec
        self._measured: dict[Point, dict[str, Any]] = {}  # the row of each point
        begin = {
            "kind": self._base.kind,
            "compare": compare,
            "axis": axis,
            "values": list(VALUES[check_one("axis", axis, SIZES)] if values is None else values),
            "seq_len": seq_len,
            "batch": batch,
            "hidden_size": self._base.hidden_size,
            "num_layers": self._base.num_layers,
            "device": available()[-1] if start.weight is None else name_of(start.weight.device),
            "setups": [
                name for name, setup in SETUPS.items() if not (setup.bidirectional and self._base.bidirectional)
            ],
            "devices": list(available()),
            "about": machine(),
            "recorded": recording(),
            "controls": controls,
            "question": question,
        }
        super().__init__(**begin | traits)
        self._tell()

    def start(self) -> None:
        """Begin to measure, in the background."""
        with ONE_AT_A_TIME:
            self.measuring = True

    def cancel(self) -> None:
        """End the measurement; what was measured stays."""
        with ONE_AT_A_TIME:
            self.measuring = False

    @traitlets.observe("axis")
    def _other_axis(self, change: Any) -> None:
        """Offer the new axis' own values."""
        if change.old in VALUES and self.values == list(VALUES[change.old]):
            self.values = list(VALUES[change.new])

    @traitlets.observe("compare", "values", *SETTINGS)
    def _other_settings(self, _change: Any) -> None:
        """What was measured with these settings is shown again, where there is any."""
        with ONE_AT_A_TIME:
            if not self.measuring:
                self.progress = {}
            self._tell()

    def _tell(self) -> None:
        """Say to what is chosen now: the chart, what it shows, and what cannot be measured."""
        chosen = {name: getattr(self, name) for name in SETTINGS if name != self.axis}
        measured = [(point.settings, row) for point, row in self._measured.items() if row["setup"] in self.compare]
        times = [one for one, row in measured if row["median"] is not None and one["axis"] == self.axis]
        chart = chosen if chosen in times or not times else times[-1]
        shown = [row for one, row in measured if one == chart]
        shown.sort(key=lambda row: list(SETUPS).index(row["setup"]))
        self.answer = {
            "asked": {name: getattr(self, name) for name in ASKED},
            "chart": chart if times else {},
            "about": in_words(chart),
            "found": findings(shown, chart["axis"]),
            "cannot": cannot(self._points(), [row for one, row in measured if one == chosen], self._base),
        }

    def _points(self) -> list[Point]:
        sizes = {name: getattr(self, name) for name in SIZES}
        return points(self.kind, self.compare, self.axis, self.values, sizes, self.backward, self.device)

    @traitlets.observe("measuring")
    def _switch(self, change: Any) -> None:
        with ONE_AT_A_TIME:
            if not change.new:
                self._background.drop()
                if self.progress.get("at"):
                    self._progress(self.progress["done"], self.progress["of"], CANCELLED)
                self._tell()
                return
            if not self.compare:
                self.measuring = False
                raise ValueError(f"there is nothing to compare: choose at least one of {', '.join(self.setups)}.")
            self.problem = ""
            chosen = self._points()
            self._progress(0, len(chosen), "Getting ready.", chosen[0])
            self._tell()
            self._background.ask(lambda job: self._measure(job, chosen), self._done, self._failed)

    def _measure(self, job: Job, chosen: list[Point]) -> list[dict[str, Any]]:
        """Time one point after the other, in the background, and give the rows."""
        rows: list[dict[str, Any]] = []
        for point in chosen:
            if ONE_MEASUREMENT.locked():
                job.tell(self._progress, len(rows), len(chosen), WAITING, point)
            with ONE_MEASUREMENT:
                if job.superseded():
                    break
                job.tell(self._progress, len(rows), len(chosen), f"{point.setup} at {point.axis} {point.value}", point)
                rows.append(measure(point, self._base, job.superseded))
            self._keep(point, rows[-1])
        return rows

    def _done(self, rows: list[dict[str, Any]]) -> None:
        measured = sum(row["median"] is not None for row in rows)
        self._progress(len(rows), len(rows), DONE if measured == len(rows) else f"{measured} of {len(rows)} measured.")
        self.measuring = False

    def _failed(self, error: BaseException) -> None:
        self.report(error)
        self._progress(self.progress["done"], self.progress["of"], STOPPED)
        self.measuring = False

    def _progress(self, done: int, of: int, now: str, at: Point | None = None) -> None:
        """Say how far it is, and which point is measured, as long as one is."""
        point = {"at": at.settings | {"setup": at.setup, "value": at.value}} if at else {}
        self.progress = {"done": done, "of": of, "now": now, **point}

    def _keep(self, point: Point, row: dict[str, Any]) -> None:
        """Keep a result, cancelled or not."""
        with ONE_AT_A_TIME:
            self._measured.pop(point, None)  # a point that is measured again replaces itself, and comes last
            self._measured[point] = row
            rows = list(self._measured.values())
            self.rows, self.csv = rows, as_csv(rows)
            self._tell()

    def __repr__(self) -> str:
        fixed = ", ".join(f"{name} {getattr(self, name)}" for name in SIZES if name != self.axis)
        lines = [
            f"{self.kind}: {', '.join(self.compare) or 'nothing'} at {self.axis} {', '.join(map(str, self.values))}",
            f"  with {fixed}; {'forward and backward' if self.backward else 'forward'}",
            f"  {self.recorded['title']}",
            *([f"  Find out: {self.question}"] if self.question else []),
        ]
        return "\n".join(lines)


def _check_compare(name: str, value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of names, as in ['layer', 'packed'], not {brief(value)}.")
    unknown = [one for one in value if one not in list(SETUPS)]
    if unknown:
        raise ValueError(f"there is nothing called {brief(unknown[0])} to compare: there are {', '.join(SETUPS)}.")
    return [one for one in SETUPS if one in value]
