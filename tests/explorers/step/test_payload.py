"""What the step explorer draws from: every number of a trace, as the front end reads it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rnnlib import LayerSpec
from rnnlib.engine.trace.trace import trace
from rnnlib.explorers.step.explorer import StepExplorer
from rnnlib.explorers.step.payload import check_shown
from tests.explorers.step.stepping import SPECS, assert_shows, decoded, module_of
from tests.strategies import refused


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_a_module_of_ones_own_is_shown_number_for_number(spec: LayerSpec, dtype: torch.dtype) -> None:
    layer = module_of(spec, dtype)
    x = torch.randn(2, 7, 3, dtype=dtype) if spec.batch_first else torch.randn(7, 2, 3, dtype=dtype)
    explorer = StepExplorer(layer, x)
    assert explorer.layer is layer
    assert (explorer.weights, explorer.source, explorer.seq_len) == ("your own", "your own", 7)
    assert explorer.answer["sizes"]["batch"] == 2
    assert_shows(explorer, trace(layer, x))


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_every_kind_of_layer_is_traced_and_equals_torch(spec: LayerSpec) -> None:
    explorer = StepExplorer(spec, seq_len=5)
    assert_shows(explorer, explorer.trace)
    assert explorer.trace.difference < 1e-5
    assert explorer.answer["equal"]
    assert explorer.answer["truth"].startswith("✓ equal to torch")
    assert {name: explorer.answer["sizes"][name] for name in ("seq_len", "input_size", "hidden_size")} == {
        "seq_len": 5,
        "input_size": 3,
        "hidden_size": spec.hidden_size,
    }


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_biases_are_the_layers_own(spec: LayerSpec) -> None:
    explorer = StepExplorer(spec, seq_len=2)
    arrays, gates = decoded(explorer), list(explorer.trace.from_x)
    for index in range(spec.num_layers):
        for direction in range(spec.num_directions):
            suffix = "" if spec.is_cell else f"_l{index}" + ("_reverse" if direction else "")
            for name in ("bias_ih", "bias_hh"):
                shown = np.concatenate([arrays[f"{gate} {name}"][index, direction, 0, 0] for gate in gates])
                bias = getattr(explorer.layer, name + suffix, None)
                wanted = torch.zeros(len(shown)) if bias is None else bias.detach()
                np.testing.assert_array_equal(shown, wanted.numpy())


@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec.family.name == "GRU"], ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_what_the_paper_would_make_of_h_is_its_own_equation(spec: LayerSpec, bias: bool) -> None:
    """``W_hn (r * h) + b_hn``, from each step's own r and h before."""
    layer = module_of(dataclasses.replace(spec, bias=bias))
    x = torch.randn(2, 7, 3) if spec.batch_first else torch.randn(7, 2, 3)
    arrays = decoded(StepExplorer(layer, x))
    weights = dict(layer.named_parameters())
    for index in range(spec.num_layers):
        for direction in range(spec.num_directions):
            suffix = "" if spec.is_cell else f"_l{index}" + ("_reverse" if direction else "")
            w_hn = weights[f"weight_hh{suffix}"].detach().chunk(3)[2].numpy()
            b_hn = weights[f"bias_hh{suffix}"].detach().chunk(3)[2].numpy() if bias else 0
            scaled = arrays["r"][index, direction] * arrays["h before"][index, direction]
            shown = arrays["n from_h of the paper"][index, direction]
            np.testing.assert_allclose(shown, scaled @ w_hn.T + b_hn, atol=1e-6)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_what_is_no_number_in_x_is_shown_and_noted(bad: float) -> None:
    x = torch.zeros(5, 2, 12)
    x[3, 1, 0] = bad
    explorer = StepExplorer("RNN", x)
    assert_shows(explorer, trace(explorer.layer, x))
    assert explorer.answer["note"] == explorer.trace.note
    assert "step 3" in explorer.answer["note"]
    assert explorer.answer["equal"]


@pytest.mark.parametrize("scale", [1e-5, 1, 1e5])
def test_a_subclass_that_computes_something_else_gets_a_cross(scale: float) -> None:
    class Halved(nn.LSTM):
        def forward(self, x: Tensor, hx: Any = None) -> Any:
            output, states = super().forward(x, hx)
            return output / 2, states

    layer = Halved(3, 4)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(scale)
    explorer = StepExplorer(layer, torch.randn(5, 2, 3))
    assert not explorer.answer["equal"]
    assert explorer.answer["truth"].startswith("✗ not equal to torch")
    assert explorer.answer["note"]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_equal_but_for_its_rounding(dtype: torch.dtype) -> None:
    answer = StepExplorer(nn.LSTM(12, 4, dtype=dtype)).answer
    assert answer["equal"]
    assert f"rounded to {str(dtype).removeprefix('torch.')}" in answer["truth"]


def test_rounding_that_a_chaotic_layer_amplifies_is_no_cross() -> None:
    torch.manual_seed(0)
    layer = nn.GRU(8, 64, 2)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(10)
    answer = StepExplorer(layer, torch.randn(600, 2, 8)).answer
    assert answer["equal"]
    assert answer["truth"] == "✓ equal to torch, but for rounding, amplified from step to step"
    assert "moves it by" in answer["note"]


def test_an_x_of_ones_own_that_is_too_much_to_show_is_refused() -> None:
    with pytest.raises(ValueError, match="too many to show: choose at most"):
        StepExplorer(nn.RNN(1, 64), torch.zeros(30, 1000, 1))


def test_what_is_said_to_be_shown_whole_is() -> None:
    cell = LayerSpec("GRUCell", 10, 3000)
    refused(lambda: check_shown(cell, 1, 500, yours=torch.zeros(500, 10)), "1 step is", "give x[:166]")
    refused(lambda: check_shown(cell, 2, 500, yours=torch.zeros(2, 500, 10)), "2 steps are", "give x[:, :83]")
    check_shown(cell, 1, 166, yours=torch.zeros(166, 10))
    check_shown(cell, 2, 83, yours=torch.zeros(2, 83, 10))
