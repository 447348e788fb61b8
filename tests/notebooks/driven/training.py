"""What a training lab can be sent, a training started, paused, stepped and cancelled, and what must then hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import BOOLS, DEVICES, NUMBERS, WORDS, View, each

SIZES = ("seq_len", "hidden_size", "num_layers", "epochs")
SETTINGS = ("task", "kind", "bidirectional", "packed", "summary", "lr", "max_norm", "forget_bias", "seed", "device")
BRIEF = {"task": "counting", "seq_len": 5, "hidden_size": 3, "num_layers": 1, "epochs": 2, "lr": 0.01}


def good_values(lab: View) -> Iterator[dict[str, Any]]:
    """What the controls can send: each over its values, last what it had."""
    state = lab.state
    yield from each("task", *state["tasks"], state["task"])
    yield from each("kind", *state["families"], state["kind"])
    yield from each("summary", *state["summaries"], state["summary"])
    for name in SIZES:
        yield from each(name, 1, 2, 10**9, state[name])
    for name in ("bidirectional", "packed"):
        yield from each(name, True, False, state[name])
    yield from each("lr", 1, 1e-6, 0.3, state["lr"])
    yield from each("max_norm", None, 0.1, 5, state["max_norm"])
    yield from each("forget_bias", None, -1, 0, 5.5, state["forget_bias"])
    yield from each("seed", 0, 7, state["seed"])
    yield from each("device", *state["devices"], state["device"])


def bad_values(lab: View) -> Iterator[dict[str, Any]]:
    for name in SIZES:
        yield from each(name, *NUMBERS, 0)
    yield from each("lr", 0, -0.1, 10**400, "x", "", True, None, [3], {})
    yield from each("max_norm", 0, -1, "x", True, [3], {})
    yield from each("forget_bias", "x", True, [3], {})
    yield from each("seed", *NUMBERS)
    yield from each("kind", *WORDS, "LSTMCell", "lstm")
    yield from each("device", *DEVICES)
    for name in ("task", "summary"):
        yield from each(name, *WORDS, "x", [lab.state[name]])
    for name in ("bidirectional", "packed"):
        yield from each(name, *BOOLS)
    yield from each("doing", "x", None, 3, True)


def check(lab: View, sent: Any) -> None:
    """Nothing is trained before it is asked for, and all that was chosen is answered."""
    state = lab.ask()
    assert state["doing"] == "", sent
    answer = state["answer"]
    assert answer["asked"] == {name: state[name] for name in answer["asked"]}, sent
    assert {*SIZES, *SETTINGS, "doing"} == set(answer["asked"])
    assert bool(answer["estimate"]) != bool(answer["cannot"]), sent
    too_large = any(
        state[name] >= 10**9 for name in SIZES if name != "seq_len" or state["task"] in ("memory", "counting")
    )
    assert answer["cannot"] or not too_large, sent


def more(lab: View) -> None:
    """A short training, step by step, paused, cancelled, begun anew and brought to its end."""
    before = {name: lab.ask()[name] for name in BRIEF}
    lab.set(**BRIEF)
    lab.set(doing="step")
    _until(lab, "paused")
    assert lab.state["progress"]["done"] == 1
    lab.set(doing="anew")
    lab.set(doing="paused")
    _until(lab, "paused")
    assert lab.state["run"]["number"] == 2
    lab.set(doing="")
    assert lab.ask()["progress"]["now"].startswith("Cancelled")
    lab.set(doing="training")
    _until(lab, "")
    state = lab.state
    assert state["problem"] == ""
    assert state["progress"] == {"done": 32, "of": 32, "now": "Done."}
    assert [row[0] for row in state["scores"]] == [0, 16, 32]
    assert state["csv"].count("\n") == 4
    lab.set(epochs=10**6)
    lab.set(doing="training")
    assert "about" in lab.state["problem"]
    assert lab.ask()["doing"] == ""
    lab.set(**before)


def _until(lab: View, doing: str) -> None:
    for _ in range(2000):
        state = lab.ask()
        if state["doing"] == doing and not (doing == "paused" and not state["progress"]["now"].startswith("Paused")):
            return
    raise AssertionError(f"it never came to be {doing!r}: {lab.state['progress']}")
