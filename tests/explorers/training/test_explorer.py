"""The training lab without a browser: started, paused, stepped, cancelled at any moment; nothing lost, nothing left."""

from __future__ import annotations

import _thread
import csv
import gc
import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from rnnlib import ShapeExplorer, TrainingLab, japanese_vowels, reach
from rnnlib.data import japanese_vowels as recordings
from rnnlib.engine.training.tasks import memory
from rnnlib.engine.training.train import padded
from rnnlib.explorers.training.explorer import CANCELLED, DONE, STOPPED
from rnnlib.explorers.training.rows import COLUMNS
from rnnlib.explorers.training.runs import MOST
from rnnlib.explorers.training.view import ASKED, SETTINGS
from tests.strategies import is_sentence, refused

STEPS = 16  # an epoch of 512 examples in batches of 32


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.002)


def a_lab(**given: Any) -> TrainingLab:
    return TrainingLab(**{"task": "counting", "kind": "GRU", "hidden_size": 4, "seq_len": 6, "epochs": 2} | given)


def a_long_lab(**given: Any) -> TrainingLab:
    return a_lab(**{"epochs": 400, "seq_len": 5} | given)


def trained(**given: Any) -> TrainingLab:
    lab = a_lab(**given)
    lab.start()
    lab.wait()
    assert (lab.problem, lab.doing) == ("", "")
    return lab


def curves(lab: TrainingLab) -> np.ndarray:
    return np.frombuffer(lab.curves, np.float32).reshape(-1, 3)


def test_a_run_from_its_start_to_its_end() -> None:
    lab = trained()
    assert lab.progress == {"done": 2 * STEPS, "of": 2 * STEPS, "now": DONE}
    assert curves(lab).shape == (2 * STEPS, 3)
    assert np.isfinite(curves(lab)).all()
    assert [row[0] for row in lab.scores] == [0, STEPS, 2 * STEPS]
    assert (lab.run["number"], lab.run["classes"], lab.run["of"]) == (1, ["0", "1", "2", "3", "4"], 2 * STEPS)
    assert lab.run["found"][0].startswith("Run 1: after 2 epochs")
    counts = np.frombuffer(lab.confusions, np.uint16).reshape(3, 5, 5)
    assert (counts.sum(axis=(1, 2)) == 256).all()
    assert [counts[i].trace() / 256 for i in range(3)] == [pytest.approx(row[4]) for row in lab.scores]


def test_the_default_run_knows_nine_speakers_in_seconds() -> None:
    lab = TrainingLab()
    before = time.process_time()  # whatever else the machine does
    lab.start()
    lab.wait()
    seconds = time.process_time() - before
    assert lab.rows[-1]["test_accuracy"] > 0.9
    assert seconds < 20
    recorded = japanese_vowels()
    tested = [i for i in range(640) if recorded.is_test[i]]
    examples = [(torch.from_numpy(recorded[i]), torch.tensor(int(recorded.speaker[i]) - 1)) for i in tested]
    x, lengths, labels = padded(examples)
    model = lab.model
    assert model is not None
    with torch.no_grad():
        right = (model(x, lengths).argmax(1) == labels).float().mean().item()
    best = max(row["test_accuracy"] for row in lab.rows)
    assert right == pytest.approx(best, abs=0.002)  # the very model, in eval mode
    assert not model.training


def test_what_it_shows_comes_at_least_ten_times_a_second_and_not_much_more_than_twenty() -> None:
    lab, told = a_long_lab(), []
    lab.observe(lambda change: told.append(time.monotonic()), "now")
    lab.start()
    until(lambda: len(told) > 3)
    first = len(told)
    time.sleep(1)
    seen = len(told) - first
    lab.cancel()
    assert 8 <= seen <= 22  # ten, on a machine that has nothing else to do


def test_paused_it_stands_still_and_goes_on_where_it_was() -> None:
    lab = a_long_lab(epochs=8)
    lab.start()
    until(lambda: lab.progress["done"] > 5)
    before = time.perf_counter()
    lab.pause()
    assert (lab.doing, time.perf_counter() - before < 0.2) == ("paused", True)
    lab.wait()
    assert lab.progress["now"] == f"Paused after step {lab.progress['done']}."
    stood, seen = curves(lab).copy(), lab.progress["done"]
    time.sleep(0.15)
    assert lab.progress["done"] == seen
    lab.start()
    lab.wait()
    assert lab.progress == {"done": 8 * STEPS, "of": 8 * STEPS, "now": DONE}
    assert np.array_equal(curves(lab)[: len(stood)], stood)
    whole = trained(epochs=8, seq_len=5)
    assert np.array_equal(curves(whole), curves(lab)), "paused or not, it is the same training"


def test_a_step_is_one_step_and_then_it_pauses() -> None:
    lab = a_long_lab()
    for step in (1, 2, 3):
        lab.step()
        lab.wait()
        assert (lab.doing, lab.progress["done"]) == ("paused", step)
        assert lab.now["steps"] == [step]
    lab.start()
    until(lambda: lab.progress["done"] > 5)
    lab.step()  # while it trains: one more, and it pauses
    lab.wait()
    assert lab.doing == "paused"
    lab.cancel()


def test_cancelled_what_was_learned_stays_and_the_next_start_is_another_run() -> None:
    lab = a_long_lab()
    lab.start()
    until(lambda: len(lab.scores) > 3)
    before = time.perf_counter()
    lab.cancel()
    assert time.perf_counter() - before < 0.2
    assert (lab.doing, lab.progress["now"]) == ("", CANCELLED)
    done = lab.progress["done"]
    lab.wait()
    assert (lab.progress["done"], len(curves(lab)), lab.rows[-1]["run"]) == (done, done, 1)
    assert lab.model is not None
    assert lab._runs.last.model is None  # what it would need to go on is let go
    lab.set_state({"epochs": 1, "hidden_size": 5})
    lab.start()
    lab.wait()
    assert (lab.run["number"], lab.progress["done"]) == (2, STEPS)
    assert [run["number"] for run in lab.runs] == [1]
    assert lab.runs[0]["differs"] == "hidden_size 4, epochs 400"


def test_started_twice_it_trains_once_and_anew_it_begins_again() -> None:
    lab = a_long_lab()
    lab.start()
    lab.start()
    until(lambda: len(lab.scores) > 2)
    assert lab.run["number"] == 1
    lab.anew()
    assert (lab.doing, lab.run["number"]) == ("training", 2)
    until(lambda: lab.progress["done"] > 0)
    assert [run["number"] for run in lab.runs] == [1]
    lab.cancel()
    lab.cancel()
    lab.pause()
    assert lab.doing == ""


def test_what_is_chosen_while_it_trains_is_for_the_next_run() -> None:
    lab = a_long_lab(epochs=8)
    lab.start()
    until(lambda: lab.progress["done"] > 2)
    changed = {"kind": "LSTM", "hidden_size": 3, "packed": False, "summary": "mean", "lr": 0.1, "task": "memory"}
    lab.set_state(changed)
    assert lab.problem == ""
    assert lab.answer["asked"] == {name: getattr(lab, name) for name in ASKED}
    lab.wait()
    assert (lab.run["settings"]["kind"], len(lab.run["classes"]), lab.progress["done"]) == ("GRU", 5, 8 * STEPS)
    lab.set_state({"epochs": 1})
    lab.start()
    lab.wait()
    assert {name: lab.run["settings"][name] for name in changed} == changed
    assert lab.runs == []  # of another task


def test_the_recording_holds_all_that_is_needed_to_play_it_back() -> None:
    lab = a_long_lab(epochs=8, kind="RNN")
    lab.start()
    lab.wait()
    steps, units, length = lab.frames["steps"], lab.run["units"], lab.run["seq_len"]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1], units, length) == (0, 8 * STEPS, [0, 1, 2, 3], 5)
    states = np.frombuffer(lab.frames["states"], np.int8).reshape(len(steps), length, len(units))
    grown = np.frombuffer(lab.frames["reach"], np.float32).reshape(len(steps), length)
    chances = np.frombuffer(lab.frames["chances"], np.float32).reshape(len(steps), 5)
    model, sequence = lab._runs.last.best, lab._runs.last.sequence[:, None]
    assert model
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(steps)), abs=1e-4)
    final = trained(epochs=8, kind="RNN", seq_len=5)
    assert np.array_equal(np.frombuffer(final.now["states"], np.int8).reshape(states[-1].shape), states[-1])
    fresh = a_lab(epochs=8, kind="RNN", seq_len=5)
    fresh.step()
    fresh.wait()
    layer = fresh._runs.last.model.layer
    assert np.frombuffer(fresh.now["reach"], np.float32) == pytest.approx(
        reach(layer, sequence).x[:, 0].numpy(), rel=1e-4
    )
    with torch.no_grad():
        output = layer(sequence)[0][:, 0]
    seen = np.frombuffer(fresh.now["states"], np.int8).reshape(length, 4)
    assert np.abs(seen / 127 - output.numpy()).max() < 0.005
    assert np.frombuffer(fresh.frames["reach"], np.float32)[:length] == pytest.approx(grown[0])
    fresh.close()


def test_of_a_long_run_no_more_is_kept_than_can_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnlib.explorers.training.record.MOST_FRAMES", 6)
    monkeypatch.setattr("rnnlib.explorers.training.payload.MOST_STEPS", 20)
    monkeypatch.setattr("rnnlib.explorers.training.record.BETWEEN", 0)
    lab = trained(epochs=4)
    steps = lab.frames["steps"]
    assert 4 <= len(steps) <= 8
    assert (steps[0], steps[-1]) == (0, 4 * STEPS)
    assert len(set(np.diff(steps[:-1]))) == 1  # as dense at the end as at the beginning
    assert len(curves(lab)) == STEPS  # every fourth of 64


def test_the_rows_are_the_scores_of_every_epoch_and_so_is_the_csv() -> None:
    lab = trained()
    lab.packed = False
    lab.start()
    lab.wait()
    rows = lab.rows
    assert [(row["run"], row["epoch"], row["step"]) for row in rows] == [
        (run, epoch, epoch * STEPS) for run in (1, 2) for epoch in range(3)
    ]
    assert [row["packed"] for row in rows] == [True] * 3 + [False] * 3
    norms = [np.mean(curves(lab)[at : at + STEPS, 2]) for at in (0, STEPS)]
    assert [rows[3]["norm"], rows[4]["norm"], rows[5]["norm"]] == [
        None,
        *(pytest.approx(norm, rel=1e-4) for norm in norms),
    ]
    lines = list(csv.DictReader(io.StringIO(lab.csv)))
    assert list(lines[0]) == list(COLUMNS)
    assert [float(line["test_loss"]) for line in lines] == [row["test_loss"] for row in rows]


def test_the_model_is_the_best_of_the_runs_on_the_task_that_is_chosen() -> None:
    lab = a_lab(lr=0.02, epochs=6)
    assert lab.model is None
    lab.start()
    lab.wait()
    lab.set_state({"lr": 1e-6, "hidden_size": 3})
    lab.start()
    lab.wait()
    assert lab.model is not None
    assert lab.model.spec.hidden_size == 4
    lab.task = "memory"
    assert lab.model is None
    lab.task, lab.seq_len = "counting", 7
    assert lab.model is None


def test_the_same_seed_gives_the_same_run_and_torchs_random_numbers_stay() -> None:
    state = torch.get_rng_state()
    one, same, other = trained(), trained(), trained(seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    assert one.curves == same.curves != other.curves


def test_whatever_is_torchs_default_it_is_the_same_run() -> None:
    plain = trained().curves
    with torch.inference_mode():
        assert trained().curves == plain
        model = trained().model
    assert model is not None
    assert not model.head.weight.is_inference()
    with torch.no_grad(), torch.device("meta"):
        assert trained().curves == plain
    try:
        torch.set_default_dtype(torch.float64)
        assert trained().curves == plain
    finally:
        torch.set_default_dtype(torch.float32)


DIVERGES = {"lr": 1e37, "epochs": 3, "max_norm": None}


def test_a_diverging_run_is_said_with_its_step_and_the_next_one_works() -> None:
    lab = a_lab(**DIVERGES)
    lab.start()
    lab.wait()
    assert lab.doing == ""
    assert lab.progress["now"] == STOPPED
    assert "since step " in lab.problem
    assert is_sentence(lab.problem)
    assert f"since step {lab.progress['done'] + 1}:" in lab.problem  # all the steps before are there
    assert np.isfinite(curves(lab)).all()
    lab.set_state({"lr": 0.01})
    lab.start()
    lab.wait()
    assert (lab.problem, lab.progress["now"]) == ("", DONE)


def test_a_device_out_of_memory_is_said_and_the_next_run_works(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = a_lab()
    with monkeypatch.context() as full:

        def no_room(*_: Any, **__: Any) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB.")

        full.setattr("rnnlib.engine.training.train.cross_entropy", no_room)
        lab.start()
        lab.wait()
    assert "out of memory" in lab.problem
    assert (lab.doing, lab.progress["now"]) == ("", STOPPED)
    lab.start()
    lab.wait()
    assert (lab.problem, lab.progress["now"]) == ("", DONE)


def test_a_fault_of_our_own_is_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = a_lab()
    monkeypatch.setattr("rnnlib.explorers.training.record.look", lambda *_: 1 / 0)
    lab.start()
    lab.wait()
    assert lab.problem.startswith("This is a fault in rnnlib")
    assert lab.doing == ""


def test_recordings_that_cannot_be_read_are_said_and_the_other_tasks_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys.modules[recordings.__module__], "PATH", tmp_path / "gone.npz")
    lab = TrainingLab()
    assert "missing" in lab.answer["cannot"]
    refused(lab.start, "missing", "Install rnnlib again")
    assert lab.doing == ""
    lab.set_state({"task": "counting", "seq_len": 5, "hidden_size": 3, "epochs": 1})
    lab.start()
    lab.wait()
    assert lab.progress["now"] == DONE


TOO_LONG: list[dict[str, Any]] = [{"seq_len": 5000}, {"epochs": 10**6}, {"hidden_size": 10**8}, {"num_layers": 10**6}]


@pytest.mark.parametrize("sent", TOO_LONG, ids=str)
def test_what_takes_more_than_a_minute_is_refused_with_the_estimate(sent: dict[str, Any]) -> None:
    lab = a_lab(epochs=40)
    lab.set_state(sent)
    assert lab.problem == ""
    assert is_sentence(lab.answer["cannot"])
    assert lab.answer["estimate"] == ""
    if "seq_len" in sent or "epochs" in sent:
        assert "this training would take about " in lab.answer["cannot"]
    refused(lab.start, lab.answer["cannot"].split()[1])
    assert (lab.doing, lab.run, lab.progress) == ("", {}, {})
    lab.set_state({"doing": "training"})
    assert is_sentence(lab.problem)
    assert lab.doing == ""


def test_the_estimate_is_said_before() -> None:
    assert a_lab().answer["estimate"].startswith("about ")
    assert a_lab(seq_len=200, hidden_size=64).answer["estimate"] != a_lab().answer["estimate"]


BAD: dict[str, tuple[Any, str]] = {
    "task": ("speaker", "'speakers', 'memory', 'counting'"),
    "kind": ("GRUCell", "'GRU'"),
    "lr": (0, "above 0"),
    "max_norm": (-1, "above 0"),
    "forget_bias": ("5", "a number"),
    "summary": ("last", "output[-1]"),
    "seed": (-1, "at least 0"),
    "epochs": (0, "at least 1"),
    "packed": ("yes", "True or False"),
    "device": ("cuda:7", "cuda:7"),
    "doing": ("x", "'paused'"),
    "controls": (("x",), "'x'"),
    "nothing": (1, "no argument"),
}


@pytest.mark.parametrize(("name", "bad"), BAD.items(), ids=BAD)
def test_a_lab_that_cannot_be_is_refused(name: str, bad: tuple[Any, str]) -> None:
    refused(lambda: TrainingLab(**{name: bad[0]}), bad[1])


@pytest.mark.parametrize("lr", [0, -0.1, float("nan"), float("inf"), 1e38, 10**400, None, "0.1", True, 1j])
def test_a_learning_rate_that_is_none_is_refused(lr: Any) -> None:
    lab = a_lab()
    refused(lambda: setattr(lab, "lr", lr), "lr must be a number above 0, such as 0.005")
    assert lab.lr == 0.005


def test_a_layer_that_has_no_gate_that_keeps_is_trained_without_a_forget_bias() -> None:
    assert trained(kind="RNN", forget_bias=5, epochs=1).run["settings"]["forget_bias"] == 5


def test_an_interrupt_while_waiting_cancels_and_loses_nothing() -> None:
    lab = a_long_lab()
    lab.start()
    until(lambda: len(lab.scores) > 2)
    threading.Timer(0.1, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        lab.wait()
    lab.wait()
    assert (lab.doing, lab.progress["now"], lab.model is not None) == ("", CANCELLED, True)


def test_python_ends_well_while_a_lab_trains_and_while_it_is_paused() -> None:
    code = (
        "import time, rnnlib\nlabs = [rnnlib.TrainingLab(), rnnlib.TrainingLab()]\n"
        "for lab in labs: lab.start()\ntime.sleep(0.5)\nlabs[1].pause()\ntime.sleep(0.2)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_lab_closed_in_the_middle_trains_no_more() -> None:
    lab = a_long_lab()
    lab.start()
    until(lambda: lab.progress["done"] > 2)
    lab.close()
    done = lab.progress["done"]
    lab.wait()
    assert (lab.doing, lab.progress["done"]) == ("", done)


def test_two_labs_train_side_by_side_each_as_if_it_were_alone() -> None:
    labs = [a_lab(epochs=4), a_lab(epochs=4, kind="LSTM")]
    for lab in labs:
        lab.start()
    for lab in labs:
        lab.wait()
        assert lab.progress["now"] == DONE
    assert labs[0].curves == trained(epochs=4).curves
    assert labs[1].curves == trained(epochs=4, kind="LSTM").curves


def test_another_explorers_slider_keeps_its_pace_while_it_trains() -> None:
    explorer, lab = ShapeExplorer("LSTM"), TrainingLab(epochs=400)
    threads = torch.get_num_threads()
    took = []

    def median() -> float:
        took.clear()
        for seq_len in [*range(2, 22)] * 2:
            before = time.perf_counter()
            explorer.set_state({"seq_len": seq_len})
            took.append(time.perf_counter() - before)
        return sorted(took)[len(took) // 2]

    alone = median()
    lab.start()
    until(lambda: lab.progress["done"] > 20)
    beside = median()
    assert lab.doing == "training"
    assert torch.get_num_threads() == threads
    lab.cancel()
    assert beside < max(10 * alone, 0.04)
    assert max(took) < 0.2


def test_a_small_model_has_one_thread_and_who_asked_keeps_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    from rnnlib.engine.training.look import look

    seen = []
    monkeypatch.setattr(
        "rnnlib.explorers.training.record.look", lambda *given: seen.append(torch.get_num_threads()) or look(*given)
    )
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        _ = trained()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {1}


def test_after_fifty_starts_and_cancels_nothing_is_left() -> None:
    lab = a_long_lab(task="memory")

    def rounds(count: int) -> None:
        for i in range(count):
            lab.start()
            until(lambda: bool(lab._runs.last and lab._runs.last.steps))
            if i % 5 == 0:
                lab.pause()
            lab.cancel()
        lab.wait()
        gc.collect()

    rounds(5)
    threads, process = threading.active_count(), psutil.Process()
    before = process.memory_info().rss
    rounds(50)
    assert threading.active_count() <= threads
    assert process.memory_info().rss - before < 20e6
    assert len(lab._runs.kept) <= MOST
    assert {run.model for run in lab._runs.kept} <= {None}


def test_messages_while_it_trains_are_neither_lost_nor_do_they_lose_any() -> None:
    lab, told, sent = a_long_lab(epochs=10), [], 0
    lab.observe(lambda change: told.append(change.new), "seed")
    lab.start()
    while lab.doing == "training":
        sent += 1
        lab.set_state({"seed": sent})
        time.sleep(0.001)
    assert told == list(range(1, sent + 1))
    assert lab.progress["done"] == 10 * STEPS


def test_its_text_depends_on_no_clock_and_on_no_result() -> None:
    lab = a_lab(question="Who wins?", forget_bias=3)
    before = repr(lab)
    lab.start()
    lab.wait()
    assert repr(lab) == before
    for words in ("GRU, hidden_size 4", "counting of 6 steps", "forget_bias 3", "lr 0.005", "Find out: Who wins?"):
        assert words in before
    assert "steps" not in repr(TrainingLab())


@pytest.mark.parametrize(("kind", "knows"), [("RNN", False), ("LSTM", True), ("GRU", True)])
def test_on_the_memory_task_an_open_gate_remembers_what_an_rnn_forgets(kind: str, knows: bool) -> None:
    lab = trained(
        task="memory",
        kind=kind,
        hidden_size=8,
        seq_len=40,
        epochs=5,
        lr=0.01,
        forget_bias=None if kind == "RNN" else 4,
    )
    accuracy = lab.rows[-1]["test_accuracy"]
    assert accuracy > 0.95 if knows else accuracy < 0.75


def test_the_tasks_a_learner_may_choose_are_those_that_are_there() -> None:
    assert list(SETTINGS) == list(a_lab().settings)
    assert len(memory(3).train) == 512


@pytest.mark.gpu
def test_it_trains_on_a_gpu() -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    lab = trained(device=device, epochs=12, lr=0.02, hidden_size=16)
    assert lab.rows[-1]["test_accuracy"] > 0.8
    assert lab.model is not None
