"""The prediction card, driven: right answers, wrong ones, and what is no answer."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from rnnlib.spec.shapes import value_of
from rnnlib.spec.snippet import FIELD
from tests.notebooks.driven.kernel import View
from tests.strategies import is_sentence

NONSENSE = ("", "banana", "1.5", "(1,,2)", "9" * 400, None, True, {}, [2.5])


def drive(card: View) -> None:
    """Right answers, wrong ones and nonsense: each is answered, and leaves no trace in the state but as an answer."""
    before = dict(card.ask())
    right, wrong = answers_to(card)
    if not card.heard:
        assert "truth" not in reply(card, wrong[0]), "at first a hint alone"
    for answer in right:
        assert reply(card, answer)["right"] is True, answer
    for answer in wrong:
        told = reply(card, answer)
        assert told["right"] is False, answer
        assert is_sentence(told["said"]), answer
    for nonsense in NONSENSE:
        assert is_sentence(reply(card, nonsense)["problem"]), nonsense
    card.tell({"show": True, "id": "asked"})
    assert card.heard[-1]["truth"]
    card.tell("not even a dict")
    assert is_sentence(card.heard[-1]["problem"])
    assert reply(card, right[0])["right"] is True
    after = dict(card.ask())
    assert len(after.pop("answers")) > len(right + wrong)
    assert after == {name: value for name, value in before.items() if name != "answers"}


def answers_to(card: View) -> tuple[list[Any], list[Any]]:
    """Right answers, and wrong ones."""
    asked = card.state["field"].get("before", "")
    if card.state["choices"]:
        given = card.state["choices"]
        right = [choice for choice in given if reply(card, choice)["right"]]
        assert len(right) == 1
        assert "That is not what torch says." not in [told["said"] for told in card.heard], "each has its slip"
        return right, [choice for choice in given if choice not in right]
    if asked.endswith(".shape"):
        shape = shape_of(card, asked.removesuffix(".shape"))
        wrong = [(*shape, 1), (*shape[:-1], shape[-1] + 1), shape[:-1] or (1, 1), shape[::-1]]
        return [str(shape), list(shape), " ".join(map(str, shape))], [str(w) for w in wrong if w != shape]
    if asked.endswith("["):
        given = [str(row) for row in range(-12, 12)]
        right = [row for row in given if reply(card, row)["right"]]
        assert [int(row) < 0 for row in right] == [True, False]
        return right, [row for row in given if row not in right]
    output, h_n = layer_of(card)[2:4]
    wanted = eval(re.search(r"h_n\[-?\d+\]", card.state["question"])[0], {"h_n": h_n})
    halves = (":", f":{wanted.shape[-1]}", f"{wanted.shape[-1]}:")
    starts = ("-1, ...", "0, ...", ":, -1", ":, 0")[: 2 * output.dim() - 2]
    given = {f"[{start}, {half}]" for start in starts for half in halves}
    right = [answer for answer in given if torch.equal(eval(f"output{answer}", {"output": output}), wanted)]
    return right, sorted(given - {*right})


def reply(card: View, answer: Any) -> dict[str, Any]:
    """What the kernel says of an answer, which it gives the number of the question."""
    number = f"view-{len(card.heard)}"
    card.tell({"answer": answer, "id": number})
    assert card.heard[-1]["id"] == number
    return card.heard[-1]


def shape_of(card: View, tensor: str) -> tuple[int, ...]:
    """The shape of a tensor of the layer that the card shows."""
    module, x, out, h, c = layer_of(card)
    real = dict(module.named_parameters()) | {"input": x, "output": out}
    return tuple((real[tensor] if tensor in real else {"h": h, "c": c}[tensor[0]]).shape)


@torch.no_grad()
def layer_of(card: View) -> tuple[nn.Module, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """What the card shows: the call, built by torch itself, x, and what comes out."""
    call, given = (
        FIELD.sub(lambda f: str(value_of(f[1], card.state["sizes"])), card.state[n]) for n in ("call", "given")
    )
    module = eval(call, {"nn": nn})
    x = torch.randn([int(size) for size in re.findall(r"\d+", given)])
    out, state = module(x) if isinstance(module, nn.RNNBase) else ((h := module(x)), h)
    h, c = state if isinstance(state, tuple) else (state, None)
    return module, x, out, h, c
