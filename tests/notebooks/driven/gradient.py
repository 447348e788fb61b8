"""What a gradient explorer can be sent, and what must then hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import BOOLS, NUMBERS, WORDS, View, each

GIVEN = ("seq_len",)  # which the learner's own input may have
ASKED = {"seq_len", "hidden_size", "factor", "forget_bias", "initialisation", "clipping", "max_norm"}


def good_values(explorer: View) -> Iterator[dict[str, Any]]:
    """Of every slider its ends and one between; every choice; last, what it had."""
    state = explorer.state
    yield from each("seq_len", 1, 57, 200, state["seq_len"])
    yield from each("hidden_size", 1, 9, 64, state["hidden_size"])
    yield from each("factor", 0, 0.05, 2.5, 4, state["factor"])
    yield from each("forget_bias", 0, 0.1, 8, state["forget_bias"])
    yield from each("initialisation", "orthogonal", "torch", state["initialisation"])
    for clipping in (True, False, state["clipping"]):
        yield {"clipping": clipping}
        yield from each("max_norm", 0.1, 10, state["max_norm"])


def bad_values(explorer: View) -> Iterator[dict[str, Any]]:
    for name in ("seq_len", "hidden_size"):
        yield from each(name, *NUMBERS, 0, 10**9, 10**30)
    for name in ("factor", "forget_bias", "max_norm"):
        yield from each(name, "x", "", None, True, [], -11, 10**7)
    yield from each("initialisation", *WORDS, "xavier", None)
    yield from each("clipping", *BOOLS)


def check(explorer: View, sent: Any) -> None:
    """The curves belong to what is chosen, and gradients are clipped where that is chosen."""
    state, answer = explorer.state, explorer.state["answer"]
    assert answer["asked"] == {name: state[name] for name in ASKED}, sent
    for name, curve in answer["curves"].items():
        if state["clipping"]:
            assert curve["clipped"] <= state["max_norm"] * 1.001, (sent, name)
        else:
            assert curve["clipped"] is None, (sent, name)
