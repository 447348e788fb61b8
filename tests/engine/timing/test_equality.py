"""Each variant is compared with the layer: equal but for rounding in its dtype, or what is wrong is said."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import LayerSpec, time_layer
from rnnlib.engine.call import call
from rnnlib.engine.timing.equality import equal_to_layer
from rnnlib.engine.timing.variants import CellLoop, variant_of
from rnnlib.spec.kinds import LAYERS
from tests.engine.timing.workloads import DEEP, compared, workload_of
from tests.strategies import refused


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
def test_they_are_equal_in_every_dtype(variant: str, dtype: torch.dtype) -> None:
    for kind in LAYERS:
        for backward in (False, True):
            workload = workload_of(LayerSpec(kind, 8, 16, **DEEP), seq_len=9, batch=5, variant=variant, dtype=dtype)
            equal = compared(workload._replace(backward=backward))
            assert equal.holds
            assert equal.difference <= torch.finfo(dtype).eps ** 0.6
            assert "differ by rounding" in equal.sentence or variant == "layer"


@pytest.mark.parametrize("kind", LAYERS)
def test_under_autocast_they_are_equal_but_for_rounding_in_its_dtype(kind: str) -> None:
    layer, x = getattr(nn, kind)(3, 4), torch.randn(5, 2, 3)
    for variant in ("cell loop", "packed"):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            try:
                layer(x)
            except RuntimeError:  # not on this processor
                refused(lambda variant=variant: time_layer(layer, x, variant=variant), "under torch.autocast")
                continue
            timed = time_layer(layer, x, variant=variant, min_run_time=1e-4)
        assert timed.equal is not None
        assert timed.equal.holds
        assert "they differ by rounding in bfloat16 at most" in timed.equal.sentence
        assert "torch.autocast is on: it multiplies in bfloat16" in timed.note
        assert "bfloat16 matmul" in timed.peak


def test_what_is_not_equal_is_said() -> None:
    class Doubled(nn.GRU):
        def forward(self, *given: Any) -> Any:
            output, h_n = super().forward(*given)
            return 2 * output, h_n

    equal = compared(workload_of(Doubled(3, 2), seq_len=5, batch=2, variant="cell loop"))
    assert not equal.holds
    assert equal.difference > 1e-3
    assert "by up to" in equal.sentence
    assert "Doubled has a forward() of its own" in equal.sentence


def test_a_wrong_loop_and_a_wrong_packing_are_found() -> None:
    workload = workload_of(LayerSpec("LSTM", 3, 4, bidirectional=True), seq_len=6, batch=3, variant="cell loop")
    loop = variant_of(workload)
    assert isinstance(loop, CellLoop)
    loop.cells = nn.ModuleList(reversed(loop.cells))
    packed = workload_of(LayerSpec("LSTM", 3, 4), seq_len=6, batch=3, variant="packed", lengths=[6, 2, 4])
    wrong = variant_of(packed._replace(lengths=torch.tensor([6, 3, 4])))
    for asked, variant in ((workload, loop), (packed, wrong)):
        assert not equal_to_layer(asked, call(asked.spec, variant, asked.given)[0]).holds


def test_nan_is_equal_to_nan_and_to_nothing_else() -> None:
    x = torch.randn(6, 2, 3)
    x[2] = torch.nan
    workload = workload_of(nn.GRU(3, 2), x, variant="cell loop")
    assert compared(workload).difference < 1e-6
    with_nan = call(workload.spec, variant_of(workload), workload.given)[0]
    equal = equal_to_layer(workload._replace(x=x.nan_to_num(0)), with_nan)
    assert (equal.difference, equal.holds) == (torch.inf, False)


@pytest.mark.parametrize("kind", LAYERS)
def test_rounding_that_is_amplified_is_told_as_such(kind: str) -> None:
    torch.manual_seed(1)
    layer, x = getattr(nn, kind)(3, 16, **DEEP), torch.randn(600, 2, 3)
    with torch.no_grad():
        for weight in layer.parameters():
            weight *= 10
    for variant in ("cell loop", "packed"):
        equal = compared(workload_of(layer, x, variant=variant))
        assert equal.holds
        assert "more than rounding" not in equal.sentence
        assert "amplified from step to step" in equal.sentence or equal.difference < 1e-3


def test_a_large_c_does_not_excuse_the_output() -> None:
    layer, x = nn.LSTM(3, 4), torch.randn(9, 2, 3)
    with torch.no_grad():
        layer.bias_ih_l0[:8] = 30.0  # i and f open: c grows
        layer.bias_ih_l0[8:12] = 1e6
    workload = workload_of(layer, 1e4 * x, variant="cell loop")
    result = call(workload.spec, variant_of(workload), workload.given)[0]
    wrong = result._replace(output=result.output + 5e-4)  # type: ignore[operator]
    assert equal_to_layer(workload, result).holds
    assert not equal_to_layer(workload, wrong).holds


def test_a_hook_is_named() -> None:
    layer = nn.GRU(3, 4)
    layer.register_forward_hook(lambda _, __, result: (2 * result[0], result[1]))
    equal = compared(workload_of(layer, torch.randn(5, 2, 3), variant="cell loop"))
    assert not equal.holds
    assert "its hook lambda changes what goes in or what comes out" in equal.sentence
