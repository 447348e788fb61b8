"""A real layer made from its spec, the same each time."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import pytest
import torch
from hypothesis import given
from torch import nn

from rnnlib.engine.devices import available
from rnnlib.engine.layers import build, evaluation_copy
from rnnlib.spec import LayerSpec
from tests.strategies import refused, specs


@given(specs(dropout=True))
def test_the_layer_is_what_the_spec_says(spec: LayerSpec) -> None:
    layer = build(spec)
    assert type(layer) is getattr(nn, spec.kind)
    assert LayerSpec.of(layer) == spec
    assert layer.training


@pytest.mark.parametrize("device", available())
def test_the_weights_are_the_same_every_time_and_everywhere(device: str) -> None:
    spec = LayerSpec("LSTM", 12, 16, 2)
    torch.manual_seed(3)
    here = build(spec).state_dict()
    torch.manual_seed(4)
    there = build(spec, device).state_dict()
    assert all(torch.equal(here[name], there[name].cpu()) for name in here)
    other = build(spec, device, seed=1).state_dict()
    assert not any(torch.equal(here[name], other[name].cpu()) for name in here)


def test_the_learners_random_state_is_untouched() -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    build(LayerSpec("GRU", 3, 2))
    assert torch.equal(torch.get_rng_state(), before)


def test_what_a_spec_has_explained_is_not_said_again() -> None:
    with pytest.warns(UserWarning, match="num_layers=1"):
        spec = LayerSpec("GRU", 3, 2, dropout=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build(spec)


def test_a_device_that_is_not_there() -> None:
    refused(lambda: build(LayerSpec("GRU", 3, 2), "tpu"), "tpu", "this machine has cpu")


@given(specs(dropout=True))
def test_the_weights_are_torchs_own(spec: LayerSpec) -> None:
    layer = build(spec, seed=5)
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(5)
        own = getattr(nn, spec.kind)(**spec.arguments())
    assert all(torch.equal(a, b) for a, b in zip(layer.parameters(), own.parameters(), strict=True))


def test_the_weights_are_float32_whatever_the_default_is() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        layer = build(LayerSpec("LSTM", 4, 2))
    finally:
        torch.set_default_dtype(torch.float32)
    assert {p.dtype for p in layer.parameters()} == {torch.float32}


@pytest.mark.parametrize("num_layers", [1, 2])
def test_dropout_is_kept_and_torchs_warning_of_it_needs_no_silencing(num_layers: int) -> None:
    with pytest.warns(match="does nothing") if num_layers == 1 else contextlib.nullcontext():
        spec = LayerSpec("GRU", 3, 2, num_layers, dropout=0.5)
    filters = [*warnings.filters]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer = build(spec)
    assert LayerSpec.of(layer).dropout == 0.5 if num_layers == 2 else layer.dropout == 0.5
    assert warnings.filters == filters


@pytest.mark.parametrize("training", [False, True])
def test_an_evaluation_copy_shares_weights_has_no_dropout_and_leaves_the_layer_as_it_is(training: bool) -> None:
    layer = nn.GRU(3, 2, num_layers=2, dropout=1.0)
    copy, state = evaluation_copy(layer, training=training), torch.get_rng_state()
    assert not torch.equal(layer(torch.ones(4, 3))[0], copy(torch.ones(4, 3))[0])
    torch.set_rng_state(state)
    copy(torch.ones(4, 3))
    assert torch.equal(torch.get_rng_state(), state)
    assert (layer.training, layer.dropout, copy.training) == (True, 1.0, training)
    assert copy.weight_ih_l0 is layer.weight_ih_l0


def test_what_a_layer_is_made_of_is_evaluated_too_and_what_it_sets_stays_in_the_copy() -> None:
    class Dropped(nn.GRU):
        def __init__(self) -> None:
            super().__init__(3, 2)
            self.drop = nn.Dropout(0.5)
            self.raw = nn.Parameter(self._parameters.pop("weight_hh_l0").detach())
            self.weight_hh_l0 = self.raw

        def forward(self, *given: Any) -> Any:
            self._parameters.pop("weight_hh_l0", None)
            self.weight_hh_l0 = torch.zeros_like(self.raw)
            return super().forward(*given)

    layer = Dropped()
    copy, weight = evaluation_copy(layer), layer.weight_hh_l0
    copy(torch.ones(4, 3))
    assert layer.weight_hh_l0 is weight
    assert layer._flat_weights[1] is weight
    assert float(copy.weight_hh_l0.abs().max()) == 0
    assert (layer.drop.training, copy.drop.training) == (True, False)


def test_a_module_that_is_called_dropout_stays() -> None:
    layer = nn.GRU(3, 2)
    del layer.dropout
    layer.dropout = nn.Dropout(0.5)
    assert isinstance(evaluation_copy(layer).dropout, nn.Dropout)
