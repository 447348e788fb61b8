"""The loop over cells, the layer and the packed batch give the same, in the call that times them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence

from rnnlib import LayerSpec, japanese_vowels
from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.call import Inputs, Outputs, call
from rnnlib.engine.devices import available
from rnnlib.engine.timing.variants import CellLoop, Equal, UnavailableError, cells_of, compare, layer_of, made
from rnnlib.engine.timing.workload import VARIANTS, Workload, check_workload, spread_lengths
from rnnlib.spec.kinds import CELLS, LAYERS
from tests.strategies import batches, real, refused, seq_lens, specs

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections", "ignore:dropout=")

DEEP = {"num_layers": 2, "bidirectional": True}


def case_of(layer: Any, x: Any = None, **given: Any) -> Workload:
    asked = {"variant": None, "seq_len": None, "batch": None, "lengths": None, "device": None, "dtype": None}
    with torch.set_grad_enabled(given.get("backward", False)):
        return check_workload(layer, x, **(asked | {"backward": False} | given))


def compared(case: Workload) -> Equal:
    def called(layer: nn.Module, given: Inputs) -> Outputs:
        return call(case.spec, layer, given)[0]

    with torch.set_grad_enabled(case.backward):
        return compare(case, made(case), called)


def flat(answer: Any) -> list[Tensor]:
    output, states = answer
    return [output, *(states if isinstance(states, tuple) else (states,))]


@settings(max_examples=150)
@given(specs(kinds=LAYERS, dropout=True), seq_lens, st.none() | batches, st.booleans())
def test_the_loop_over_cells_gives_what_the_layer_gives(
    spec: LayerSpec, seq_len: int, batch: int | None, backward: bool
) -> None:
    layer = real(spec)
    case = case_of(layer, seq_len=seq_len, batch=batch, variant="cell loop", backward=backward)
    if spec.proj_size:
        with pytest.raises(UnavailableError, match="no proj_size"):
            made(case)
        return
    loop = made(case)
    by_torch = layer.eval()(case.x)
    for ours, own in zip(flat(loop(case.x)), flat(by_torch), strict=True):
        torch.testing.assert_close(ours, own)
    assert {id(w) for w in loop.parameters()} == {id(w) for w in layer.parameters()}  # the very same weights
    assert compared(case).holds
    if backward:
        ours = torch.autograd.grad(loop(case.x)[0].sum(), list(layer.parameters()))
        own = torch.autograd.grad(by_torch[0].sum(), list(layer.parameters()))
        torch.testing.assert_close(ours, own)


@settings(max_examples=150)
@given(specs(kinds=LAYERS), seq_lens, batches, st.data())
def test_the_packed_layer_gives_what_the_layer_gives_each_sequence(
    spec: LayerSpec, seq_len: int, batch: int, data: st.DataObject
) -> None:
    lengths = data.draw(st.none() | st.lists(st.integers(1, seq_len), min_size=batch, max_size=batch))
    layer = real(spec).eval()
    case = case_of(layer, seq_len=seq_len, batch=batch, variant="packed", lengths=lengths)
    assert case.lengths is not None
    assert case.tokens == case.lengths.sum() == (case.tokens if lengths is None else sum(lengths))
    output, *states = flat(made(case)(case.x))
    assert compared(case).holds
    for i, length in enumerate(case.lengths.tolist()):
        alone = flat(layer(case.x[i, :length] if spec.batch_first else case.x[:length, i]))
        torch.testing.assert_close(output[i, :length] if spec.batch_first else output[:length, i], alone[0])
        for state, own in zip(states, alone[1:], strict=True):
            torch.testing.assert_close(state[:, i], own)


@settings(max_examples=60)
@given(specs(kinds=CELLS), seq_lens, st.none() | batches, st.booleans())
def test_a_cell_is_looped_and_its_layer_has_its_weights(
    spec: LayerSpec, seq_len: int, batch: int | None, backward: bool
) -> None:
    cell = real(spec)
    case = case_of(cell, seq_len=seq_len, batch=batch, backward=backward)
    assert case.variant == "cell loop"
    state, hs = None, []
    for x_t in case.x:
        state = cell(x_t, state)
        hs.append(state[0] if isinstance(state, tuple) else state)
    torch.testing.assert_close(made(case)(case.x)[0], torch.stack(hs))
    assert compared(case).holds
    layer = layer_of(case)
    assert type(layer).__name__ == spec.family.name
    torch.testing.assert_close(layer(case.x)[0], torch.stack(hs))
    assert layer.weight_ih_l0.data_ptr() != cell.weight_ih.data_ptr()  # a copy: cuDNN may move it


@pytest.mark.parametrize("shape", [(3,), (4, 3), (5, 4, 3)])
def test_a_cell_takes_a_step_or_every_step_of_its_loop(shape: tuple[int, ...]) -> None:
    case = case_of(nn.GRUCell(3, 2), torch.randn(shape))
    assert case.sizes == {1: Sizes(1, None), 2: Sizes(1, 4), 3: Sizes(5, 4)}[len(shape)]
    assert compared(case).holds


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
@pytest.mark.parametrize("kind", LAYERS)
def test_they_are_equal_in_every_dtype(kind: str, variant: str, dtype: torch.dtype) -> None:
    for backward in (False, True):
        case = case_of(LayerSpec(kind, 8, 16, **DEEP), seq_len=9, batch=5, variant=variant, dtype=dtype)
        equal = compared(case._replace(backward=backward))
        assert equal.holds
        assert equal.difference <= torch.finfo(dtype).eps ** 0.6
        assert "differ by rounding" in equal.sentence or variant == "layer"


def test_what_is_not_equal_is_said() -> None:
    class Doubled(nn.GRU):
        def forward(self, *given: Any) -> Any:
            output, h_n = super().forward(*given)
            return 2 * output, h_n

    equal = compared(case_of(Doubled(3, 2), seq_len=5, batch=2, variant="cell loop"))
    assert not equal.holds
    assert equal.difference > 1e-3
    assert "by up to" in equal.sentence
    assert "Doubled has a forward() of its own" in equal.sentence


def test_a_wrong_loop_and_a_wrong_packing_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(LayerSpec("LSTM", 3, 4, bidirectional=True), seq_len=6, batch=3, variant="cell loop")
    loop = made(case)
    assert isinstance(loop, CellLoop)
    loop.cells = nn.ModuleList(reversed(loop.cells))
    assert not compare(case, loop, lambda layer, given: call(case.spec, layer, given)[0]).holds
    packed = case_of(LayerSpec("LSTM", 3, 4), seq_len=6, batch=3, variant="packed", lengths=[6, 2, 4])
    wrong = made(packed._replace(lengths=torch.tensor([6, 3, 4])))
    assert not compare(packed, wrong, lambda layer, given: call(packed.spec, layer, given)[0]).holds


def test_nan_is_equal_to_nan_and_to_nothing_else() -> None:
    x = torch.randn(6, 2, 3)
    x[2] = torch.nan
    assert compared(case_of(nn.GRU(3, 2), x, variant="cell loop")).difference < 1e-6
    case = case_of(nn.GRU(3, 2), x, variant="cell loop")
    finite = case._replace(x=x.nan_to_num(0))
    difference = compare(
        case, made(case), lambda m, g: call(case.spec, m, g._replace(x=x if m is not case.module else finite.x))[0]
    )
    assert difference.difference == torch.inf
    assert not difference.holds


@pytest.mark.parametrize("backward", [False, True])
def test_packed_input_stays_packed(backward: bool) -> None:
    sequences = [torch.from_numpy(japanese_vowels()[i]) for i in (0, 1, 270)]
    layer = nn.LSTM(12, 4, batch_first=True)
    packed = pack_sequence(sequences, enforce_sorted=False)
    case = case_of(layer, packed, backward=backward)
    assert case.variant == "packed"
    assert case.tokens == len(packed.data)
    assert compared(case).holds
    output, (h_n, _) = made(case)(case.given.x)
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
    (cell,) = cells_of(case_of(LayerSpec("GRU", 3, 4), seq_len=2)._replace(module=layer))
    assert torch.equal(cell.weight_hh, layer.weight_hh_l0)


def test_dropout_is_off_and_the_layer_keeps_its_own_mode() -> None:
    layer = nn.GRU(3, 2, num_layers=2, dropout=0.5).eval()
    case = case_of(layer, seq_len=9, batch=4, backward=True)
    assert case.module.training
    assert torch.equal(made(case)(case.x)[0], made(case)(case.x)[0])
    assert (layer.dropout, layer.training) == (0.5, False)


def test_there_are_three_variants() -> None:
    assert VARIANTS == ("cell loop", "layer", "packed")
    refused(lambda: case_of(nn.GRU(3, 2), seq_len=4, variant="cells"), "variant must be one of", "'cell loop'", "cells")


@pytest.mark.gpu
@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
def test_on_the_gpu(kind: str, variant: str) -> None:
    for more in ({}, {"backward": True}, {"dtype": torch.bfloat16}):
        spec = LayerSpec(kind, 16, 32, **DEEP)
        case = case_of(spec, seq_len=40, batch=8, variant=variant, device=available()[-1], **more)
        assert compared(case).holds
    cell = case_of(LayerSpec(f"{kind}Cell", 16, 32), seq_len=40, batch=8, variant=variant, device=available()[-1])
    assert compared(cell).holds
