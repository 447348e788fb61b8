"""Which kinds there are, and what is none."""

from __future__ import annotations

import json
import warnings

import pytest
import torch
from torch import nn

from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import FAMILIES, KINDS, Family, check_kind, families
from tests.strategies import refused


@pytest.mark.parametrize("family", FAMILIES.values(), ids=str)
def test_a_family_is_as_torchs_own_layers_are(family: Family) -> None:
    more = {"proj_size": 2} if family.has_proj_size else {}
    layer = getattr(nn, family.name)(3, 4, **more)
    assert tuple(name.removesuffix("_l0") for name, _ in layer.named_parameters()) == family.weights[: 4 + len(more)]
    assert layer.weight_ih_l0.shape[0] == len(family.blocks) * 4
    _, states = layer(torch.zeros(5, 2, 3))
    assert (len(states) if isinstance(states, tuple) else 1) == len(family.states)
    assert hasattr(getattr(nn, f"{family.name}Cell")(3, 4), "nonlinearity") == family.has_nonlinearity


def test_the_table_is_sent_as_plain_data() -> None:
    assert json.loads(json.dumps(families()))["GRU"]["gates"] == ["r", "z", "n"]


@pytest.mark.parametrize(
    ("given", "near"),
    [("lstm", "LSTM"), ("LTSM", "LSTM"), ("gru", "GRU"), ("Rnn", "RNN"), ("lstmcell", "LSTMCell"), ("nn.GRU", "GRU")],
)
def test_a_misspelt_kind_gets_the_nearest(given: str, near: str) -> None:
    refused(lambda: LayerSpec(given, 12, 16), repr(given), *KINDS, f"Did you mean {near!r}?")


@pytest.mark.parametrize("given", ["", "xyz", "Transformer"])
def test_an_unknown_kind_gets_the_list(given: str) -> None:
    refused(lambda: check_kind(given), repr(given), *KINDS)


@pytest.mark.parametrize("given", [None, 3, ["LSTM"], nn.LSTM, b"LSTM"])
def test_a_kind_is_a_name(given: object) -> None:
    refused(lambda: LayerSpec(given, 12, 16), "kind", "'LSTM'")


def test_a_layer_is_no_kind() -> None:
    refused(lambda: LayerSpec(nn.LSTM(3, 2), 3, 2), "LayerSpec.of")


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(3, 3), nn.GRU(3, 2))
        self.decoder = nn.LSTM(3, 2)


NO_LAYERS = {
    "a model": (Model, ["Model", "'encoder.1'", "'decoder'", "get_submodule('encoder.1')"]),
    "nn.Sequential": (lambda: nn.Sequential(nn.LSTM(3, 2)), ["Sequential", "'0'", "get_submodule('0')"]),
    "nn.Linear": (lambda: nn.Linear(3, 2), ["Linear", "nn.LSTM"]),
    "nn.RNNBase": (lambda: nn.RNNBase("LSTM", 3, 2), ["RNNBase", "nn.LSTM"]),
    "a class": (lambda: nn.LSTM, ["LSTM is a class", "nn.LSTM(12, 16)"]),
    "a class of the learner's": (lambda: type("Mine", (nn.GRU,), {}), ["Mine is a class", "nn.GRU(12, 16)"]),
    "another class": (lambda: dict, ["dict is a class"]),
    "a name": (lambda: "LSTM", ["'LSTM' is a name", "LayerSpec("]),
    "nothing": (lambda: None, ["NoneType", "nn.LSTM"]),
    "a tensor": (lambda: torch.zeros(3), ["Tensor", "nn.LSTM"]),
}


@pytest.mark.parametrize(("make", "words"), NO_LAYERS.values(), ids=NO_LAYERS)
def test_what_is_no_layer_is_refused_in_words(make: object, words: list[str]) -> None:
    refused(lambda: LayerSpec.of(make()), *words)  # type: ignore[operator]


def test_a_layer_inside_a_model_is_reached_as_the_message_says() -> None:
    assert LayerSpec.of(Model().get_submodule("encoder.1")) == LayerSpec("GRU", 3, 2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_or_quantised_layer_is_refused_in_words() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls both old
        scripted = torch.jit.script(nn.LSTM(3, 2))
        quantised = torch.ao.nn.quantized.dynamic.LSTM(3, 2)
    refused(lambda: LayerSpec.of(scripted), "scripted LSTM", "torch.jit.script")
    refused(lambda: LayerSpec.of(quantised), "quantized", "torch.nn's own LSTM")
