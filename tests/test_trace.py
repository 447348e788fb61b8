"""A trace is torch's own computation, opened: everything in it equals the real layer, its cells, and its gradients."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlib.engine.trace import trace
from rnnlib.spec import LayerSpec, shapes
from rnnlib.spec.kinds import LAYERS
from tests.strategies import batches, real, refused, seq_lens, specs

TOLERANCE = {torch.float64: {"rtol": 1e-10, "atol": 1e-10}, torch.float32: {"rtol": 1e-5, "atol": 1e-6}}
CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """A real layer, an input of any make, a state or none, lengths or none."""
    spec = draw(specs())
    dtype = draw(st.sampled_from([torch.float32, torch.float64]))
    torch.manual_seed(draw(st.integers(0, 2**16)))
    seq_len, batch = draw(seq_lens), draw(st.one_of(st.none(), batches))
    tensors = shapes(spec, seq_len, batch)
    x = torch.randn(tensors["input"].sizes, dtype=dtype)
    hx = None
    if draw(st.booleans()):
        states = [torch.randn(tensors[name].sizes, dtype=dtype) for name in ("h_0", "c_0") if name in tensors]
        hx = tuple(states) if len(states) == 2 else states[0]
    lengths = None
    if spec.kind in LAYERS and batch is not None:
        ragged = st.lists(st.integers(1, seq_len), min_size=batch, max_size=batch)
        lengths = draw(st.one_of(st.none(), ragged))
    return {"layer": real(spec).to(dtype), "spec": spec, "x": x, "hx": hx, "lengths": lengths, "dtype": dtype}


def own(layer: nn.Module, spec: LayerSpec, x: Any, hx: Any, lengths: Any) -> tuple[Tensor, Tensor, Tensor | None]:
    """Output, h_n and c_n as torch gives them; with lengths by torch's own packing."""
    seq_len = x.shape[1 if spec.batch_first else 0] if isinstance(x, Tensor) else 0
    given_x = x
    if lengths is not None:
        given_x = pack_padded_sequence(x, torch.tensor(lengths), spec.batch_first, enforce_sorted=False)
    result = layer(given_x, hx)
    if spec.is_cell:
        h, c = result if spec.family == "LSTM" else (result, None)
        return h, h, c
    output, states = result
    if lengths is not None:
        output, _ = pad_packed_sequence(output, spec.batch_first, total_length=seq_len)
    return (output, *states) if spec.family == "LSTM" else (output, states, None)


@settings(max_examples=1200, deadline=None)
@given(cases())
def test_output_and_last_states_are_torchs(case: dict[str, Any]) -> None:
    traced = trace(case["layer"], case["x"], case["hx"], lengths=case["lengths"])
    expected = own(case["layer"], case["spec"], case["x"], case["hx"], case["lengths"])
    for ours, theirs in zip((traced.output, traced.h_n, traced.c_n), expected, strict=True):
        if theirs is None:
            assert ours is None
        else:
            torch.testing.assert_close(ours, theirs, **TOLERANCE[case["dtype"]])
    assert traced.difference < 1e-4


@settings(max_examples=250, deadline=None)
@given(specs(kinds=LAYERS), seq_lens, batches, st.integers(0, 2**16))
def test_every_state_is_that_of_torchs_cell_run_by_hand(spec: LayerSpec, seq_len: int, batch: int, seed: int) -> None:
    if spec.proj_size:
        return  # torch has no cell with a projection; its output is compared above
    torch.manual_seed(seed)
    layer = real(spec).double()
    x = torch.randn(shapes(spec, seq_len, batch)["input"].sizes, dtype=torch.float64)
    traced = trace(layer, x)
    for index, direction in itertools.product(range(spec.num_layers), range(spec.num_directions)):
        cell = _cell_of(spec, layer, index, direction)
        state, steps = None, range(seq_len)
        for t in reversed(steps) if direction else steps:
            state = cell(traced.inputs[index][t], state)
            h, *c = state if isinstance(state, tuple) else (state,)
            torch.testing.assert_close(traced.states["h"][index, direction, t], h, **TOLERANCE[torch.float64])
            if c:
                torch.testing.assert_close(traced.states["c"][index, direction, t], c[0], **TOLERANCE[torch.float64])


def _cell_of(spec: LayerSpec, layer: nn.Module, index: int, direction: int) -> nn.Module:
    """torch's cell with the weights of one layer in one direction."""
    suffix = f"_l{index}" + ("_reverse" if direction else "")
    extra = {"nonlinearity": spec.nonlinearity} if spec.family == "RNN" else {}
    width = getattr(layer, "weight_ih" + suffix).shape[1]
    cell = CELLS[spec.family](width, spec.hidden_size, bias=spec.bias, **extra).double()
    for name, parameter in cell.named_parameters():
        parameter.data.copy_(getattr(layer, name + suffix))
    return cell


@settings(max_examples=200, deadline=None)
@given(specs(kinds=LAYERS), seq_lens, batches, st.integers(0, 2**16))
def test_the_gates_give_the_states(spec: LayerSpec, seq_len: int, batch: int, seed: int) -> None:
    torch.manual_seed(seed)
    traced = trace(real(spec).double(), torch.randn(shapes(spec, seq_len, batch)["input"].sizes, dtype=torch.float64))
    at = traced.gates | {f"{name}_before": tensor for name, tensor in traced.before.items()} | traced.states
    if spec.family == "LSTM":
        torch.testing.assert_close(at["c"], at["f"] * at["c_before"] + at["i"] * at["g"])
    if spec.family == "GRU":
        torch.testing.assert_close(at["h"], (1 - at["z"]) * at["n"] + at["z"] * at["h_before"])
        reset = traced.from_x["n"] + at["r"] * traced.from_h["n"]
        torch.testing.assert_close(at["n"], torch.tanh(reset))
    if spec.family == "RNN":
        squash = torch.tanh if spec.nonlinearity == "tanh" else torch.relu
        torch.testing.assert_close(at["h"], squash(traced.from_x["h"] + traced.from_h["h"]))


@settings(max_examples=150, deadline=None)
@given(cases())
def test_gradients_flow_and_are_torchs(case: dict[str, Any]) -> None:
    layer = case["layer"].double()
    x = case["x"].double().requires_grad_()
    hx = case["hx"]
    hx = tuple(h.double() for h in hx) if isinstance(hx, tuple) else hx if hx is None else hx.double()
    wanted = [x, *layer.parameters()]
    traced = trace(layer, x, hx, lengths=case["lengths"])
    answers = [(traced.output, traced.h_n, traced.c_n), own(layer, case["spec"], x, hx, case["lengths"])]
    grads = []
    for parts in answers:
        total = sum(part.sin().sum() for part in parts if part is not None)
        grads.append(torch.autograd.grad(total, wanted, allow_unused=True))
    for ours, theirs in zip(*grads, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-10)


@settings(max_examples=150, deadline=None)
@given(specs(kinds=LAYERS), st.lists(st.integers(1, 7), min_size=1, max_size=5), st.booleans(), st.integers(0, 2**16))
def test_a_packed_input_is_traced_as_torch_packs(spec: LayerSpec, lengths: list[int], sort: bool, seed: int) -> None:
    torch.manual_seed(seed)
    lengths = sorted(lengths, reverse=True) if sort else lengths
    batch = torch.randn(len(lengths), max(lengths), spec.input_size, dtype=torch.float64)
    x = pack_padded_sequence(batch, torch.tensor(lengths), batch_first=True, enforce_sorted=sort)
    layer = real(spec).double()
    traced = trace(layer, x)
    output, states = layer(x)
    assert isinstance(traced.output, PackedSequence)
    torch.testing.assert_close(traced.output.data, output.data, **TOLERANCE[torch.float64])
    assert torch.equal(traced.output.batch_sizes, output.batch_sizes)
    h_n = states[0] if isinstance(states, tuple) else states
    torch.testing.assert_close(traced.h_n, h_n, **TOLERANCE[torch.float64])


def test_steps_past_the_end_are_marked_not_zero() -> None:
    traced = trace(LayerSpec("GRU", 3, 2), torch.randn(4, 2, 3), lengths=[4, 2])
    assert traced.mask.T.tolist() == [[True] * 4, [True, True, False, False]]
    assert bool(traced.states["h"][0, 0, 2:, 1].isnan().all())
    assert bool(traced.gates["z"][0, 0, 2:, 1].isnan().all())
    assert bool(traced.states["h"][0, 0, :, 0].isfinite().all())
    assert traced.output[2:, 1].eq(0).all()


def test_a_cell_takes_one_step_or_the_loop() -> None:
    cell, x = nn.LSTMCell(3, 2), torch.randn(5, 4, 3)
    traced = trace(cell, x)
    state = None
    for t, x_t in enumerate(x):
        state = cell(x_t, state)
        torch.testing.assert_close(traced.states["c"][0, 0, t], state[1])
    torch.testing.assert_close(trace(cell, x[0]).h_n, cell(x[0])[0])


def test_dropout_in_training_mode_is_refused_and_eval_mode_is_traced() -> None:
    layer = nn.LSTM(3, 2, num_layers=2, dropout=0.5)
    x = torch.randn(4, 1, 3)
    refused(lambda: trace(layer, x), "dropout=0.5", "layer.eval()")
    assert trace(layer.eval(), x).difference < 1e-6


@pytest.mark.parametrize(
    ("layer", "words"),
    [(nn.Linear(3, 2), "Linear"), (nn.Sequential(nn.GRU(3, 2)), "contains"), ("LSTM", "LSTM")],
)
def test_what_is_no_layer_is_named(layer: Any, words: str) -> None:
    refused(lambda: trace(layer, torch.randn(4, 1, 3)), words)


@pytest.mark.parametrize("lengths", [[0, 4], [5, 4], [4], [4, 2.5]])
def test_lengths_that_do_not_fit_are_refused(lengths: Any) -> None:
    refused(lambda: trace(nn.GRU(3, 2), torch.randn(4, 2, 3), lengths=lengths), "lengths")


def test_the_learners_random_state_is_untouched() -> None:
    before = torch.get_rng_state()
    trace(LayerSpec("LSTM", 3, 2), torch.zeros(4, 1, 3))
    assert torch.equal(torch.get_rng_state(), before)
