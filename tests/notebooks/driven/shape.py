"""The shape explorer, driven: its controls over their values, and values that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rnnlib import LayerSpec, shapes
from rnnlib.spec.kinds import CELLS, KINDS
from tests.notebooks.driven.kernel import View
from tests.strategies import is_sentence

SIZES = ("seq_len", "batch", "input_size", "hidden_size", "num_layers")
CHOICES = ("kind", "bidirectional", "batch_first", "device")


def good_values(explorer: View) -> Iterator[tuple[str, Any]]:
    """Every value of every choice; of every slider its ends and some between; last, the value it had."""
    for name, (least, most) in explorer.state["ranges"].items():
        had = explorer.state[name]
        yield from ((name, value) for value in (least, least + 1, (least + most) // 2, most, had))
    values = {"kind": KINDS, "bidirectional": (True, False), "batch_first": (True, False)}
    for name, choices in (values | {"device": explorer.state["devices"]}).items():
        had = explorer.state[name]
        yield from ((name, value) for value in (*choices, had))


def bad_values(explorer: View) -> Iterator[tuple[str, Any]]:
    for name in SIZES:
        least = explorer.state["ranges"][name][0]
        yield from ((name, value) for value in (least - 1, -1, 2.5, "x", "", True, None, [3], {}, 10**9, 10**30))
    yield from (("kind", value) for value in ("LTSM", "lstm", "", 3, None, True))
    yield from ((name, value) for name in ("bidirectional", "batch_first") for value in ("yes", 1, None))
    yield from (("device", value) for value in ("tpu", "cuda:99", "", 0, None))


def chosen(explorer: View) -> dict[str, Any]:
    return {name: explorer.state[name] for name in (*SIZES, *CHOICES)}


def assert_right(explorer: View, sent: dict[str, Any]) -> None:
    """The explorer holds what was sent, has no complaint, and its numbers are those of a layer of these sizes."""
    explorer.settle()
    state, numbers = explorer.state, explorer.state["answer"]
    assert {name: state[name] for name in sent} == sent
    assert state["problem"] == "", (sent, state["problem"])
    assert numbers["asked"] == chosen(explorer), sent
    assert "refused" not in numbers, sent
    cell = state["kind"] in CELLS
    names = ("input_size", "hidden_size", *(() if cell else ("num_layers", "bidirectional", "batch_first")))
    proj_size = state["constants"][state["kind"]]["proj_size"]
    spec = LayerSpec(state["kind"], **{name: state[name] for name in names}, proj_size=proj_size)
    expected = shapes(spec, state["seq_len"], state["batch"])
    rows = {row["name"]: row for row in numbers["rows"]}
    assert set(rows) > {name for name, tensor in expected.items() if tensor.role == "output"}, sent
    assert all(row["agrees"] for row in rows.values()), sent
    for name in set(rows) & set(expected):
        assert tuple(rows[name]["shape"]) == expected[name].sizes, (sent, name)


def drive(explorer: View) -> None:
    for name, value in good_values(explorer):
        explorer.set(**{name: value})
        assert_right(explorer, {name: value})
    for name, value in bad_values(explorer):
        refuse(explorer, name, value)


def refuse(explorer: View, name: str, value: Any) -> None:
    """A value that cannot be: told in a sentence, nothing lost, and the next good value works."""
    before = dict(explorer.ask())
    explorer.set(**{name: value})
    explorer.settle()
    seen = dict(explorer.state)
    kept = dict(explorer.ask())
    sent = f"{name}={value!r}"
    if kept[name] == value and type(kept[name]) is type(value):  # it can be: shapes yes, numbers only if they fit
        assert seen["problem"] == "", (sent, seen["problem"])
        assert seen["answer"]["asked"] == chosen(explorer), sent
        assert is_sentence(seen["answer"].get("refused", "Refused or right.")), sent
    else:
        assert is_sentence(seen["problem"]), (sent, seen["problem"])
        assert _plain(kept) == _plain(before), sent
        assert _plain(seen) == _plain(before), f"{sent}: the browser was not told what holds"
    explorer.set(**{name: before[name]})
    if not explorer.state["problem"]:
        return assert_right(explorer, {name: before[name]})
    raise AssertionError(f"after {sent} a good value leaves the problem: {explorer.state['problem']}")


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    """A state without what tells of the problem, and without what differs from run to run."""
    numbers = {key: value for key, value in state["answer"].items() if key != "seconds"}
    return state | {"problem": "", "answer": numbers}
