"""The step explorer, driven: every place of what it traced, its choices and sliders, and values that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import View

PLACES = {
    "time": "seq_len",
    "layer_index": "num_layers",
    "direction": "num_directions",
    "item": "batch",
    "unit": "hidden_size",
}


def good_steps(explorer: View) -> Iterator[tuple[str, Any]]:
    """Every place of what was traced; every choice; of every slider its ends and some between; last, what it had."""
    state = explorer.state
    for name, size in PLACES.items():
        yield from ((name, value) for value in range(state["answer"]["sizes"][size]))
    for kind in ("RNN", "GRU", "LSTM", state["kind"]):
        yield "kind", kind
        yield from (("weights", name) for name in reversed(list(state["weight_names"])))
        yield from (("source", name) for name in list(state["sources"]))
    least = 4 if state["answer"]["projected"] else 1  # a projection is narrower than what it projects
    yield from (("seq_len", value) for value in (1, 2, 15, 30, state["seq_len"]))
    yield from (("hidden_size", value) for value in (least, 8, 16, state["hidden_size"]))


def bad_steps(explorer: View) -> Iterator[tuple[str, Any]]:
    never = (-1, 2.5, "x", "", True, None, [3], {}, 10**30)
    for name, size in PLACES.items():
        yield from ((name, value) for value in (*never, explorer.state["answer"]["sizes"][size]))
    yield from ((name, value) for name in ("seq_len", "hidden_size") for value in (*never, 0, 10**9))
    yield from (("kind", value) for value in ("LTSM", "lstm", "", 3, None, True))
    yield from ((name, value) for name in ("weights", "source") for value in ("late", "", 3, None, True, ["latch"]))
    yield from (("device", value) for value in ("tpu", "cuda:99", "", 0, None))


def drive(explorer: View) -> None:
    for name, value in good_steps(explorer):
        before = explorer.state[name]
        explorer.set(**{name: value})
        if explorer.state["problem"] and name in ("seq_len", "hidden_size"):  # the weights or the input have their own
            assert f"has {name}={before}" in explorer.state["problem"], (name, value)
            explorer.set(**{name: before})
        else:
            assert explorer.state[name] == value, (name, value)
        assert_traced(explorer, (name, value))
    for name, value in bad_steps(explorer):
        explorer.refuses(name, value)
        assert_traced(explorer, (name, value))


def assert_traced(explorer: View, sent: Any) -> None:
    """No complaint, what is shown is what is chosen and equals torch, and the place is one that was traced."""
    state, traced = explorer.state, explorer.state["answer"]
    assert state["problem"] == "", (sent, state["problem"])
    assert traced["asked"] == {name: state[name] for name in traced["asked"]}, sent
    assert {"kind", "weights", "source", "seq_len", "hidden_size", "device"} == set(traced["asked"])
    assert state["weights"] in state["weight_names"], sent
    assert state["source"] in state["sources"], sent
    sizes = traced["sizes"]
    assert (sizes["seq_len"], sizes["hidden_size"]) == (state["seq_len"], state["hidden_size"]), sent
    assert traced["truth"].startswith("✓ equal to torch"), (sent, traced["truth"])
    assert all(0 <= state[name] < sizes[size] for name, size in PLACES.items()), sent
