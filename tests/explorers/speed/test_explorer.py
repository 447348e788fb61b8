"""The speed lab without a browser: results as they come, cancelled at any moment, nothing lost, nothing left running.

Nothing is measured here: a stand-in for `time_layer` says what the test wants, when the test wants it.
"""

from __future__ import annotations

import _thread
import csv
import io
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import LayerSpec, SpeedLab
from rnnlib.engine.timing.measure import CancelledError
from rnnlib.engine.timing.timing import Timing
from rnnlib.engine.trace.comparison import Equal
from rnnlib.explorers.speed.explorer import CANCELLED, DONE, ONE_MEASUREMENT, STOPPED, WAITING
from rnnlib.explorers.speed.rows import COLUMNS
from rnnlib.explorers.speed.view import ASKED
from tests.strategies import refused

SENT = ("compare", "axis", "values", "seq_len", "batch", "hidden_size", "num_layers", "backward", "device", "kind")
HELD = (*SENT, "measuring", "controls", "question", "rows", "answer", "csv", "progress")


class Stopwatch:
    """Stands for `time_layer`.

    Attributes:
        asked: what it was to time, the last one last.
        go: while it is not set, a measurement lasts; it ends only if it is cancelled.
        fails: by variant, what it raises.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.go = threading.Event()
        self.go.set()
        self.fails: dict[str, BaseException] = {}
        self.at_once = self.most_at_once = 0

    def __call__(self, spec: LayerSpec, **given: Any) -> Timing:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self._timed(spec, **given)
        finally:
            self.at_once -= 1

    def _timed(self, spec: LayerSpec, **given: Any) -> Timing:
        self.asked.append({"spec": spec, **given})
        while not self.go.wait(0.002):
            if given["cancelled"]():
                raise CancelledError("the measurement was cancelled.")
        if given["variant"] in self.fails:
            raise self.fails[given["variant"]]
        sizes, dtype = (given["seq_len"], given["batch"]), given["dtype"]
        tokens = sizes[0] * sizes[1]
        timing = Timing(spec, given["variant"], "layer(x)", *sizes, tokens, "cpu", dtype, 1)
        found = {"median": 1e-3 * len(self.asked), "iqr": 2e-5, "quartiles": (9e-4, 1e-3 * len(self.asked) + 1e-4)}
        equal = Equal(1e-7, True, "the same but for rounding")
        return Timing(**vars(timing) | found | {"repeats": 7, "share_of_peak": 0.5, "peak": "of it", "equal": equal})


@pytest.fixture(autouse=True)
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopwatch]:
    """No clock, and at the end no measurement under way."""
    stopwatch = Stopwatch()
    monkeypatch.setattr("rnnlib.explorers.speed.rows.time_layer", stopwatch)
    yield stopwatch
    stopwatch.go.set()
    until(lambda: not ONE_MEASUREMENT.locked())
    assert stopwatch.most_at_once <= 1


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.002)


def a_lab(**given: Any) -> SpeedLab:
    chosen = {"compare": ["layer", "packed"], "axis": "batch", "values": [1, 2], "seq_len": 4}
    return SpeedLab("GRU", **chosen | {"device": "cpu"} | given)  # where there is a GPU, it would be chosen


def pairs(lab: SpeedLab) -> list[tuple[str, int]]:
    return [(row["setup"], row["batch"]) for row in lab.rows]


SIZES = {"seq_len": 4, "hidden_size": 64, "num_layers": 1}  # but for the axis
ALL = [("layer", 1), ("packed", 1), ("layer", 2), ("packed", 2)]


def test_each_result_is_there_as_it_comes() -> None:
    lab, seen = a_lab(), []
    lab.observe(lambda change: seen.append((len(change.new), lab.progress["done"], lab.measuring)), "rows")
    lab.start()
    lab.wait()
    assert seen == [(1, 0, True), (2, 1, True), (3, 2, True), (4, 3, True)]
    assert pairs(lab) == ALL
    assert (lab.measuring, lab.progress, lab.problem) == (False, {"done": 4, "of": 4, "now": DONE}, "")
    assert lab.answer["chart"] == {"kind": "GRU", "axis": "batch", **SIZES, "backward": False, "device": "cpu"}
    assert lab.answer["about"] == "GRU, forward on cpu: seq_len 4, hidden_size 64, num_layers 1"
    assert (len(lab.answer["found"]), lab.answer["cannot"]) == (2, [])


def test_while_it_measures_it_says_which_point_and_for_which_chart() -> None:
    lab, said = a_lab(), []
    lab.observe(lambda change: said.append(change.new), "progress")
    lab.start()
    lab.wait()
    chart = {"kind": "GRU", "axis": "batch", **SIZES, "backward": False, "device": "cpu"}
    first, *measured, last = said
    assert first == {"done": 0, "of": 4, "now": "Getting ready.", "at": chart | {"setup": "layer", "value": 1}}
    assert measured == [
        {"done": i, "of": 4, "now": f"{setup} at batch {at}", "at": chart | {"setup": setup, "value": at}}
        for i, (setup, at) in enumerate(ALL)
    ]
    assert last == {"done": 4, "of": 4, "now": DONE}


def test_a_result_is_told_with_all_that_belongs_to_it() -> None:
    lab, seen = a_lab(), []
    lab.observe(lambda change: seen.append((len(lab.rows), len(lab.csv.splitlines()) - 1)), "answer")
    lab.start()
    lab.wait()
    assert all(rows == lines for rows, lines in seen if rows)
    assert max(seen) == (4, 4)


def test_cancelled_in_the_middle_what_was_measured_stays(watch: Stopwatch) -> None:
    lab = a_lab()
    lab.observe(lambda change: watch.go.clear() if len(change.new) == 2 else None, "rows")
    lab.start()
    until(lambda: len(watch.asked) == 3)
    lab.cancel()
    assert (lab.measuring, lab.progress) == (False, {"done": 2, "of": 4, "now": CANCELLED})
    lab.wait()
    assert pairs(lab) == ALL[:2]
    assert lab.progress["now"] == CANCELLED
    lab.unobserve_all("rows")
    watch.go.set()
    lab.start()
    lab.wait()
    assert sorted(pairs(lab)) == sorted(ALL)


def test_a_result_that_comes_with_the_cancel_is_kept(monkeypatch: pytest.MonkeyPatch, watch: Stopwatch) -> None:
    lab = a_lab()

    def cancels(spec: LayerSpec, **given: Any) -> Timing:
        timing = watch(spec, **given)
        lab.cancel()
        return timing

    monkeypatch.setattr("rnnlib.explorers.speed.rows.time_layer", cancels)
    lab.start()
    lab.wait()
    assert (pairs(lab), lab.measuring, lab.progress["now"]) == (ALL[:1], False, CANCELLED)
    assert lab.answer["chart"]["kind"] == "GRU"


def test_started_twice_it_measures_once(watch: Stopwatch) -> None:
    lab = a_lab()
    watch.go.clear()
    lab.start()
    lab.start()
    watch.go.set()
    lab.wait()
    lab.wait()
    assert len(watch.asked) == 4


def test_cancelled_and_waited_for_before_anything_is_measured() -> None:
    lab = a_lab()
    lab.cancel()
    lab.wait()
    assert (lab.measuring, lab.progress, lab.rows, lab.problem) == (False, {}, [], "")


def test_a_case_measured_again_replaces_itself_and_the_sentences_keep_their_order() -> None:
    lab = a_lab()
    lab.start()
    lab.wait()
    before = lab.rows
    lab.compare = ["layer"]
    lab.start()
    lab.wait()
    assert pairs(lab) == [("packed", 1), ("packed", 2), ("layer", 1), ("layer", 2)]
    assert lab.rows[:2] == [before[1], before[3]]
    assert lab.rows[2]["median"] != before[0]["median"]
    (found,) = lab.answer["found"]  # of what is compared now alone
    assert "packed" not in found
    lab.compare = ["layer", "packed"]
    first, *_ = lab.answer["found"]
    assert "packed and layer" in first or first.endswith("as long as layer.")


def test_other_sizes_make_a_chart_of_their_own_and_the_table_keeps_all() -> None:
    lab = a_lab()
    for seq_len in (4, 5):
        lab.seq_len = seq_len
        lab.start()
        lab.wait()
    assert (len(lab.rows), lab.answer["chart"]["seq_len"]) == (8, 5)
    lab.seq_len = 4
    assert lab.answer["chart"]["seq_len"] == 4  # what was measured with these sizes is shown again


def test_every_control_may_be_changed_while_it_measures(watch: Stopwatch) -> None:
    lab = a_lab()
    watch.go.clear()
    lab.start()
    until(lambda: len(watch.asked) == 1)
    changed = {"kind": "LSTM", "compare": ["bfloat16"], "axis": "hidden_size", "values": [3], "seq_len": 9, "batch": 7}
    changed |= {"hidden_size": 5, "num_layers": 2, "backward": True, "device": "cpu"}
    for name, value in changed.items():
        lab.set_state({name: value})
        assert lab.problem == ""
    watch.go.set()
    lab.wait()
    assert pairs(lab) == ALL
    for asked in watch.asked:
        spec = asked["spec"]
        assert (spec.kind, spec.hidden_size, spec.num_layers) == ("GRU", 64, 1)
        assert (asked["seq_len"], asked["backward"]) == (4, False)
    assert {name: getattr(lab, name) for name in changed} == changed
    lab.start()
    lab.wait()
    assert (watch.asked[-1]["spec"].kind, watch.asked[-1]["seq_len"], watch.asked[-1]["batch"]) == ("LSTM", 9, 7)


def test_two_labs_take_turns_point_by_point(watch: Stopwatch) -> None:
    first, second = a_lab(), a_lab(seq_len=9)
    watch.go.clear()
    first.start()
    until(lambda: len(watch.asked) == 1)
    second.start()
    until(lambda: second.progress["now"] == WAITING)
    second.cancel()  # while it waits for its turn
    assert (second.measuring, second.rows, second.progress["now"]) == (False, [], CANCELLED)
    second.start()
    watch.go.set()
    for lab in (first, second):
        lab.wait()
        assert (pairs(lab), lab.measuring, lab.progress["now"]) == (ALL, False, DONE)
    assert sorted(asked["seq_len"] for asked in watch.asked) == [4] * 4 + [9] * 4


def test_cancelled_and_started_again_while_a_slow_call_still_runs(watch: Stopwatch) -> None:
    lab, called, slow = a_lab(), threading.Event(), threading.Event()

    def stubborn(spec: LayerSpec, **given: Any) -> Timing:
        called.set()
        slow.wait(10)  # a call of torch's cannot be cancelled
        return watch(spec, **given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rnnlib.explorers.speed.rows.time_layer", stubborn)
        lab.start()
        assert called.wait(10)
        lab.cancel()
        lab.start()
        assert lab.progress["now"] == "Getting ready."
        slow.set()
        lab.wait()
    assert (sorted(pairs(lab)), lab.measuring, lab.progress["now"]) == (sorted(ALL), False, DONE)


def test_a_lab_closed_in_the_middle_measures_no_more(watch: Stopwatch) -> None:
    lab = a_lab()
    watch.go.clear()
    lab.start()
    until(lambda: len(watch.asked) == 1)
    lab.close()
    lab.wait()
    assert (lab.measuring, lab.progress["now"], len(watch.asked)) == (False, CANCELLED, 1)


def test_an_interrupt_while_waiting_cancels_and_loses_nothing(watch: Stopwatch) -> None:
    lab = a_lab()
    lab.observe(lambda change: watch.go.clear(), "rows")
    lab.start()
    until(lambda: len(watch.asked) == 2)
    threading.Timer(0.1, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        lab.wait()
    lab.wait()
    assert (pairs(lab), lab.measuring, lab.progress["now"]) == (ALL[:1], False, CANCELLED)


def test_python_ends_well_while_a_lab_measures() -> None:
    """Really measured: torch, cut off in the middle of a call, would abort the process."""
    code = "import time, rnnlib; lab = rnnlib.SpeedLab(seq_len=128, batch=64); lab.start(); time.sleep(0.2)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


FORKS = """
import os, torch, rnnlib
from rnnlib.explorers.speed import explorer
torch.set_num_threads(1)
explorer.ONE_MEASUREMENT.acquire()  # as while a lab measures
pid = os.fork()
if pid == 0:
    mine = rnnlib.SpeedLab("GRU", compare=["layer"], values=[2], hidden_size=4)
    mine.start()
    mine.wait()
    os._exit(len(mine.rows))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_a_fork_of_a_process_that_measures_can_measure() -> None:
    ended = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, "1\n"), ended.stderr


FAILURES = {
    "too large": (ValueError("this run needs about 9 GB on cpu, and 1 GB are available: choose a smaller batch."), ""),
    "out of memory": (torch.OutOfMemoryError("CUDA out of memory."), "OutOfMemoryError: "),
    "no memory": (MemoryError("none left"), "MemoryError: "),
    "torch's": (RuntimeError("it broke"), "RuntimeError: "),
    "a fault": (KeyError("x"), "KeyError: "),
}


@pytest.mark.parametrize(("error", "named"), FAILURES.values(), ids=FAILURES)
def test_what_cannot_be_timed_is_a_row_that_says_why_and_the_rest_goes_on(
    watch: Stopwatch, error: Exception, named: str
) -> None:
    watch.fails["packed"] = error
    lab = a_lab()
    lab.start()
    lab.wait()
    assert pairs(lab) == ALL
    assert [row["note"] for row in lab.rows] == ["", f"{named}{error}"] * 2
    assert [row["median"] is None for row in lab.rows] == [False, True] * 2
    assert lab.progress == {"done": 4, "of": 4, "now": "2 of 4 measured."}
    why = f"{named}{error}"
    assert lab.answer["cannot"] == [{"setup": "packed", "value": value, "why": why} for value in (1, 2)]
    assert lab.problem == ""
    lab.values = [2, 3]  # what was not tried may do
    assert lab.answer["cannot"] == [{"setup": "packed", "value": 2, "why": why}]
    lab.compare = ["layer"]
    assert lab.answer["cannot"] == []


NEEDED = r"needs about [\d,]+ bytes \(.*\) on cpu, and .* are available: choose a smaller"


def test_sizes_beyond_memory_are_refused_with_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    from rnnlib import time_layer

    monkeypatch.setattr("rnnlib.explorers.speed.rows.time_layer", time_layer)
    lab = a_lab(compare=["layer", "packed", "cell loop"], values=[10**12])
    before = lab.answer["cannot"]
    lab.start()
    lab.wait()
    assert lab.progress["now"] == "0 of 3 measured."
    assert (lab.answer["chart"], lab.answer["found"]) == ({}, [])
    for said in (before, lab.answer["cannot"]):
        assert [(one["setup"], one["value"]) for one in said] == [
            (name, 10**12) for name in ("cell loop", "layer", "packed")
        ]
        assert all(re.search(NEEDED, one["why"]) for one in said)
    assert len(lab.rows) == 3
    assert all(re.search(NEEDED, row["note"]) for row in lab.rows)


TOO_LARGE: list[tuple[dict[str, Any], set[int]]] = [
    ({"values": [1, 10**12, 10**13]}, {10**12, 10**13}),
    ({"hidden_size": 10**9}, {1, 2}),
]


@pytest.mark.parametrize(("sent", "values"), TOO_LARGE, ids=["values", "another size"])
def test_too_large_a_value_is_told_before_it_is_measured(sent: dict[str, Any], values: set[int]) -> None:
    lab = a_lab()
    lab.set_state(sent)
    assert lab.problem == ""
    assert {one["value"] for one in lab.answer["cannot"]} == values
    assert {one["setup"] for one in lab.answer["cannot"]} == {"layer", "packed"}
    assert all(re.search(NEEDED, one["why"]) for one in lab.answer["cannot"])
    lab.set_state({"values": [1, 2], "hidden_size": 64})
    assert lab.answer["cannot"] == []


def test_what_takes_far_too_long_is_told_beforehand_and_never_begun(watch: Stopwatch) -> None:
    lab = SpeedLab("LSTM", axis="seq_len", values=[8, 1_000_000], compare=["layer"])
    (said,) = lab.answer["cannot"]
    assert (said["value"], said["why"][:24]) == (1_000_000, "one call would take abou")
    lab.start()
    lab.wait()
    assert [asked["seq_len"] for asked in watch.asked] == [8]
    assert [row["note"] for row in lab.rows] == ["", said["why"]]


def test_a_device_that_is_gone_is_said_to_be(watch: Stopwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    from rnnlib import time_layer

    lab = a_lab()
    lab._trait_values["device"] = "cuda:7"  # it was there when it was chosen
    monkeypatch.setattr("rnnlib.explorers.speed.rows.time_layer", time_layer)
    lab.start()
    lab.wait()
    assert len(lab.rows) == 4
    assert all("there is no device 'cuda:7' here" in row["note"] for row in lab.rows)
    monkeypatch.setattr("rnnlib.explorers.speed.rows.time_layer", watch)
    lab.device = "cpu"
    lab.start()
    lab.wait()
    assert len(lab.rows) == 8
    assert all(row["median"] for row in lab.rows[4:])


def test_a_callback_of_ones_own_that_raises_ends_the_measurement_and_is_told() -> None:
    lab = a_lab()
    lab.observe(lambda change: 1 / 0, "rows")
    lab.start()
    lab.wait()
    assert lab.problem == "A callback of your own raised ZeroDivisionError: division by zero"
    assert (lab.measuring, lab.progress["now"], len(lab.rows)) == (False, STOPPED, 1)
    lab.unobserve_all("rows")
    lab.start()
    assert lab.problem == ""
    lab.wait()
    assert sorted(pairs(lab)) == sorted(ALL)


def test_what_is_chosen_is_answered_and_so_is_whether_it_measures(watch: Stopwatch) -> None:
    lab = a_lab()

    def asked() -> bool:
        return lab.answer["asked"] == {name: getattr(lab, name) for name in ASKED}

    for name, value in {"kind": "RNN", "batch": 3, "axis": "num_layers", "backward": True, "compare": []}.items():
        lab.set_state({name: value})
        assert asked(), name
    lab.set_state({"measuring": True})  # with nothing to compare
    assert (asked(), lab.measuring) == (True, False)
    lab.set_state({"compare": ["layer"]})
    watch.go.clear()
    lab.start()
    assert (asked(), lab.answer["asked"]["measuring"]) == (True, True)
    lab.cancel()
    assert (asked(), lab.answer["asked"]["measuring"]) == (True, False)


def test_with_other_settings_it_is_said_to_what_the_chart_belongs() -> None:
    lab = a_lab()
    lab.start()
    lab.wait()
    measured = lab.answer
    lab.kind = "LSTM"
    shown = "GRU, forward on cpu: seq_len 4, hidden_size 64, num_layers 1"
    assert (lab.answer["about"], lab.answer["chart"], lab.progress) == (shown, measured["chart"], {})
    lab.kind, lab.batch = "GRU", 9  # the axis: its values are chosen
    assert lab.answer == measured | {"asked": measured["asked"] | {"batch": 9}}
    lab.axis = "seq_len"  # along which nothing was measured
    assert (lab.answer["chart"], lab.answer["found"]) == ({}, [])
    assert lab.answer["about"] == "GRU, forward on cpu: batch 9, hidden_size 64, num_layers 1"
    lab.axis, lab.values = "batch", [1, 2]
    lab.kind = "LSTM"
    lab.start()
    lab.wait()
    assert (lab.answer["chart"]["kind"], lab.progress["now"]) == ("LSTM", DONE)
    assert len(lab.rows) == 8


def test_the_csv_is_what_the_rows_say_and_has_the_case_in_full(watch: Stopwatch) -> None:
    watch.fails["packed"] = ValueError('a "note", of two\nlines')
    base = LayerSpec("LSTM", 5, 8, bidirectional=True, batch_first=True, proj_size=3)
    lab = SpeedLab(base, compare=["layer", "packed", "bfloat16"], values=[2], batch=3)
    lab.backward, lab.device = True, "cpu"
    lab.start()
    lab.wait()
    read = list(csv.DictReader(io.StringIO(lab.csv)))
    assert len(read) == len(lab.rows) == 3
    for line, row in zip(read, lab.rows, strict=True):
        assert line == {name: "" if row[name] is None else str(row[name]) for name in COLUMNS}
        assert line["machine"].startswith("torch ")
        case = ("kind", "input_size", "hidden_size", "num_layers", "bidirectional", "batch_first", "proj_size", "bias")
        assert [line[name] for name in case] == ["LSTM", "5", "8", "1", "True", "True", "3", "True"]
        assert [line[name] for name in ("seq_len", "batch", "backward", "device")] == ["2", "3", "True", "cpu"]
    assert [line["dtype"] for line in read] == ["float32", "float32", "bfloat16"]


OWN: dict[str, tuple[nn.Module, dict[str, Any]]] = {
    "dropout": (nn.LSTM(3, 4, 2, dropout=0.5), {"num_layers": 2}),
    "proj_size": (nn.LSTM(3, 4, proj_size=2), {"proj_size": 2}),
    "two directions": (nn.GRU(3, 4, bidirectional=True), {"bidirectional": True}),
    "batch_first": (nn.RNN(3, 4, batch_first=True, nonlinearity="relu"), {"batch_first": True, "nonlinearity": "relu"}),
    "float64": (nn.GRU(3, 4, dtype=torch.float64), {}),
    "no bias": (nn.GRU(3, 4, bias=False), {"bias": False}),
}


@pytest.mark.parametrize(("own", "said"), OWN.values(), ids=OWN)
def test_of_a_module_the_sizes_and_flags_are_taken(watch: Stopwatch, own: Any, said: dict[str, Any]) -> None:
    """Every layer that is timed is built anew: in float32, without dropout; yours stays as it was."""
    before = {name: weight.clone() for name, weight in own.state_dict().items()}
    lab = SpeedLab(own, compare=["layer"], values=[2])
    lab.start()
    lab.wait()
    (asked,) = watch.asked
    expected = {"input_size": 3, "hidden_size": 4, "dropout": 0.0, **said}
    assert {name: getattr(asked["spec"], name) for name in expected} == expected
    assert asked["dtype"] == torch.float32
    assert own.training
    assert all(torch.equal(weight, before[name]) for name, weight in own.state_dict().items())
    assert ("two directions" in lab.setups) == (not expected.get("bidirectional"))


def test_a_projection_wider_than_the_layer_is_a_note(watch: Stopwatch) -> None:
    lab = SpeedLab(LayerSpec("LSTM", 3, 8, proj_size=4), compare=["layer"], axis="hidden_size", values=[2, 8])
    lab.start()
    lab.wait()
    assert "proj_size" in lab.rows[0]["note"]
    assert lab.rows[1]["median"]


def test_what_is_a_trait_is_an_argument_too(watch: Stopwatch) -> None:
    lab = a_lab(compare=["layer"], values=[2], backward=True, hidden_size=5, num_layers=2)
    lab.start()
    lab.wait()
    (asked,) = watch.asked
    assert (asked["backward"], asked["spec"].hidden_size, asked["spec"].num_layers) == (True, 5, 2)


MADE_BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a cell": ({"layer": nn.GRUCell(3, 4)}, ("GRUCell", "'GRU'")),
    "a cell's kind": ({"layer": "LSTMCell"}, ("LSTMCell", "'LSTM'")),
    "no recurrent layer": ({"layer": nn.Linear(3, 4)}, ("Linear",)),
    "nothing": ({"layer": None}, ("NoneType",)),
    "a layer without numbers": ({"layer": nn.GRU(3, 4, device="meta")}, ("meta",)),
    "an unknown setup": ({"compare": ["fast"]}, ("'fast'", "cell loop")),
    "an unknown axis": ({"axis": "input_size"}, ("axis", "'input_size'")),
    "a list for the axis": ({"axis": ["batch"]}, ("axis",)),
    "no values": ({"values": []}, ("values",)),
    "no batch": ({"batch": 0}, ("batch", "at least 1")),
    "half a step": ({"seq_len": 2.5}, ("seq_len", "whole number")),
    "an unknown control": ({"controls": ("x",)}, ("control", "'x'")),
    "no question": ({"question": None}, ("question", "text")),
}


@pytest.mark.parametrize(("given", "words"), MADE_BAD.values(), ids=MADE_BAD)
def test_a_lab_that_cannot_be_is_refused(given: dict[str, Any], words: tuple[str, ...]) -> None:
    refused(lambda: SpeedLab(**given), *words)


def test_with_nothing_to_compare_nothing_is_started() -> None:
    lab = a_lab(compare=[])
    refused(lab.start, "nothing to compare", "cell loop")
    assert not lab.measuring
    lab.set_state({"measuring": True})
    assert "nothing to compare" in lab.problem
    assert (lab.measuring, lab.rows, lab.progress) == (False, [], {})
    lab.set_state({"compare": ["layer"]})
    lab.set_state({"measuring": True})
    lab.wait()
    assert (lab.problem, pairs(lab)) == ("", [("layer", 1), ("layer", 2)])


def test_another_axis_offers_its_own_values_but_keeps_those_you_chose() -> None:
    lab = SpeedLab()
    lab.axis = "num_layers"
    assert lab.values == [1, 2, 4, 8]
    lab.values = [3, 1, 3]
    assert lab.values == [1, 3]
    lab.axis = "batch"
    assert lab.values == [1, 3]


def test_its_text_depends_on_no_clock_and_on_no_result() -> None:
    lab = a_lab(question="Which is faster?")
    before = repr(lab)
    lab.start()
    lab.wait()
    assert repr(lab) == before
    for words in ("GRU: layer, packed at batch 1, 2", "seq_len 4, hidden_size 64", "forward", "Which is faster?"):
        assert words in before


def test_messages_while_results_come_are_neither_lost_nor_do_they_lose_any(watch: Stopwatch) -> None:
    """Two threads that set traits of one widget: every value arrives, and every change is told."""
    lab, told = a_lab(values=list(range(1, 17))), []
    lab.observe(lambda change: told.append(change.new), "seq_len")
    seen: list[int] = []
    lab.observe(lambda change: seen.append(len(change.new)), "rows")
    lab.start()
    sent = 0
    while lab.measuring:
        sent += 1
        lab.set_state({"seq_len": 4 + sent})
    lab.wait()
    assert told == list(range(5, 5 + sent))
    assert seen == list(range(1, 33))
    assert len(lab.rows) == 32


@pytest.mark.parametrize("compare", [None, "layer", {"layer": 1}])
def test_what_is_no_list_of_setups_is_refused_in_a_sentence(compare: Any) -> None:
    refused(lambda: SpeedLab("GRU", compare=compare), "compare must be a list of names", "['layer', 'packed']")
