"""A trace equals torch: the layer's own result, every state of torch's cells run by hand, and every gradient."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlib import LayerSpec, japanese_vowels, run, trace
from rnnlib.engine.closeness import close
from rnnlib.engine.devices import available
from rnnlib.engine.layers import build
from rnnlib.engine.trace.trace import Trace
from rnnlib.spec import shapes
from rnnlib.spec.kinds import KINDS, LAYERS
from tests.strategies import real, refused

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections")

PARTS = ("states", "gates", "from_x", "from_h", "pre", "before")


class Case(NamedTuple):
    """A layer and what it is called on; with lengths, x is padded, and packed where `packed` says how."""

    seed: int
    layer: Any
    x: Tensor
    hx: Any
    lengths: list[int] | None
    packed: str  # "", "sorted" (the lengths fall) or "any order"

    def __repr__(self) -> str:
        how = f"lengths {self.lengths} {self.packed and 'packed, '}{self.packed}" if self.lengths else "whole"
        return f"random_case({self.seed}): {self.layer}, x {tuple(self.x.shape)} {self.x.dtype}, {how}"

    @property
    def spec(self) -> LayerSpec:
        return LayerSpec.of(self.layer)

    def given(self) -> Tensor | PackedSequence:
        """What the trace is given."""
        return self.pack() if self.packed else self.x

    def pack(self) -> PackedSequence:
        assert self.lengths is not None
        return pack_padded_sequence(self.x, torch.tensor(self.lengths), self.spec.batch_first, self.packed == "sorted")

    def trace(self) -> Trace:
        return trace(self.layer, self.given(), self.hx, lengths=None if self.packed else self.lengths)

    def torchs(self) -> list[Tensor]:
        """Output, h_n and c_n as torch gives them, by hand."""
        spec, hx = self.spec, () if self.hx is None else (self.hx,)
        if spec.is_cell:
            return cell_loop(self.layer, self.x, self.hx)
        if self.lengths is None:
            return flat(self.layer(self.x, *hx))
        output, states = self.layer(self.pack(), *hx)
        if not self.packed:
            output, _ = pad_packed_sequence(output, spec.batch_first, total_length=self.x.shape[spec.batch_first])
        return [*flat(output), *flat(states)]


def flat(given: Any) -> list[Tensor]:
    if isinstance(given, PackedSequence):
        return [given.data]
    return [given] if isinstance(given, Tensor) else [tensor for part in given for tensor in flat(part)]


def ours(result: Trace) -> list[Tensor]:
    return flat([part for part in (result.output, result.h_n, result.c_n) if part is not None])


def cell_loop(cell: nn.Module, x: Tensor, state: Any) -> list[Tensor]:
    """The loop that a learner writes around a cell."""
    steps, hs = x if x.dim() == 3 else [x], []
    for x_t in steps:
        state = cell(x_t, state)
        hs.append(flat(state)[0])
    return [torch.stack(hs) if x.dim() == 3 else hs[0], *flat(state)]


def random_spec(draw: random.Random) -> LayerSpec:
    """Any layer or cell, with every argument that its kind takes."""
    kind, hidden_size = draw.choice(KINDS), draw.randint(1, 9)
    more: dict[str, Any] = {"bias": draw.random() < 0.7}
    if kind in LAYERS:
        more |= {"num_layers": draw.randint(1, 3), "batch_first": draw.random() < 0.5}
        more |= {"bidirectional": draw.random() < 0.5}
    if kind.startswith("RNN"):
        more |= {"nonlinearity": draw.choice(["tanh", "relu"])}
    if kind == "LSTM" and draw.random() < 0.5:
        more |= {"proj_size": draw.randint(0, hidden_size - 1)}
    return LayerSpec(kind, draw.randint(1, 9), hidden_size, **more)


def random_case(seed: int, dtypes: Sequence[torch.dtype]) -> Case:
    draw = random.Random(seed)
    torch.default_generator.manual_seed(seed)
    spec, seq_len, dtype = random_spec(draw), draw.randint(1, 7), draw.choice(dtypes)
    batch = draw.choice([None, 1, 2, 3, 4, 5])
    layer = real(spec).to(dtype)
    x = torch.randn(shapes(spec, seq_len, batch)["input"].sizes, dtype=dtype)
    lengths, packed = None, ""
    if spec.is_cell and batch is not None and draw.random() < 0.5:
        x = torch.randn(seq_len, *x.shape, dtype=dtype)
    if not spec.is_cell and batch is not None and draw.random() < 0.6:
        lengths = [draw.randint(1, seq_len) for _ in range(batch)]
        packed = draw.choice(["", "sorted", "any order"])
        lengths = sorted(lengths, reverse=True) if packed == "sorted" else lengths
    hx = state_for(spec, batch, dtype) if draw.random() < 0.5 else None
    return Case(seed, layer, x, hx, lengths, packed)


def state_for(spec: LayerSpec, batch: int | None, dtype: torch.dtype) -> Any:
    said = shapes(spec, 1, batch)
    states = tuple(torch.randn(said[name].sizes, dtype=dtype) for name in ("h_0", "c_0") if name in said)
    return states if len(states) == 2 else states[0]


def cases(*dtypes: torch.dtype) -> st.SearchStrategy[Case]:
    """A seed makes a case: so thousands of them take seconds, and a failing one is told by its seed."""
    return st.integers(0, 2**40).map(lambda seed: random_case(seed, dtypes or (torch.float64,)))


def assert_equal(a: Tensor, b: Tensor) -> None:
    """float64 to 1e-10, float32 to 1e-5 of the largest number."""
    assert a.shape == b.shape
    assert a.dtype == b.dtype
    close = 1e-10 if a.dtype == torch.float64 else 1e-5
    assert (a - b).abs().max() <= close * max(1, b.abs().max())


@given(cases(torch.float64, torch.float32))
def test_it_equals_the_layers_own_result(case: Case) -> None:
    before = torch.get_rng_state(), torch.get_num_threads(), torch.is_grad_enabled()
    result = case.trace()
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1:] == (torch.get_num_threads(), torch.is_grad_enabled())
    found, expected = ([t.detach() for t in tensors] for tensors in (ours(result), case.torchs()))
    for a, b in zip(found, expected, strict=True):
        assert_equal(a, b)
    assert (result.c_n is None) == (case.spec.family.name != "LSTM")
    assert result.spec == case.spec
    assert result.note == ""
    farthest = max(float((a - b).abs().max()) for a, b in zip(found, expected, strict=True))
    assert result.difference == pytest.approx(farthest, abs=1e-14 if case.x.dtype == torch.float64 else 1e-6)
    if case.packed:
        assert torch.equal(result.output.batch_sizes, case.pack().batch_sizes)
        assert str(result.output.sorted_indices) == str(case.pack().sorted_indices)
        assert str(result.output.unsorted_indices) == str(case.pack().unsorted_indices)


def sequences(case: Case) -> list[Tensor]:
    """Each sequence alone, ``(its own length, input_size)``."""
    spec, x = case.spec, case.x
    if spec.is_cell:
        x = x if x.dim() == 3 else x.reshape(1, -1, spec.input_size)
    elif x.dim() == 2:
        x = x[:, None]
    elif spec.batch_first:
        x = x.transpose(0, 1)
    lengths = case.lengths or [len(x)] * x.shape[1]
    return [x[:length, index] for index, length in enumerate(lengths)]


def cell_with(layer: Any, spec: LayerSpec, index: int, direction: int) -> nn.Module:
    """torch's cell with the weights of one layer in one direction."""
    if spec.is_cell:
        return layer
    suffix = f"_l{index}" + ("_reverse" if direction else "")
    names = ["weight_ih", "weight_hh", *(["bias_ih", "bias_hh"] if spec.bias else [])]
    weights = {name: getattr(layer, name + suffix) for name in names}
    more = {"nonlinearity": spec.nonlinearity} if spec.family.name == "RNN" else {}
    width = weights["weight_ih"].shape[1]
    cell = getattr(nn, f"{spec.family}Cell")(width, spec.hidden_size, bias=spec.bias, dtype=case_dtype(layer), **more)
    if not spec.proj_size:
        cell.load_state_dict(weights)
    return cell


def case_dtype(layer: nn.Module) -> torch.dtype:
    return next(layer.parameters()).dtype


def lstm_by_hand(layer: Any, suffix: str, x_t: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """One step of an LSTM with projections, for which torch has no cell."""
    biases = [getattr(layer, name + suffix) for name in ("bias_ih", "bias_hh")] if layer.bias else [0, 0]
    pre = getattr(layer, f"weight_ih{suffix}") @ x_t + getattr(layer, f"weight_hh{suffix}") @ h + biases[0] + biases[1]
    i, f, g, o = pre.view(4, -1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return getattr(layer, f"weight_hr{suffix}") @ (o.sigmoid() * c.tanh()), c


@torch.no_grad()
def by_hand(case: Case) -> list[list[list[dict[str, Tensor]]]]:
    """By layer, direction and sequence: x, h and c before and after each step, from torch's own cells."""
    spec, layer = case.spec, case.layer
    below, found = sequences(case), []
    for index in range(spec.num_layers):
        in_layer = []
        for direction in range(spec.num_directions):
            cell = cell_with(layer, spec, index, direction)
            row = index * spec.num_directions + direction
            in_layer.append([one_sequence(case, cell, x, row, n) for n, x in enumerate(below)])
        found.append(in_layer)
        below = [torch.cat(hs, -1) for hs in zip(*([s["h"] for s in way] for way in in_layer), strict=True)]
    return found


def one_sequence(case: Case, cell: nn.Module, x: Tensor, row: int, n: int) -> dict[str, Tensor]:
    spec = case.spec
    states = first_states(case, row, n)
    direction = row % spec.num_directions
    suffix = f"_l{row // spec.num_directions}" + ("_reverse" if direction else "")
    before, after = [], []
    for x_t in x.flip(0) if direction else x:
        before.append(states)
        if spec.proj_size:
            states = lstm_by_hand(case.layer, suffix, x_t, *states)
        else:
            states = tuple(flat(cell(x_t, states if len(states) == 2 else states[0])))
        after.append(states)
    order = slice(None, None, -1) if direction else slice(None)
    named = {"x": x}
    for position, name in enumerate("hc"[: len(states)]):
        named[name] = torch.stack([s[position] for s in after[order]])
        named[f"{name} before"] = torch.stack([s[position] for s in before[order]])
    return named


def first_states(case: Case, row: int, n: int) -> tuple[Tensor, ...]:
    spec = case.spec
    widths = [spec.proj_size or spec.hidden_size, spec.hidden_size][: 1 + (spec.family.name == "LSTM")]
    if case.hx is None:
        return tuple(torch.zeros(width, dtype=case.x.dtype) for width in widths)
    rows = spec.num_layers * spec.num_directions
    return tuple(s.reshape(rows, -1, width)[row, n] for s, width in zip(flat(case.hx), widths, strict=True))


@given(cases())
def test_every_gate_and_state_is_that_of_torchs_cells(case: Case) -> None:
    result, spec = case.trace(), case.spec
    names = {"RNN": (), "LSTM": ("i", "f", "g", "o"), "GRU": ("r", "z", "n")}[spec.family.name]
    assert tuple(result.gates) == names
    assert tuple(result.from_x) == tuple(result.from_h) == tuple(result.pre) == (names or ("h",))
    assert tuple(result.states) == tuple(result.before) == (("h", "c") if spec.family.name == "LSTM" else ("h",))
    for index, in_layer in enumerate(by_hand(case)):
        for direction, in_direction in enumerate(in_layer):
            for n, steps in enumerate(in_direction):
                assert_steps_equal(case, result, (index, direction, slice(len(steps["h"])), n), steps)


def assert_steps_equal(case: Case, result: Trace, at: tuple, steps: dict[str, Tensor]) -> None:
    """One sequence in one layer and direction. The gates are recomputed from the cell's states and torch's rows."""
    spec, size = case.spec, case.spec.hidden_size
    for name in result.states:
        assert_equal(result.states[name][at], steps[name])
        assert_equal(result.before[name][at], steps[f"{name} before"])
    index, direction, own, n = at
    if direction == 0:
        assert_equal(result.inputs[index][own, n], steps["x"] if index == 0 else result.inputs[index][own, n])
    suffix = "" if spec.is_cell else f"_l{index}" + ("_reverse" if direction else "")
    x = result.inputs[index][own, n]
    for block, gate in enumerate(result.pre):
        rows = slice(block * size, (block + 1) * size)
        from_x = x @ getattr(case.layer, f"weight_ih{suffix}")[rows].T
        from_h = steps["h before"] @ getattr(case.layer, f"weight_hh{suffix}")[rows].T
        if spec.bias:
            from_x = from_x + getattr(case.layer, f"bias_ih{suffix}")[rows]
            from_h = from_h + getattr(case.layer, f"bias_hh{suffix}")[rows]
        assert_equal(result.from_x[gate][at], from_x)
        assert_equal(result.from_h[gate][at], from_h)
        pre = from_x + (result.gates["r"][at] if (spec.family.name, gate) == ("GRU", "n") else 1) * from_h
        assert_equal(result.pre[gate][at], pre)
        if gate in result.gates:
            assert_equal(result.gates[gate][at], pre.tanh() if gate in "gn" else pre.sigmoid())


@given(cases())
def test_shapes_and_mask(case: Case) -> None:
    result, spec = case.trace(), case.spec
    lengths = [len(sequence) for sequence in sequences(case)]
    seq_len = (
        max(lengths)
        if case.packed or spec.is_cell
        else case.x.shape[1 if spec.batch_first and case.x.dim() == 3 else 0]
    )
    expected = torch.tensor([[step < length for length in lengths] for step in range(seq_len)])
    assert torch.equal(result.mask, expected)
    axes = (spec.num_layers, spec.num_directions, *result.mask.shape)
    for part in PARTS:
        for name, tensor in getattr(result, part).items():
            narrow = spec.proj_size and name == "h" and part in ("states", "before")
            assert tensor.shape == (*axes, spec.proj_size if narrow else spec.hidden_size)
            assert torch.equal(tensor.isnan(), ~expected[..., None].expand(tensor.shape))
    widths = [spec.input_size] + [spec.num_directions * (spec.proj_size or spec.hidden_size)] * (spec.num_layers - 1)
    assert len(result.inputs) == spec.num_layers
    for x, width in zip(result.inputs, widths, strict=True):
        assert x.shape == (*result.mask.shape, width)
        assert torch.equal(x.isnan(), ~expected[..., None].expand(x.shape))


@given(cases())
def test_gradients_equal_torchs(case: Case) -> None:
    case.x.requires_grad_()
    states = [] if case.hx is None else flat(case.hx)
    leaves = [case.x, *(state.requires_grad_() for state in states), *case.layer.parameters()]
    generator = torch.Generator().manual_seed(case.seed)
    expected = case.torchs()
    towards = [torch.randn(tensor.shape, dtype=tensor.dtype, generator=generator) for tensor in expected]
    theirs = torch.autograd.grad(expected, leaves, towards, allow_unused=True)
    result = case.trace()
    found = torch.autograd.grad(ours(result), leaves, towards, allow_unused=True, retain_graph=True)
    for a, b in zip(found, theirs, strict=True):
        assert_equal(torch.zeros(()) if a is None else a, torch.zeros(()) if b is None else b)
    assert_no_nan_in_gradients(result, leaves)


def assert_no_nan_in_gradients(result: Trace, leaves: list[Tensor]) -> None:
    """What is padding has no say, whatever is done with what is not."""
    parts = [tensor for part in PARTS for tensor in getattr(result, part).values()]
    total = sum(tensor.nansum() for tensor in [*parts, *result.inputs])
    for gradient in torch.autograd.grad(total, leaves, allow_unused=True):
        assert gradient is None or bool(gradient.isfinite().all())


def test_padding_has_no_say() -> None:
    """Whatever stands in it, nan included: in the result, in the note and in the gradients."""
    layer = nn.LSTM(4, 5, 2, bidirectional=True)
    x = torch.randn(6, 3, 4)
    clean = trace(layer, x, lengths=[2, 6, 4])
    dirty_x = x.clone()
    dirty_x[2:, 0], dirty_x[4:, 2] = torch.nan, torch.inf
    dirty_x.requires_grad_()
    dirty = trace(layer, dirty_x, lengths=[2, 6, 4])
    assert dirty.note == ""
    assert torch.equal(dirty.output, clean.output)
    dirty.output.sum().backward()
    assert all(bool(tensor.grad.isfinite().all()) for tensor in (dirty_x, *layer.parameters()))
    assert bool((dirty_x.grad[2:, 0] == 0).all())


def test_gradients_are_kept_where_they_are_asked_for_and_nowhere_else() -> None:
    layer, x = nn.GRU(4, 5), torch.randn(6, 3, 4)
    kept = trace(layer, x)
    assert all(t.requires_grad for part in PARTS[:-1] for t in getattr(kept, part).values())
    with torch.no_grad():
        without = trace(layer, x)
    assert not any(t.requires_grad for part in PARTS for t in getattr(without, part).values())


@pytest.mark.parametrize("device", available())
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_every_device_that_is_there(kind: str, device: str) -> None:
    spec = LayerSpec(kind, 12, 16, num_layers=2, bidirectional=True)
    x = torch.randn(8, 3, 12, generator=torch.Generator().manual_seed(0))
    here, there = trace(spec, x, lengths=[8, 3, 5]), trace(build(spec, device), x.to(device), lengths=[8, 3, 5])
    for part in PARTS:
        for name, tensor in getattr(there, part).items():
            assert tensor.device.type == torch.device(device).type
            assert close(getattr(here, part)[name].to(tensor.device), tensor)
    assert there.equal


def test_a_spec_is_traced_with_the_weights_of_build() -> None:
    spec, x = LayerSpec("LSTM", 12, 16, num_layers=2, proj_size=3), torch.randn(8, 3, 12)
    result = trace(spec, x)
    assert torch.equal(result.output, trace(spec, x).output)
    assert torch.allclose(result.output, build(spec)(x)[0], atol=1e-6)
    assert not result.output.requires_grad


def test_a_real_utterance() -> None:
    x = torch.from_numpy(japanese_vowels()[0])
    result = trace(nn.LSTM(12, 16, bidirectional=True, dtype=x.dtype), x)
    assert result.states["c"].shape == (1, 2, 20, 1, 16)
    assert result.difference < 1e-5
    assert result.note == ""


def test_it_is_frozen_and_says_what_is_in_it() -> None:
    result = trace(LayerSpec("LSTM", 12, 16, num_layers=2, proj_size=3), torch.zeros(8, 3, 12), lengths=[8, 8, 7])
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.difference = 0.0  # type: ignore[misc]
    assert repr(result).splitlines() == [
        "LSTM, every step: (num_layers, num_directions, seq_len, batch, size)",
        "states  h (2, 1, 8, 3, 3), c (2, 1, 8, 3, 16)",
        "gates   i, f, g, o (2, 1, 8, 3, 16)",
        "mask    1 of 24 steps are padding",
        "equal to the layer's own result, but for rounding",
    ]
    assert "gates" not in repr(trace(LayerSpec("RNNCell", 4, 2), torch.zeros(3, 4)))


LSTM, GRU = nn.LSTM(4, 5, 2, batch_first=True), nn.GRU(4, 5)
x = torch.zeros(6, 3, 4)

BAD: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "no recurrent layer": (nn.Linear(4, 5), {"x": x}, ["Linear is no recurrent layer", "nn.RNN, nn.LSTM, nn.GRU"]),
    "a model that contains one": (
        nn.Sequential(nn.Linear(4, 4), nn.GRU(4, 5)),
        {"x": x},
        ["Sequential is no recurrent layer", "it contains '1'", "model.get_submodule('1')"],
    ),
    "a name": ("LSTM", {"x": x}, ["'LSTM' is a name, not a layer"]),
    "a class": (nn.GRU, {"x": x}, ["GRU is a class, not a layer"]),
    "nothing": (None, {"x": x}, ["no recurrent layer"]),
    "no tensor": (LSTM, {"x": [[1.0]]}, ["x must be a torch tensor, not list"]),
    "no input": (LSTM, {"x": None}, ["x must be a torch tensor"]),
    "no input for a spec": (LayerSpec("GRU", 4, 5), {"x": None}, ["x must be a torch tensor"]),
    "another width": (LSTM, {"x": x[..., :3]}, ["input_size=4", "axis 2", "not 3"]),
    "another dtype": (LSTM, {"x": x.double()}, ["x must be float32", "not float64"]),
    "too many axes": (LSTM, {"x": x[None]}, ["3 axes", "not 4"]),
    "no steps": (LSTM, {"x": x[:, :0]}, ["seq_len, is 0"]),
    "another device": (LSTM, {"x": x.to("meta")}, ["x is on meta"]),
    "one state for two": (LSTM, {"x": x, "hx": torch.zeros(2, 6, 5)}, ["LSTM carries two states"]),
    "a state of another batch": (LSTM, {"x": x, "hx": [torch.zeros(2, 3, 5)] * 2}, ["axis 1 is the batch", "not 3"]),
    "a length of 0": (LSTM, {"x": x, "lengths": [3, 0, 1, 1, 1, 1]}, ["lengths[1] must be from 1 to 3, not 0"]),
    "a length beyond seq_len": (LSTM, {"x": x, "lengths": [3, 4, 1, 1, 1, 1]}, ["lengths[1]", "not 4", "3 steps"]),
    "too few lengths": (LSTM, {"x": x, "lengths": [3]}, ["each of the 6 sequences, not 1"]),
    "lengths of one sequence": (LSTM, {"x": x[0], "lengths": [3]}, ["x is one sequence"]),
    "lengths for a cell": (nn.GRUCell(4, 5), {"x": x, "lengths": [3, 3, 3]}, ["GRUCell takes one step"]),
    "no steps for a cell's loop": (nn.GRUCell(4, 5), {"x": x[:0]}, ["seq_len, is 0"]),
    "another width for a cell's loop": (nn.GRUCell(4, 5), {"x": x[..., :3]}, ["input_size=4", "not 3"]),
    "too many axes for a cell": (nn.GRUCell(4, 5), {"x": x[None]}, ["3 axes", "not 4"]),
    "complex weights": (nn.RNN(4, 5, dtype=torch.complex64), {"x": x}, ["weights are complex64", "float32"]),
    "a packed batch for a cell": (
        nn.GRUCell(4, 5),
        {"x": pack_padded_sequence(x, torch.tensor([6, 5, 4]))},
        ["GRUCell takes one step, not a PackedSequence"],
    ),
    "lengths for a packed batch": (
        LSTM,
        {"x": pack_padded_sequence(x, torch.tensor([6, 5, 4])), "lengths": [6, 5, 4]},
        ["x is packed already"],
    ),
}


@pytest.mark.parametrize(("layer", "given", "words"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_in_words(layer: Any, given: dict[str, Any], words: list[str]) -> None:
    refused(lambda: trace(layer, **given), *words)


def test_dropout_in_training_mode_is_refused_and_in_eval_mode_traced() -> None:
    layer = nn.LSTM(4, 5, 2, dropout=0.5)
    refused(lambda: trace(layer, x), "dropout=0.5", "at random", "training mode", "layer.eval()")
    assert layer.training
    assert trace(layer.eval(), x).note == ""
    spec = LayerSpec("GRU", 4, 5, 2, dropout=0.25)
    refused(lambda: trace(spec, x), "dropout=0.25", "leave dropout out")
    assert trace(dataclasses.replace(spec, dropout=0.0), x).note == ""
    with pytest.warns(UserWarning, match="num_layers=1"):
        alone = nn.GRU(4, 5, dropout=0.5)
    with pytest.warns(UserWarning, match="num_layers=1"):
        assert trace(alone, x).note == ""  # it does nothing there


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_what_you_change_later_is_not_in_it(kind: str, num_layers: int) -> None:
    """Not x, h_0 and the weights, nor what you do to its output."""
    layer = getattr(nn, kind)(4, 5, num_layers).requires_grad_(False)
    given = torch.ones(6, 3, 4)
    states = tuple(torch.ones(num_layers, 3, 5) for _ in range(2 if kind == "LSTM" else 1))
    hx = states if kind == "LSTM" else states[0]
    expected, result = trace(layer, given, hx), trace(layer, given, hx)
    for tensor in (given, *states, *layer.parameters(), result.output, result.h_n):
        tensor.zero_()
    assert torch.equal(result.inputs[0], torch.ones(6, 3, 4))
    for part in PARTS:
        torch.testing.assert_close(getattr(result, part), getattr(expected, part), rtol=0, atol=0)


@pytest.mark.parametrize("packed", [False, True])
def test_it_can_be_pickled(packed: bool) -> None:
    given = pack_padded_sequence(x, torch.tensor([6, 2, 4]), enforce_sorted=False) if packed else x
    result = trace(nn.LSTM(4, 5), given)
    copied = pickle.loads(pickle.dumps(result))
    assert repr(copied) == repr(result)
    assert torch.equal(copied.mask, result.mask)
    for name, gate in result.gates.items():
        torch.testing.assert_close(copied.gates[name], gate, equal_nan=True, rtol=0, atol=0)


def test_your_default_device_has_no_say() -> None:
    with torch.device("meta"):
        result = trace(LSTM, x, lengths=[1, 3, 2, 3, 1, 2])
    assert result.output.device.type == "cpu"
    assert result.note == ""


def test_what_was_made_in_inference_mode() -> None:
    """It is refused where gradients are wanted, as torch would refuse it, and traced where they are not."""
    with torch.inference_mode():
        given, h_0, layer = torch.randn(6, 3, 4), torch.zeros(1, 3, 5), nn.GRU(4, 5)
        packed = pack_padded_sequence(given, torch.tensor([6, 5, 4]))
        assert trace(layer, given, h_0).note == ""
        inside = trace(GRU, given)
    refused(lambda: trace(GRU, given), "x was made in torch.inference_mode()", "write x.clone()")
    refused(lambda: trace(GRU, packed), "x was made in", "make it outside")
    assert trace(GRU, packed._replace(data=packed.data.clone())).note == ""
    refused(lambda: trace(GRU, x, h_0), "h_0 was made in", "write h_0.clone()")
    refused(lambda: trace(layer, x), "the layer was made in torch.inference_mode()", "make it outside")
    assert trace(GRU, given.clone()).note == ""
    assert inside.gates["r"].shape == (1, 1, 6, 3, 5)
    with torch.no_grad():
        assert trace(layer, given, h_0).note == ""
    asked = h_0.clone().requires_grad_()
    refused(lambda: trace(LayerSpec("GRU", 4, 5), given, asked), "x was made in", "gradients are wanted")


@pytest.mark.parametrize("layer", [nn.GRU(4, 5), nn.LSTM(4, 5, 2), nn.LSTMCell(4, 5)], ids=str)
def test_autocast_has_no_say(layer: nn.Module) -> None:
    given = x if not isinstance(layer, nn.LSTM) else x.transpose(0, 1)
    plain = trace(layer, given)
    with torch.autocast("cpu", torch.bfloat16):
        result = trace(layer, given)
    assert result.note == ""
    for part in PARTS:
        torch.testing.assert_close(getattr(result, part), getattr(plain, part), rtol=0, atol=0)


@pytest.mark.parametrize("make", [trace, run])
def test_a_deep_copy_is_one_though_gradients_flow(make: Any) -> None:
    made = make(nn.LSTM(4, 5), x)
    copied = copy.deepcopy(made)
    assert repr(copied) == repr(made)
    assert torch.equal(copied.h_n, made.h_n)
    with torch.no_grad():
        copied.h_n.zero_()
    assert not torch.equal(copied.h_n, made.h_n)
