"""The prediction card, driven: right answers, wrong ones, and what is no shape."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from rnnlib.spec.shapes import value_of
from rnnlib.spec.snippet import FIELD
from tests.notebooks.driven.kernel import View
from tests.strategies import is_sentence

NO_SHAPES = ("", "banana", "2.5, 3", "(0, 3)", "-1", "9" * 400, "(1,,2)", None, 3, True, {}, [2.5])


def drive(card: View) -> None:
    """A right answer, wrong ones and nonsense: each is answered, and none leaves a trace in the state."""
    before = dict(card.ask())
    right = answer_of(card)
    assert "axes" not in reply(card, str((*right, 2))), "at first a hint alone"
    for answer in (str(right), list(right), " ".join(map(str, right))):
        assert reply(card, answer)["right"] is True
    for wrong in ((*right, 1), (*right[:-1], right[-1] + 1), right[:-1] or (1, 1), right[::-1]):
        assert reply(card, str(wrong))["right"] is (wrong == right)
    for nonsense in NO_SHAPES:
        assert is_sentence(reply(card, nonsense)["problem"]), nonsense
    card.tell({"show": True, "id": "asked"})
    assert tuple(axis["size"] for axis in card.heard[-1]["axes"]) == right
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
