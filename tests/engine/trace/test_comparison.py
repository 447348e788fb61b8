"""A trace says how far it is from the layer itself, and why: a forward() or a hook of the layer's own, or a fault."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune

from rnnlib import LayerSpec, trace
from rnnlib.engine.equations import Step, gru_step
from rnnlib.engine.trace import unroll
from rnnlib.spec.kinds import KINDS

x = torch.randn(6, 3, 4, generator=torch.Generator().manual_seed(0))


class Halved(nn.LSTM):
    def forward(self, *given: Any) -> Any:
        output, states = super().forward(*given)
        return output / 2, states


class Named(nn.GRU):
    """A subclass that changes nothing."""


class Passed(nn.GRU):
    def forward(self, *given: Any) -> Any:
        return super().forward(*given)


class Last(nn.GRU):
    def forward(self, *given: Any) -> Any:
        return super().forward(*given)[0][-1]


class Doubled(nn.GRU):
    def forward(self, *given: Any) -> Any:
        output, h_n = super().forward(*given)
        return torch.cat([output, output], -1), h_n


class Stateless(nn.GRU):
    def forward(self, x: Tensor) -> Any:
        return super().forward(x)


class Noisy(nn.GRU):
    def forward(self, *given: Any) -> Any:
        output, h_n = super().forward(*given)
        return output + torch.rand_like(output), h_n


class HalvedCell(nn.GRUCell):
    def forward(self, *given: Any) -> Any:
        return super().forward(*given) / 2


def test_a_forward_that_gives_another_result_is_told_with_the_difference() -> None:
    layer = Halved(4, 5)
    result = trace(layer, x)
    torch.testing.assert_close(result.output, nn.LSTM.forward(layer, x)[0])
    assert result.difference == pytest.approx(float(result.output.detach().abs().max() / 2))
    for words in (
        "Halved has a forward() of its own",
        "nn.LSTM's equations",
        f"differs from it by up to {result.difference:.2g}",
    ):
        assert words in result.note
    assert result.note in repr(result)


def test_a_forward_that_gives_the_same_result_is_told_too() -> None:
    result = trace(Passed(4, 5), x)
    assert result.difference < 1e-6
    assert "Passed has a forward() of its own" in result.note
    assert "is the same" in result.note


def test_a_subclass_without_a_forward_of_its_own_needs_no_word() -> None:
    assert trace(Named(4, 5), x).note == ""


@pytest.mark.parametrize("kind", [Last, Doubled])
def test_a_forward_that_gives_something_else(kind: type[nn.GRU]) -> None:
    result = trace(kind(4, 5), x)
    assert math.isnan(result.difference)
    assert "has a forward() of its own" in result.note
    assert result.gates["r"].shape == (1, 1, 6, 3, 5)


def test_a_forward_that_takes_something_else() -> None:
    result = trace(Stateless(4, 5), x, torch.zeros(1, 3, 5))
    assert math.isnan(result.difference)
    assert "cannot be compared" in result.note
    assert "takes 2 positional arguments" in result.note


def test_a_forward_put_on_one_layer() -> None:
    layer = nn.GRU(4, 5)
    layer.forward = lambda given, hx=None: tuple(2 * t for t in nn.GRU.forward(layer, given))  # type: ignore[method-assign]
    assert "has a forward() of its own" in trace(layer, x).note
    assert trace(layer, x).difference > 0.1


def test_a_cells_own_forward_is_called_in_a_loop() -> None:
    cell = HalvedCell(4, 5)
    result, h = trace(cell, x), torch.zeros(3, 5)
    hs = [h := cell(x_t, h) for x_t in x]
    assert result.difference == pytest.approx(float((result.output - torch.stack(hs)).detach().abs().max()))
    assert "HalvedCell has a forward()" in result.note
    assert "HalvedCell has a forward()" in trace(cell, x[0]).note


def test_the_random_state_is_the_same_afterwards() -> None:
    layer = Noisy(4, 5)
    before = torch.get_rng_state()
    assert "differs" in trace(layer, x).note
    assert torch.equal(before, torch.get_rng_state())


def looks_on(module: nn.Module, given: Any) -> None:
    """A hook that changes nothing."""


def test_a_hook_that_changes_the_result_is_told() -> None:
    layer = nn.GRU(4, 5)
    layer.register_forward_hook(lambda module, given, result: (result[0] * 2, result[1]))
    assert "its hook lambda changes" in trace(layer, x).note
    layer.register_forward_pre_hook(looks_on)
    assert "its hooks looks_on(), lambda change" in trace(layer, x).note
    cell = nn.GRUCell(4, 5)
    cell.register_forward_hook(lambda module, given, result: result * 2)
    assert "its hook lambda changes" in trace(cell, x).note


def test_weights_that_are_made_anew_at_each_call() -> None:
    """Pruning makes them in a hook, weight norm when they are read: gradients reach what they are made from."""
    pruned = nn.LSTM(4, 5)
    prune.l1_unstructured(pruned, "weight_hh_l0", 0.5)
    normed = parametrizations.weight_norm(nn.LSTM(4, 5), "weight_hh_l0")
    for layer in (pruned, normed):
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.mul_(2)
        result = trace(layer, x)
        assert result.note == ""
        result.gates["f"].sum().backward()
        found = [p.grad.clone() for p in layer.parameters() if p.grad is not None]
        assert len(found) == len(list(layer.parameters()))
        layer.zero_grad()
        trace(layer, x).output.sum().backward()
        found = [p.grad.clone() for p in layer.parameters()]
        layer.zero_grad()
        layer(x)[0].sum().backward()
        for a, parameter in zip(found, layer.parameters(), strict=True):
            torch.testing.assert_close(a, parameter.grad)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_the_loop_is_told_on_the_spot(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the account wrong, every trace would say so."""
    right = unroll.step_of

    def wrong(family: str, nonlinearity: str) -> Any:
        def step(*given: Tensor) -> Step:
            made = right(family, nonlinearity)(*given)
            return made._replace(states=tuple(1.01 * state for state in made.states))

        return step

    spec = LayerSpec(kind, 4, 5)
    given = x[0] if spec.is_cell else x
    assert trace(spec, given).note == ""
    assert trace(spec, x).note == ""
    monkeypatch.setattr(unroll, "step_of", wrong)
    for result in (trace(spec, given), trace(spec, x)):
        assert "which is more than rounding" in result.note
        assert result.difference > 1e-3


def test_a_slip_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(family: str, nonlinearity: str) -> Any:
        return lambda from_x, from_h, h: gru_step(from_x.roll(1, 0), from_h, h)

    monkeypatch.setattr(unroll, "step_of", late)
    for num_layers in (1, 2):
        assert "more than rounding" in trace(LayerSpec("GRU", 4, 5, num_layers), x).note


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_a_chaotic_stack_amplifies_rounding_and_the_note_says_so(kind: str) -> None:
    torch.manual_seed(0)
    layer = getattr(nn, kind)(8, 64, 2)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(10)
    result = trace(layer, torch.randn(1000, 2, 8))
    assert result.difference > 0.01
    assert result.equal
    assert "rounding, amplified from step to step" in result.note


def test_a_forward_that_fails() -> None:
    """The trace needs nothing of it, so it is made, and says why there is nothing beside it."""

    class Words(nn.GRU):
        def forward(self, *given: Any) -> Any:
            raise IndexError("words must be integers")

    result = trace(Words(4, 5), x)
    assert math.isnan(result.difference)
    assert result.note.endswith("its own result cannot be compared: words must be integers")
    assert result.gates["z"].shape == (1, 1, 6, 3, 5)


def test_a_large_c_does_not_excuse_the_output() -> None:
    """Each result has a rounding of its own: c counts to 2000 here, and output never passes 1."""
    layer = nn.LSTM(1, 1)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        layer.bias_ih_l0.fill_(20)
    given = torch.zeros(2000, 1, 1)
    assert trace(layer, given).note == ""
    layer.register_forward_hook(lambda module, given, result: (result[0] * 0.9, result[1]))
    assert "its hook lambda changes" in trace(layer, given).note


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_a_hook_on_every_module_is_told(kind: str) -> None:
    def hook(module: nn.Module, given: Any, result: Any) -> Any:
        output, states = result
        return output, states + 1 if isinstance(states, Tensor) else tuple(state + 1 for state in states)

    handle = torch.nn.modules.module.register_module_forward_hook(hook)
    try:
        result = trace(LayerSpec(kind, 4, 5), x)
    finally:
        handle.remove()
    assert result.difference == pytest.approx(1, abs=1e-5)
    assert "its hook hook() changes" in result.note


def test_a_call_of_its_own_is_told() -> None:
    class Doubling(nn.GRU):
        def __call__(self, *given: Any) -> Any:
            output, h_n = super().__call__(*given)
            return output, 2 * h_n

    result = trace(Doubling(4, 5), x)
    assert result.difference == pytest.approx(float(result.h_n.detach().abs().max()), rel=1e-5)
    assert "Doubling has a __call__() of its own" in result.note


def test_no_difference_is_no_less_than_0() -> None:
    assert math.copysign(1, trace(nn.RNN(3, 4, 2), torch.zeros(1, 1, 3)).difference) == 1
