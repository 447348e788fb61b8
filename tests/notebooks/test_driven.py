"""Every view in every notebook, driven through real comm messages: each control over its values, and bad values too.

nbval sees a view once, as it first stands; an exception in what follows a slider shows nowhere in JupyterLab.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.notebooks.driven import card, checkup, direction, gradient, packing, shape, speed, step, training
from tests.notebooks.driven.kernel import Kernel, View, kernel
from tests.notebooks.lessons import LESSONS
from tests.strategies import later

# What no lesson needs to show: every way to make an explorer, and a card for a cell and a card of each kind.
ALL_WAYS = """
import torch
from torch import nn
from rnnlib import *
ShapeExplorer("GRU", seq_len=5, batch=2)
ShapeExplorer(LayerSpec("LSTM", 12, 8, num_layers=2, bidirectional=True, proj_size=3))
ShapeExplorer(nn.LSTMCell(3, 4))
ShapeExplorer(nn.RNN(12, 5, batch_first=True), controls=("seq_len", "batch"))
predict(nn.LSTMCell(3, 4), "c_1", seq_len=4, batch=3)
deep = LayerSpec("GRU", 5, 10, 2, bidirectional=True)
predict(deep, "h_n", seq_len=6, batch=3)
predict(deep, "h_n", row=(1, "forward"), seq_len=6, batch=3)
predict(deep, "output", equals="h_n[-1]", seq_len=6, batch=3)
slips = {"it runs, and is right": "x has but one axis.", "it runs, and is wrong": "x has just one axis."}
predict(question="Fits it?", attempt=lambda: nn.GRU(3, 2)(torch.zeros(4)), expected=lambda: None, slips=slips)
slips = {"3": "4 comes one after 3.", "they are equal": "There is one more."}
predict(question="Which is larger?", larger={"3": lambda: 3, "4": lambda: 4}, slips=slips)
StepExplorer("GRU", seq_len=5)
StepExplorer(weights="latch")
StepExplorer(LayerSpec("LSTM", 12, 6, num_layers=2, bidirectional=True, proj_size=3), controls=("unit", "direction"))
StepExplorer(nn.RNN(3, 4, batch_first=True), torch.zeros(2, 5, 3))
StepExplorer(nn.LSTMCell(3, 4))
PackingExplorer()
PackingExplorer(LayerSpec("RNN", 5, 3, 2, nonlinearity="relu", batch_first=True), batch=20, stages=(), controls=())
own = [torch.randn(length, 3, dtype=torch.float64) for length in (5, 1, 7)]
PackingExplorer(nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2, dropout=0.5, dtype=torch.float64), own, batch=2)
PackingExplorer("GRU", [torch.full((2, 1), torch.nan)], question="Where is the nan?")
DirectionExplorer()
DirectionExplorer(LayerSpec("LSTM", 12, 5, num_layers=2, proj_size=2, batch_first=True), packed=True, controls=())
DirectionExplorer(nn.GRU(3, 2, bidirectional=True), torch.ones(5, 2, 3), [5, 2], question="Who has read the pads?")
SpeedLab()
SpeedLab(LayerSpec("LSTM", 12, 8, 2, dropout=0.5, bidirectional=True, proj_size=3), axis="hidden_size", controls=())
SpeedLab(nn.GRU(3, 2, batch_first=True, dtype=torch.float64), compare=["packed"], question="When does packing lose?")
TrainingLab("counting", "RNN", 4, seq_len=5, epochs=2)
TrainingLab("memory", "LSTM", 4, seq_len=5, forget_bias=5, bidirectional=True, num_layers=2, controls=("task", "kind"))
TrainingLab(question="Which speakers are confused?")
TrainingLab(([(torch.ones(3, 2), 0)] * 4, [(torch.zeros(5, 2), 1)]), "RNN", 4, epochs=2)
GradientExplorer()
GradientExplorer(nn.LSTM(5, 6, 2, bidirectional=True), torch.ones(9, 1, 5), question="What is left?")
checkup(nn.LSTM(3, 4), torch.ones(4, 5, 3)).view
"""


EXPLORERS: dict[str, ModuleType] = {
    "ShapeExplorer": shape,
    "StepExplorer": step,
    "PackingExplorer": packing,
    "DirectionExplorer": direction,
    "SpeedLab": speed,
    "TrainingLab": training,
    "GradientExplorer": gradient,
    "CheckupView": checkup,
}


def drive(driven: Kernel, bad: Callable[[View], bool]) -> None:
    """Each view over all its good values, and, where asked, over bad ones too."""
    assert driven.views, "no view to drive"
    for view in list(driven.views.values()):
        if view.name == "PredictionCard":
            card.drive(view)
            continue
        driver = EXPLORERS[view.name]
        for sent in driver.good_values(view):
            takes(view, sent, getattr(driver, "GIVEN", ()))
            driver.check(view, sent)
        if bad(view):
            for sent in driver.bad_values(view):
                view.refuses(sent)
                assert view.state["problem"] == "", sent
                driver.check(view, sent)
            if hasattr(driver, "more"):
                driver.more(view)
    assert not driven.faults, "\n".join(driven.faults)


def takes(view: View, sent: dict[str, Any], given: tuple[str, ...]) -> None:
    """A good value holds, or the learner's own weights or input have a size of their own, which is told."""
    held = {name: view.state[name] for name in sent}
    view.set(**sent)
    view.settle()
    if view.state["problem"] and (name := next(iter(sent))) in given:
        assert f"has {name}={held[name]}" in view.state["problem"], sent
        view.set(**held)
    else:
        assert {name: view.state[name] for name in sent} == sent, view.state["problem"]
    assert view.state["problem"] == "", sent


@pytest.mark.parametrize("notebook", LESSONS, ids=lambda path: path.stem)
def test_every_view_of_a_notebook(notebook: Path) -> None:
    with kernel() as driven:
        driven.run(notebook)
        drive(driven, bad=lambda view: False)


@pytest.mark.parametrize("kinds", [{"ShapeExplorer"}, later({*EXPLORERS})])
def test_every_way_to_make_a_view(kinds: set[str]) -> None:
    """And what the front end could send by mistake, to the first of a kind: all put back what held in one place."""
    left = set(kinds)

    def first_of_a_kind(view: View) -> bool:
        asked = view.name in left
        left.discard(view.name)
        return asked

    with kernel() as driven:
        driven.run_code(ALL_WAYS)
        drive(driven, bad=first_of_a_kind)


@pytest.mark.long
@pytest.mark.parametrize("notebook", LESSONS, ids=lambda path: path.stem)
def test_no_view_of_a_notebook_takes_a_bad_value(notebook: Path) -> None:
    with kernel() as driven:
        driven.run(notebook)
        drive(driven, bad=lambda view: True)


LONG_CELL = """
import time, torch
end = time.monotonic() + 30
_ = torch.manual_seed(0)
drawn = []
while explorer.batch != 9 and time.monotonic() < end:
    drawn += [torch.rand(()).item() for _ in range(2_000)]
    _ = run(spec, seq_len=4, batch=2)
"""


def test_a_slider_moved_while_a_cell_runs() -> None:
    """JupyterLab speaks to a view in a thread of its own: neither disturbs the other, not even its random numbers."""
    with kernel() as driven:
        driven.run_code(
            "from rnnlib import LayerSpec, ShapeExplorer, run\n"
            "spec = LayerSpec('GRU', 12, 64, 2, dropout=0.5)\n"
            "explorer = ShapeExplorer(spec)\n"
            "explorer"
        )
        (explorer,) = driven.views.values()
        explorer.ask()  # as a front end does at first: ipykernel begins that thread with the first message to it
        cell = driven.start(LONG_CELL)
        for seq_len in (1, 24, 2):
            takes(explorer, {"seq_len": seq_len}, given=())
            shape.check(explorer, {"seq_len": seq_len})
        assert not driven.is_done(cell)
        explorer.set(batch=9)  # which the cell waits for
        driven.finish(cell)
        assert not driven.faults, "\n".join(driven.faults)
        driven.run_code("_ = torch.manual_seed(0)\nassert drawn == [torch.rand(()).item() for _ in drawn]")
        assert not driven.faults, "\n".join(driven.faults)


def test_a_fault_in_a_callback_is_seen() -> None:
    """The tests above would notice: what raises is said in the view and on stderr, and lost nowhere."""
    with kernel() as driven:
        driven.run_code("from rnnlib import ShapeExplorer\nexplorer = ShapeExplorer()")
        driven.run_code("explorer.observe(lambda change: 1 / 0, 'seq_len')")
        (explorer,) = driven.views.values()
        explorer.set(seq_len=explorer.state["seq_len"] + 1)
        assert "ZeroDivisionError" in explorer.state["problem"]
        assert driven.faults


TWO_LABS = """
import threading, time
from rnnlib import ShapeExplorer, SpeedLab
from rnnlib.explorers.speed.explorer import ONE_MEASUREMENT
first = SpeedLab("GRU", compare=["cell loop"], values=[1, 4000], batch=16, seq_len=2)
second = SpeedLab("GRU", compare=["layer"], values=[1, 2], axis="batch", seq_len=2)
explorer = ShapeExplorer("GRU", seq_len=5, batch=2)
"""


def until(lab: View, holds: Callable[[dict[str, Any]], bool]) -> None:
    end = time.monotonic() + 20
    while not holds(lab.ask()):
        assert time.monotonic() < end, lab.state["progress"]
        time.sleep(0.01)


def test_while_a_lab_measures_all_else_stays_alive_and_cancel_answers_at_once() -> None:
    """In a real kernel, in the middle of a case that is slow: results reach the front end, and messages the kernel."""
    with kernel() as driven:
        driven.run_code(TWO_LABS)
        first, second, explorer = driven.views.values()
        first.set(measuring=True)
        until(first, lambda state: len(state["rows"]) == 1)
        until(first, lambda state: bool(state["answer"]["chart"]))
        assert first.state["answer"]["asked"]["measuring"]
        second.set(measuring=True)
        until(second, lambda state: state["progress"]["now"].startswith("Waiting until another measurement"))
        driven.run_code("assert first.measuring and ONE_MEASUREMENT.locked()")
        for seq_len in (1, 9, 4):
            explorer.set(seq_len=seq_len)
            until(explorer, lambda state, wanted=seq_len: state["answer"]["asked"]["seq_len"] == wanted)
        first.set(batch=9)
        assert first.ask()["batch"] == 9
        driven.run_code(
            "import os, signal\nthreading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
            "try:\n    time.sleep(20)\nexcept KeyboardInterrupt:\n    print('interrupted')"
        )
        assert first.ask()["measuring"]
        before = time.perf_counter()
        first.set(measuring=False)
        answered = time.perf_counter() - before
        assert first.state["progress"]["now"].startswith("Cancelled")
        assert not first.ask()["measuring"]
        assert len(first.state["rows"]) == 1
        assert answered < 0.2
        until(second, lambda state: state["progress"]["now"] == "Done.")
        assert [row["batch"] for row in second.state["rows"]] == [1, 2]
        driven.run_code("first.wait()\nassert not ONE_MEASUREMENT.locked()\nassert second.csv.count('\\n') == 3")
        assert not driven.faults, "\n".join(driven.faults)


A_TRAINING = """
from rnnlib import ShapeExplorer, TrainingLab
lab = TrainingLab(epochs=400)
explorer = ShapeExplorer("GRU", seq_len=5, batch=2)
"""


def test_while_a_model_learns_all_else_stays_alive_and_pause_and_cancel_answer_at_once() -> None:
    """In a real kernel: cells run, another slider keeps its pace, an interrupt of a cell is not the lab's."""
    with kernel() as driven:
        driven.run_code(A_TRAINING)
        lab, explorer = driven.views.values()
        lab.set(doing="training")
        until(lab, lambda state: state["progress"]["done"] > 20)
        took = []
        for seq_len in (1, 9, 4, 12, 2):
            before = time.perf_counter()
            explorer.set(seq_len=seq_len)
            took.append(time.perf_counter() - before)
            assert explorer.state["answer"]["asked"]["seq_len"] == seq_len
        driven.run_code("import torch\nassert lab.doing == 'training'\n_ = torch.rand(99, 99) @ torch.rand(99, 99)")
        driven.run_code(
            "import os, signal, threading, time\nthreading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
            "try:\n    time.sleep(20)\nexcept KeyboardInterrupt:\n    print('interrupted')"
        )
        assert lab.ask()["doing"] == "training"
        for doing in ("paused", "training", ""):
            before = time.perf_counter()
            lab.set(doing=doing)
            took.append(time.perf_counter() - before)
            assert lab.ask()["doing"] == doing
        assert lab.state["progress"]["now"].startswith("Cancelled")
        assert sorted(took)[-2] < 0.2  # one of them may be late on a busy machine
        assert not driven.faults, "\n".join(driven.faults)
