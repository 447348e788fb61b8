"""What a layer is said to cost, counted again in other ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import KINDS, LAYERS
from tests.strategies import batches, cases, real, seq_lens, specs


def counted(spec: LayerSpec) -> tuple[int, int]:
    """The parameters and the multiply-adds of one step of one sequence, written out by hand."""
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[spec.kind.removesuffix("Cell")] * spec.hidden_size
    out = spec.proj_size or spec.hidden_size
    directions = 2 if spec.bidirectional else 1
    parameters = products = 0
    for layer in range(spec.num_layers):
        read = spec.input_size if layer == 0 else out * directions
        matrices = gates * read + gates * out + (spec.proj_size * spec.hidden_size if spec.proj_size else 0)
        products += directions * matrices
        parameters += directions * (matrices + (2 * gates if spec.bias else 0))
    return parameters, products


@given(specs(), seq_lens, st.none() | batches)
def test_parameters_and_multiply_adds(spec: LayerSpec, seq_len: int, batch: int | None) -> None:
    parameters, products = counted(spec)
    costs = spec.costs(seq_len, batch)
    assert spec.num_parameters == costs.parameters == parameters
    assert parameters == sum(p.numel() for p in real(spec).parameters())
    assert costs.multiply_adds == products * (1 if spec.is_cell else seq_len) * (batch or 1)
    assert costs.parameter_bytes == 4 * parameters


def working(spec: LayerSpec) -> tuple[int, int]:
    """What a step of a sequence needs besides, layer by layer: in the one that needs most, and kept for backward()."""
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[spec.kind.removesuffix("Cell")] * spec.hidden_size
    out = spec.proj_size or spec.hidden_size
    needed, kept = [], 0
    for layer in range(spec.num_layers):
        needed.append(0)
        for _direction in ["forward", "backward"][: 1 + spec.bidirectional]:
            needed[-1] += gates + out + (out if layer else 0)  # from layer 1 on, each half of the output below is read
            kept += gates + gates + spec.hidden_size + spec.hidden_size
    return max(needed), kept


@given(specs(), seq_lens, st.none() | batches)
def test_bytes_of_a_run(spec: LayerSpec, seq_len: int, batch: int | None) -> None:
    costs = spec.costs(seq_len, batch)
    steps = (1 if spec.is_cell else seq_len) * (batch or 1)
    there = costs.parameter_bytes + costs.tensor_bytes
    needed, kept = working(spec)
    assert [costs.run_bytes - there, costs.gradient_bytes - there] == [4 * steps * needed, 4 * steps * kept]


def allocated(call: Callable[[], object]) -> int:
    """The most bytes that torch held at once for a call, of those it took in it."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        result = call()
    del result
    held = most = 0
    for event in profiled.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most


@pytest.mark.parametrize("both", [False, True], ids=["one direction", "both"])
@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.filterwarnings("ignore:TF32")
def test_bytes_of_a_run_are_about_what_torch_takes(kind: str, num_layers: int, both: bool) -> None:
    spec = LayerSpec(kind, 8, 16, num_layers=num_layers, bidirectional=both)
    layer, x = real(spec), torch.randn(60, 4, 8)
    given = x.nbytes + sum(p.nbytes for p in layer.parameters())
    with torch.backends.mkldnn.flags(enabled=False):
        kept = allocated(lambda: layer(x))
        with torch.no_grad():
            run = allocated(lambda: layer(x))
    least, most = (0.85, 1.2) if both else (0.99, 1.01)
    assert least < spec.costs(60, 4).run_bytes / (given + run) < most
    assert 0.8 < spec.costs(60, 4).gradient_bytes / (given + kept) < 1.8


@cases(60)
@given(specs(), seq_lens, batches)
@pytest.mark.filterwarnings("ignore:LSTM with projections", "ignore:TF32")
def test_multiply_adds_are_half_of_what_torch_counts(spec: LayerSpec, seq_len: int, batch: int) -> None:
    """torch's own counter counts a multiplication and an addition as two, and cannot see into oneDNN."""
    steps = [] if spec.is_cell else [batch, seq_len] if spec.batch_first else [seq_len, batch]
    x = torch.randn(*(steps or [batch]), spec.input_size)
    with torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as counter:
        real(spec)(x)
    assert spec.costs(seq_len, batch).multiply_adds == counter.get_total_flops() // 2


@given(specs(), seq_lens, batches)
@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_bytes_of_the_tensors(spec: LayerSpec, seq_len: int, batch: int) -> None:
    layer = real(spec)
    steps = [] if spec.is_cell else [batch, seq_len] if spec.batch_first else [seq_len, batch]
    x = torch.randn(*(steps or [batch]), spec.input_size)
    result = layer(x)
    parts = [result] if isinstance(result, torch.Tensor) else list(result)
    flat = [t for part in parts for t in (part if isinstance(part, tuple) else [part])]
    states = flat if spec.is_cell else flat[1:]  # the states going in are as large as those coming out
    assert spec.costs(seq_len, batch).tensor_bytes == sum(t.nbytes for t in [x, *flat, *states])


@pytest.mark.parametrize("kind", KINDS)
def test_more_of_anything_costs_more(kind: str) -> None:
    small = LayerSpec(kind, 4, 5).costs(6, 7)
    for larger in (
        LayerSpec(kind, 8, 5).costs(6, 7),
        LayerSpec(kind, 4, 10).costs(6, 7),
        LayerSpec(kind, 4, 5).costs(6, 14),
    ):
        assert larger.run_bytes > small.run_bytes
        assert larger.gradient_bytes > small.gradient_bytes


def test_a_batch_of_one_costs_what_an_unbatched_sequence_does() -> None:
    assert LayerSpec("GRU", 3, 2).costs(9, 1) == LayerSpec("GRU", 3, 2).costs(9)
