"""The model beside bare torch: what the head reads, packed and padded, and the biases that open a gate."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from rnnlib import LayerSpec
from rnnlib.engine.training.model import SUMMARIES, SequenceClassifier
from rnnlib.engine.training.train import padded
from tests.strategies import cases, refused

layers = st.builds(
    LayerSpec,
    st.sampled_from(["RNN", "LSTM", "GRU"]),
    st.integers(1, 4),
    st.integers(1, 5),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
)


def by_hand(model: SequenceClassifier, sequences: list[Tensor]) -> Tensor:
    """Each sequence alone, by torch's layer: followed by zeros where pads are read."""
    longest, rows = max(map(len, sequences)), []
    for x in sequences:
        own = len(x)
        read = x if model.packed else torch.cat([x, torch.zeros(longest - own, x.shape[1])])
        output, states = model.layer(read)
        if model.summary == "h_n":
            h_n = states[0] if isinstance(states, tuple) else states
            row = h_n[-2:].flatten() if model.spec.bidirectional else h_n[-1]
        elif model.summary == "mean":
            row = output[:own].mean(dim=0)
        else:  # packed, the padded output has zeros past the sequence's end
            row = output[-1] if len(read) == longest else torch.zeros(output.shape[1])
        rows.append(nn.functional.linear(row, model.head.weight, model.head.bias))
    return torch.stack(rows)


@given(layers, st.sampled_from(SUMMARIES), st.booleans(), st.lists(st.integers(1, 6), min_size=1, max_size=4))
@cases(60)
def test_its_scores_are_those_of_each_sequence_alone(
    spec: LayerSpec, summary: str, packed: bool, lengths: list[int]
) -> None:
    model = SequenceClassifier(spec, 3, summary=summary, packed=packed)
    sequences = [torch.randn(length, spec.input_size) for length in lengths]
    x, told, _ = padded([(sequence, torch.tensor(0)) for sequence in sequences])
    assert torch.allclose(model(x, told), by_hand(model, sequences), atol=1e-5)


def test_read_with_pads_an_utterance_depends_on_its_neighbours_and_packed_it_does_not() -> None:
    one = (torch.randn(4, 3), torch.tensor(0))
    long = (torch.randn(9, 3), torch.tensor(0))
    for packed in (True, False):
        model = SequenceClassifier(LayerSpec("GRU", 3, 8), 2, packed=packed)
        alone, beside = (model(*padded(batch)[:2])[0] for batch in ([one], [one, long]))
        assert torch.allclose(alone, beside, atol=1e-6) == packed


@pytest.mark.parametrize(("kind", "gate"), [("LSTM", 1), ("GRU", 1)])
def test_a_forget_bias_is_all_that_the_gate_adds(kind: str, gate: int) -> None:
    spec = LayerSpec(kind, 3, 4, num_layers=2, bidirectional=True)
    plain, opened = SequenceClassifier(spec, 2, seed=5), SequenceClassifier(spec, 2, seed=5, forget_bias=2.5)
    rows = torch.zeros(4 * spec.num_gates, dtype=torch.bool)
    rows[4 * gate : 4 * gate + 4] = True
    for (name, before), after in zip(plain.layer.named_parameters(), opened.layer.parameters(), strict=True):
        if name.startswith("bias"):
            assert after[rows].tolist() == [2.5 if name.startswith("bias_ih") else 0.0] * 4
            before, after = before[~rows], after[~rows]
        assert torch.equal(before, after), name


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_the_gate_that_is_opened_is_the_one_that_keeps(kind: str) -> None:
    """Two states that differ still do so after 50 steps; with torch's own biases they no longer do."""
    spec, kept = LayerSpec(kind, 1, 4), []
    for forget_bias in (20.0, None):
        model = SequenceClassifier(spec, 2, forget_bias=forget_bias)
        ends = []
        for start in (0.5, 0.6):
            state = torch.full((1, 1, 4), start)
            given = (state, 10 * state) if kind == "LSTM" else state
            _, states = model.layer(torch.zeros(50, 1, 1), given)
            ends.append(states[1] / 10 if kind == "LSTM" else states)
        kept.append((ends[1] - ends[0]).abs().min().item() / 0.1)
    assert kept[0] > 0.3
    assert kept[1] < 1e-3


def test_a_layer_without_such_a_gate_is_refused() -> None:
    refused(lambda: SequenceClassifier(LayerSpec("RNN", 1, 2), 2, forget_bias=1.0), "forget_bias=1", "RNN", "Leave it")


def test_the_seed_makes_the_weights_and_torchs_own_stay() -> None:
    state = torch.get_rng_state()
    one, same, other = (SequenceClassifier(LayerSpec("GRU", 3, 16), 4, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)
    assert all(0.2 < p.abs().max() <= 0.25 for p in one.head.parameters() if p.dim() > 1)  # 1 / sqrt(16), as torch's
