"""What a packing explorer can be sent, and what must then hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import BOOLS, NUMBERS, WORDS, View, each

STAGES = ["padded", "sorted", "packed", "unpacked"]


def good_values(explorer: View) -> Iterator[dict[str, Any]]:
    """What the controls can send: each over its values, last what it had."""
    state = explorer.state
    pool = [*state["lengths"], *state["more"]]
    for count in (*range(1, min(len(pool), 12) + 1), len(state["lengths"])):
        yield {"lengths": pool[:count], "more": pool[count:]}
    for lengths in ([1], pool[:2], state["lengths"]):
        yield {"lengths": lengths, "more": pool[len(lengths) :]}
    if not state["answer"]["own"]:
        yield from each("draw", 1, 2, 10**15, 0)
    longest = max(state["lengths"])
    yield from each("total_length", longest, longest + 8, None)
    yield from each("padding_value", -1, 100, 0.5, "nan", "inf", 0)
    yield from each("mistake", *(mistake["name"] for mistake in state["mistakes"]), "")
    yield from each("stages", [], STAGES[:1], STAGES[2:], STAGES, state["stages"])
    if not state["sizes"]["proj_size"]:
        yield from each("kind", "RNN", "GRU", "LSTM", state["kind"])
    yield from each("num_layers", 1, 2, 3, state["num_layers"])
    for name in ("bidirectional", "batch_first"):
        yield from each(name, True, False, state[name])


def bad_values(explorer: View) -> Iterator[dict[str, Any]]:
    lengths = ([0], [-3, 4], [2.5], ["3"], "3, 4", [], None, [None], [True], 3, {}, [10**9], [10**30], [7] * 1001)
    yield from each("lengths", *lengths)
    yield from each("draw", -1, 1.5, "x", None, True)
    yield from each("total_length", 0, -1, 2.5, "x", True, 10**12)
    yield from each("padding_value", "x", None, True, [], 10**400)
    yield from each("mistake", "nonsense", 3, None, ["last_step"])
    yield from each("stages", ["x"], None, 3, [[]])
    yield from each("kind", *WORDS, "LSTMCell", "lstm")
    yield from each("num_layers", *NUMBERS, 0, 10**9)
    for name in ("bidirectional", "batch_first"):
        yield from each(name, *BOOLS)


def check(explorer: View, sent: Any) -> None:
    """What the layer gave belongs to what is chosen, none of the sequences lost."""
    state, answer = explorer.state, explorer.state["answer"]
    assert answer["asked"] == {name: state[name] for name in answer["asked"]}, sent
    assert sorted(answer["sorted_indices"]) == list(range(len(state["lengths"]))), sent
    assert answer["tried"].get("name", "") == state["mistake"], sent
    if state["mistake"]:
        assert "" not in answer["tried"].values(), sent
