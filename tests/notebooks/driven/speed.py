"""The speed lab, driven: what its controls can send, a measurement cancelled, and values that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import View

SIZES = ("seq_len", "batch", "hidden_size", "num_layers")


def good_values(lab: View) -> Iterator[dict[str, Any]]:
    """What the controls can send: each over its values, last what it had."""
    state = lab.state
    yield from ({"compare": chosen} for chosen in ([], state["setups"][:1], state["setups"], state["compare"]))
    yield from ({"axis": axis} for axis in (*SIZES, state["axis"]))
    yield from ({"values": values} for values in ([1], [1, 7, 512], list(range(1, 17)), state["values"]))
    yield from ({name: value} for name in SIZES for value in (1, 2, 10**9, state[name]))
    yield from ({"kind": kind} for kind in ("RNN", "GRU", "LSTM", state["kind"]))
    yield from ({"backward": on} for on in (True, False, state["backward"]))
    yield from ({"device": device} for device in (*state["devices"], state["device"]))


def bad_values() -> Iterator[tuple[str, Any]]:
    never = (0, -1, 2.5, "x", "", True, None, [3], {})
    yield from ((name, value) for name in SIZES for value in never)
    yield from (("values", value) for value in ([0], [2.5], ["3"], "3, 4", [], None, [None], 3, {}, list(range(1, 18))))
    yield from (("compare", value) for value in ("layer", ["fast"], [3], [[]], None, 3, {}))
    yield from (("axis", value) for value in ("input_size", "", 3, None, ["batch"]))
    yield from (("kind", value) for value in ("LSTMCell", "lstm", "", None, 3))
    yield from (("device", value) for value in ("cuda:99", "gpu", "", None, 3))
    yield from ((name, value) for name in ("backward", "measuring") for value in ("yes", 1, None))


def drive(lab: View) -> None:
    for sent in good_values(lab):
        lab.set(**sent)
        assert {name: lab.ask()[name] for name in sent} == sent, lab.state["problem"]
        assert lab.state["problem"] == "", sent
    for name, value in bad_values():
        lab.refuses(name, value)
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
