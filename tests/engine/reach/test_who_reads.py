"""Who has read what: the gradient's answer against a change of one input at a time, in float64."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.utils import prune
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence
from torch.utils.flop_counter import FlopCounterMode

from rnnlib import LayerSpec
from rnnlib.engine import limits
from rnnlib.engine.reach.who_reads import Reads, count, who_reads
from rnnlib.spec.kinds import CELLS, LAYERS
from tests.strategies import batches, cases, real, refused, seq_lens, specs

STEP = 1e-6


def called(layer: nn.Module, x: Tensor, lengths: Tensor | None) -> list[Tensor]:
    """What torch itself gives, time first: output, h_n and, of an LSTM, c_n."""
    first = layer.batch_first
    with torch.no_grad():
        if lengths is None:
            output, states = layer(x)
        else:
            output, states = layer(pack_padded_sequence(x, lengths, first, enforce_sorted=False))
            output, _ = pad_packed_sequence(output, first, total_length=x.shape[1 if first else 0])
    return [output.transpose(0, 1) if first else output, *(states if isinstance(states, tuple) else (states,))]


def changed(layer: nn.Module, x: Tensor, lengths: Tensor | None) -> list[Tensor]:
    """By brute force: one number of x changed at a time, up and down; by part, ``(rows, batch, width, seq_len)``."""
    time, batch = (1, 0) if layer.batch_first else (0, 1)
    moved = [torch.zeros(*part.shape, x.shape[time], dtype=torch.float64) for part in called(layer, x, lengths)]
    for step in range(x.shape[time]):
        for item in range(x.shape[batch]):
            for feature in range(x.shape[2]):
                place = (item, step, feature) if layer.batch_first else (step, item, feature)
                up, down = x.clone(), x.clone()
                up[place] += STEP
                down[place] -= STEP
                for part, high, low in zip(
                    moved, called(layer, up, lengths), called(layer, down, lengths), strict=True
                ):
                    by = (high - low).abs() / (2 * STEP)
                    assert (by[:, [i for i in range(x.shape[batch]) if i != item]] == 0).all()  # its own sequence alone
                    part[:, item, :, step] = torch.maximum(part[:, item, :, step], by[:, item])
    return moved


def parts(found: Reads) -> list[Tensor]:
    return [part for part in (found.output, found.h_n, found.c_n) if part is not None]


def assert_equal_to_brute_force(found: Reads, layer: nn.Module, x: Tensor, lengths: Tensor | None) -> None:
    brute = changed(copy.deepcopy(layer).double(), x.double(), lengths)
    for ours, theirs in zip(parts(found), brute, strict=True):
        assert ours.shape == theirs.shape
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-8)
        assert (theirs[ours == 0] == 0).all()  # what has not read a step does not move with it, not by a bit
        assert (theirs[ours > 1e-8] > 0).all()  # what has, does; a change of 1e-6 shows no less


@cases(40)
@given(spec=specs(LAYERS), seq_len=st.integers(1, 5), batch=st.integers(1, 3), packed=st.booleans(), data=st.data())
def test_it_equals_a_change_of_one_input_at_a_time(
    spec: LayerSpec, seq_len: int, batch: int, packed: bool, data: st.DataObject
) -> None:
    lengths = data.draw(st.lists(st.integers(1, seq_len), min_size=batch, max_size=batch))
    layer = real(spec)
    x = torch.randn((batch, seq_len, spec.input_size) if spec.batch_first else (seq_len, batch, spec.input_size))
    found = who_reads(layer, x, lengths, packed=packed)
    assert (found.packed, found.lengths.tolist(), found.spec) == (packed, lengths, spec)
    assert_equal_to_brute_force(found, layer, x, torch.tensor(lengths) if packed else None)
    assert sum(part.numel() for part in parts(found)) == count(spec, seq_len, batch, spec.hidden_size)


@cases(30)
@given(kind=st.sampled_from(LAYERS), seq_len=seq_lens, lengths=st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_with_one_layer_a_direction_has_read_what_it_has_passed(kind: str, seq_len: int, lengths: list[int]) -> None:
    lengths = [min(length, seq_len) for length in lengths]
    spec = LayerSpec(kind, 2, 3, bidirectional=True)
    x = torch.randn(seq_len, len(lengths), 2)
    for packed in (False, True):
        read = parts(who_reads(real(spec), x, lengths, packed=packed))
        for item, length in enumerate(lengths):
            own = length if packed else seq_len
            for t in range(seq_len):
                forward = [s <= t < own for s in range(seq_len)]
                backward = [t <= s < own for s in range(seq_len)]
                forward = [is_read and s < own for s, is_read in enumerate(forward)]
                halves = (read[0][t, item] > 0).split(3)
                assert all(unit.tolist() == forward for unit in halves[0])
                assert all(unit.tolist() == backward for unit in halves[1])
            for state in read[1:]:
                assert ((state[:, item] > 0) == (torch.arange(seq_len) < own)).all()


@cases(60)
@given(spec=specs(LAYERS), seq_len=seq_lens, batch=batches)
def test_a_spec_is_asked_and_nothing_of_torchs_changes(spec: LayerSpec, seq_len: int, batch: int) -> None:
    x = torch.randn((batch, seq_len, spec.input_size) if spec.batch_first else (seq_len, batch, spec.input_size))
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    first, again = who_reads(spec, x), who_reads(spec, x)
    assert all((a == b).all() for a, b in zip(parts(first), parts(again), strict=True))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads


def test_in_a_few_numbers_at_a_time_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2), torch.randn(6, 2, 3)
    whole = who_reads(layer, x, [6, 4], packed=True)
    monkeypatch.setattr("rnnlib.engine.reach.who_reads.AT_ONCE", 5000)
    for a, b in zip(parts(whole), parts(who_reads(layer, x, [6, 4], packed=True)), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=0)


@cases(30)
@given(specs(LAYERS), st.integers(1, 9), st.booleans())
def test_the_first_units_are_those_of_all(spec: LayerSpec, units: int, packed: bool) -> None:
    x = torch.randn((2, 4, spec.input_size) if spec.batch_first else (4, 2, spec.input_size))
    layer, size = real(spec), spec.proj_size or spec.hidden_size
    every, first = (who_reads(layer, x, [3, 4], packed=packed, units=wanted) for wanted in (None, units))
    halves = [half[:, :, :units] for half in every.output.split(size, dim=2)]
    torch.testing.assert_close(first.output, torch.cat(halves, dim=2), rtol=1e-9, atol=0)
    for all_of_it, some in zip(parts(every)[1:], parts(first)[1:], strict=True):
        torch.testing.assert_close(some, all_of_it[:, :, :units], rtol=1e-9, atol=0)
    assert sum(part.numel() for part in parts(first)) == count(spec, 4, 2, units)


def test_a_small_gradient_is_not_lost() -> None:
    """300 steps of an RNN that holds on to a tenth: far too small for float32."""
    layer = nn.RNN(1, 1, bias=False)
    nn.init.constant_(layer.weight_hh_l0, 0.1)
    found = who_reads(layer, torch.zeros(300, 1, 1))
    first = found.output[-1, 0, 0, 0]
    assert 0 < first < 1e-250
    assert (found.h_n > 0).all()


def test_a_unit_that_is_switched_off_has_read_nothing() -> None:
    layer = nn.RNN(1, 2, nonlinearity="relu")
    with torch.no_grad():
        layer.bias_ih_l0[0] = -100
    assert (who_reads(layer, torch.rand(4, 1, 1)).output[..., 0, :] == 0).all()


def test_one_sequence_without_batch_is_a_batch_of_one() -> None:
    layer, x = nn.GRU(3, 2, batch_first=True), torch.randn(5, 3)
    torch.testing.assert_close(who_reads(layer, x).output, who_reads(layer, x[None]).output)
    torch.testing.assert_close(who_reads(layer, x, packed=True).h_n, who_reads(layer, x).h_n)


@pytest.mark.parametrize("batch_first", [True, False])
def test_a_packed_sequence_knows_its_lengths(batch_first: bool) -> None:
    layer = nn.LSTM(3, 2, bidirectional=True, batch_first=batch_first)
    x = torch.randn((3, 5, 3) if batch_first else (5, 3, 3))
    time_first = x.transpose(0, 1) if batch_first else x
    packed = pack_padded_sequence(time_first, [2, 5, 3], enforce_sorted=False)
    found, same = who_reads(layer, packed), who_reads(layer, x, [2, 5, 3], packed=True)
    assert found.packed
    assert found.lengths.tolist() == [2, 5, 3]
    assert all((a == b).all() for a, b in zip(parts(found), parts(same), strict=True))


def test_what_is_padded_is_not_looked_at_when_packed() -> None:
    x = torch.randn(4, 2, 3)
    x[2:, 1] = torch.nan
    found = who_reads(nn.GRU(3, 2), x, [4, 2], packed=True)
    assert (found.h_n[0, 1] > 0).tolist() == [[True, True, False, False]] * 2
    refused(lambda: who_reads(nn.GRU(3, 2), x, [4, 2]), "nan", "trace(layer, x).note")


def test_the_layer_and_its_gradients_stay_as_they_are() -> None:
    layer = nn.LSTM(3, 4, 2, dropout=0.5)
    before = copy.deepcopy(layer.state_dict())
    x = torch.randn(5, 2, 3, requires_grad=True)
    assert (who_reads(layer, x).h_n > 0).all()  # dropout is off: all is read
    assert layer.training
    assert x.grad is None
    assert all(p.grad is None and p.requires_grad and p.dtype == torch.float32 for p in layer.parameters())
    assert all(torch.equal(before[name], value) for name, value in layer.state_dict().items())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_is_asked_where_no_gradients_are_kept(mode: Any) -> None:
    with mode():
        layer, x = nn.GRU(3, 2, dtype=torch.float64), torch.randn(4, 2, 3, dtype=torch.float64)
        found = who_reads(layer, x)
    assert (found.h_n > 0).all()


@pytest.mark.gpu
def test_a_layer_on_a_gpu_has_read_the_same() -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    layer, x = nn.LSTM(3, 4, 2, bidirectional=True), torch.randn(6, 2, 3)
    there = copy.deepcopy(layer).to(device)
    for packed in (False, True):
        here, moved = (who_reads(*given, [6, 3], packed=packed) for given in ((layer, x), (there, x.to(device))))
        assert all(torch.equal(a, b) for a, b in zip(parts(here), parts(moved), strict=True))
    assert next(there.parameters()).device.type == device


class Deaf(nn.LSTM):
    """An LSTM that hears every other step only."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        torch.rand(1)
        heard = torch.arange(x.shape[0])[:, None, None] % 2 == 0
        return super().forward(torch.where(heard, x, 0.0), hx)


class Detached(nn.GRU):
    def forward(self, x: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(x, hx)
        return output.detach(), h_n.detach()


def test_a_forward_of_ones_own_is_what_is_asked() -> None:
    layer, x = Deaf(3, 2), torch.randn(5, 1, 3)
    state = torch.get_rng_state()
    found = who_reads(layer, x)
    assert torch.equal(torch.get_rng_state(), state)
    assert (found.h_n[0, 0, 0] > 0).tolist() == [True, False, True, False, True]
    assert not who_reads(Detached(3, 2), torch.randn(5, 1, 3)).output.any()


class Short(nn.LSTM):
    """Keeps its last output to itself."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        output, states = super().forward(x, hx)
        return output[:-1], states


class AsksForShape(nn.GRU):
    """Knows nothing of packed input."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        assert x.shape
        return super().forward(x, hx)


def test_a_forward_that_cannot_take_what_is_packed_is_told_how() -> None:
    x = torch.randn(4, 2, 3)
    assert (who_reads(AsksForShape(3, 2), x).h_n > 0).all()
    with pytest.raises(TypeError, match=r"the forward\(\) of your AsksForShape.* asks a PackedSequence for .shape"):
        who_reads(AsksForShape(3, 2), x, packed=True)


def test_under_a_mode_of_torch_it_is_the_same_or_refused() -> None:
    layer, x = nn.GRU(3, 2), torch.randn(4, 2, 3)
    with FlopCounterMode(display=False):
        counted = who_reads(layer, x)
    assert torch.equal(counted.output, who_reads(layer, x).output)
    with FakeTensorMode():
        refused(lambda: who_reads(LayerSpec("GRU", 3, 2), torch.zeros(4, 2, 3)), "FakeTensor", "leave that mode")


def test_a_forward_that_gives_other_shapes_is_refused() -> None:
    refused(lambda: who_reads(Short(3, 2), torch.ones(4, 1, 3)), "Short", "output", "(3, ", "not (4, ")


@pytest.mark.parametrize("kind", [nn.LSTM, Deaf])
def test_weights_that_are_no_parameters_are_read_too(kind: type[nn.LSTM]) -> None:
    """As those of a DataParallel replica, or made by another network."""
    layer = kind(3, 2, bidirectional=True)
    x = torch.randn(5, 2, 3)
    before = who_reads(layer, x)
    for name in list(layer._parameters):
        setattr(layer, name, layer._parameters.pop(name).detach().clone())
    for a, b in zip(parts(before), parts(who_reads(layer, x)), strict=True):
        assert torch.equal(a, b)
    assert layer.weight_ih_l0.dtype == torch.float32


def test_weights_that_are_made_at_every_call_are_those_of_now() -> None:
    layer = nn.GRU(3, 2)
    nn.utils.parametrizations.weight_norm(layer, "weight_hh_l0")
    pruned = prune.l1_unstructured(nn.RNN(3, 4), "weight_hh_l0", amount=16)  # no number is left of it
    x = torch.randn(5, 1, 3)
    pruned(x)
    assert (who_reads(layer, x).h_n > 0).all()
    assert (who_reads(pruned, x).h_n[0, 0, 0] > 0).tolist() == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("layer", "x", "named", "words"),
    [
        *((LayerSpec(kind, 3, 2), torch.zeros(2, 3), {}, (kind, "one step")) for kind in CELLS),
        ("LSTM", torch.zeros(2, 3), {}, ("'LSTM'",)),
        (nn.Linear(3, 2), torch.zeros(2, 3), {}, ("Linear",)),
        (nn.GRU(3, 2), [1.0], {}, ("tensor",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 5), {}, ("input_size=3",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3, 1), {}, ("axes",)),
        (nn.GRU(3, 2), torch.zeros(0, 2, 3), {}, ("empty",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3, dtype=torch.float64), {}, ("float32",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"lengths": [4]}, ("2 sequences",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"lengths": [4, 0]}, ("lengths[1]",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"lengths": [4, 5], "packed": True}, ("lengths[1]",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"lengths": [4, 2.5]}, ("whole numbers",)),
        (nn.GRU(3, 2), torch.zeros(4, 3), {"lengths": [4]}, ("one sequence",)),
        (nn.GRU(3, 2), torch.full((4, 2, 3), torch.inf), {}, ("nan or infinite",)),
        (nn.GRU(3, 2, dtype=torch.complex64), torch.zeros(4, 2, 3, dtype=torch.complex64), {}, ("make it float32",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"units": 0}, ("units must be at least 1",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"units": 1.5}, ("units must be a whole number",)),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    layer: Any, x: Any, named: dict[str, Any], words: tuple[str, ...]
) -> None:
    refused(lambda: who_reads(layer, x, **named), *words)


def test_lengths_beside_a_packed_sequence_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: PackedSequence = pack_padded_sequence(torch.zeros(4, 2, 3), [4, 2])
    refused(lambda: who_reads(nn.GRU(3, 2), packed, [4, 2]), "packed already")
    monkeypatch.setattr(limits, "ALWAYS_THERE", 0)
    monkeypatch.setattr(limits, "free_bytes", lambda _: 1000)
    refused(lambda: who_reads(nn.GRU(3, 2), torch.zeros(9, 2, 3)), "1.0 kB", "smaller")


def test_its_repr_counts() -> None:
    found = who_reads(LayerSpec("GRU", 3, 2, bidirectional=True), torch.ones(5, 1, 3))
    assert repr(found).splitlines() == [
        "GRU, padded: who has read what",
        "output  (5, 1, 4, 5), 60 of 100 have been read",
        "h_n     (2, 1, 2, 5), 20 of 20 have been read",
    ]
