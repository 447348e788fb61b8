"""The loop over cells, the layer and the packed batch give the same, in the call that times them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence

from rnnlib import LayerSpec, japanese_vowels
from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.devices import available
from rnnlib.engine.timing.variants import UnavailableError, cells_of, layer_of, variant_of
from rnnlib.engine.timing.workload import VARIANTS, spread_lengths
from rnnlib.spec.kinds import CELLS, LAYERS
from tests.engine.timing.workloads import DEEP, compared, workload_of
from tests.strategies import batches, cases, real, refused, seq_lens, specs

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections", "ignore:dropout=")


def flat(answer: Any) -> list[Tensor]:
    output, states = answer
    return [output, *(states if isinstance(states, tuple) else (states,))]


@cases(60)
@given(specs(kinds=LAYERS, dropout=True), seq_lens, st.none() | batches, st.booleans())
def test_the_loop_over_cells_gives_what_the_layer_gives(
    spec: LayerSpec, seq_len: int, batch: int | None, backward: bool
) -> None:
    layer = real(spec)
    workload = workload_of(layer, seq_len=seq_len, batch=batch, variant="cell loop", backward=backward)
    if spec.proj_size:
        with pytest.raises(UnavailableError, match="no proj_size"):
            variant_of(workload)
        return
    loop = variant_of(workload)
    by_torch = layer.eval()(workload.x)
    for ours, own in zip(flat(loop(workload.x)), flat(by_torch), strict=True):
        torch.testing.assert_close(ours, own)
    assert {id(w) for w in loop.parameters()} == {id(w) for w in layer.parameters()}  # the very same weights
    assert compared(workload).holds
    if backward:
        ours = torch.autograd.grad(loop(workload.x)[0].sum(), list(layer.parameters()))
        own = torch.autograd.grad(by_torch[0].sum(), list(layer.parameters()))
        torch.testing.assert_close(ours, own)


@cases(60)
@given(specs(kinds=LAYERS), seq_lens, batches, st.data())
def test_the_packed_layer_gives_what_the_layer_gives_each_sequence(
    spec: LayerSpec, seq_len: int, batch: int, data: st.DataObject
) -> None:
    lengths = data.draw(st.none() | st.lists(st.integers(1, seq_len), min_size=batch, max_size=batch))
    layer = real(spec).eval()
    workload = workload_of(layer, seq_len=seq_len, batch=batch, variant="packed", lengths=lengths)
    assert workload.lengths is not None
    assert workload.tokens == workload.lengths.sum() == (workload.tokens if lengths is None else sum(lengths))
    output, *states = flat(variant_of(workload)(workload.x))
    assert compared(workload).holds
    for i, length in enumerate(workload.lengths.tolist()):
        alone = flat(layer(workload.x[i, :length] if spec.batch_first else workload.x[:length, i]))
        torch.testing.assert_close(output[i, :length] if spec.batch_first else output[:length, i], alone[0])
        for state, own in zip(states, alone[1:], strict=True):
            torch.testing.assert_close(state[:, i], own)


@cases(30)
@given(specs(kinds=CELLS), seq_lens, st.none() | batches, st.booleans())
def test_a_cell_is_looped_and_its_layer_has_its_weights(
    spec: LayerSpec, seq_len: int, batch: int | None, backward: bool
) -> None:
    cell = real(spec)
    workload = workload_of(cell, seq_len=seq_len, batch=batch, backward=backward)
    assert workload.variant == "cell loop"
    state, hs = None, []
    for x_t in workload.x:
        state = cell(x_t, state)
        hs.append(state[0] if isinstance(state, tuple) else state)
    torch.testing.assert_close(variant_of(workload)(workload.x)[0], torch.stack(hs))
    assert compared(workload).holds
    layer = layer_of(workload)
    assert type(layer).__name__ == spec.family.name
    torch.testing.assert_close(layer(workload.x)[0], torch.stack(hs))
    assert layer.weight_ih_l0.data_ptr() != cell.weight_ih.data_ptr()  # a copy: cuDNN may move it


@pytest.mark.parametrize("shape", [(3,), (4, 3), (5, 4, 3)])
def test_a_cell_takes_a_step_or_every_step_of_its_loop(shape: tuple[int, ...]) -> None:
    workload = workload_of(nn.GRUCell(3, 2), torch.randn(shape))
    assert workload.sizes == {1: Sizes(1, None), 2: Sizes(1, 4), 3: Sizes(5, 4)}[len(shape)]
    assert compared(workload).holds


@pytest.mark.parametrize("backward", [False, True])
def test_packed_input_stays_packed(backward: bool) -> None:
    sequences = [torch.from_numpy(japanese_vowels()[i]) for i in (0, 1, 270)]
    layer = nn.LSTM(12, 4, batch_first=True)
    packed = pack_sequence(sequences, enforce_sorted=False)
    workload = workload_of(layer, packed, backward=backward)
    assert workload.variant == "packed"
    assert workload.tokens == len(packed.data)
    assert compared(workload).holds
    output, (h_n, _) = variant_of(workload)(workload.given.x)
    by_torch, states = layer(packed)
    assert torch.equal(output.data, by_torch.data)
    assert torch.equal(h_n, states[0])


def test_lengths_are_spread_as_those_of_the_recordings_are() -> None:
    real_lengths = torch.from_numpy(japanese_vowels().lengths.astype("int64")).sort().values
    ours = spread_lengths(29, 640).sort().values
    assert (ours - real_lengths).abs().max() <= 4
    assert abs(ours.float().mean() - real_lengths.float().mean()) < 1
    for batch in (1, 2, 7, 100):
        for seq_len in (1, 2, 50):
            lengths = spread_lengths(seq_len, batch)
            assert len(lengths) == batch
            assert lengths.max() == seq_len
            assert lengths.min() >= 1
    assert spread_lengths(50, 20).tolist() == spread_lengths(50, 20).tolist() != sorted(spread_lengths(50, 20).tolist())


def test_pruned_weights_are_taken_as_they_are_now() -> None:
    layer = nn.GRU(3, 4)
    torch.nn.utils.parametrize.register_parametrization(layer, "weight_hh_l0", nn.Hardtanh(-0.1, 0.1))
    layer.eval()
    (cell,) = cells_of(workload_of(LayerSpec("GRU", 3, 4), seq_len=2)._replace(module=layer))
    assert torch.equal(cell.weight_hh, layer.weight_hh_l0)


def test_dropout_is_off_and_the_layer_keeps_its_own_mode() -> None:
    layer = nn.GRU(3, 2, num_layers=2, dropout=0.5).eval()
    workload = workload_of(layer, seq_len=9, batch=4, backward=True)
    assert workload.module.training
    assert torch.equal(variant_of(workload)(workload.x)[0], variant_of(workload)(workload.x)[0])
    assert (layer.dropout, layer.training) == (0.5, False)


def test_there_are_three_variants() -> None:
    assert VARIANTS == ("cell loop", "layer", "packed")
    asked = {"seq_len": 4, "variant": "cells"}
    refused(lambda: workload_of(nn.GRU(3, 2), **asked), "variant must be one of", "'cell loop'", "cells")


@pytest.mark.gpu
@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
def test_on_the_gpu(kind: str, variant: str) -> None:
    has_bfloat16 = torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    for more in ({}, {"backward": True}, {"dtype": torch.bfloat16 if has_bfloat16 else torch.float16}):
        spec = LayerSpec(kind, 16, 32, **DEEP)
        workload = workload_of(spec, seq_len=40, batch=8, variant=variant, device=available()[-1], **more)
        assert compared(workload).holds
    cell = workload_of(LayerSpec(f"{kind}Cell", 16, 32), seq_len=40, batch=8, variant=variant, device=available()[-1])
    assert compared(cell).holds
