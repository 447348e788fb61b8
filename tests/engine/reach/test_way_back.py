"""What comes back through a layer that is begun in a chosen way, compared with torch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlib import reach
from rnnlib.engine.layers import build
from rnnlib.engine.reach.way_back import begun, input_for, way_back
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import FAMILIES, LAYERS
from tests.strategies import cases, real, specs


@cases(100)
@given(specs(LAYERS), st.integers(1, 12), st.sampled_from([None, 1e-3, 1.0, 1e3]))
def test_it_is_torchs_own_gradient_saturation_and_norm(spec: LayerSpec, seq_len: int, max_norm: float | None) -> None:
    layer: Any = real(spec).double()
    with torch.no_grad():
        layer.weight_hh_l0.mul_(9)  # so that something saturates
    x = 3 * torch.randn(seq_len, 1, spec.input_size, dtype=torch.float64)
    found = way_back(layer, x, max_norm)
    assert all(parameter.grad is None for parameter in layer.parameters())
    torch.testing.assert_close(found.x, reach(layer, x.transpose(0, 1) if spec.batch_first else x).x[:, 0])
    output, _ = layer(x.transpose(0, 1) if spec.batch_first else x)
    output = output[0] if spec.batch_first else output[:, 0]
    output[-1].sum().backward()
    assert found.saturated.tolist() == (output.abs() > 0.99).double().mean(-1).tolist()
    grads = [parameter.grad for parameter in layer.parameters() if parameter.grad is not None]
    norm = torch.cat([grad.flatten() for grad in grads]).norm()
    assert found.norm == pytest.approx(float(norm))
    if max_norm is None:
        assert found.clipped is None
        return
    nn.utils.clip_grad_norm_(layer.parameters(), max_norm)
    left = torch.cat([grad.flatten() for grad in grads]).norm()
    assert found.clipped == pytest.approx(float(left))


@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_begins_as_torchs_but_for_what_is_chosen(kind: str) -> None:
    spec = LayerSpec(kind, 3, 8)
    torchs, same = build(spec).double().state_dict(), begun(spec).state_dict()
    assert all(torch.equal(torchs[name], weight) for name, weight in same.items())

    twice = begun(spec, factor=2).state_dict()
    assert {name for name in torchs if not torch.equal(torchs[name], twice[name])} == {"weight_hh_l0"}
    assert torch.equal(twice["weight_hh_l0"], 2 * torchs["weight_hh_l0"])

    for block in begun(spec, "orthogonal").state_dict()["weight_hh_l0"].chunk(spec.num_gates):
        torch.testing.assert_close(block @ block.T, torch.eye(8, dtype=torch.float64))

    kept = {name: weight - torchs[name] for name, weight in begun(spec, keep=5).state_dict().items()}
    keeps = {"RNN": "none", "LSTM": "f", "GRU": "z"}[kind]
    expected = [5.0 * (block == keeps) for block in FAMILIES[kind].blocks for _ in range(8)]
    torch.testing.assert_close(kept.pop("bias_ih_l0"), torch.tensor(expected, dtype=torch.float64))
    assert not any(moved.any() for moved in kept.values())


@pytest.mark.parametrize(
    ("kind", "keep", "least", "most"),
    [
        ("RNN", 0, 1e-60, 1e-40),
        ("LSTM", 0, 1e-45, 1e-30),
        ("GRU", 0, 1e-48, 1e-33),
        ("LSTM", 5, 0.1, 1e3),
    ],
)
def test_over_200_steps_only_an_open_forget_gate_hands_the_first_input_on(
    kind: str, keep: float, least: float, most: float
) -> None:
    layer = begun(LayerSpec(kind, 12, 32), keep=keep)
    assert least < way_back(layer, input_for(layer, 200)).x[0] < most


def test_a_frozen_layer_has_no_gradient_towards_its_parameters() -> None:
    layer = nn.GRU(3, 4).requires_grad_(False)
    found = way_back(layer, torch.randn(5, 1, 3), 1.0)
    assert found.norm == found.clipped == 0
    assert found.x.all()


def test_a_layer_of_the_learners_own_in_float32_loses_nothing_that_its_gradient_has() -> None:
    torch.manual_seed(0)
    layer, x = nn.RNN(4, 32), torch.randn(150, 1, 4)
    found, free = way_back(layer, x).x, x.clone().requires_grad_()
    layer(free)[0][-1].sum().backward()
    assert free.grad is not None
    expected = free.grad.double().norm(dim=-1)[:, 0]
    assert ((expected > 0) & (expected < 1e-25)).any()
    torch.testing.assert_close(found.double(), expected, rtol=1e-4, atol=1e-44)
