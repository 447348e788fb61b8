"""Lesson 09: the gradient of a long series gathered in pieces of ten steps."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from rnnlib.engine.closeness import close
from rnnlib.exercises.answers import call_for_result, shape_of
from rnnlib.exercises.verdict import SlipError

STEPS, PIECE = 200, 10

State = tuple[Tensor, Tensor]


def _cut_both(h: Tensor, c: Tensor) -> State:
    return h.detach(), c.detach()


def judge(gather: Any) -> str:
    """Of ``gather(model, head, series, target)``: the last state; the gradients have added up in both modules."""
    with torch.inference_mode(False), torch.enable_grad():
        both = nn.ModuleList([nn.LSTM(12, 8), nn.Linear(8, 12)])
        series = torch.randn(STEPS, 1, 12)
        yours = copy.deepcopy(both)
        state = call_for_result(gather, *yours, series.clone(), series.roll(-1, dims=0))
        _check_state(state, both[0](series)[1])
        _check_gradient(yours, both, series)
    return f"Right: the state of all {STEPS} steps, and the memory of {PIECE}."


def _check_state(state: Any, right: State) -> None:
    pair = isinstance(state, (tuple, list)) and len(state) == 2
    if not pair or any(shape_of(part) != (1, 1, 8) for part in state):
        said = f"state should be the pair (h, c) that the LSTM gave last, and it is of type {type(state).__name__}."
        raise SlipError("not a pair", said if not pair else "each of h and c should be (1, 1, 8), and they are not.")
    if not all(map(close, state, right)):
        said = f"that is not the state after {STEPS} steps. Does a piece begin where the last one ended?"
        raise SlipError("not carried", said)


def _check_gradient(yours: nn.Module, both: nn.ModuleList, series: Tensor) -> None:
    given: list[Any] = [parameter.grad for parameter in yours.parameters()]
    if not all(map(torch.equal, yours.parameters(), both.parameters())):
        raise SlipError("weights moved", "the weights have moved. No optimiser yet: the gradient is gathered only.")
    if any(gradient is None for gradient in given):
        said = "no gradient has reached the model. Is backward called, on a loss of its output?"
        raise SlipError("no gradient", said)
    if _same(given, _gradient(both, series)):
        return
    for slip, sentence, wrong in _slips(both, series):
        if _same(given, wrong):
            raise SlipError(slip, sentence)
    if not close(given[-1], _gradient(both, series)[-1]):  # that of the head's bias, whom no state reaches
        said = "the loss of a piece is missing, or another. Is backward called once for each, on its mean?"
        raise SlipError("loss", said)
    said = f"the head's gradient is right, the model's is not. Does each loss go back through all {PIECE} steps?"
    raise SlipError("gradient", said)


def _slips(both: nn.ModuleList, series: Tensor) -> Iterator[tuple[str, str, list[Tensor]]]:
    """What is known to go wrong: its name, what is said, and the gradient that it gives."""
    said = "the gradient has gone back through all pieces. Detach both parts of the state."
    yield "not detached", said, _gradient(both, series, cut=lambda h, c: (h, c))
    said = "the gradient has gone back through all pieces by way of {}. Detach both parts of the state."
    yield "only h detached", said.format("c"), _gradient(both, series, cut=lambda h, c: (h.detach(), c))
    yield "only c detached", said.format("h"), _gradient(both, series, cut=lambda h, c: (h, c.detach()))
    said = "every piece has begun from zeros. Hand the state over."
    yield "not carried", said, _gradient(both, series, cut=lambda h, c: (h * 0, c * 0))
    for length in (5, 20, 25, 50, 100, STEPS):
        said = f"that is the gradient of pieces of {length} steps. Take pieces of {PIECE}."
        yield "length of a piece", said, _gradient(both, series, length)


def _gradient(
    both: nn.ModuleList, series: Tensor, length: int = PIECE, cut: Callable[[Tensor, Tensor], State] = _cut_both
) -> list[Tensor]:
    """That of every parameter, gathered over pieces of this length, the state cut after each."""
    model, head = both
    target = series.roll(-1, dims=0)
    total, state = series.new_zeros(()), None
    for piece, wanted in zip(torch.split(series, length), torch.split(target, length), strict=True):
        output, state = model(piece, state)
        total = total + nn.functional.mse_loss(head(output), wanted)
        state = cut(*state)
    return [*torch.autograd.grad(total, [*both.parameters()])]


def _same(given: list[Any], right: list[Tensor]) -> bool:
    return all(map(close, given, right))
