"""Which kinds there are, and what is none."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn

from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import KINDS, check_kind
from tests.strategies import refused


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
