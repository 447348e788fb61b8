"""Every shape that is said equals the real layer's."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from rnnlib.spec import LayerSpec, shapes
from rnnlib.spec.kinds import CELLS, KINDS, LAYERS
from rnnlib.spec.shapes import MOST_LAYERS, WHY, value_of
from tests.strategies import batches, real, refused, seq_lens, specs


def called(layer: nn.Module, spec: LayerSpec, seq_len: int, batch: int | None) -> dict[str, Tensor]:
    """What goes into a real layer and what comes out, by name; the states that go in are those that torch takes."""
    n = [] if batch is None else [batch]
    if spec.is_cell:
        x, first = torch.randn(*n, spec.input_size), (*n, spec.hidden_size)
        h_0, c_0 = torch.zeros(first), torch.zeros(first)
        ends = layer(x, (h_0, c_0)) if spec.family.name == "LSTM" else (layer(x, h_0),)
        return (
            {"input": x, "h_0": h_0}
            | ({"c_0": c_0} if spec.family.name == "LSTM" else {})
            | dict(zip(("h_1", "c_1"), ends, strict=False))
        )
    x = torch.randn(*([*n, seq_len] if spec.batch_first else [seq_len, *n]), spec.input_size)
    stack = (spec.num_layers * (2 if spec.bidirectional else 1), *n)
    h_0 = torch.zeros(*stack, spec.proj_size or spec.hidden_size)
    if spec.kind != "LSTM":
        output, h_n = layer(x, h_0)
        return {"input": x, "h_0": h_0, "output": output, "h_n": h_n}
    c_0 = torch.zeros(*stack, spec.hidden_size)
    output, (h_n, c_n) = layer(x, (h_0, c_0))
    return {"input": x, "h_0": h_0, "c_0": c_0, "output": output, "h_n": h_n, "c_n": c_n}


@given(specs(dropout=True), seq_lens, st.none() | batches)
@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_every_shape_is_the_real_layers(spec: LayerSpec, seq_len: int, batch: int | None) -> None:
    layer = real(spec)
    with torch.no_grad():
        tensors = called(layer, spec, seq_len, batch) | dict(layer.named_parameters())
    said = shapes(spec, seq_len, batch)
    assert {name: tuple(tensor.shape) for name, tensor in tensors.items()} == {n: t.sizes for n, t in said.items()}
    assert list(said) == list(tensors)  # in torch's order
    assert [n for n, t in said.items() if t.role == "parameter"] == [n for n, _ in layer.named_parameters()]


@given(specs(), seq_lens, st.none() | batches)
def test_every_axis_has_a_symbol_that_multiplies_out_and_a_reason(
    spec: LayerSpec, seq_len: int, batch: int | None
) -> None:
    values = {"seq_len": seq_len, "batch": batch or 0, "num_directions": 2 if spec.bidirectional else 1}
    values |= {"num_gates": {"RNN": 1, "GRU": 3, "LSTM": 4}[spec.family.name]}
    values |= {name: getattr(spec, name) for name in ("input_size", "hidden_size", "proj_size", "num_layers")}
    for name, tensor in shapes(spec, seq_len, batch).items():
        assert tensor.name == name
        assert tensor.role in ("input", "output", "parameter")
        assert len(tensor.axes) == len(tensor.sizes) == len(tensor.why)
        assert tuple(value_of(axis, values) for axis in tensor.axes) == tensor.sizes
        assert all(len(why) > 10 for why in tensor.why)
        assert (tensor.layer is None) == (tensor.role != "parameter")
        assert str(tensor.sizes) in str(tensor)


@pytest.mark.parametrize("kind", KINDS)
def test_a_parameter_knows_its_layer_and_direction(kind: str) -> None:
    spec = LayerSpec(kind, 3, 2, **({"num_layers": 3, "bidirectional": True} if kind in LAYERS else {}))
    for name, tensor in shapes(spec, 5).items():
        if tensor.role == "parameter" and kind in LAYERS:
            assert name.endswith(f"_l{tensor.layer}" + ("_reverse" if tensor.direction else ""))
        elif tensor.role == "parameter":
            assert (tensor.layer, tensor.direction) == (0, 0)


@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_has_no_time_axis_however_long_the_sequence(kind: str) -> None:
    spec = LayerSpec(kind, 3, 2)
    assert shapes(spec, 5, 4) == shapes(spec, 500, 4)
    assert all("seq_len" not in t.axes for t in shapes(spec, 5, 4).values())


def test_batch_first_moves_input_and_output_and_no_state() -> None:
    first, second = (shapes(LayerSpec("LSTM", 3, 2, batch_first=flag), 5, 4) for flag in (True, False))
    moved = {name for name in first if first[name].axes != second[name].axes}
    assert moved == {"input", "output"}


@pytest.mark.parametrize(
    ("seq_len", "batch", "words"),
    [
        (0, 3, ["seq_len", "at least 1", "0"]),
        (-1, 3, ["seq_len", "-1"]),
        (8.0, 3, ["seq_len", "write 8"]),
        (True, 3, ["seq_len", "bool"]),
        (None, 3, ["seq_len", "None"]),
        ("8", 3, ["seq_len", "'8'"]),
        (8, 0, ["batch", "at least 1"]),
        (8, 2.5, ["batch", "2.5"]),
        (8, False, ["batch", "False"]),
    ],
)
@pytest.mark.parametrize("kind", ["LSTM", "GRUCell"])
def test_a_bad_size_is_refused_in_words(kind: str, seq_len: object, batch: object, words: list[str]) -> None:
    spec = LayerSpec(kind, 3, 2)
    refused(lambda: shapes(spec, seq_len, batch), *words)  # type: ignore[arg-type]
    refused(lambda: spec.costs(seq_len, batch), *words)  # type: ignore[arg-type]
    refused(lambda: spec.code(seq_len, batch), *words)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["LSTM", None, nn.GRU(3, 2)])
def test_what_is_no_spec_is_refused_in_words(given: object) -> None:
    refused(lambda: shapes(given, 8, 3), "LayerSpec")  # type: ignore[arg-type]


def test_more_layers_than_can_be_listed_are_refused_at_once() -> None:
    refused(lambda: shapes(LayerSpec("RNN", 3, 2, 10**12), 8), "num_layers=1000000000000", str(MOST_LAYERS))


def test_every_reason_is_used() -> None:
    used = {axis for kind in KINDS for t in shapes(LayerSpec(kind, 3, 2), 5, 4).values() for axis in t.axes}
    used |= {axis for t in shapes(LayerSpec("LSTM", 3, 2, proj_size=1), 5, 4).values() for axis in t.axes}
    assert set(WHY) <= used


def test_an_rnn_is_said_to_have_no_gates() -> None:
    (rows, _), (_, columns) = (shapes(LayerSpec("RNN", 3, 2), 5)[f"weight_{name}_l0"].why for name in ("ih", "hh"))
    assert "1 in RNN, which has none" in rows
    assert "gate" not in columns


def test_a_class_or_a_layer_for_a_spec_gets_a_mend() -> None:
    with pytest.raises(TypeError, match="expected a LayerSpec"):
        shapes(LayerSpec, 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"LayerSpec\.of\(layer\) reads a real layer"):
        shapes(nn.LSTM(3, 4), 3)  # type: ignore[arg-type]
