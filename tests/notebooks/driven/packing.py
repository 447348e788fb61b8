"""The packing explorer, driven: what its controls can send, every mistake, and values that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import View
from tests.strategies import is_sentence

STAGES = ["padded", "sorted", "packed", "unpacked"]


def good_values(explorer: View) -> Iterator[dict[str, Any]]:
    """What the controls can send: each over its values, last what it had."""
    state = explorer.state
    pool, ran = [*state["lengths"], *state["more"]], state["answer"]
    for count in (*range(1, min(len(pool), 12) + 1), len(state["lengths"])):
        yield {"lengths": pool[:count], "more": pool[count:]}
    for lengths in ([1], pool[:2], state["lengths"]):
        yield {"lengths": lengths, "more": pool[len(lengths) :]}
    if not ran["own"]:
        yield from ({"draw": draw} for draw in (1, 2, 10**20, 0))
    longest = max(state["lengths"])
    yield from ({"total_length": total} for total in (longest, longest + 8, None))
    yield from ({"padding_value": value} for value in (-1, 100, 0.5, "nan", "inf", 0))
    yield from ({"mistake": mistake["name"]} for mistake in state["mistakes"])
    yield {"mistake": ""}
    yield from ({"stages": stages} for stages in ([], STAGES[:1], STAGES[2:], STAGES, state["stages"]))
    if not state["sizes"]["proj_size"]:
        yield from ({"kind": kind} for kind in ("RNN", "GRU", "LSTM", state["kind"]))
    yield from ({"num_layers": number} for number in (1, 2, 3, state["num_layers"]))
    for name in ("bidirectional", "batch_first"):
        yield from ({name: value} for value in (True, False, state[name]))


def bad_values() -> Iterator[tuple[str, Any]]:
    lengths = ([0], [-3, 4], [2.5], ["3"], "3, 4", [], None, [None], [True], 3, {}, [10**9], [10**30], [7] * 1001)
    yield from (("lengths", value) for value in lengths)
    yield from (("draw", value) for value in (-1, 1.5, "x", None, True))
    yield from (("total_length", value) for value in (0, -1, 2.5, "x", True, 10**12))
    yield from (("padding_value", value) for value in ("x", None, True, [], 10**400))
    yield from (("mistake", value) for value in ("nonsense", 3, None, ["last_step"]))
    yield from (("stages", value) for value in (["x"], None, 3, [[]]))
    yield from (("kind", value) for value in ("LSTMCell", "lstm", "", None, 3))
    yield from (("num_layers", value) for value in (0, -1, 2.5, "x", None, 10**9))
    yield from ((name, value) for name in ("bidirectional", "batch_first") for value in ("yes", 1, None))


def drive(explorer: View) -> None:
    for sent in good_values(explorer):
        explorer.set(**sent)
        assert {name: explorer.state[name] for name in sent} == sent, explorer.state["problem"]
        assert_ran(explorer, sent)
    for name, value in bad_values():
        held = dict(explorer.ask())
        explorer.set(**{name: value})
        said = explorer.state["problem"]
        assert is_sentence(said), (name, value, said)
        for state in (dict(explorer.state), dict(explorer.ask())):
            assert state | {"problem": ""} == held | {"problem": ""}, (name, value)
        explorer.set(lengths=held["lengths"][:1])
        explorer.set(lengths=held["lengths"])
        assert_ran(explorer, (name, value))


def assert_ran(explorer: View, sent: Any) -> None:
    """No complaint, and what the layer gave belongs to what is chosen, none of the sequences lost."""
    state, ran = explorer.state, explorer.state["answer"]
    assert state["problem"] == "", (sent, state["problem"])
    assert ran["asked"] == {name: state[name] for name in ran["asked"]}, sent
    assert sorted(ran["sorted_indices"]) == list(range(len(state["lengths"]))), sent
    assert ran.get("met", {}).get("name", "") == state["mistake"], sent
    if state["mistake"]:
        assert all(ran["met"].values()), sent
