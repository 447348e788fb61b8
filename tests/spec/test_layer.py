"""A spec is checked by torch's own rules, and read off a real layer."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import rnnlib.spec
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import CELLS, KINDS, LAYERS
from tests.strategies import real, refused, specs


@given(specs(dropout=True))
def test_a_real_layer_gives_back_its_spec(spec: LayerSpec) -> None:
    assert LayerSpec.of(real(spec)) == spec


@given(specs(dropout=True))
def test_a_spec_is_a_value(spec: LayerSpec) -> None:
    again = LayerSpec(**dataclasses.asdict(spec))
    assert again == spec
    assert hash(again) == hash(spec)
    assert eval(repr(spec), {"LayerSpec": LayerSpec}) == spec
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.hidden_size = 3  # type: ignore[misc]


@pytest.mark.parametrize("kind", KINDS)
def test_a_subclass_is_read_like_its_base(kind: str) -> None:
    base = getattr(nn, kind)
    inherited = type("Mine", (type("Between", (base,), {}),), {})
    assert LayerSpec.of(inherited(3, 2)) == LayerSpec(kind, 3, 2)


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(["num_layers", "proj_size"]), st.integers(-2, 12)))
def test_torch_refuses_what_a_spec_refuses(kind: str, given: dict[str, int]) -> None:
    """And takes what it takes, but for num_layers=1 and proj_size=0, which a spec may name for every kind."""
    given = {name: value for name, value in given.items() if value != {"num_layers": 1, "proj_size": 0}[name]}

    def made(make: object, *first: object) -> bool:
        try:
            make(*first, 3, 8, **given)  # type: ignore[operator]
        except (TypeError, ValueError):
            return False
        return True

    assert made(LayerSpec, kind) == made(getattr(nn, kind))


BAD = {
    "a float size": ({"hidden_size": 4.0}, TypeError, ["hidden_size", "4.0", "float", "write 4"]),
    "a float that is no whole number": ({"hidden_size": 4.5}, TypeError, ["hidden_size", "4.5"]),
    "infinity": ({"hidden_size": math.inf}, TypeError, ["hidden_size", "inf"]),
    "not a number": ({"input_size": math.nan}, TypeError, ["input_size", "nan"]),
    "a numpy float": ({"input_size": np.float32(4)}, TypeError, ["input_size", "float32", "write 4"]),
    "a bool size": ({"input_size": True}, TypeError, ["input_size", "True", "bool"]),
    "a flag as the third number": ({"num_layers": True}, TypeError, ["num_layers", "bidirectional=True"]),
    "a size of 0": ({"hidden_size": 0}, ValueError, ["hidden_size", "at least 1", "0"]),
    "a negative size": ({"num_layers": -2}, ValueError, ["num_layers", "at least 1", "-2"]),
    "a size in quotes": ({"hidden_size": "16"}, TypeError, ["hidden_size", "'16'", "without quotes"]),
    "no size": ({"hidden_size": None}, TypeError, ["hidden_size", "None"]),
    "a list of sizes": ({"hidden_size": [16]}, TypeError, ["hidden_size", "[16]"]),
    "a complex size": ({"hidden_size": 16j}, TypeError, ["hidden_size"]),
    "dropout above 1": ({"dropout": 1.5, "num_layers": 2}, ValueError, ["dropout", "0 to 1", "1.5"]),
    "dropout below 0": ({"dropout": -0.1, "num_layers": 2}, ValueError, ["dropout", "0 to 1"]),
    "dropout nan": ({"dropout": math.nan, "num_layers": 2}, ValueError, ["dropout", "nan"]),
    "dropout True": ({"dropout": True, "num_layers": 2}, TypeError, ["dropout", "bool"]),
    "dropout in quotes": ({"dropout": "0.5", "num_layers": 2}, TypeError, ["dropout", "'0.5'"]),
    "relu for gates": ({"nonlinearity": "relu"}, ValueError, ["nonlinearity", "relu", "LSTM", "only RNN"]),
    "no nonlinearity": ({"nonlinearity": None}, TypeError, ["nonlinearity", "None"]),
    "a flag as the fifth": ({"nonlinearity": True}, TypeError, ["nonlinearity", "fifth", "bidirectional=True"]),
    "a list": ({"nonlinearity": ["relu"]}, TypeError, ["nonlinearity", "relu"]),
    "bidirectional=1": ({"bidirectional": 1}, TypeError, ["bidirectional", "True or False", "1"]),
    "batch_first='yes'": ({"batch_first": "yes"}, TypeError, ["batch_first", "True or False", "yes"]),
    "bias=None": ({"bias": None}, TypeError, ["bias", "True or False"]),
    "a numpy bool": ({"bias": np.True_}, TypeError, ["bias", "True or False", "Python's own"]),
    "proj_size as large as hidden_size": (
        {"proj_size": 16},
        ValueError,
        ["proj_size=16", "hidden_size=16", "1 to 15"],
    ),
    "proj_size below 0": ({"proj_size": -1}, ValueError, ["proj_size", "at least 0"]),
    "a float proj_size": ({"proj_size": 2.0}, TypeError, ["proj_size", "2.0"]),
}


@pytest.mark.parametrize(("given", "kind", "words"), BAD.values(), ids=BAD)
def test_a_bad_argument_is_refused_in_words(given: dict, kind: type, words: list[str]) -> None:
    arguments = {"input_size": 12, "hidden_size": 16} | given
    refused(lambda: LayerSpec("LSTM", **arguments), *words)
    with pytest.raises(kind):
        LayerSpec("LSTM", **arguments)


def test_a_width_of_one_leaves_nothing_to_project_to() -> None:
    refused(lambda: LayerSpec("LSTM", 12, 1, proj_size=1), "proj_size=1", "Choose 0 for none")


@pytest.mark.parametrize("kind", ["GRU", "RNN", *CELLS])
def test_only_lstm_projects(kind: str) -> None:
    refused(lambda: LayerSpec(kind, 12, 16, proj_size=4), "proj_size=4", kind, "only LSTM")


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("nonlinearity", ["relu", "sigmoid", "ReLU"])
def test_gates_have_no_choice_of_nonlinearity(kind: str, nonlinearity: str) -> None:
    refused(lambda: LayerSpec(kind, 12, 16, nonlinearity=nonlinearity), kind, nonlinearity, "fixed")


def test_an_unknown_nonlinearity_of_rnn() -> None:
    refused(lambda: LayerSpec("RNN", 12, 16, nonlinearity="ReLU"), "'tanh' or 'relu'", "Did you mean 'relu'?")
    refused(lambda: LayerSpec("RNNCell", 12, 16, nonlinearity="gelu"), "'tanh' or 'relu'", "gelu")


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("given", [{"num_layers": 2}, {"bidirectional": True}, {"batch_first": True}, {"dropout": 0.5}])
def test_a_cell_has_no_layers_directions_or_time(kind: str, given: dict) -> None:
    refused(lambda: LayerSpec(kind, 12, 16, **given), next(iter(given)), kind, "one step", kind.removesuffix("Cell"))


def test_whole_numbers_of_any_type_are_taken() -> None:
    spec = LayerSpec("LSTM", np.int64(12), torch.tensor(16), np.int8(2), proj_size=np.uint16(3))
    assert spec == LayerSpec("LSTM", 12, 16, 2, proj_size=3)
    assert {type(getattr(spec, name)) for name in ("input_size", "hidden_size", "num_layers", "proj_size")} == {int}
    assert LayerSpec("RNN", 3, 2, 2, dropout=np.float32(0.5)).dropout == 0.5


def test_huge_sizes_are_still_a_value() -> None:
    spec = LayerSpec("LSTM", 10**18, 10**18, num_layers=10**12)
    assert spec.num_parameters == 10**12 * (8 * 10**36 + 8 * 10**18)


def test_dropout_of_one_layer_is_explained() -> None:
    with pytest.warns(UserWarning, match=r"num_layers=1.*every layer except the last") as caught:
        LayerSpec("GRU", 3, 2, dropout=0.5)
    assert Path(caught[0].filename) == Path(__file__)  # the learner's line, not ours
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LayerSpec("GRU", 3, 2, num_layers=2, dropout=0.5)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_spec_has_an_answer_for_each_question(kind: str) -> None:
    spec = LayerSpec(kind, 12, 16, num_layers=2, bidirectional=True)
    assert (spec.is_cell, spec.family.name, spec.num_directions) == (False, kind, 2)
    assert spec.num_gates * 16 == real(spec).weight_ih_l0.shape[0]


def test_the_room_imports_no_torch() -> None:
    """Nor does it import the façade, which does: the room is loaded on its own."""
    folder = Path(rnnlib.spec.__file__).parents[1]
    program = (
        "import sys, types\n"
        f"house = types.ModuleType('rnnlib'); house.__path__ = [{str(folder)!r}]; sys.modules['rnnlib'] = house\n"
        "import rnnlib.spec, rnnlib.spec.snippet, rnnlib.spec.costs\n"
        "print(rnnlib.spec.LayerSpec('GRU', 3, 2).code(9, 1) != '', 'torch' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "False"]


def test_a_subclass_may_have_attributes_of_its_own() -> None:
    layer = nn.GRU(3, 2)
    layer.kind, layer.nonlinearity, layer.proj_size = "mine", "sigmoid", 7
    cell = nn.LSTMCell(3, 2)
    cell.num_layers, cell.batch_first, cell.dropout = 3, True, nn.Dropout()
    assert LayerSpec.of(layer) == LayerSpec("GRU", 3, 2)
    assert LayerSpec.of(cell) == LayerSpec("LSTMCell", 3, 2)


def test_a_tensor_for_a_cells_dropout_is_refused_in_words() -> None:
    import torch

    with pytest.raises(TypeError, match="dropout must be a number from 0 to 1"):
        LayerSpec("RNNCell", 4, 5, dropout=torch.tensor([0.0, 1.0]))  # type: ignore[arg-type]


def test_a_subclass_that_is_not_made_is_refused_in_words() -> None:
    from torch import nn

    class Unmade(nn.LSTM):
        def __init__(self) -> None:
            pass

    with pytest.raises(TypeError, match=r"Unmade is not made yet.*super\(\)"):
        LayerSpec.of(Unmade())
