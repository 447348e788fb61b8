"""The direction explorer, driven: every number that can be chosen, its layer and input, and values that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import View

PLACES = {
    "time": "seq_len",
    "layer_index": "num_layers",
    "direction": "num_directions",
    "item": "batch",
    "unit": "units",
}
ASKED = {"kind", "seq_len", "num_layers", "bidirectional", "packed"}


def good_values(explorer: View) -> Iterator[tuple[str, Any]]:
    """Every place; every choice; of every slider its ends and some between; last, what it had."""
    state = explorer.state
    for part in ("h_n", "output"):
        yield "part", part
        for name, size in PLACES.items():
            yield from ((name, value) for value in range(state["answer"]["sizes"][size]))
    yield from (("kind", value) for value in ("RNN", "GRU", "LSTM", state["kind"]))
    yield from (("seq_len", value) for value in (1, 7, 20, 29, state["seq_len"]))
    yield from (("num_layers", value) for value in (1, 2, 4, state["num_layers"]))
    for name in ("bidirectional", "packed"):
        yield from ((name, value) for value in (True, False, state[name]))


def bad_values(explorer: View) -> Iterator[tuple[str, Any]]:
    never = (-1, 2.5, "x", "", True, None, [3], {}, 10**30)
    for name, size in PLACES.items():
        yield from ((name, value) for value in (*never, explorer.state["answer"]["sizes"][size]))
    yield from ((name, value) for name in ("seq_len", "num_layers") for value in (*never, 0, 10**9))
    yield from (("part", value) for value in ("c_n", "", 3, None, True, ["h_n"]))
    yield from (("kind", value) for value in ("LTSM", "lstm", "LSTMCell", "", 3, None, True))
    yield from ((name, value) for name in ("bidirectional", "packed") for value in ("yes", 1, None))


def drive(explorer: View) -> None:
    for name, value in good_values(explorer):
        before = explorer.state[name]
        explorer.set(**{name: value})
        if explorer.state["problem"] and name == "seq_len":  # the input is the learner's own
            assert f"has seq_len={before}" in explorer.state["problem"], (name, value)
            explorer.set(seq_len=before)
        else:
            assert explorer.state[name] == value, (name, value)
        assert_read(explorer, (name, value))
    for name, value in bad_values(explorer):
        explorer.refuses(name, value)
        assert_read(explorer, (name, value))


def assert_read(explorer: View, sent: Any) -> None:
    """No complaint, the reading belongs to what is chosen, and the place is in it."""
    state, reading = explorer.state, explorer.state["answer"]
    assert state["problem"] == "", (sent, state["problem"])
    assert reading["asked"] == {name: state[name] for name in ASKED}, sent
    sizes = reading["sizes"]
    assert (sizes["seq_len"], sizes["num_layers"]) == (state["seq_len"], state["num_layers"]), sent
    assert sizes["num_directions"] == 1 + state["bidirectional"], sent
    assert all(1 <= length <= state["seq_len"] for length in reading["lengths"]), sent
    assert all(0 <= state[name] < sizes[size] for name, size in PLACES.items()), sent
    rows = {"output": sizes["seq_len"], "h_n": sizes["num_layers"] * sizes["num_directions"]}
    assert {name: array["dims"][0] for name, array in reading["arrays"].items()} == rows, sent
