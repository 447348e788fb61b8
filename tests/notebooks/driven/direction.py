"""What a direction explorer can be sent, and what must then hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import BOOLS, NUMBERS, WORDS, View, each

GIVEN = ("seq_len",)  # which the learner's own input may have
PLACES = {
    "time": "seq_len",
    "layer_index": "num_layers",
    "direction": "num_directions",
    "item": "batch",
    "unit": "units",
}
ASKED = {"kind", "seq_len", "num_layers", "bidirectional", "packed"}


def good_values(explorer: View) -> Iterator[dict[str, Any]]:
    """Every place; every choice; of every slider its ends and some between; last, what it had."""
    state = explorer.state
    for part in ("h_n", "output"):
        yield {"part": part}
        for name, size in PLACES.items():
            yield from each(name, *range(state["answer"]["sizes"][size]))
    yield from each("kind", "RNN", "GRU", "LSTM", state["kind"])
    yield from each("seq_len", 1, 7, 20, 29, state["seq_len"])
    yield from each("num_layers", 1, 2, 4, state["num_layers"])
    for name in ("bidirectional", "packed"):
        yield from each(name, True, False, state[name])


def bad_values(explorer: View) -> Iterator[dict[str, Any]]:
    for name, size in PLACES.items():
        yield from each(name, *NUMBERS, 10**30, explorer.state["answer"]["sizes"][size])
    for name in ("seq_len", "num_layers"):
        yield from each(name, *NUMBERS, 0, 10**9, 10**30)
    yield from each("part", *WORDS, "c_n", ["h_n"])
    yield from each("kind", *WORDS, "LTSM", "lstm", "LSTMCell")
    for name in ("bidirectional", "packed"):
        yield from each(name, *BOOLS)


def check(explorer: View, sent: Any) -> None:
    """What was read belongs to what is chosen, and the place is in it."""
    state, answer = explorer.state, explorer.state["answer"]
    assert answer["asked"] == {name: state[name] for name in ASKED}, sent
    sizes = answer["sizes"]
    assert (sizes["seq_len"], sizes["num_layers"]) == (state["seq_len"], state["num_layers"]), sent
    assert sizes["num_directions"] == 1 + state["bidirectional"], sent
    assert all(1 <= length <= state["seq_len"] for length in answer["lengths"]), sent
    assert all(0 <= state[name] < sizes[size] for name, size in PLACES.items()), sent
    rows = {"output": sizes["seq_len"], "h_n": sizes["num_layers"] * sizes["num_directions"]}
    assert {name: array["dims"][0] for name, array in answer["arrays"].items()} == rows, sent
