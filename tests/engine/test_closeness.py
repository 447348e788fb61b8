"""One rule for "equal but for rounding": it knows dtype and scale, and finds what is more."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from rnnlib.engine import closeness
from rnnlib.engine.closeness import close, difference, multiplies_in_tf32, named, rounding
from rnnlib.engine.layers import build
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import LAYERS
from tests.fresh import printed
from tests.strategies import cases, specs

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ([1.0, NAN], [1.0, NAN], 0),
        ([1.0, NAN], [1.0, 2.0], INF),
        ([1.0, INF], [1.5, INF], 0.5),
        ([1.0, INF], [1.0, -INF], INF),
        ([1.0, 2.0], [1.0], INF),
        ([[1.0], [2.0]], [1.0, 2.0], INF),
        ([], [], 0),
    ],
)
def test_the_difference_of_numbers_in_the_same_place(a: list[float], b: list[float], apart: float) -> None:
    assert difference(torch.tensor(a), torch.tensor(b)) == apart
    assert close(torch.tensor(a), torch.tensor(b)) == (apart == 0)


@pytest.mark.parametrize("scale", [1e-20, 1e-5, 1.0, 1e6])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_the_last_digits_are_rounding_at_every_scale_and_more_is_not(dtype: torch.dtype, scale: float) -> None:
    numbers = torch.tensor([1.0, -0.5, 0.25], dtype=torch.float64) * scale
    eps = torch.finfo(dtype).eps
    assert close((numbers * (1 + 2 * eps)).to(dtype), numbers.to(dtype))
    assert not close((numbers * (1 + 4 * eps**0.6)).to(dtype), numbers.to(dtype))


def test_the_rule_is_neither_stricter_nor_laxer_than_it_says() -> None:
    ones = torch.ones(3)
    assert close(ones + 6e-5, ones)
    assert not close(ones + 1e-4, ones)
    assert 1e-38 < rounding(torch.zeros(3)) < 1e-37  # what float32 can no longer hold


def test_the_coarser_of_two_dtypes_decides_and_autocast_is_one() -> None:
    ones = torch.ones(3)
    assert close(ones.double() + 1e-6, ones.float())
    assert not close(ones + 1e-2, ones)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert close(ones + 1e-2, ones)
        assert named(ones) == "bfloat16"
    assert named(ones) == ""
    assert not close(torch.ones(2, dtype=torch.long), 2 * torch.ones(2, dtype=torch.long))


@cases(100)
@given(spec=specs(LAYERS), dtype=st.sampled_from([torch.float32, torch.bfloat16, torch.float16]))
def test_a_layer_in_a_coarse_dtype_is_close_to_itself_in_float64(spec: LayerSpec, dtype: torch.dtype) -> None:
    """Its weights and its input are rounded before: what is apart is rounding on the way."""
    layer = build(spec).eval().to(dtype)
    x = torch.randn(4, 3, spec.input_size, dtype=dtype)
    rounded, exact = layer(x)[0].detach(), layer.double()(x.double())[0].detach()
    assume(exact.abs().max() > 0.1)  # what larger numbers left of one another keeps all their rounding
    assert difference(rounded, exact) <= rounding(exact, rounded)


@pytest.mark.parametrize(
    ("machine", "on"),
    [
        ({"hip": "6.0"}, False),
        ({"capability": (7, 5)}, False),
        ({"precision": "ieee"}, False),
        ({"precision": "tf32"}, True),
        ({"allowed": True}, True),
        ({"allowed": False}, False),
    ],
)
def test_where_cudnn_multiplies_in_tf32(machine: dict[str, object], on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cudnn:
        allow_tf32 = machine.get("allowed", True)

    if "allowed" not in machine:
        Cudnn.rnn = type("rnn", (), {"fp32_precision": machine.get("precision", "tf32")})  # type: ignore[attr-defined]
    monkeypatch.setattr(torch.version, "hip", machine.get("hip"))
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: machine.get("capability", (8, 0)))
    monkeypatch.setattr(torch.backends, "cudnn", Cudnn)
    assert multiplies_in_tf32(torch.device("cuda")) is on


IEEE = """
import torch
from rnnlib.engine.closeness import multiplies_in_tf32
torch.version.hip, torch.cuda.get_device_capability = None, lambda device: (8, 0)
print(multiplies_in_tf32(torch.device("cuda")))
torch.backends.cudnn.fp32_precision = "ieee"
print(multiplies_in_tf32(torch.device("cuda")))
"""


def test_once_a_learner_asked_for_ieee_nothing_raises() -> None:
    """Reading allow_tf32 would. In a Python of its own: torch's settings forget who was never asked."""
    assert printed(IEEE, Path.cwd()).split() == ["True", "False"]


def test_tf32_is_named_and_allows_what_it_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    ones = torch.ones(3)
    assert not close(ones + 1e-3, ones)
    monkeypatch.setattr(closeness, "multiplies_in_tf32", lambda device: True)
    assert close(ones + 1e-3, ones)
    assert named(ones) == "TF32"
    assert named(ones.double()) == ""
    assert not close(ones.double() + 1e-3, ones.double())


@pytest.mark.gpu
@pytest.mark.parametrize("kind", LAYERS)
def test_on_the_gpu_a_layer_is_close_to_float64(kind: str) -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    layer, x = getattr(nn, kind)(16, 128), torch.randn(20, 4, 16)
    exact = layer.double()(x.double())[0].float().to(device)
    assert close(layer.float().to(device)(x.to(device))[0], exact)
