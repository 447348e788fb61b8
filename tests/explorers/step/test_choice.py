"""Which weights and inputs the step explorer offers, and what goes with what."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from rnnlib import LayerSpec
from rnnlib.data import japanese_vowels
from rnnlib.engine.handmade_weights import HANDMADE, example
from rnnlib.engine.layers import build
from rnnlib.engine.trace.trace import trace
from rnnlib.explorers.step.choice import BATCH
from rnnlib.explorers.step.explorer import StepExplorer
from rnnlib.spec.kinds import KINDS
from tests.explorers.step.stepping import assert_shows, decoded, sent
from tests.strategies import refused


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_alone_is_enough(kind: str) -> None:
    explorer = StepExplorer(kind)
    assert (explorer.kind, explorer.weights, explorer.source) == (kind, "random", "utterance")
    assert explorer.trace.spec.kind == kind


def test_nothing_at_all_is_an_lstm() -> None:
    assert StepExplorer().kind == "LSTM"


@pytest.mark.parametrize("batch_first", [True, False])
def test_a_module_of_ones_own_without_x_gets_an_input(batch_first: bool) -> None:
    layer = nn.GRU(5, 3, batch_first=batch_first, dtype=torch.float64)
    explorer = StepExplorer(layer, seq_len=6)
    assert (explorer.layer, explorer.source, explorer.sources) == (layer, "random", ["random"])
    assert tuple(explorer.trace.mask.shape) == (6, BATCH)
    explorer.hidden_size = 3  # as it is
    assert explorer.weights == "your own"


def test_a_cell_takes_one_step_or_all_of_its_loop() -> None:
    cell = nn.LSTMCell(3, 4)
    assert StepExplorer(cell, torch.randn(2, 3)).seq_len == 1
    assert StepExplorer(cell, torch.randn(9, 2, 3)).seq_len == 9


def test_an_unbatched_input_is_a_batch_of_one() -> None:
    explorer = StepExplorer(nn.GRU(3, 4), torch.randn(6, 3))
    assert (explorer.seq_len, explorer.answer["sizes"]["batch"]) == (6, 1)


def test_a_real_utterance_is_among_the_inputs_where_it_fits() -> None:
    explorer = StepExplorer("LSTM", seq_len=12)
    assert "utterance" in explorer.sources
    utterances = japanese_vowels()
    shown = decoded(explorer)["x of layer 0"][0, 0, :, 0]
    assert any(np.array_equal(shown, utterances[u]) for u in range(640) if utterances.lengths[u] == 12)
    assert "utterance" not in StepExplorer(nn.LSTM(11, 4)).sources


def test_what_is_called_an_utterance_is_never_random_numbers() -> None:
    most = int(sorted(japanese_vowels().lengths)[-BATCH])
    explorer = StepExplorer("GRU", seq_len=most)
    assert explorer.source == "utterance"
    explorer.seq_len = most + 1
    assert (explorer.source, explorer.sources, explorer.problem) == ("random", ["random"], "")
    assert "random numbers, as only 1 of the recorded utterances has 27 frames." in explorer.answer["note"]


@pytest.mark.parametrize("damaged", [True, False])
def test_without_recordings_random_numbers_are_called_so(
    damaged: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "japanese_vowels.npz"
    if damaged:
        path.write_bytes(b"not a zip")
    monkeypatch.setattr(sys.modules[japanese_vowels.__module__], "PATH", path)
    explorer = StepExplorer("GRU")
    assert (explorer.source, explorer.sources) == ("random", ["random"])
    said = explorer.answer["note"]
    assert said.startswith("Input: random numbers, as the recorded utterances ")
    assert "Install rnnlib again" in said
    assert StepExplorer(nn.GRU(5, 3)).answer["note"] == ""  # which reads no speech anyway


@pytest.mark.parametrize("name", HANDMADE)
def test_weights_worth_watching_bring_their_kind_and_their_input(name: str) -> None:
    explorer = StepExplorer(weights=name)
    assert (explorer.kind, explorer.weights) == (HANDMADE[name].kind, name)
    assert {h for h in HANDMADE if HANDMADE[h].kind == explorer.kind} < set(explorer.weight_names)
    assert explorer.answer["equal"]
    assert_shows(explorer, trace(explorer.layer, explorer.trace.inputs[0]))


def test_another_kind_keeps_what_it_can() -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 12, 5, num_layers=2, bidirectional=True), seq_len=4)
    explorer.kind = "GRU"
    assert explorer.trace.spec == LayerSpec("GRU", 12, 5, num_layers=2, bidirectional=True)
    assert explorer.weights == "random"
    assert explorer.seq_len == 4


def test_weights_and_input_that_another_kind_lacks_give_way() -> None:
    explorer = StepExplorer(weights="latch")
    explorer.kind = "GRU"
    assert (explorer.weights, explorer.problem) == ("random", "")
    assert "latch" not in explorer.weight_names
    layer = nn.LSTM(3, 4)
    own = StepExplorer(layer, torch.randn(5, 2, 3))
    own.kind = "RNN"
    assert (own.weights, own.source) == ("random", "your own")
    own.kind = "LSTM"
    own.weights = "your own"
    assert own.layer is layer


@pytest.mark.parametrize("name", ["seq_len", "hidden_size"])
def test_a_size_that_weights_or_input_bring_with_them_says_so(name: str) -> None:
    for explorer in (StepExplorer(weights="latch"), StepExplorer(nn.GRU(3, 4), torch.randn(5, 2, 3))):
        had = getattr(explorer, name)
        with pytest.raises(ValueError, match=f"{name}={had}.*'random'"):
            setattr(explorer, name, had + 1)
        assert getattr(explorer, name) == had


def test_an_x_of_ones_own_is_offered_to_every_layer_that_it_fits() -> None:
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    explorer = StepExplorer(nn.LSTM(3, 4, dtype=torch.float64), x)
    for name, value in (("weights", "random"), ("kind", "GRU"), ("kind", "LSTMCell")):
        sent(explorer, **{name: value})
        assert (explorer.source, explorer.problem) == ("your own", "")
        np.testing.assert_array_equal(decoded(explorer)["x of layer 0"][0, 0], x.float().numpy())
    sent(explorer, kind="LSTM", weights="latch")
    assert (explorer.weights, explorer.problem) == ("latch", "")
    assert "your own" not in explorer.sources


def test_hand_made_weights_take_their_size_with_them() -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 12, 6, proj_size=5))
    for name in ("latch", "random"):
        sent(explorer, weights=name)
        assert (explorer.weights, explorer.problem) == (name, "")
    assert explorer.trace.spec.hidden_size == explorer.hidden_size == 6


def test_hand_made_weights_switch_to_the_bits_made_for_them() -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 1, 4), seq_len=5)
    sent(explorer, source="random")
    for name in ("latch", "count"):
        sent(explorer, weights=name)
        assert (explorer.source, explorer.problem) == ("bits", "")
        np.testing.assert_array_equal(decoded(explorer)["x of layer 0"][0, 0], example(name).numpy())
        sent(explorer, source="random")
        assert (explorer.source, explorer.weights, explorer.problem) == ("random", name, "")


def test_hand_made_weights_keep_an_x_of_ones_own() -> None:
    x = torch.tensor([1.0, 0.0, 1.0]).view(3, 1, 1)
    explorer = StepExplorer(weights="latch", x=x)
    sent(explorer, weights="count")
    assert (explorer.source, explorer.problem) == ("your own", "")
    assert [round(float(c)) for c in explorer.trace.states["c"].flatten()] == [1, 1, 2]


@pytest.mark.parametrize("layer", [nn.LSTM(3, 4, num_layers=2), nn.GRU(3, 4, dtype=torch.float64), nn.RNNCell(3, 4)])
def test_first_states_of_ones_own_are_what_the_first_step_starts_from(layer: nn.Module) -> None:
    spec, dtype = LayerSpec.of(layer), next(layer.parameters()).dtype
    x = torch.randn(5, 2, 3, dtype=dtype)
    h = torch.randn(*(() if spec.is_cell else (spec.num_layers,)), 2, 4, dtype=dtype)
    hx = (h, 2 * h) if spec.family.name == "LSTM" else h
    explorer = StepExplorer(layer, x, hx)
    assert_shows(explorer, trace(layer, x, hx))
    np.testing.assert_array_equal(decoded(explorer)["h before"][:, 0, 0], h.view(-1, 2, 4).float().numpy())


def test_first_states_go_with_the_layers_that_they_fit() -> None:
    x, h = torch.randn(5, 2, 3), torch.randn(1, 2, 4)
    explorer = StepExplorer(nn.GRU(3, 4), x, h)
    sent(explorer, weights="random")
    assert torch.equal(explorer.trace.before["h"][0, 0, 0], h[0])
    assert explorer.answer["note"] == ""
    sent(explorer, hidden_size=5)
    assert not explorer.trace.before["h"][0, 0, 0].any()
    assert "hx is for GRU with hidden_size=4" in explorer.answer["note"]
    sent(explorer, kind="LSTM", hidden_size=4)
    assert "hx is for GRU" in explorer.answer["note"]
    sent(explorer, kind="GRU", source="random")
    assert explorer.answer["note"] == ""


@pytest.mark.parametrize(
    ("hx", "words"),
    [(torch.zeros(1, 3, 4), r"\(1, 3, 4\)"), (torch.zeros(2, 2, 4), r"\(2, 2, 4\)"), ((1, 2, 3), "hx")],
)
def test_first_states_that_do_not_fit_are_refused_in_a_sentence(hx: Any, words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        StepExplorer(nn.GRU(3, 4), torch.zeros(5, 2, 3), hx)


def test_first_states_without_an_x_are_refused() -> None:
    with pytest.raises(ValueError, match="give x too"):
        StepExplorer(nn.GRU(3, 4), hx=torch.zeros(1, 3, 4))


def test_sizes_that_are_not_free_are_told_with_their_reason_and_the_least_that_fits() -> None:
    free = {"seq_len": "", "hidden_size": "", "device": ""}
    explorer = StepExplorer("LSTM")
    assert explorer.answer["fixed"] == free
    sent(explorer, weights="latch")
    assert [bool(explorer.answer["fixed"][name]) for name in free] == [True, True, False]
    sent(explorer, source="random")
    assert [bool(explorer.answer["fixed"][name]) for name in free] == [False, True, False]
    own = StepExplorer(nn.LSTM(3, 6, proj_size=4), torch.zeros(5, 2, 3))
    assert all("your own" in why for why in own.answer["fixed"].values())
    assert own.answer["least"] == {"seq_len": 1, "hidden_size": 5}
    sent(own, weights="random", source="random")
    assert own.answer["fixed"] == free


def test_a_layer_is_built_once_for_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[LayerSpec] = []

    def counted(spec: LayerSpec, *given: Any) -> nn.Module:
        built.append(spec)
        return build(spec, *given)

    monkeypatch.setattr("rnnlib.explorers.step.choice.build", counted)
    explorer = StepExplorer("GRU")
    sent(explorer, source="random")
    assert len(built) == 2


def test_a_packed_input_is_traced_as_it_is() -> None:
    packed = pack_sequence([torch.randn(5, 3), torch.randn(2, 3)], enforce_sorted=False)
    explorer = StepExplorer(nn.LSTM(3, 4), packed)
    assert explorer.trace.mask.sum(dim=0).tolist() == [5, 2]
    assert explorer.answer["equal"]
    explorer.item, explorer.time = 1, 4  # past its end: there is no state
    assert "nan" in repr(explorer)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.int8, torch.bool, torch.int64])
@pytest.mark.parametrize("layer", ["GRU", nn.GRU(3, 4)], ids=["a kind", "a module"])
def test_an_input_of_another_kind_of_number_is_refused_as_trace_refuses_it(dtype: torch.dtype, layer: Any) -> None:
    spec, x = LayerSpec("GRU", 12, 4) if layer == "GRU" else layer, torch.ones(5, 2, 12 if layer == "GRU" else 3)
    sentence = refused(lambda: trace(spec, x.to(dtype)), "float32")
    assert refused(lambda: StepExplorer(layer, x.to(dtype))) == sentence


def test_of_a_kind_the_layer_is_built_in_the_dtype_of_x() -> None:
    x = torch.randn(5, 2, 12, dtype=torch.float64)
    explorer = StepExplorer("LSTM", x, (torch.zeros(1, 2, 4).double(), torch.ones(1, 2, 4).double()))
    assert explorer.trace.states["h"].dtype == torch.float64
    assert torch.equal(explorer.trace.inputs[0], x)


@pytest.mark.parametrize("batch_first", [True, False])
def test_of_an_x_with_too_much_to_show_the_mends_that_are_named_work(batch_first: bool) -> None:
    layer = nn.LSTM(40, 256, 3, batch_first=batch_first)
    x = torch.randn(4, 160, 40) if batch_first else torch.randn(160, 4, 40)
    sentence = refused(lambda: StepExplorer(layer, x), "choose at most 116 steps", "which is shown whole")
    (of_x,) = re.findall(r"give (x\[.*?\]),", sentence)
    for fewer in (eval(of_x), x[:, :116] if batch_first else x[:116]):
        explorer = StepExplorer(layer, fewer)
        assert explorer.answer["equal"]
        assert explorer.trace.mask.shape == (fewer.shape[:2] if not batch_first else (fewer.shape[1], fewer.shape[0]))


def test_of_a_large_layer_fewer_sequences_are_offered_before_fewer_steps() -> None:
    """Three sequences of all these steps would be more than can be shown."""
    explorer = StepExplorer(LayerSpec("RNN", 5, 100), seq_len=5000)
    assert (explorer.answer["sizes"]["seq_len"], explorer.answer["sizes"]["batch"]) == (5000, 2)
