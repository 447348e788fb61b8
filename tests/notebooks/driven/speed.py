"""What a speed lab can be sent, a measurement cancelled, and what must then hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import BOOLS, DEVICES, NUMBERS, WORDS, View, each

SIZES = ("seq_len", "batch", "hidden_size", "num_layers")


def good_values(lab: View) -> Iterator[dict[str, Any]]:
    """What the controls can send: each over its values, last what it had."""
    state = lab.state
    yield from each("compare", [], state["setups"][:1], state["setups"], state["compare"])
    yield from each("axis", *SIZES, state["axis"])
    yield from each("values", [1], [1, 7, 512], list(range(1, 17)), state["values"])
    for name in SIZES:
        yield from each(name, 1, 2, 10**9, state[name])
    yield from each("kind", "RNN", "GRU", "LSTM", state["kind"])
    yield from each("backward", True, False, state["backward"])
    yield from each("device", *state["devices"], state["device"])


def bad_values(lab: View) -> Iterator[dict[str, Any]]:
    for name in SIZES:
        yield from each(name, *NUMBERS, 0)
    yield from each("values", [0], [2.5], ["3"], "3, 4", [], None, [None], 3, {}, list(range(1, 18)))
    yield from each("compare", "layer", ["fast"], [3], [[]], None, 3, {})
    yield from each("axis", *WORDS, "input_size", ["batch"])
    yield from each("kind", *WORDS, "LSTMCell", "lstm")
    yield from each("device", *DEVICES)
    for name in ("backward", "measuring"):
        yield from each(name, *BOOLS)


def check(lab: View, sent: Any) -> None:
    """Nothing is measured before it is asked for, and all that was chosen is answered."""
    state = lab.ask()
    assert not state["measuring"], sent
    asked = state["answer"]["asked"]
    assert asked == {name: state[name] for name in asked}, sent
    assert {*SIZES, "kind", "compare", "axis", "values", "backward", "device", "measuring"} == set(asked)
    too_large = any(value >= 10**9 for value in (asked[name] for name in SIZES if name != asked["axis"]))
    assert state["answer"]["cannot"] or not (too_large and asked["compare"]), sent
    assert {one["value"] for one in state["answer"]["cannot"]} <= {*asked["values"]}, sent


def more(lab: View) -> None:
    """A measurement can be cancelled, again and again; nothing to compare is told."""
    before = dict(lab.ask())
    for _ in range(3):
        lab.set(measuring=True)
        assert lab.state["progress"]["of"] == len(before["compare"]) * len(before["values"])
        lab.set(measuring=False)
        state = dict(lab.ask())
        assert not state["measuring"]
        assert state["progress"]["now"].startswith("Cancelled"), state["progress"]
        assert len(state["rows"]) >= len(before["rows"])
    lab.set(compare=[], measuring=True)
    assert "nothing to compare" in lab.state["problem"]
    assert not lab.ask()["measuring"]
    lab.set(compare=before["compare"])
    assert lab.state["problem"] == ""
