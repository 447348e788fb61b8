"""What reaches back, compared with torch's own gradient."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlib import reach
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import CELLS, LAYERS
from tests.strategies import batches, cases, real, refused, seq_lens, specs

close = {"rtol": 1e-10, "atol": 1e-14}


def made(spec: LayerSpec, seq_len: int, batch: int) -> tuple[nn.Module, Tensor, Any]:
    """A layer in float64, its input and a first state, all random."""
    rows, h = spec.num_layers * spec.num_directions, spec.proj_size or spec.hidden_size
    x = torch.randn((batch, seq_len, spec.input_size) if spec.batch_first else (seq_len, batch, spec.input_size))
    h_0, c_0 = torch.randn(rows, batch, h).double(), torch.randn(rows, batch, spec.hidden_size).double()
    return real(spec).double(), x.double(), (h_0, c_0) if spec.kind == "LSTM" else h_0


def torchs(layer: Any, x: Tensor, hx: Any, step: int, lengths: list[int] | None) -> Tensor:
    """The norms of torch's own gradient, ``(seq_len, batch)``."""
    x = x.clone().requires_grad_()
    first = layer.batch_first
    if lengths is None:
        output, _ = layer(x, hx)
    else:
        packed = pack_padded_sequence(x, lengths, first, enforce_sorted=False)
        total = x.shape[1 if first else 0]
        output, _ = pad_packed_sequence(layer(packed, hx)[0], first, total_length=total)
    (output[:, step] if first else output[step]).sum().backward()
    assert x.grad is not None
    norms = (x.grad**2).sum(-1).sqrt()
    return norms.T if first else norms


@cases(100)
@given(specs(LAYERS), seq_lens, batches, st.booleans(), st.booleans(), st.data())
def test_what_reaches_x_is_torchs_own_gradient(
    spec: LayerSpec, seq_len: int, batch: int, state: bool, packed: bool, data: st.DataObject
) -> None:
    layer, x, hx = made(spec, seq_len, batch)
    hx = hx if state else None
    step = data.draw(st.integers(-seq_len, seq_len - 1))
    lengths = [data.draw(st.integers(1, seq_len)) for _ in range(batch)] if packed else None
    found = reach(layer, x, hx, step=step, lengths=lengths)
    assert found.x.shape == (seq_len, batch)
    assert found.step == step % seq_len
    assert x.grad is None
    assert all(parameter.grad is None for parameter in layer.parameters())
    torch.testing.assert_close(found.x, torchs(layer, x, hx, step, lengths), **close)


def top_way(layer: Any, spec: LayerSpec, direction: int) -> nn.Module:
    """The last layer in one direction, as a layer of torch's own."""
    below = spec.input_size if spec.num_layers == 1 else (spec.proj_size or spec.hidden_size) * spec.num_directions
    one = real(
        dataclasses.replace(spec, input_size=below, num_layers=1, bidirectional=False, batch_first=False, dropout=0)
    ).double()
    end = f"_l{spec.num_layers - 1}" + ("_reverse" if direction else "")
    state = {name: layer.state_dict()[name.removesuffix("_l0") + end] for name in one.state_dict()}
    one.load_state_dict(state)
    return one


@cases(100)
@given(specs(LAYERS), seq_lens, batches, st.data())
def test_what_reaches_a_state_is_torchs_gradient_of_what_goes_on_from_it(
    spec: LayerSpec, seq_len: int, batch: int, data: st.DataObject
) -> None:
    """The real layer is begun anew after each step, from the state there."""
    layer, x, _ = made(spec, seq_len, batch)
    step, asked = (data.draw(st.integers(0, seq_len - 1)) for _ in range(2))
    found = reach(layer, x, step=step)
    time_first = x.transpose(0, 1) if spec.batch_first else x
    below = time_first
    if spec.num_layers > 1:
        lower = real(dataclasses.replace(spec, num_layers=spec.num_layers - 1, batch_first=False, dropout=0)).double()
        lower.load_state_dict({name: layer.state_dict()[name] for name in lower.state_dict()})
        below = lower(time_first)[0].detach()
    squares: dict[str, Any] = dict.fromkeys(spec.family.states, 0)
    for direction in range(spec.num_directions):
        way = top_way(layer, spec, direction)
        steps = below.flip(0) if direction else below
        at, to = (seq_len - 1 - t if direction else t for t in (asked, step))
        _, there = way(steps[: at + 1])
        states = [state.detach().requires_grad_() for state in (there if spec.kind == "LSTM" else (there,))]
        if to == at:
            h = states[0]
            if spec.kind == "LSTM":  # its c moves the very h of that step
                cell_x, before = steps[at : at + 1], way(steps[:at])[1] if at else None
                squares["c"] = squares["c"] + h_of_c(way, cell_x, before, states[1])
            squares["h"] = squares["h"] + torch.full((batch,), float(h.shape[-1]), dtype=torch.float64)
        elif to > at:
            output, _ = way(steps[at + 1 : to + 1], tuple(states) if spec.kind == "LSTM" else states[0])
            output[-1].sum().backward()
            for name, state in zip(spec.family.states, states, strict=True):
                grad = state.grad[0]
                if name == "c":  # and through the h of that step, which torch takes as a state of its own
                    h_grad = states[0].grad[0]
                    before = way(steps[:at])[1] if at else None
                    grad = grad + h_of_c(way, steps[at : at + 1], before, state, h_grad, squared=False)
                squares[name] = squares[name] + (grad**2).sum(-1)
    for name, total in squares.items():
        norms = getattr(found, name)
        assert norms.shape == (seq_len, batch)
        expected = total.sqrt() if isinstance(total, Tensor) else torch.zeros(batch, dtype=torch.float64)
        torch.testing.assert_close(norms[asked], expected, **close)


def h_of_c(way: Any, x: Tensor, before: Any, c: Tensor, weight: Tensor | None = None, squared: bool = True) -> Tensor:
    """The gradient of h = W_hr (o * tanh(c)) towards c, weighted; or its squares summed."""
    hidden = c.shape[-1]
    h_before = torch.zeros_like(way(x)[1][0]) if before is None else before[0]
    pre = x[0] @ way.weight_ih_l0.T + h_before[0] @ way.weight_hh_l0.T
    if way.bias:
        pre = pre + way.bias_ih_l0 + way.bias_hh_l0
    o = pre[:, 3 * hidden :].sigmoid()
    free = c[0].detach().clone().requires_grad_()
    h = o.detach() * free.tanh()
    h = h @ way.weight_hr_l0.T if way.proj_size else h
    (grad,) = torch.autograd.grad((h * (1 if weight is None else weight)).sum(), free)
    return (grad**2).sum(-1) if squared else grad


@cases(50)
@given(specs(LAYERS), seq_lens, st.data())
def test_packed_each_sequence_is_reached_as_alone(spec: LayerSpec, seq_len: int, data: st.DataObject) -> None:
    lengths = [data.draw(st.integers(1, seq_len)) for _ in range(3)]
    step = data.draw(st.integers(0, seq_len - 1))
    layer, x, _ = made(spec, seq_len, 3)
    found = reach(layer, x, lengths=lengths, step=step)
    for item, length in enumerate(lengths):
        sequence = x[item : item + 1, :length] if spec.batch_first else x[:length, item : item + 1]
        for name in ("x", *spec.family.states):
            norms = getattr(found, name)[:, item]
            assert not norms[length:].any()
            if step < length:
                alone = getattr(reach(layer, sequence, step=step), name)[:, 0]
                torch.testing.assert_close(norms[:length], alone, **close)
            else:
                assert not norms.any()


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("kind", LAYERS)
def test_what_is_packed_already_is_reached_the_same(kind: str, batch_first: bool) -> None:
    layer, x, _ = made(LayerSpec(kind, 3, 4, batch_first=batch_first, bidirectional=True), 6, 3)
    packed = pack_padded_sequence(x, [4, 6, 2], batch_first, enforce_sorted=False)
    for step in (0, 3, -1):
        one, other = reach(layer, packed, step=step), reach(layer, x, lengths=[4, 6, 2], step=step)
        assert torch.equal(one.x, other.x)
        assert torch.equal(one.h, other.h)


def test_without_batch_it_is_a_batch_of_one() -> None:
    layer, x, _ = made(LayerSpec("LSTM", 3, 4, batch_first=True), 5, 1)
    assert torch.equal(reach(layer, x[0]).x, reach(layer, x).x)
    assert torch.equal(reach(layer, x[0], step=1).c, reach(layer, x, step=1).c)


def test_in_float32_a_small_gradient_is_nothing_and_in_float64_it_is_there() -> None:
    x = torch.ones(200, 1, 4)
    layer = nn.RNN(4, 32)
    assert reach(layer, x).x[0] == 0
    assert 0 < reach(layer.double(), x.double()).x[0] < 1e-40


def test_in_float32_nothing_is_lost_that_torchs_own_gradient_has() -> None:
    torch.manual_seed(0)
    layer, x = nn.RNN(4, 32), torch.randn(150, 1, 4)
    found, hx = reach(layer, x), x.clone().requires_grad_()
    layer(hx)[0][-1].sum().backward()
    assert hx.grad is not None
    expected = hx.grad.double().norm(dim=-1)
    assert ((expected > 0) & (expected < 1e-25)).any()
    torch.testing.assert_close(found.x.double(), expected, rtol=1e-4, atol=1e-44)


def test_an_open_forget_gate_hands_everything_back() -> None:
    torch.manual_seed(0)
    layer, x = nn.LSTM(4, 32).double(), torch.randn(200, 1, 4).double()
    closed = reach(layer, x).x[0]
    with torch.no_grad():
        layer.bias_ih_l0[32:64] = 5
        layer.bias_hh_l0[32:64] = 0
    assert closed < 1e-30
    assert reach(layer, x).x[0] > 0.01


def test_nothing_of_the_learners_is_changed() -> None:
    layer, x = nn.LSTM(3, 4, 2, dropout=0.5), torch.randn(5, 2, 3, requires_grad=True)
    layer(x)[0].sum().backward()
    grads, own = [parameter.grad.clone() for parameter in layer.parameters()], x.grad.clone()
    before, state = copy.deepcopy(layer.state_dict()), torch.get_rng_state()
    hx = (torch.zeros(2, 2, 4, requires_grad=True), torch.zeros(2, 2, 4))
    assert torch.equal(reach(layer, x, hx).x, reach(layer, x, hx).x)  # dropout is off
    assert torch.equal(torch.get_rng_state(), state)
    assert layer.training
    assert hx[0].grad is None
    assert torch.equal(x.grad, own)
    assert all(torch.equal(p.grad, grad) for p, grad in zip(layer.parameters(), grads, strict=True))
    assert all(torch.equal(before[name], value) for name, value in layer.state_dict().items())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_is_asked_where_no_gradients_are_kept(mode: Any) -> None:
    layer = nn.GRU(3, 2).requires_grad_(False)
    with mode():
        x = torch.randn(4, 2, 3)
        found = reach(layer, x)
    torch.testing.assert_close(found.x, torchs(layer, x.clone(), None, -1, None))


class Deaf(nn.LSTM):
    """An LSTM that hears every other step only."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        heard = torch.arange(x.shape[0])[:, None, None] % 2 == 0
        return super().forward(torch.where(heard, x, 0.0), hx)


class Detached(nn.GRU):
    def forward(self, x: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(x, hx)
        return output.detach(), h_n.detach()


def test_a_forward_of_ones_own_is_what_is_asked() -> None:
    x = torch.randn(5, 1, 3)
    found = reach(Deaf(3, 2), x)
    assert (found.x[:, 0] > 0).tolist() == [True, False, True, False, True]
    assert found.h is None
    assert found.c is None
    assert not reach(Detached(3, 2), x).x.any()


@pytest.mark.gpu
def test_a_layer_on_a_gpu_is_reached_the_same() -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    layer, x = nn.LSTM(3, 4, 2, bidirectional=True).eval(), torch.randn(6, 2, 3)
    there = reach(copy.deepcopy(layer).to(device), x.to(device), lengths=[6, 3], step=2)
    torch.testing.assert_close(there.x.cpu(), reach(layer, x, lengths=[6, 3], step=2).x, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "x", "named", "words"),
    [
        *((LayerSpec(kind, 3, 2), torch.zeros(2, 3), {}, (kind, "one step")) for kind in CELLS),
        ("LSTM", torch.zeros(2, 3), {}, ("'LSTM'",)),
        (nn.Linear(3, 2), torch.zeros(2, 3), {}, ("Linear",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 5), {}, ("input_size=3",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"step": 4}, ("from 0 to 3", "not 4")),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"step": -5}, ("-4 to -1", "not -5")),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"step": 1.0}, ("whole number",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"step": True}, ("whole number",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"lengths": [5, 1]}, ("lengths[0]",)),
        (nn.GRU(3, 2), torch.zeros(4, 2, 3), {"hx": torch.zeros(1, 3, 2)}, ("h_0",)),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    layer: Any, x: Any, named: dict[str, Any], words: tuple[str, ...]
) -> None:
    refused(lambda: reach(layer, x, **named), *words)


class Shorter(nn.GRU):
    def forward(self, x: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(x, hx)
        return output[1:], h_n


def test_a_step_that_a_forward_of_ones_own_does_not_give_is_refused() -> None:
    layer, x = Shorter(3, 2), torch.randn(5, 1, 3)
    refused(lambda: reach(layer, x), "Shorter gives 4 of 5 steps", "no output[4]")
    assert reach(layer, x, step=3).x[:, 0].count_nonzero() == 5


def test_a_layer_through_which_nothing_comes_back_is_refused() -> None:
    with torch.inference_mode():
        layer = nn.GRU(3, 2)
    refused(lambda: reach(layer, torch.randn(5, 1, 3)), "made in torch.inference_mode()", "make it outside")


def test_its_repr_says_how_much_reaches_the_first_and_the_last_step() -> None:
    assert repr(reach(LayerSpec("GRU", 3, 2), torch.ones(5, 1, 3).double())).splitlines()[0] == (
        "GRU: how much of each step reaches output[4]"
    )
