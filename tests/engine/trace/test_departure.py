"""Where a layer of one's own departs from torch's equations: what is told is true, and no more is told than that."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlib import LayerSpec, trace
from rnnlib.engine.closeness import rounding
from rnnlib.engine.equations import Weights, step_of
from rnnlib.engine.trace.changes import changes_of
from rnnlib.engine.trace.trace import Trace
from rnnlib.spec.kinds import KINDS, LAYERS
from tests.engine.trace.wrong_layers import OTHER, RIGHT, SLIPS, by_hand
from tests.strategies import batches, cases, real, seq_lens, specs

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections")

ALL = [(family, words) for family, slips in SLIPS.items() for words in slips]


def random_x(spec: LayerSpec, seq_len: int, batch: int, seed: int = 0) -> Tensor:
    x = torch.randn(seq_len, batch, spec.input_size, generator=torch.Generator().manual_seed(seed))
    return x.transpose(0, 1) if spec.batch_first else x


def by_torch(spec: LayerSpec, layer: nn.Module, x: Tensor) -> Tensor:
    """The output of torch's own code with the same weights: time first."""
    twin = real(spec)
    twin.load_state_dict(layer.state_dict())
    return outputs(spec, twin, x)


@torch.no_grad()
def outputs(spec: LayerSpec, layer: nn.Module, x: Tensor) -> Tensor:
    """``(seq_len, batch, num_directions, size)``"""
    if spec.is_cell:
        state, hs = None, []
        for x_t in x:
            state = layer(x_t, state)
            hs.append(state[0] if isinstance(state, tuple) else state)
        return torch.stack(hs)[:, :, None]
    output = layer(x)[0]
    output = output.transpose(0, 1) if spec.batch_first else output
    return output.unflatten(-1, (spec.num_directions, -1))


def assert_true(spec: LayerSpec, layer: nn.Module, x: Tensor, result: Trace) -> None:
    """What is told of the first step and unit is so, by torch's own layer and by this one."""
    own, ours, there = outputs(spec, layer, x), by_torch(spec, layer, x), result.departure
    assert there is not None
    assert there.part == "output"
    apart = (own - ours).abs() > rounding(own, ours)
    of = apart[:, :, there.direction]
    assert not apart[:, :, : there.direction].any()
    place = (there.step, there.item, there.direction, there.unit)
    assert there.own == pytest.approx(float(own[place]), abs=1e-6)
    assert there.ours == pytest.approx(float(ours[place]), abs=1e-6)
    before = of[there.step + 1 :] if there.direction else of[: there.step]
    assert not before.any()
    assert of[there.step].nonzero()[0].tolist() == [there.item, there.unit]
    assert str(there) in result.note


@pytest.mark.parametrize(("family", "words"), ALL)
@pytest.mark.parametrize("cell", [False, True], ids=["layer", "cell"])
def test_a_slip_is_told_with_its_step_its_unit_and_its_gate(family: str, words: str, cell: bool) -> None:
    spec = LayerSpec(family + "Cell" * cell, 4, 5)
    part, step = SLIPS[family][words]
    layer, x = by_hand(spec, step), random_x(spec, 6, 3)
    result = trace(layer, x)
    assert_true(spec, layer, x, result)
    assert result.departure is not None
    assert (result.departure.change, result.departure.gate) == (words.format("tanh"), part)


@pytest.mark.parametrize("family", LAYERS)
@pytest.mark.parametrize(
    ("left_out", "words"),
    [("bias_ih", "no b_ih"), ("bias_hh", "no b_hh"), ("state", "every step begun from zeros")],
)
def test_what_is_left_out_is_told(family: str, left_out: str, words: str) -> None:
    spec = LayerSpec(family, 4, 5, num_layers=2)
    layer, x = by_hand(spec, RIGHT[family], left_out), random_x(spec, 6, 3)
    result = trace(layer, x)
    assert_true(spec, layer, x, result)
    assert result.departure is not None
    assert result.departure.change == ("no W h(t−1)" if (family, left_out) == ("RNN", "state") else words)
    assert result.departure.step == (1 if left_out == "state" else 0)
    assert result.departure.layer == 1


@cases(100)
@given(specs(), seq_lens, batches, st.data())
def test_of_any_layer_with_a_slip_what_is_told_is_true(
    spec: LayerSpec, seq_len: int, batch: int, data: st.DataObject
) -> None:
    words = data.draw(st.sampled_from([*SLIPS[spec.family.name]]))
    part, step = SLIPS[spec.family.name][words]
    layer, x = by_hand(spec, step), random_x(spec, seq_len, batch, data.draw(st.integers(0, 99)))
    result = trace(layer, x)
    if result.departure is None or result.departure.part != "output":
        own, ours = outputs(spec, layer, x), by_torch(spec, layer, x)
        assert not ((own - ours).abs() > rounding(own, ours)).any()
        return
    assert_true(spec, layer, x, result)
    if result.departure.change:
        assert (result.departure.change, result.departure.gate) == (words.format(spec.nonlinearity), part)


@cases(60)
@given(specs(), seq_lens, batches, st.data())
def test_of_what_no_one_change_explains_no_gate_is_blamed(
    spec: LayerSpec, seq_len: int, batch: int, data: st.DataObject
) -> None:
    """Unless, on these very numbers, the change that is told does give the layer's own result."""
    step = data.draw(st.sampled_from(OTHER[spec.family.name]))
    layer, x = by_hand(spec, step), random_x(spec, 1 + seq_len, batch, data.draw(st.integers(0, 99)))
    result = trace(layer, x)
    if result.departure is None or result.departure.part != "output":
        return
    assert_true(spec, layer, x, result)
    if result.departure.change:
        known = SLIPS[spec.family.name].get(result.departure.change)
        assert known is not None, result.departure
        again = by_hand(spec, known[1])
        again.load_state_dict(layer.state_dict())
        torch.testing.assert_close(outputs(spec, again, x), outputs(spec, layer, x))


@pytest.mark.parametrize("family", LAYERS)
def test_two_slips_at_once_are_no_gates(family: str) -> None:
    for step in OTHER[family]:
        spec = LayerSpec(family, 4, 5)
        result = trace(by_hand(spec, step), random_x(spec, 6, 3))
        assert result.departure is not None
        assert (result.departure.gate, result.departure.change) == ("", "")


@cases(60)
@given(specs(), seq_lens, batches)
def test_equations_that_are_right_are_told_of_nothing(spec: LayerSpec, seq_len: int, batch: int) -> None:
    result = trace(by_hand(spec, RIGHT[spec.family.name]), random_x(spec, seq_len, batch))
    assert result.equal
    assert result.departure is None
    assert "First" not in result.note


@pytest.mark.parametrize("kind", KINDS)
def test_the_changes_that_are_known_are_all_different(kind: str) -> None:
    """Two names for the same would explain nothing, as neither would be the only one."""
    spec = LayerSpec(kind, 3, 4)
    layer = real(spec).double()
    w = {name: getattr(layer, name + ("" if spec.is_cell else "_l0")) for name in spec.weights if name != "weight_hr"}
    weights = Weights(**w)
    x = torch.randn(7, 4 * len(spec.family.blocks), dtype=torch.float64)
    states = [torch.randn(7, 4, dtype=torch.float64) for _ in spec.family.states]
    changes = [*changes_of(spec)]
    made = [step_of(spec.family.name, spec.nonlinearity), *(change.step_of(weights) for change in changes)]
    results = [torch.cat(step(x, weights.bias_hh + states[0] @ weights.weight_hh.T, *states).states) for step in made]
    for one, a in enumerate(results):
        for b in results[:one]:
            assert not torch.allclose(a, b), changes[one - 1].words
    assert len({change.words for change in changes}) == len(changes)


class Doubles(nn.GRU):
    """Right but for one step."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(x, hx)
        data = (output.data if isinstance(output, PackedSequence) else output).clone()
        data[5] *= 2
        return (output._replace(data=data) if isinstance(output, PackedSequence) else data), h_n


class Shifted(nn.LSTM):
    """Right but for the last c of one unit."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        output, (h_n, c_n) = super().forward(x, hx)
        return output, (h_n, c_n + torch.eye(5)[2])


class Random(nn.GRU):
    def forward(self, x: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(x, hx)
        return output + torch.rand(1), h_n


class Counts(nn.GRU):
    calls = 0

    def forward(self, x: Any, hx: Any = None) -> Any:
        type(self).calls += 1
        output, h_n = super().forward(x, hx)
        return output + self.calls, h_n


def test_a_step_that_is_wrong_alone_is_told_and_no_gate() -> None:
    spec, x = LayerSpec("GRU", 4, 5), random_x(LayerSpec("GRU", 4, 5), 8, 3)
    layer = Doubles(4, 5)
    result = trace(layer, x)
    assert_true(spec, layer, x, result)
    assert result.departure is not None
    assert (result.departure.step, result.departure.gate) == (5, "")


def test_of_what_is_packed_the_own_steps_are_compared() -> None:
    layer, lengths = Doubles(4, 5, bidirectional=True), [2, 6, 3]
    packed = pack_padded_sequence(random_x(LayerSpec("GRU", 4, 5), 6, 3), torch.tensor(lengths), enforce_sorted=False)
    there = trace(layer, packed).departure
    with torch.no_grad():
        own, _ = pad_packed_sequence(layer(packed)[0])
        right, _ = pad_packed_sequence(nn.GRU.forward(layer, packed)[0])
    assert there is not None
    (wrong,) = (own != right).any(-1).nonzero().tolist()
    assert [there.step, there.item] == wrong
    assert there.own == pytest.approx(float(own[there.step, there.item, there.unit]))


def test_where_only_a_last_state_is_wrong_that_is_told() -> None:
    layer, x = Shifted(4, 5, 2), random_x(LayerSpec("LSTM", 4, 5), 6, 3)
    there = trace(layer, x).departure
    assert there is not None
    assert (there.part, there.step, there.layer, there.item, there.unit) == ("c_n", None, 0, 0, 2)
    right = nn.LSTM.forward(layer, x)[1][1][0, 0, 2].item()
    assert (there.own, there.ours) == (pytest.approx(right + 1), pytest.approx(right, abs=1e-6))
    assert "Its output is the same at every step, and c_n is not" in trace(layer, x).note


def test_of_a_layer_that_never_gives_the_same_nothing_is_told() -> None:
    x = random_x(LayerSpec("GRU", 4, 5), 6, 3)
    result = trace(Counts(4, 5), x)
    assert not result.equal
    assert result.departure is None
    random = trace(Random(4, 5), x).departure
    assert random is None or random.gate == ""


def test_rounding_that_is_amplified_is_no_departure() -> None:
    """By hand in another order: right, and in a chaotic layer far off after many steps."""
    spec = LayerSpec("GRU", 4, 32)
    layer = by_hand(spec, RIGHT["GRU"])
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(20)
    result = trace(layer, random_x(spec, 400, 1))
    assert result.difference > 0.01
    assert result.departure is None


def test_a_chaotic_layer_that_is_wrong_is_told_as_long_as_that_is_sure() -> None:
    spec = LayerSpec("GRU", 4, 32)
    layer = by_hand(spec, SLIPS["GRU"]["no r in n"][1])
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(20)
    there = trace(layer, random_x(spec, 400, 1)).departure
    assert there is not None
    assert there.step in (0, 1)


def test_nothing_of_the_layer_is_changed_by_the_second_call() -> None:
    layer = by_hand(LayerSpec("LSTM", 4, 5), SLIPS["LSTM"]["h = o · c"][1])
    assert layer.training
    state, random = {name: w.clone() for name, w in layer.state_dict().items()}, torch.get_rng_state()
    assert trace(layer, random_x(LayerSpec("LSTM", 4, 5), 6, 3)).departure is not None
    assert layer.training
    assert all(torch.equal(w, state[name]) for name, w in layer.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random)
