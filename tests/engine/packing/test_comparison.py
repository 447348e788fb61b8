"""Packed, every sequence ends in the state in which it ends alone; padded, the shorter ones do not."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, pad_packed_sequence, pad_sequence

from rnnlib import LayerSpec, japanese_vowels
from rnnlib.engine.call import call
from rnnlib.engine.packing import comparison as padding
from rnnlib.engine.packing.comparison import PaddedAndPacked, padded_and_packed
from rnnlib.spec.kinds import LAYERS
from tests.strategies import cases, real, refused, specs

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections")

GRU = LayerSpec("GRU", 12, 16)
VOWELS = [torch.from_numpy(japanese_vowels()[index]) for index in (0, 1, 270, 300, 639)]
DEEP = {"num_layers": 2, "bidirectional": True}
SPECS = [
    *(LayerSpec(kind, 12, 16, **more) for kind in LAYERS for more in ({}, DEEP, DEEP | {"batch_first": True})),
    LayerSpec("LSTM", 12, 16, proj_size=5, **DEEP),
    LayerSpec("RNN", 12, 16, nonlinearity="relu"),
    LayerSpec("GRU", 12, 16, bias=False),
]


def states(answer: Any) -> list[Tensor]:
    return list(answer) if isinstance(answer, tuple) else [answer]


def by_hand(layer: nn.Module, sequences: list[Tensor]) -> list[list[Tensor]]:
    """For each sequence its output and last states, run alone by torch itself."""
    with torch.no_grad():
        alone = [layer(sequence) for sequence in sequences]
    return [[output, *states(last)] for output, last in alone]


def equals_by_hand(both: PaddedAndPacked, layer: nn.Module, sequences: list[Tensor]) -> None:
    """All three runs are torch's, and what is said of them is so."""
    first = layer.batch_first
    with torch.no_grad():
        out_padded, last_padded = layer(pad_sequence(sequences, batch_first=first))
        out_packed, last_packed = layer(pack_sequence(sequences, enforce_sorted=False))
    out_padded = out_padded.transpose(0, 1) if first else out_padded
    out_packed, lengths = pad_packed_sequence(out_packed)
    for ran, output, last in ((both.padded, out_padded, last_padded), (both.packed, out_packed, last_packed)):
        assert torch.equal(ran.output, output)
        assert [t.tolist() for t in (ran.h_n, ran.c_n) if t is not None] == [t.tolist() for t in states(last)]
        assert ran.seconds > 0
    alone = by_hand(layer, sequences)
    for index, (output, *last) in enumerate(alone):
        row = both.alone.output[:, index]
        assert torch.equal(row[: len(output)], output)
        assert bool(row[len(output) :].isnan().all())
        assert torch.equal(both.alone.h_n[:, index], last[0])
        assert both.alone.c_n is None or torch.equal(both.alone.c_n[:, index], last[1])
        for off, run_states in ((both.off(both.padded), last_padded), (both.off(both.packed), last_packed)):
            apart = [(a[:, index] - b).abs().amax(-1) for a, b in zip(states(run_states), last, strict=True)]
            assert torch.equal(off[:, index], torch.stack(apart).amax(0))
        assert torch.equal(both.padded.output[-1][index], out_padded[-1, index])
        assert torch.equal(both.last_packed[index], out_packed[lengths[index] - 1, index])
        assert torch.allclose(both.last_packed[index], output[-1], atol=1e-6)
    rows = both.spec.num_layers * both.spec.num_directions
    assert both.padded.steps == rows * len(sequences) * max(map(len, sequences))
    assert both.packed.steps == rows * sum(map(len, sequences))


@cases(60)
@given(
    specs(kinds=LAYERS),
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
    st.sampled_from([torch.float32, torch.float64]),
)
def test_packed_ends_where_each_sequence_ends_alone(spec: LayerSpec, lengths: list[int], dtype: torch.dtype) -> None:
    layer = real(spec).to(dtype)
    sequences = [torch.randn(length, spec.input_size, dtype=dtype) for length in lengths]
    both = padded_and_packed(layer, sequences)
    equals_by_hand(both, layer, sequences)
    largest = max(1.0, float(both.alone.h_n.abs().max()))  # of relu, which has no bound
    assert float(both.off(both.packed).max()) <= 1e-6 * largest
    longest = [index for index, length in enumerate(lengths) if length == max(lengths)]
    assert float(both.off(both.padded)[:, longest].max()) <= 1e-6 * largest  # it has no padding


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_on_the_utterances_padding_changes_every_shorter_one(spec: LayerSpec, dtype: torch.dtype) -> None:
    layer = real(spec).to(dtype)
    sequences = [vowel.to(dtype) for vowel in VOWELS]
    both = padded_and_packed(layer, sequences)
    equals_by_hand(both, layer, sequences)
    assert float(both.off(both.packed).max()) <= 1e-6
    shorter = [index for index, vowel in enumerate(VOWELS) if len(vowel) < max(map(len, VOWELS))]
    assert len(shorter) == len(VOWELS) - 1
    forward = both.off(both.padded)[:: both.spec.num_directions]
    assert float(forward[:, shorter].min()) > 1e-3
    # A backward direction begins on the padding, and has read a whole sequence since: little of it is left.
    assert float(both.off(both.padded)[:, shorter].min()) > (1e-9 if dtype == torch.float64 else 1e-6)
    assert not torch.allclose(both.padded.output[-1][shorter], both.last_packed[shorter], atol=1e-3)


def test_on_all_recorded_utterances() -> None:
    vowels = japanese_vowels()
    sequences = [torch.from_numpy(vowels[index]) for index in range(len(vowels))]
    both = padded_and_packed(LayerSpec("LSTM", 12, 16, bidirectional=True), sequences)
    shorter = torch.tensor(vowels.lengths < vowels.lengths.max())
    assert float(both.off(both.packed).max()) <= 1e-6
    assert float(both.off(both.padded)[:, ~shorter].max()) <= 1e-6
    assert float(both.off(both.padded)[0, shorter].min()) > 1e-4
    assert float(both.off(both.padded)[1, shorter].max()) > 1e-3  # the backward direction starts on the padding
    assert (both.padded.steps, both.packed.steps) == (2 * 640 * 29, 2 * 9961)
    assert both.holds(both.padded).count(False) == int(shorter.sum())
    assert all(both.holds(both.packed))


def test_a_layer_stays_as_it_was() -> None:
    layer = nn.GRU(12, 16, num_layers=2, dropout=0.5, batch_first=True)
    state, weights = torch.get_rng_state(), [w.clone() for w in layer.parameters()]
    both = padded_and_packed(layer, VOWELS)
    assert layer.training
    assert not both.padded.output.requires_grad
    assert torch.equal(torch.get_rng_state(), state)
    assert all(map(torch.equal, layer.parameters(), weights))
    assert float(both.off(both.packed).max()) <= 1e-6  # no dropout in it
    assert both.packing.padded.shape == (len(VOWELS), max(map(len, VOWELS)), 12)  # as the layer reads it
    assert both.padded.output.shape == (max(map(len, VOWELS)), len(VOWELS), 16)  # time first all the same
    layer.weight_ih_l0.data.zero_()
    again = padded_and_packed(layer, VOWELS)
    assert not torch.equal(again.alone.h_n, both.alone.h_n)  # it is this layer, not a copy of before


def test_of_a_spec_the_layer_is_built_with_the_same_weights_every_time() -> None:
    a, b = padded_and_packed(GRU, VOWELS), padded_and_packed(GRU, VOWELS)
    assert torch.equal(a.padded.h_n, b.padded.h_n)
    assert a.spec == GRU


def test_where_nothing_is_padded_nothing_differs() -> None:
    both = padded_and_packed(GRU, [torch.randn(9, 12) for _ in range(4)])
    assert float(both.off(both.padded).max()) <= 1e-6
    assert both.padded.steps == both.packed.steps == 36
    assert all(both.holds(both.padded))


def test_numbers_that_grow_are_judged_by_their_own_size() -> None:
    """A relu RNN with weights six times as large: packed is right but for rounding, padded is not."""
    torch.manual_seed(0)
    layer = nn.RNN(3, 8, nonlinearity="relu")
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(6)
    both = padded_and_packed(layer, [torch.randn(length, 3) for length in (20, 5, 12)])
    assert float(both.alone.h_n.max()) > 1e6
    assert both.holds(both.packed) == [True, True, True]
    assert both.holds(both.padded) == [True, False, False]


def test_half_precision_rounds_more_and_counts_as_rounding() -> None:
    sequences = [vowel.bfloat16() for vowel in VOWELS]
    both = padded_and_packed(nn.GRU(12, 16).bfloat16(), sequences)
    assert all(both.holds(both.packed))


def test_nan_stays_in_the_sequence_that_has_it() -> None:
    holed = VOWELS[0].clone()
    holed[2, 3] = torch.nan
    both = padded_and_packed(GRU, [VOWELS[1], holed])
    assert both.off(both.packed).isnan().tolist() == [[False, True]]


class Normed(nn.LSTM):
    """Normalises what it reads: in training mode by the batch, which it also remembers."""

    def __init__(self) -> None:
        super().__init__(12, 16)
        self.norm = nn.BatchNorm1d(12)

    def forward(self, x: Any, hx: Any = None) -> Any:
        data = self.norm(x.data.flatten(0, -2)).view(x.data.shape)
        return super().forward(x._replace(data=data) if isinstance(x, PackedSequence) else data, hx)


def test_all_that_a_layer_is_made_of_is_in_eval_mode_and_stays_as_it_was() -> None:
    layer = Normed()
    both = padded_and_packed(layer, VOWELS)
    assert float(both.off(both.packed).max()) <= 1e-6
    assert layer.training
    assert layer.norm.training
    assert layer.norm.running_mean is not None
    assert not layer.norm.running_mean.any()


def test_each_way_is_warm_before_its_time_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(padding, "call", lambda *called: given.append(called[2].x) or call(*called))
    both = padded_and_packed(GRU, VOWELS)
    ways = [both.packing.padded, both.packing.packed]
    assert [id(x) for x in given] == [*map(id, ways), *map(id, ways), *map(id, VOWELS)]


x = torch.randn(5, 12)
BAD = {
    "an empty list": (GRU, [], ["sequences is empty"]),
    "a padded batch": (GRU, torch.zeros(5, 2, 12), ["a list of tensors", "unpad_sequence"]),
    "a packed one": (GRU, pack_sequence([x]), ["a PackedSequence", "unpack_sequence"]),
    "another width": (GRU, [x[:, :5]], ["5 wide", "input_size=12", "input_size=5"]),
    "unequal widths": (GRU, [x, x[:, :5]], ["sequences[1] is 5 wide"]),
    "another dtype than the layer": (nn.GRU(12, 16), [x.double()], ["sequences[0]", "float32", "not float64"]),
    "whole numbers": (GRU, [x.long()], ["sequences[0]", "float32", "not int64"]),
    "no steps": (GRU, [x, x[:0]], ["sequences[1] is empty"]),
    "a cell": (LayerSpec("GRUCell", 12, 16), [x], ["one step", "use GRU"]),
    "no layer": ("GRU", [x], ["'GRU' is a name"]),
    "a layer without numbers": (nn.GRU(12, 16, device="meta"), [x], ["no device 'meta'"]),
}


@pytest.mark.parametrize(("layer", "sequences", "words"), BAD.values(), ids=BAD)
def test_what_does_not_fit_is_refused_in_words(layer: Any, sequences: Any, words: list[str]) -> None:
    refused(lambda: padded_and_packed(layer, sequences), *words)


def test_nothing_is_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        padded_and_packed(LayerSpec("LSTM", 12, 16, proj_size=3), VOWELS)


@pytest.mark.gpu
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_on_the_gpu(spec: LayerSpec) -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    both = padded_and_packed(real(spec).to(device), [vowel.to(device) for vowel in VOWELS])
    assert both.last_packed.device.type == device
    assert both.holds(both.packed) == [True] * len(VOWELS)
    assert float(both.off(both.padded).max()) > 1e-2


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_rounding_that_is_amplified_is_no_fault_of_packing(kind: str) -> None:
    torch.manual_seed(1)
    layer = getattr(nn, kind)(3, 16, num_layers=2, bidirectional=True)
    with torch.no_grad():
        for weight in layer.parameters():
            weight *= 10
    made = padded_and_packed(layer, [torch.randn(length, 3) for length in (600, 400, 600)])
    assert made.holds(made.packed) == [True] * 3
    assert not made.holds(made.padded)[1]
    assert "amplified from step to step" in made.note or float(made.off(made.packed).max()) < 1e-3
    assert "amplified" not in padded_and_packed(nn.GRU(3, 4), [torch.randn(5, 3)]).note


def test_a_layer_that_draws_numbers_or_changes_its_weights() -> None:
    class Mine(nn.GRU):
        def forward(self, *given: Any) -> Any:
            self.weight_hh_l0.data.mul_(torch.rand(()))
            return super().forward(*given)

    layer, before = Mine(3, 4), torch.get_rng_state()
    made = padded_and_packed(layer, [torch.ones(5, 3)])
    assert torch.equal(before, torch.get_rng_state())
    assert "changes weight_hh_l0 in place" in made.note


def test_the_padded_run_reads_the_padding_value() -> None:
    layer, sequences = nn.GRU(3, 4), [torch.randn(5, 3), torch.randn(2, 3)]
    padded = pad_sequence(sequences, padding_value=7.0)
    made = padded_and_packed(layer, sequences, padding_value=7.0)
    assert torch.allclose(made.padded.output, layer(padded)[0])
    assert torch.allclose(made.padded.h_n, layer(padded)[1])
