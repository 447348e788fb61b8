"""What is a recurrent layer; and of what is none, what it is and how to come by one: each mend is run."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import run
from rnnlib.spec import LayerSpec
from tests.strategies import refused

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:.*torch.ao.quantization")


class Model(nn.Module):
    """An embedding, a layer inside of another module, and one beside it."""

    def __init__(self, layer: nn.Module | None = None) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(3, 3), layer or nn.GRU(3, 2))
        self.decoder = nn.LSTM(2, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output, _ = self.encoder(x)
        return self.decoder(output)[0]


class Holder(nn.Module):
    """Keeps something under a name, in no module."""

    def __init__(self, held: Any) -> None:
        super().__init__()
        self.held = held


NO_LAYERS: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "a model": (Model, ["'encoder.1'", "'decoder'", "get_submodule('encoder.1')", "checkup(model, x)"]),
    "nn.Sequential": (lambda: nn.Sequential(nn.LSTM(3, 2)), ["Sequential", "'0'", "get_submodule('0')"]),
    "a compiled layer": (lambda: torch.compile(nn.LSTM(3, 2)), ["'_orig_mod'", "get_submodule('_orig_mod')"]),
    "nn.Linear": (lambda: nn.Linear(3, 2), ["Linear", "nn.LSTM"]),
    "nn.RNNBase": (lambda: nn.RNNBase("LSTM", 3, 2), ["RNNBase", "nn.LSTM"]),
    "a class": (lambda: nn.LSTM, ["LSTM is a class", "nn.LSTM(12, 16)"]),
    "a class of the learner's": (lambda: type("Mine", (nn.GRU,), {}), ["Mine is a class", "nn.GRU(12, 16)"]),
    "another class": (lambda: dict, ["dict is a class"]),
    "a name": (lambda: "LSTM", ["'LSTM' is a name", "LayerSpec("]),
    "nothing": (lambda: None, ["NoneType", "nn.LSTM"]),
    "a tensor": (lambda: torch.zeros(3), ["Tensor", "nn.LSTM"]),
    "a list of layers": (lambda: [nn.LSTM(3, 2), nn.LSTM(2, 2)], ["a list of layers", "layers[0]"]),
    "an empty list": (list, ["list is no recurrent layer", "nn.LSTM"]),
}


@pytest.mark.parametrize(("make", "words"), NO_LAYERS.values(), ids=NO_LAYERS)
def test_what_is_no_layer_is_refused_in_words(make: Callable[[], Any], words: list[str]) -> None:
    refused(lambda: LayerSpec.of(make()), *words)


@pytest.mark.parametrize("make", [Model, lambda: nn.Sequential(nn.GRU(3, 2)), lambda: torch.compile(nn.GRU(3, 2))])
def test_a_layer_inside_a_model_is_reached_as_the_message_says(make: Callable[[], nn.Module]) -> None:
    model = make()
    message = refused(lambda: LayerSpec.of(model), "pass model.")
    mend = re.search(r"pass (model\.get_submodule\('.*?'\))", message)
    assert mend is not None
    assert LayerSpec.of(eval(mend[1], {"model": model})) == LayerSpec("GRU", 3, 2)


PLAIN = {
    "cells in a list": ([nn.LSTMCell(3, 4), nn.LSTMCell(4, 4)], "list of LSTMCell", "nn.ModuleList", "model.held[0]"),
    "layers in a tuple": ((nn.GRU(3, 4), nn.RNN(4, 4)), "tuple of GRU, RNN", "nn.ModuleList", "model.held[0]"),
    "layers in a dict": ({"up": nn.LSTM(3, 4)}, "dict of LSTM", "nn.ModuleDict", "model.held['up']"),
}


@pytest.mark.parametrize(("held", "what", "right", "passed"), PLAIN.values(), ids=PLAIN)
def test_layers_in_a_plain_list_are_not_seen_by_torch(held: Any, what: str, right: str, passed: str) -> None:
    model = Holder(held)
    assert not list(model.parameters())
    refused(lambda: run(model, seq_len=4), f"model.held is a plain {what}", f"self.held = {right}(…)", f"pass {passed}")
    assert LayerSpec.of(eval(passed, {"model": model})).hidden_size == 4
    mended = Holder(eval(right, {"nn": nn})(held))
    assert list(mended.parameters())
    refused(lambda: run(mended, seq_len=4), "contains 'held.")


def test_a_plain_list_deep_inside_is_found() -> None:
    inside = nn.ModuleDict({"decoder": Holder([nn.Sequential(nn.GRUCell(3, 4))])})
    refused(lambda: LayerSpec.of(inside), "model.decoder.held is a plain list of GRUCell")


LAYERS = {
    "LSTM": lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True, proj_size=2),
    "GRU": lambda: nn.GRU(5, 2, bias=False),
    "relu RNN": lambda: nn.RNN(2, 3, nonlinearity="relu"),
    "relu RNNCell": lambda: nn.RNNCell(2, 3, nonlinearity="relu"),
    "LSTMCell": lambda: nn.LSTMCell(2, 3),
}


def loaded(scripted: Any) -> Any:
    file = io.BytesIO()
    torch.jit.save(scripted, file)
    file.seek(0)
    return torch.jit.load(file)


def mended(message: str, model: Any) -> Any:
    """The layer that the message says to make, with the weights that it says to load."""
    made = re.search(r"layer = (nn\..*\)), then", message)
    source = re.search(r"layer\.load_state_dict\((.*)\.state_dict\(\)\)", message)
    assert made is not None
    assert source is not None
    layer = eval(made[1], {"nn": nn})
    layer.load_state_dict((model if source[1] == "it" else eval(source[1], {"model": model})).state_dict())
    return layer


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_a_scripted_layer_is_made_anew_as_the_message_says(make: Callable[[], nn.Module]) -> None:
    layer = make()
    scripted = torch.jit.script(layer)
    message = refused(lambda: LayerSpec.of(scripted), f"scripted (or loaded TorchScript) {type(layer).__name__}")
    again = mended(message, scripted)
    assert LayerSpec.of(again) == LayerSpec.of(layer)
    x = torch.randn(2, again.input_size) if LayerSpec.of(layer).is_cell else torch.randn(4, 2, again.input_size)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.testing.assert_close(again(x), layer(x))


@pytest.mark.parametrize(
    ("layer", "unseen"),
    [
        (nn.RNN(3, 4, nonlinearity="relu"), "with the batch_first and nonlinearity that it had"),
        (nn.RNNCell(3, 4, nonlinearity="relu"), "with the nonlinearity that it had"),
        (nn.GRU(3, 4), "with the batch_first that it had"),
    ],
)
def test_of_a_traced_layer_it_is_said_what_cannot_be_seen(layer: nn.Module, unseen: str) -> None:
    x = torch.zeros(2, 3) if isinstance(layer, nn.RNNCell) else torch.zeros(5, 2, 3)
    refused(lambda: LayerSpec.of(torch.jit.trace(layer, x)), f"make a layer of the same sizes, {unseen}")


def test_a_traced_layer_is_called_traced() -> None:
    layer = nn.LSTM(3, 2, bidirectional=True, batch_first=True)
    traced = torch.jit.trace(layer, torch.randn(2, 5, 3))
    message = refused(lambda: LayerSpec.of(traced), "a traced LSTM", "with the batch_first that it had")
    again = mended(message, traced)
    again.batch_first = True
    assert LayerSpec.of(again) == LayerSpec.of(layer)


@pytest.mark.parametrize("from_file", [False, True])
@pytest.mark.parametrize("make", [torch.jit.script, lambda model: torch.jit.trace(model, torch.randn(4, 2, 3))])
def test_of_a_torchscript_model_the_layers_inside_are_named(make: Callable[[Any], Any], from_file: bool) -> None:
    model = Model()
    scripted = loaded(make(model)) if from_file else make(model)
    message = refused(lambda: run(scripted, seq_len=4), "'encoder.1', 'decoder'", "nn.GRU(3, 2)", "make a layer of the")
    again, x = mended(message, scripted), torch.randn(4, 2, 3)
    torch.testing.assert_close(run(again, x).output, run(model.encoder[1], x).output)


def test_quantised_layers_are_named_as_such() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls it old
        alone = torch.ao.nn.quantized.dynamic.LSTM(3, 2)
        model = torch.ao.quantization.quantize_dynamic(Model(nn.LSTM(3, 2)), {nn.LSTM})
    refused(lambda: LayerSpec.of(alone), "a quantised LSTM", "before it was quantised")
    refused(lambda: LayerSpec.of(model), "quantised layers, 'encoder.1', 'decoder'", "before it was quantised")


def test_a_layer_of_another_library_is_none() -> None:
    class LSTM(nn.Module):
        """Of the same name, and nothing else."""

    refused(lambda: LayerSpec.of(LSTM()), "its LSTM comes from tests.spec.test_modules", "nn.LSTM")


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ([[nn.LSTM(3, 2)], [nn.GRU(3, 2)]], ["plain list of LSTM, GRU", "nn.ModuleList"]),
        ({nn.GRU(3, 2)}, ["plain set of GRU", "list(model.held)[0]"]),
        ({"a": [nn.GRUCell(3, 2)]}, ["plain dict of GRUCell", "model.held['a']"]),
    ],
    ids=["lists", "a set", "a dict of lists"],
)
def test_layers_in_what_torch_does_not_look_into(held: Any, words: list[str]) -> None:
    model = nn.Module()
    model.held = held
    refused(lambda: LayerSpec.of(model), *words)
    refused(lambda: LayerSpec.of({"a": nn.GRU(3, 2)}), "a dict of layers", "layers['a']")


def test_torchscript_in_which_a_layer_has_another_name_or_none() -> None:
    class Mine(nn.GRU):
        """A subclass: TorchScript keeps its name alone."""

    layer, x = Mine(3, 2, num_layers=2), torch.randn(4, 2, 3)
    traced = torch.jit.trace(layer, x)
    again = mended(refused(lambda: LayerSpec.of(traced), "a traced GRU"), traced)
    torch.testing.assert_close(again(x), layer(x))
    frozen = torch.jit.freeze(torch.jit.script(Model()).eval())
    refused(lambda: LayerSpec.of(frozen), "torch.jit.freeze", "pass the layer that it was made from")
