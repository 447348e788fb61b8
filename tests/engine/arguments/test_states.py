"""A state that does not fit is refused in words, with the likely slip."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from rnnlib.engine.run import run
from rnnlib.spec import LayerSpec
from tests.strategies import batches, real, refused, seq_lens, specs

x = torch.zeros(8, 3, 12)
h = torch.zeros(4, 3, 16)  # num_layers=2, both directions
GRU = LayerSpec("GRU", 12, 16, num_layers=2, bidirectional=True)
FIRST = LayerSpec("GRU", 12, 16, num_layers=2, bidirectional=True, batch_first=True)
LSTM = LayerSpec("LSTM", 12, 16, num_layers=2, bidirectional=True)
PROJECTED = LayerSpec("LSTM", 12, 16, num_layers=2, bidirectional=True, proj_size=5)
CELL = LayerSpec("GRUCell", 12, 16)

BAD = {
    "a tensor for a pair": (LSTM, x, h, TypeError, ["LSTM carries two states", "(h_0, c_0)", "not a Tensor"]),
    "three for a pair": (LSTM, x, (h, h, h), TypeError, ["(h_0, c_0)", "a tuple of 3"]),
    "None for a pair's half": (LSTM, x, (h, None), TypeError, ["c_0 must be a torch tensor", "NoneType"]),
    "a number for a pair": (LSTM, x, 0, TypeError, ["(h_0, c_0)", "int"]),
    "a tensor for a cell's pair": (
        LayerSpec("LSTMCell", 12, 16),
        x[0],
        h[0],
        TypeError,
        ["LSTMCell carries two", "not a Tensor"],
    ),
    "a pair for a tensor": (GRU, x, (h, h), TypeError, ["GRU carries one state", "h_0", "tuple of 2"]),
    "a pair for RNNCell": (LayerSpec("RNNCell", 12, 16), x[0], (h[0], h[0]), TypeError, ["RNNCell carries one state"]),
    "a numpy array": (GRU, x, np.zeros((4, 3, 16)), TypeError, ["h_0", "numpy array"]),
    "batch first": (
        FIRST,
        x.transpose(0, 1),
        h.transpose(0, 1),
        ValueError,
        ["h_0", "batch_first", "never of a state", "h_0.transpose(0, 1).contiguous()"],
    ),
    "batch first without batch_first": (
        GRU,
        x,
        h.transpose(0, 1),
        ValueError,
        ["axes 0 and 1 are swapped", "h_0.transpose(0, 1).contiguous()"],
    ),
    "the directions forgotten": (
        GRU,
        x,
        h[:2],
        ValueError,
        ["num_layers*num_directions", "2 * 2 = 4, not 2", "(4, 3, 16)"],
    ),
    "the layers forgotten": (LSTM, x, (h[:2], h[:2]), ValueError, ["h_0", "2 * 2 = 4, not 2"]),
    "only c is wrong": (LSTM, x, (h, h[:2]), ValueError, ["c_0", "2 * 2 = 4, not 2"]),
    "the last, smaller batch": (
        GRU,
        x[:, :2],
        h,
        ValueError,
        ["axis 1 is the batch", "2 sequences, not 3", "smaller batch", "h_0[:, :2]"],
    ),
    "a batch of one": (GRU, x, h[:, :1], ValueError, ["3 sequences, not 1", "h_0.repeat(1, 3, 1)"]),
    "a smaller batch": (GRU, x, h[:, :2], ValueError, ["3 sequences, not 2", "leave hx out"]),
    "seq and batch swapped in x": (
        GRU,
        x.transpose(0, 1),
        h,
        ValueError,
        ["8 sequences, not 3", "seq_len and batch are swapped", "(seq_len, batch, input_size)"],
    ),
    "the wrong width": (GRU, x, h[..., :9], ValueError, ["hidden_size=16, not 9", "axis 2"]),
    "input_size for hidden_size": (GRU, x, h[..., :12], ValueError, ["hidden_size=16, not 12", "input_size"]),
    "directions side by side": (GRU, x, torch.cat([h, h], 2), ValueError, ["hidden_size=16, not 32", "axis 0"]),
    "h not projected": (PROJECTED, x, (h, h), ValueError, ["h_0", "proj_size=5, not 16", "c_0 hidden_size"]),
    "c projected": (
        PROJECTED,
        x,
        (h[..., :5], h[..., :5]),
        ValueError,
        ["c_0", "hidden_size=16, not 5", "h is narrower than c"],
    ),
    "a batch for an unbatched x": (
        GRU,
        x[:, 0],
        h[:, :1],
        ValueError,
        ["x is unbatched", "h_0.squeeze(1)", "x.unsqueeze(1)"],
    ),
    "a batch for an unbatched x, batch_first": (
        FIRST,
        x[:, 0],
        h[:, :1],
        ValueError,
        ["h_0.squeeze(1)", "x.unsqueeze(0)"],
    ),
    "no batch for a batched x": (GRU, x, h[:, 0], ValueError, ["x has a batch axis", "h_0.unsqueeze(1)"]),
    "one axis": (GRU, x, h[0, 0], ValueError, ["h_0 must have shape", "(16,)", "it has 1 axes, not 3"]),
    "an axis for a cell's layers": (CELL, x[0], h[:1], ValueError, ["a cell is one layer", "h_0[0]"]),
    "a batch for an unbatched cell": (
        CELL,
        x[0, 0],
        h[0, :1],
        ValueError,
        ["x is unbatched", "h_0.squeeze(0)", "x.unsqueeze(0)"],
    ),
    "no batch for a batched cell": (CELL, x[0], h[0, 0], ValueError, ["x has a batch axis", "h_0.unsqueeze(0)"]),
    "a batch of one for a cell": (CELL, x[0], h[0, :1], ValueError, ["3 sequences, not 1", "h_0.repeat(3, 1)"]),
    "a larger batch for a cell": (CELL, x[0, :2], h[0], ValueError, ["2 sequences, not 3", "h_0[:2]"]),
    "the wrong width of an unbatched cell": (CELL, x[0, 0], h[0, 0, :9], ValueError, ["hidden_size=16, not 9"]),
    "layers and a width of another's": (CELL, x[0], torch.zeros(2, 3, 9), ValueError, ["has 3 axes, not 2"]),
    "no axis for layers": (
        LayerSpec("GRU", 12, 16),
        x,
        h[0],
        ValueError,
        ["axis for layers and directions is missing", "h_0.unsqueeze(0)."],
    ),
    "no axis for several layers": (GRU, x, h[0], ValueError, ["its axis for layers and directions is missing"]),
    "a batch of several for an unbatched x": (GRU, x[:, 0], h, ValueError, ["it has 3 axes, not 2"]),
    "float64": (GRU, x, h.double(), ValueError, ["h_0 must be float32", "not float64", "h_0.float()"]),
    "c float64": (LSTM, x, (h, h.double()), ValueError, ["c_0 must be float32"]),
    "another device": (GRU, x, h.to("meta"), ValueError, ["h_0 is on meta", "layer on cpu", "h_0.to('cpu')"]),
}


@pytest.mark.parametrize(("spec", "x", "hx", "kind", "words"), BAD.values(), ids=BAD)
def test_a_bad_state_is_refused_in_words(spec: LayerSpec, x: torch.Tensor, hx: object, kind: type, words: list) -> None:
    refused(lambda: run(spec, x, hx), *words)  # type: ignore[arg-type]
    with pytest.raises(kind):
        run(real(spec), x, hx)  # type: ignore[arg-type]


def test_a_state_for_a_packed_batch_is_in_the_order_of_the_sequences() -> None:
    packed = pack_sequence([x[:5, 0], x[:, 1], x[:2, 2]], enforce_sorted=False)
    assert run(GRU, packed, h).h_n.shape == (4, 3, 16)
    refused(lambda: run(GRU, packed, h[:, :2]), "3 sequences, not 2")


def test_a_list_is_a_pair_too() -> None:
    assert run(LSTM, x, [h, h]).c_n.shape == (4, 3, 16)  # type: ignore[arg-type]


@given(specs(), seq_lens, st.none() | batches, st.data())
@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_what_torch_refuses_is_refused_before_torch(
    spec: LayerSpec, seq_len: int, batch: int | None, data: st.DataObject
) -> None:
    """One axis of a good state is made longer, doubled or left out. torch lets a cell's state of one row pass."""
    n = [] if batch is None else [batch]
    steps = [] if spec.is_cell else [seq_len]
    x = torch.zeros([*n, *steps, spec.input_size] if spec.batch_first else [*steps, *n, spec.input_size])
    stack = [] if spec.is_cell else [spec.num_layers * spec.num_directions]
    shape = [*stack, *n, spec.proj_size or spec.hidden_size]
    change = data.draw(st.sampled_from(["longer", "another axis", "one axis less", "nothing"]))
    axis = data.draw(st.integers(0, len(shape) - 1))
    if change == "longer":
        shape[axis] += 1
    elif change == "another axis":
        shape.insert(axis, 2)
    elif change == "one axis less":
        shape.pop(axis)
    h_0 = torch.zeros(shape)
    hx = (h_0, torch.zeros(*stack, *n, spec.hidden_size)) if spec.family.name == "LSTM" else h_0
    if change == "nothing":
        assert run(spec, x, hx).h_n.shape == h_0.shape
    else:
        refused(lambda: run(spec, x, hx), "h_0 must have shape", str(tuple(shape)))
    if not spec.is_cell and change != "nothing":
        with pytest.raises((RuntimeError, ValueError)):
            nn.Module.__call__(real(spec), x, hx)
