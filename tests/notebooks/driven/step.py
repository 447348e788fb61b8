"""What a step explorer can be sent, and what must then hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import DEVICES, NUMBERS, WORDS, View, each

GIVEN = ("seq_len", "hidden_size")  # which the learner's own weights or input may have
PLACES = {
    "time": "seq_len",
    "layer_index": "num_layers",
    "direction": "num_directions",
    "item": "batch",
    "unit": "hidden_size",
}


def good_values(explorer: View) -> Iterator[dict[str, Any]]:
    """Every place of what was traced; every choice; of every slider its ends and some between; last, what it had."""
    state = explorer.state
    for name, size in PLACES.items():
        yield from each(name, *range(state["answer"]["sizes"][size]))
    for kind in ("RNN", "GRU", "LSTM", state["kind"]):
        yield {"kind": kind}
        yield from each("weights", *reversed(list(state["weight_names"])))
        yield from each("source", *state["sources"])
    least = 4 if state["answer"]["projected"] else 1  # a projection is narrower than what it projects
    yield from each("seq_len", 1, 2, 15, 30, state["seq_len"])
    yield from each("hidden_size", least, 8, 16, state["hidden_size"])


def bad_values(explorer: View) -> Iterator[dict[str, Any]]:
    for name, size in PLACES.items():
        yield from each(name, *NUMBERS, 10**30, explorer.state["answer"]["sizes"][size])
    for name in GIVEN:
        yield from each(name, *NUMBERS, 0, 10**9, 10**30)
    yield from each("kind", *WORDS, "LTSM", "lstm")
    for name in ("weights", "source"):
        yield from each(name, *WORDS, "late", ["latch"])
    yield from each("device", *DEVICES)


def check(explorer: View, sent: Any) -> None:
    """What is shown is what is chosen and equals torch, and the place is one that was traced."""
    state, answer = explorer.state, explorer.state["answer"]
    assert answer["asked"] == {name: state[name] for name in answer["asked"]}, sent
    assert {"kind", "weights", "source", "seq_len", "hidden_size", "device"} <= set(answer["asked"])
    assert state["weights"] in state["weight_names"], sent
    assert state["source"] in state["sources"], sent
    sizes = answer["sizes"]
    assert (sizes["seq_len"], sizes["hidden_size"]) == (state["seq_len"], state["hidden_size"]), sent
    assert answer["truth"].startswith("✓ equal to torch"), (sent, answer["truth"])
    assert all(0 <= state[name] < sizes[size] for name, size in PLACES.items()), sent
