"""Which kinds there are, what is none, and what a family is."""

from __future__ import annotations

import json

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
