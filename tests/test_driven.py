"""Every view in every notebook, driven through real comm messages: each control over its values, and bad values too.

nbval sees a view once, as it first stands; an exception in what follows a slider shows nowhere in JupyterLab.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import LayerSpec, shapes
from rnnlib.spec.code import FIELD
from rnnlib.spec.kinds import CELLS, KINDS
from rnnlib.spec.shapes import value_of
from tests.driver import Kernel, View, kernel

NOTEBOOKS = sorted(Path(__file__).parents[1].joinpath("notebooks").glob("*.ipynb"))
SIZES = ("seq_len", "batch", "input_size", "hidden_size", "num_layers")
CHOICES = ("kind", "bidirectional", "batch_first", "device")

# What no lesson needs to show: every way to make an explorer, and a card for a cell and for a state of two directions.
ALL_WAYS = """
import torch
from torch import nn
from rnnlib import LayerSpec, ShapeExplorer, StepExplorer, predict
ShapeExplorer("GRU", seq_len=5, batch=2)
ShapeExplorer(LayerSpec("LSTM", 12, 8, num_layers=2, bidirectional=True, proj_size=3))
ShapeExplorer(nn.LSTMCell(3, 4))
ShapeExplorer(nn.RNN(12, 5, batch_first=True), controls=("seq_len", "batch"))
predict(nn.LSTMCell(3, 4), "c_1", seq_len=4, batch=3)
predict(LayerSpec("GRU", 5, 10, 2, bidirectional=True), "h_n", seq_len=6, batch=3)
StepExplorer("GRU", seq_len=5)
StepExplorer(weights="latch")
StepExplorer(LayerSpec("LSTM", 12, 6, num_layers=2, bidirectional=True, proj_size=3), controls=("unit", "direction"))
StepExplorer(nn.RNN(3, 4, batch_first=True), torch.zeros(2, 5, 3))
StepExplorer(nn.LSTMCell(3, 4))
"""


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
        yield from ((name, value) for value in range(state["traced"]["sizes"][size]))
    for kind in ("RNN", "GRU", "LSTM", state["kind"]):
        yield "kind", kind
        yield from (("weights", name) for name in reversed(list(state["weight_names"])))
        yield from (("source", name) for name in list(state["sources"]))
    least = 4 if state["traced"]["projected"] else 1  # a projection is narrower than what it projects
    yield from (("seq_len", value) for value in (1, 2, 15, 30, state["seq_len"]))
    yield from (("hidden_size", value) for value in (least, 8, 16, state["hidden_size"]))


def bad_steps(explorer: View) -> Iterator[tuple[str, Any]]:
    never = (-1, 2.5, "x", "", True, None, [3], {}, 10**30)
    for name, size in PLACES.items():
        yield from ((name, value) for value in (*never, explorer.state["traced"]["sizes"][size]))
    yield from ((name, value) for name in ("seq_len", "hidden_size") for value in (*never, 0, 10**9))
    yield from (("kind", value) for value in ("LTSM", "lstm", "", 3, None, True))
    yield from ((name, value) for name in ("weights", "source") for value in ("late", "", 3, None, True, ["latch"]))


def drive_steps(explorer: View) -> None:
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
        held = dict(explorer.ask())
        explorer.set(**{name: value})
        assert is_sentence(explorer.state["problem"]), (name, value, explorer.state["problem"])
        for state in (dict(explorer.state), dict(explorer.ask())):
            assert state | {"problem": ""} == held | {"problem": ""}, (name, value)
        explorer.set(**{name: held[name]})
        assert_traced(explorer, (name, value))


def assert_traced(explorer: View, sent: Any) -> None:
    """No complaint, what is shown is what is chosen and equals torch, and the place is one that was traced."""
    state, traced = explorer.state, explorer.state["traced"]
    assert state["problem"] == "", (sent, state["problem"])
    assert traced["asked"] == {name: state[name] for name in traced["asked"]}, sent
    assert {"kind", "weights", "source", "seq_len", "hidden_size"} == set(traced["asked"])
    assert state["weights"] in state["weight_names"], sent
    assert state["source"] in state["sources"], sent
    sizes = traced["sizes"]
    assert (sizes["seq_len"], sizes["hidden_size"]) == (state["seq_len"], state["hidden_size"]), sent
    assert traced["truth"].startswith("✓ equal to torch"), (sent, traced["truth"])
    assert all(0 <= state[name] < sizes[size] for name, size in PLACES.items()), sent


def is_sentence(text: str) -> bool:
    return bool(re.fullmatch(r"\S.{14,}[.?]", text)) and "Traceback" not in text and "fault in rnnlib" not in text


def assert_right(explorer: View, sent: dict[str, Any]) -> None:
    """The explorer holds what was sent, has no complaint, and its numbers are those of a layer of these sizes."""
    state, numbers = explorer.state, explorer.state["numbers"]
    assert {name: state[name] for name in sent} == sent
    assert state["problem"] == "", sent
    assert numbers["sizes"] == chosen(explorer), sent
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


def drive_explorer(explorer: View) -> None:
    for name, value in good_values(explorer):
        explorer.set(**{name: value})
        assert_right(explorer, {name: value})
    for name, value in bad_values(explorer):
        refuse(explorer, name, value)


def refuse(explorer: View, name: str, value: Any) -> None:
    """A value that cannot be: told in a sentence, nothing lost, and the next good value works."""
    before = dict(explorer.ask())
    explorer.set(**{name: value})
    seen = dict(explorer.state)
    kept = dict(explorer.ask())
    sent = f"{name}={value!r}"
    if kept[name] == value and type(kept[name]) is type(value):  # it can be: shapes yes, numbers only if they fit
        assert seen["problem"] == "", (sent, seen["problem"])
        assert seen["numbers"]["sizes"] == chosen(explorer), sent
        assert is_sentence(seen["numbers"].get("refused", "Refused or right.")), sent
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
    numbers = {key: value for key, value in state["numbers"].items() if key != "seconds"}
    return state | {"problem": "", "numbers": numbers}


NO_SHAPES = ("", "banana", "2.5, 3", "(0, 3)", "-1", "9" * 400, "(1,,2)", None, 3, True, {}, [2.5])


def drive_card(card: View) -> None:
    """A right answer, wrong ones and nonsense: each is answered, and none leaves a trace in the state."""
    before = dict(card.ask())
    right = answer_of(card)
    for answer in (str(right), list(right), " ".join(map(str, right))):
        assert reply(card, answer)["right"] is True
    for wrong in ((*right, 1), (*right[:-1], right[-1] + 1), right[:-1] or (1, 1), tuple(reversed(right))):
        assert reply(card, str(wrong))["right"] is (wrong == right)
    for nonsense in NO_SHAPES:
        assert is_sentence(reply(card, nonsense)["problem"]), nonsense
    card.tell("not even a dict")
    assert is_sentence(card.heard[-1]["problem"])
    assert reply(card, str(right))["right"] is True
    assert card.ask() == before


def reply(card: View, answer: Any) -> dict[str, Any]:
    """What the kernel says of an answer, which it gives the number of the question."""
    number = f"view-{len(card.heard)}"
    card.tell({"answer": answer, "id": number})
    assert card.heard[-1]["id"] == number
    return card.heard[-1]


def answer_of(card: View) -> tuple[int, ...]:
    """The answer, from what the card shows: the call, built by torch itself, and the shape of x."""
    call, given = (
        FIELD.sub(lambda f: str(value_of(f[1], card.state["sizes"])), card.state[n]) for n in ("call", "given")
    )
    module = eval(call, {"nn": nn})
    x = torch.zeros([int(size) for size in re.findall(r"\d+", given)])
    out, state = module(x) if isinstance(module, nn.RNNBase) else ((h := module(x)), h)
    h, c = state if isinstance(state, tuple) else (state, None)
    tensor = card.state["tensor"]
    real = dict(module.named_parameters()) | {"input": x, "output": out}
    return tuple((real[tensor] if tensor in real else {"h": h, "c": c}[tensor[0]]).shape)


DRIVERS: dict[str, Callable[[View], None]] = {
    "ShapeExplorer": drive_explorer,
    "StepExplorer": drive_steps,
    "PredictionCard": drive_card,
}


def drive(driven: Kernel) -> None:
    assert driven.views, "no view to drive"
    for view in list(driven.views.values()):
        DRIVERS[view.name](view)
    assert not driven.faults, "\n".join(driven.faults)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_view_of_a_notebook(notebook: Path) -> None:
    with kernel() as driven:
        driven.run(notebook)
        drive(driven)


def test_every_way_to_make_a_view() -> None:
    with kernel() as driven:
        driven.run_code(ALL_WAYS)
        drive(driven)


LONG_CELL = """
import time, torch
end = time.monotonic() + 2
_ = torch.manual_seed(0)
drawn = []
while time.monotonic() < end:
    drawn += [torch.rand(()).item() for _ in range(20_000)]
    _ = run(spec, seq_len=4, batch=2)
"""


def test_a_slider_moved_while_a_cell_runs() -> None:
    """JupyterLab speaks to a view in a thread of its own: neither disturbs the other, not even its random numbers."""
    with kernel() as driven:
        driven.run_code(
            "from rnnlib import LayerSpec, ShapeExplorer, run\n"
            "spec = LayerSpec('GRU', 12, 64, 2, dropout=0.5)\n"
            "ShapeExplorer(spec)"
        )
        (explorer,) = driven.views.values()
        cell = driven.start(LONG_CELL)
        for seq_len in [*range(1, 25)] * 4:
            explorer.set(seq_len=seq_len)
            assert_right(explorer, {"seq_len": seq_len})
        driven.finish(cell)
        assert not driven.faults, "\n".join(driven.faults)
        driven.run_code("_ = torch.manual_seed(0)\nassert drawn == [torch.rand(()).item() for _ in drawn]")
        assert not driven.faults, "\n".join(driven.faults)


def test_a_fault_in_a_callback_is_seen() -> None:
    """The tests above would notice: what raises is said in the view and on stderr, and lost nowhere."""
    with kernel() as driven:
        driven.run_code("from rnnlib import ShapeExplorer\nexplorer = ShapeExplorer()")
        driven.run_code("explorer.observe(lambda change: 1 / 0, 'seq_len')")
        (explorer,) = driven.views.values()
        explorer.set(seq_len=explorer.state["seq_len"] + 1)
        assert "ZeroDivisionError" in explorer.state["problem"]
        assert driven.faults
