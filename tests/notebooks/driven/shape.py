"""What a shape explorer can be sent, and what must then hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rnnlib import LayerSpec, shapes
from rnnlib.spec.kinds import CELLS, KINDS
from tests.notebooks.driven.kernel import BOOLS, DEVICES, NUMBERS, WORDS, View, each
from tests.strategies import is_sentence

SIZES = ("seq_len", "batch", "input_size", "hidden_size", "num_layers")
CHOICES = ("kind", "bidirectional", "batch_first", "device")


def good_values(explorer: View) -> Iterator[dict[str, Any]]:
    """Every value of every choice; of every slider its ends and some between; last, the value it had."""
    state = explorer.state
    for name, (least, most) in state["ranges"].items():
        yield from each(name, least, least + 1, (least + most) // 2, most, state[name])
    yield from each("kind", *KINDS, state["kind"])
    yield from each("device", *state["devices"], state["device"])
    for name in ("bidirectional", "batch_first"):
        yield from each(name, True, False, state[name])


def bad_values(explorer: View) -> Iterator[dict[str, Any]]:
    for name in SIZES:
        yield from each(name, *NUMBERS, explorer.state["ranges"][name][0] - 1)
    yield from each("kind", *WORDS, "LTSM", "lstm")
    yield from each("device", *DEVICES)
    for name in ("bidirectional", "batch_first"):
        yield from each(name, *BOOLS)


def check(explorer: View, sent: Any) -> None:
    """The numbers are those of a layer of these sizes."""
    state, answer = explorer.state, explorer.state["answer"]
    assert answer["asked"] == {name: state[name] for name in (*SIZES, *CHOICES)}, sent
    assert "refused" not in answer, sent
    layers = () if state["kind"] in CELLS else ("num_layers", "bidirectional", "batch_first")
    proj_size = state["constants"][state["kind"]]["proj_size"]
    given = {name: state[name] for name in ("input_size", "hidden_size", *layers)}
    expected = shapes(LayerSpec(state["kind"], **given, proj_size=proj_size), state["seq_len"], state["batch"])
    rows = {row["name"]: row for row in answer["rows"]}
    assert set(rows) > {name for name, tensor in expected.items() if tensor.role == "output"}, sent
    assert all(row["agrees"] for row in rows.values()), sent
    for name in set(rows) & set(expected):
        assert tuple(rows[name]["shape"]) == expected[name].sizes, (sent, name)


def more(explorer: View) -> None:
    """A size without end is refused, or its shapes are shown and its numbers refused; the next good value works."""
    for sent in (sent for name in SIZES for sent in each(name, 10**9, 10**30)):
        held = {name: explorer.ask()[name] for name in sent}
        explorer.set(**sent)
        explorer.settle()
        state = explorer.ask()
        if state["problem"]:
            assert is_sentence(state["problem"]), sent
            assert {name: state[name] for name in held} == held, sent
        else:
            assert {name: state["answer"]["asked"][name] for name in sent} == sent
            assert is_sentence(state["answer"].get("refused", "Refused or right.")), sent
        explorer.set(**held)
        explorer.settle()
        check(explorer, sent)
