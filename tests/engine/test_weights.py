"""The weights that a layer has, whether or not they are Parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from torch import nn
from torch.nn.utils import parametrize, prune, weight_norm

from rnnlib import LayerSpec, run, time_layer, trace
from rnnlib.engine.weights import like, weights_of
from tests.strategies import real, specs

X = torch.randn(5, 2, 3, generator=torch.Generator().manual_seed(0))


def plain_tensors(layer: Any) -> None:
    """As a replica of DataParallel has them."""
    for name in list(layer._parameters):
        setattr(layer, name, layer._parameters.pop(name).detach().clone())


def generated(layer: Any) -> None:
    """As another network makes them: with gradients of its own."""
    for name in list(layer._parameters):
        setattr(layer, name, 2 * layer._parameters.pop(name))


def tied(layer: Any) -> None:
    layer.bias_hh_l0 = layer.bias_ih_l0


def pruned(layer: nn.Module) -> None:
    prune.l1_unstructured(layer, "weight_hh_l0", 0.5)


def normed(layer: nn.Module) -> None:
    weight_norm(layer, "weight_hh_l0")


@given(specs())
def test_by_torchs_names_in_torchs_order(spec: LayerSpec) -> None:
    layer = real(spec)
    found = weights_of(spec, layer)
    assert list(found) == [name for name, _ in layer.named_parameters()]
    assert all(found[name] is parameter for name, parameter in layer.named_parameters())
    assert like(layer) is next(layer.parameters())


@pytest.mark.filterwarnings("ignore:.*weight_norm.*deprecated")
@pytest.mark.parametrize("change", [plain_tensors, generated, tied, pruned, normed])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_weights_that_are_no_parameters(kind: str, change: Callable[[nn.Module], None]) -> None:
    layer, x = getattr(nn, kind)(3, 4).double(), X.double()
    change(layer)
    found = weights_of(LayerSpec.of(layer), layer)
    assert list(found) == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    assert like(layer).dtype == torch.float64
    torch.testing.assert_close(run(layer, x).output, layer(x)[0])
    assert trace(layer, x).equal
    assert time_layer(layer, x, variant="cell loop", min_run_time=1e-4).equal.holds


def test_a_parametrisation_that_draws_leaves_the_random_state() -> None:
    class Noise(nn.Module):
        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return weight + 0 * torch.randn_like(weight)

    layer = nn.GRU(3, 4)
    parametrize.register_parametrization(layer, "weight_hh_l0", Noise())
    before = torch.get_rng_state()
    weights_of(LayerSpec("GRU", 3, 4), layer)
    assert like(layer).dtype == torch.float32
    assert torch.equal(torch.get_rng_state(), before)


def test_a_layer_without_a_weight_of_its_kind() -> None:
    layer = nn.LSTM(3, 4)
    del layer.weight_hh_l0
    with pytest.raises(TypeError, match="LSTM has no weight_hh_l0, which every LSTM of its sizes has"):
        weights_of(LayerSpec("LSTM", 3, 4), layer)
    assert like(layer) is layer.weight_ih_l0
    for name in list(layer._parameters):
        delattr(layer, name)
    with pytest.raises(TypeError, match="LSTM has no weights"):
        like(layer)


def test_a_forward_that_drops_weights_in_place_is_told() -> None:
    class Dropped(nn.LSTM):
        def forward(self, *given: Any) -> Any:
            self.weight_hh_l0.data.mul_(0.5)
            return super().forward(*given)

    layer = Dropped(3, 4)
    told = [check for check in run(layer, X).checks if "as they were before" in check.sentence]
    assert [(check.holds, "weight_hh_l0 in place" in check.why) for check in told] == [(False, True)]
    assert "changes weight_hh_l0 in place" in trace(layer, X).note
    assert "in place" not in trace(nn.LSTM(3, 4), X).note


def test_a_hook_that_changes_weights_in_place_is_told() -> None:
    def halve(layer: nn.Module, _: object) -> None:
        layer.weight_hh_l0.data.mul_(0.5)

    layer, x = nn.GRU(3, 4), torch.randn(5, 2, 3)
    layer.register_forward_pre_hook(halve)
    first = run(layer, x).checks[0]
    assert (first.holds, "changes weight_hh_l0 in place" in first.why) == (False, True)
    assert "changes weight_hh_l0 in place" in trace(layer, x).note
    assert "changed weight_hh_l0 in place" in time_layer(layer, x, min_run_time=1e-3).note


def test_a_parametrisation_that_draws_is_traced_with_the_state_kept() -> None:
    class Noise(nn.Module):
        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return weight + torch.randn_like(weight)

    layer = nn.GRU(3, 4)
    parametrize.register_parametrization(layer, "weight_hh_l0", Noise())
    before = torch.get_rng_state()
    assert "its parametrisation of weight_hh_l0 makes them anew" in trace(layer, X).note
    time_layer(layer, X, min_run_time=1e-4)
    assert torch.equal(torch.get_rng_state(), before)
