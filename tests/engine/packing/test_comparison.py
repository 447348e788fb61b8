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
from tests.strategies import real, refused, specs

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
