"""What runs in the background: the newest alone, in one thread, beside everything else."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import LayerSpec, ShapeExplorer, StepExplorer, run, shapes
from rnnlib.engine.call import ONE_AT_A_TIME, in_background
from rnnlib.explorers.shared.background import Background, Job
from tests.explorers.shared.interrupt import Interrupt
from tests.notebooks.driven.kernel import kernel
from tests.strategies import is_sentence

PATIENCE = 30  # seconds, of a busy machine


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is slow enough for the background."""
    monkeypatch.setattr("rnnlib.engine.limits.BLINK", 0)


class Gate:
    """Work that begins, and ends when it is let go."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()
        self.error: Exception | None = None

    def pass_through(self, result: Any = None) -> Any:
        self.begun.set()
        assert self.open.wait(PATIENCE)
        if self.error:
            raise self.error
        return result


def begun(background: Background, told: list[Any]) -> Gate:
    """A piece of work that runs, and will be told unless it is superseded."""
    gate = Gate()
    background.ask(lambda _: gate.pass_through("first"), told.append, told.append)
    assert gate.begun.wait(PATIENCE)
    return gate


def test_the_newest_request_wins_and_one_thread_is_enough() -> None:
    background, told = Background(), []
    gate, threads = begun(background, told), threading.active_count()
    for number in range(1000):
        background.ask(lambda _, number=number: number, told.append, told.append)
    assert threading.active_count() == threads
    gate.open.set()
    background.wait()
    assert told == [999]


def test_what_was_dropped_is_not_told_and_the_next_is() -> None:
    background, told = Background(), []
    gate = begun(background, told)
    background.drop()
    gate.open.set()
    background.wait()
    assert told == []
    background.ask(lambda _: "next", told.append, told.append)
    background.wait()
    assert told == ["next"]


def test_all_is_told_in_order_until_something_newer_is_asked_for() -> None:
    background, told, gate = Background(), [], Gate()

    def work(job: Job) -> str:
        for number in range(3):
            job.tell(told.append, number)
        gate.pass_through()
        assert job.superseded()
        job.tell(told.append, "superseded")
        return "superseded"

    background.ask(work, told.append, told.append)
    assert gate.begun.wait(PATIENCE)
    background.ask(lambda _: "newest", told.append, told.append)
    gate.open.set()
    background.wait()
    assert told == [0, 1, 2, "newest"]


def test_what_is_asked_for_while_something_is_told_is_waited_for_too() -> None:
    background, told = Background(), []
    background.ask(lambda _: 1, lambda _: background.ask(lambda _: 2, told.append, told.append), told.append)
    background.wait()
    assert told == [2]


@pytest.mark.parametrize("error", [ValueError("mine"), KeyError("mine"), SystemExit("mine")])
@pytest.mark.parametrize("where", ["work", "done", "failed"])
def test_an_exception_is_handed_on_and_the_next_request_works(error: BaseException, where: str) -> None:
    background, told, failed = Background(), [], []

    def fail(*_: Any) -> Any:
        raise error

    background.ask(
        fail if where != "done" else lambda _: 1,
        fail if where == "done" else told.append,
        fail if where == "failed" else failed.append,
    )
    background.wait()
    assert failed == ([] if where == "failed" else [error])
    background.ask(lambda _: 2, told.append, failed.append)
    background.wait()
    assert told == [2]


def test_an_interrupt_anywhere_while_it_is_asked_leaves_it_able_to_answer() -> None:
    background, told = Background(), []
    for at in itertools.count(1):
        with Interrupt(at, Background.ask) as interrupt:
            background.ask(lambda _: "interrupted", told.append, told.append)
        background.ask(lambda _, at=at: at, told.append, told.append)
        background.wait()
        assert told[-1] == at
        if not interrupt.done:
            break
    assert at > 10


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)


BUSY = """
import threading, torch
from rnnlib import LayerSpec, ShapeExplorer
from rnnlib.explorers.shared.background import Background
background, begun = Background(), threading.Event()
def for_ever(job):
    while not job.superseded():
        torch.rand(300, 300) @ torch.rand(300, 300)
        begun.set()
background.ask(for_ever, print, print)
background.ask(for_ever, print, print)
assert begun.wait(60)
explorer = ShapeExplorer(LayerSpec("GRU", 12, 512), seq_len=100, batch=8)
explorer.batch = 9
assert explorer.running
"""


@pytest.mark.parametrize("ends", ["", "import sys; sys.exit()"])
def test_python_may_end_meanwhile(ends: str) -> None:
    done = python(BUSY + ends)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


FORKS = """
import os, threading
from rnnlib import LayerSpec, run
from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.explorers.shared.background import Background
held, go, background, told = threading.Event(), threading.Event(), Background(), []
def hold():
    with ONE_AT_A_TIME:
        held.set()
        go.wait(1)
def child():
    background.wait()
    background.ask(lambda _: run(LayerSpec("GRU", 3, 2), seq_len=2, batch=1), told.append, print)
    background.wait()
    return 0 if len(told) == 1 else 1
background.ask(lambda _: go.wait(20), print, print)
threading.Thread(target=hold).start()
held.wait()
pid = os.fork()
if pid == 0:
    os._exit(child())
assert os.waitpid(pid, 0)[1] == 0
run(LayerSpec("GRU", 3, 2), seq_len=2, batch=1)
background.drop()
go.set()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_after_a_fork_nothing_waits_for_ever() -> None:
    done = python(FORKS)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


SLOW = {
    "a cell called often": ("LSTMCell", {"seq_len": 5_000}, "5,000 steps"),
    "a high stack": (LayerSpec("LSTM", 1, 1, 100, bidirectional=True), {"seq_len": 1, "batch": 1}, "200 layers"),
    "many steps in each layer": (LayerSpec("GRU", 1, 1, 4), {"seq_len": 1000, "batch": 1}, "4,000 steps"),
    "a wide batch of little": (LayerSpec("LSTM", 1, 1), {"batch": 200_000}, "of numbers"),
    "a wide input": (LayerSpec("LSTM", 1000, 1), {"batch": 2_000}, "of numbers"),
    "many weights": (LayerSpec("LSTM", 1000, 1000), {}, "million parameters"),
    "a projection": (LayerSpec("LSTM", 12, 3000, proj_size=400), {}, "million parameters"),
}


@pytest.mark.parametrize(("layer", "sizes", "words"), SLOW.values(), ids=SLOW)
def test_what_takes_its_time_runs_in_the_background(layer: Any, sizes: dict[str, int], words: str) -> None:
    explorer = ShapeExplorer(layer, **sizes)
    assert words in explorer.running["says"]
    assert explorer.running["asked"]["seq_len"] == explorer.seq_len
    explorer.wait()
    assert (explorer.problem, explorer.running) == ("", {})
    assert all(row["agrees"] for row in explorer.answer["rows"])
    assert all(check["mark"] == "=" or check["why"] for check in explorer.answer["checks"])
    expected = shapes(explorer.spec, explorer.seq_len, explorer.batch)
    assert all(row["shape"] == expected[row["name"]].sizes for row in explorer.answer["rows"])


def test_what_follows_a_slider_is_there_at_once() -> None:
    explorer = ShapeExplorer(LayerSpec("LSTM", 32, 64, 4, bidirectional=True), seq_len=24, batch=16)
    assert explorer.answer["rows"]
    assert explorer.running == {}


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, slow: None) -> Gate:
    """Every GRU waits there; other layers do not."""
    made, real = Gate(), nn.GRU.forward
    monkeypatch.setattr(nn.GRU, "forward", lambda *given: made.pass_through() or real(*given))
    return made


def test_everything_else_goes_on_meanwhile(gate: Gate) -> None:
    explorer = ShapeExplorer("GRU")
    assert gate.begun.wait(PATIENCE)
    threads, drawn = torch.get_num_threads(), torch.get_rng_state()
    taken = threading.Thread(target=lambda: ONE_AT_A_TIME.acquire() and ONE_AT_A_TIME.release())
    taken.start()
    taken.join(PATIENCE)
    assert not taken.is_alive(), "the lock is held meanwhile"
    assert run(LayerSpec("LSTM", 3, 2), seq_len=2, batch=1).checks
    other = ShapeExplorer("RNN")
    other.seq_len = 5
    other.wait()
    assert other.answer["asked"]["seq_len"] == 5
    assert explorer.answer == {}
    gate.open.set()
    explorer.wait()
    assert {row["name"]: row["shape"] for row in explorer.answer["rows"]}["output"] == (8, 3, 16)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), drawn)


@pytest.mark.parametrize("quick", [True, False])
def test_a_result_that_was_superseded_is_never_shown(gate: Gate, quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    explorer, shown = ShapeExplorer("LSTM"), []
    explorer.wait()
    explorer.observe(lambda change: shown.append(change.new["asked"]["kind"]), "answer")
    explorer.kind = "GRU"
    assert gate.begun.wait(PATIENCE)
    if quick:
        monkeypatch.setattr("rnnlib.engine.limits.BLINK", 1)
    for seq_len in (2, 3, 4):
        explorer.set_state({"kind": "RNN", "seq_len": seq_len})
    gate.open.set()
    explorer.wait()
    assert (explorer.answer["asked"]["seq_len"], explorer.running) == (4, {})
    assert shown == ["RNN"] * (3 if quick else 1)


def test_a_bad_value_meanwhile_disturbs_nothing(gate: Gate) -> None:
    explorer = ShapeExplorer(LayerSpec("GRU", 12, 16))
    assert gate.begun.wait(PATIENCE)
    explorer.set_state({"seq_len": 0})
    assert "at least 1" in explorer.problem
    gate.open.set()
    explorer.wait()
    assert (explorer.problem, explorer.answer["asked"]["seq_len"]) == ("", 8)


ERRORS = {
    "memory": (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), "ran out of memory"),
    "lost": (
        RuntimeError("CUDA error: device-side assert triggered\nmore"),
        "stopped working: CUDA error: device-side",
    ),
}
EXPLORERS: dict[str, Callable[[], Any]] = {"ShapeExplorer": lambda: ShapeExplorer("LSTM"), "StepExplorer": StepExplorer}


@pytest.mark.parametrize(("error", "words"), ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("make", EXPLORERS.values(), ids=EXPLORERS)
@pytest.mark.parametrize("blink", [0, 1], ids=["in the background", "at once"])
def test_an_error_of_a_device_is_told_in_words_and_the_next_run_works(
    make: Callable[[], Any], error: Exception, words: str, blink: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    with in_background():  # the first time calls an LSTM of its own
        explorer = make()
    monkeypatch.setattr("rnnlib.engine.limits.BLINK", blink)
    shown = "answer"
    before = getattr(explorer, shown)
    with monkeypatch.context() as broken:
        broken.setattr(nn.LSTM, "forward", fail)
        explorer.set_state({"seq_len": 5})
        explorer.wait()
    assert words in explorer.problem
    assert is_sentence(explorer.problem)
    assert explorer.running == {}
    assert getattr(explorer, shown) is before
    explorer.set_state({"seq_len": 6})
    explorer.wait()
    assert explorer.problem == ""
    after = getattr(explorer, shown)
    assert (after["asked"]["seq_len"], explorer.seq_len) == (6, 6)


def test_an_error_that_was_superseded_is_not_told(gate: Gate) -> None:
    explorer = ShapeExplorer("GRU")
    assert gate.begun.wait(PATIENCE)
    explorer.kind = "LSTM"
    gate.error = RuntimeError("CUDA error: device-side assert triggered")
    gate.open.set()
    explorer.wait()
    assert (explorer.problem, explorer.answer["asked"]["kind"]) == ("", "LSTM")


def test_a_large_trace_is_made_in_the_background() -> None:
    explorer = StepExplorer("GRU")
    before, shown = explorer.answer, repr(explorer)
    explorer.hidden_size = 1200
    assert explorer.answer is before
    assert "million parameters" in explorer.running["says"]
    assert repr(explorer) == shown
    explorer.time = 3  # of the last trace
    explorer.wait()
    assert (explorer.problem, explorer.running, explorer.time) == ("", {}, 3)
    assert explorer.answer["equal"]
    assert explorer.answer["sizes"]["hidden_size"] == explorer.trace.spec.hidden_size == explorer.hidden_size == 1200


def test_a_trace_that_was_superseded_is_never_shown(gate: Gate) -> None:
    explorer = StepExplorer("LSTM")
    explorer.kind = "GRU"
    assert gate.begun.wait(PATIENCE)
    explorer.hidden_size = 5
    with pytest.raises(ValueError, match="there is random"):
        explorer.weights = "late"
    explorer.set_state({"kind": "RNN", "hidden_size": 6})
    gate.open.set()
    explorer.wait()
    assert (explorer.problem, explorer.running) == ("", {})
    assert explorer.answer["asked"] == {**explorer.answer["asked"], "kind": "RNN", "hidden_size": 6, "seq_len": 12}
    assert explorer.trace.spec.kind == "RNN"


def test_a_trace_that_takes_too_long_is_refused_in_words() -> None:
    explorer = StepExplorer(LayerSpec("RNN", 1, 1))
    before = explorer.answer
    explorer.set_state({"seq_len": 300_000})
    assert "are too much to trace here: choose a smaller" in explorer.problem
    assert (explorer.seq_len, explorer.answer) == (12, before)


def test_a_layer_with_code_of_its_own_is_traced_at_once(slow: None) -> None:
    """It may draw random numbers, which are put back: never beside a cell that draws some too."""

    class Noisy(nn.GRU):
        def forward(self, *given: Any) -> Any:
            torch.rand(3)
            return super().forward(*given)

    explorer, state = StepExplorer(Noisy(12, 4)), torch.get_rng_state()
    explorer.seq_len = 5
    assert (explorer.running, explorer.answer["asked"]["seq_len"]) == ({}, 5)
    assert torch.equal(torch.get_rng_state(), state)


BEGIN = """
import threading, psutil
from rnnlib import LayerSpec, ShapeExplorer
from rnnlib.explorers.shape import explorer as shape
explorer = ShapeExplorer(LayerSpec("LSTM", 12, 16))
begun, memory, threads = [], [], []
answer = shape.answer
shape.answer = lambda spec, seq_len, *chosen: begun.append(seq_len) or answer(spec, seq_len, *chosen)
def note():
    memory.append(psutil.Process().memory_info().rss)
    threads.append(sum(thread.name.startswith("rnnlib") for thread in threading.enumerate()))
explorer
"""
END = """
at_the_last = len(begun)
explorer.wait()
note()
assert len(begun) <= at_the_last + 1, (begun, at_the_last)
assert begun[-1] == {last}
assert len(begun) < {changes} / 2, len(begun)
assert max(threads) <= 1, threads
assert max(memory[{first}:]) <= 1.1 * memory[{first}], memory
"""


def test_hundreds_of_changes_during_live_runs_leave_nothing_behind() -> None:
    """Through real comm messages: no queue, no thread; after a few, memory is flat; the last result on screen."""
    changes, begun_with, draw = 200, 5, random.Random(0)
    with kernel() as driven:
        driven.run_code(BEGIN)
        (explorer,) = driven.views.values()
        explorer.set(hidden_size=600, batch=16)
        for number in range(changes):
            seq_len = draw.randint(33, 64)  # most of them are sizes that oneDNN has not met before
            explorer.set(seq_len=seq_len)
            assert explorer.state["running"].get("asked", explorer.state["answer"]["asked"])["seq_len"] == seq_len
            if number < begun_with or number % 50 == 0:
                driven.run_code("explorer.wait()\nnote()")
        driven.run_code(END.format(last=seq_len, changes=changes, first=begun_with))
        driven.until(lambda: explorer.state["answer"]["asked"]["seq_len"] == seq_len)
        driven.until(lambda: explorer.state["running"] == {})
        assert explorer.state["problem"] == ""
        shapes_told = {row["name"]: row["shape"] for row in explorer.state["answer"]["rows"]}
        assert shapes_told["output"] == [seq_len, 16, 600]
        assert not driven.faults, "\n".join(driven.faults)


def test_work_has_as_many_threads_of_torchs_as_who_asked_whatever_another_thread_has_set() -> None:
    """A new thread would take the number that was set last, by any thread: a speed lab's, say."""
    had, other = torch.get_num_threads(), threading.Thread(target=lambda: torch.set_num_threads(had + 1))
    other.start()
    other.join()
    background, told = Background(), list[int]()
    background.ask(lambda job: torch.get_num_threads(), told.append, pytest.fail)
    background.wait()
    assert told == [had]
