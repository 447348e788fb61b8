"""The states read off a layer's output are those of the loop, and every step of them is checked."""

from __future__ import annotations

import itertools
import pickle
import random
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnlib import LayerSpec, trace
from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.call import Inputs
from rnnlib.engine.layers import build
from rnnlib.engine.trace import trace as tracing
from rnnlib.engine.trace.read_off import ROWS, farthest_step, hides_nothing, read_off
from rnnlib.engine.trace.value import Trace

PARTS = ("states", "before", "from_x", "from_h", "pre", "gates")
KINDS: dict[str, dict[str, Any]] = {"RNN": {}, "RNN with relu": {"nonlinearity": "relu"}, "GRU": {}}


def unrolled_instead(monkeypatch: pytest.MonkeyPatch, *given: Any) -> Trace:
    with monkeypatch.context() as patched:
        patched.setattr("rnnlib.engine.trace.trace.hides_nothing", lambda *_: False)
        return trace(*given)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gradients", [True, False])
@pytest.mark.parametrize("seed", range(16))
def test_it_is_what_the_loop_makes(kind: str, gradients: bool, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    spec = LayerSpec(
        kind[:3],
        draw.randint(1, 7),
        draw.randint(1, 9),
        bias=draw.random() < 0.5,
        batch_first=draw.random() < 0.5,
        bidirectional=draw.random() < 0.5,
        **KINDS[kind],
    )
    layer = build(spec).double().requires_grad_(gradients)
    seq_len, batch = draw.choice([1, 2, 7, 40]), draw.choice([None, 1, 3, 2 * ROWS // 5])
    axes = [seq_len] if batch is None else [batch, seq_len] if spec.batch_first else [seq_len, batch]
    x = torch.randn(*axes, spec.input_size, dtype=torch.float64)
    h_0 = torch.randn(spec.num_directions, *([] if batch is None else [batch]), spec.hidden_size, dtype=x.dtype)
    x.requires_grad_(gradients)
    hx = draw.choice([None, h_0.requires_grad_(gradients)])
    read, looped = trace(layer, x, hx), unrolled_instead(monkeypatch, layer, x, hx)
    assert read.difference < 1e-12
    assert (read.note, looped.note) == ("", "")
    torch.testing.assert_close([read.output, read.h_n, *read.inputs], [looped.output, looped.h_n, *looped.inputs])
    for part in PARTS:
        torch.testing.assert_close(getattr(read, part), getattr(looped, part))
    assert read.output.requires_grad is gradients
    if gradients:
        towards = torch.randn(read.states["h"].shape, dtype=x.dtype)
        leaves = [x, *([] if hx is None else [hx]), *layer.parameters()]
        found = [
            torch.autograd.grad([t.states["h"], t.pre["h" if "h" in t.pre else "n"]], leaves, [towards] * 2)
            for t in (read, looped)
        ]
        torch.testing.assert_close(*found)


@pytest.mark.parametrize(("backward", "step"), list(itertools.product([False, True], [0, 1, 7, 19, 20])))
def test_one_number_that_is_off_is_found_wherever_it_is(backward: bool, step: int) -> None:
    """The first step of all, the last, and those at either end of what is compared at once."""
    spec = LayerSpec("GRU", 3, 5, bidirectional=True)
    layer, x = build(spec).requires_grad_(False), torch.randn(21, ROWS // 7, 3)
    first = (torch.zeros(2, x.shape[1], 5),)
    output = layer(x)[0]
    assert farthest_step(spec, read_off(spec, layer, x, first, output)) < 1e-6
    output[step, 11, 2 + 5 * backward] += 0.5
    assert farthest_step(spec, read_off(spec, layer, x, first, output)) == pytest.approx(0.5, rel=1e-5)


def test_a_number_that_is_not_finite_is_no_difference_where_the_equations_give_it_too() -> None:
    x = torch.randn(6, 3, 4)
    x[2, 1, 3] = torch.nan
    result = trace(nn.GRU(4, 5), x)
    assert result.difference < 1e-6
    assert result.note.startswith("x holds nan at step 2, sequence 1, feature 3. h first holds nan at step 2")


def given_for(x: Tensor | PackedSequence, lengths: Tensor | None = None) -> Inputs:
    return Inputs(x, Sizes(6, 3), None, lengths)


HIDES: dict[str, tuple[nn.Module, Inputs, bool]] = {
    "an LSTM, c": (nn.LSTM(4, 5), given_for(torch.zeros(6, 3, 4)), False),
    "a stack, its lower layers": (nn.GRU(4, 5, 2), given_for(torch.zeros(6, 3, 4)), False),
    "a cell, nothing but its loop": (nn.GRUCell(4, 5), given_for(torch.zeros(6, 3, 4)), False),
    "a padded batch": (nn.GRU(4, 5), given_for(torch.zeros(6, 3, 4), torch.tensor([6, 2, 1])), False),
    "a packed batch": (
        nn.GRU(4, 5),
        given_for(pack_padded_sequence(torch.zeros(6, 3, 4), torch.tensor([6, 2, 1]))),
        False,
    ),
    "gradients elsewhere than on the CPU": (nn.GRU(4, 5), given_for(torch.zeros(6, 3, 4, device="meta")), True),
}


@pytest.mark.parametrize(("layer", "given", "gradients"), HIDES.values(), ids=HIDES)
def test_what_hides_something_is_unrolled(layer: nn.Module, given: Inputs, gradients: bool) -> None:
    spec = LayerSpec.of(layer)
    assert not hides_nothing(spec, layer, given, gradients)
    assert hides_nothing(LayerSpec("GRU", 4, 5), nn.GRU(4, 5), given_for(torch.zeros(6, 3, 4)), gradients)


def test_a_hook_is_unrolled() -> None:
    layer, given = nn.GRU(4, 5), given_for(torch.zeros(6, 3, 4))
    assert hides_nothing(LayerSpec.of(layer), layer, given, gradients=True)
    layer.register_forward_hook(lambda *_: None)
    assert not hides_nothing(LayerSpec.of(layer), layer, given, gradients=True)


def test_the_layer_is_called_once_and_nothing_is_unrolled(monkeypatch: pytest.MonkeyPatch) -> None:
    called, real = [], nn.GRU.forward
    monkeypatch.setattr(nn.GRU, "forward", lambda *given: called.append(1) or real(*given))
    monkeypatch.setattr(tracing, "unroll", lambda *_: pytest.fail("it was unrolled"))
    trace(nn.GRU(4, 5, bidirectional=True), torch.zeros(6, 3, 4))
    assert called == [1]


@pytest.mark.parametrize("gradients", [True, False])
@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_what_you_do_to_its_output_is_not_in_its_states(kind: str, gradients: bool) -> None:
    layer, x = getattr(nn, kind)(4, 5).requires_grad_(gradients), torch.randn(6, 3, 4)
    expected = {name: state.clone() for name, state in trace(layer, x).states.items()}
    result = trace(layer, x)
    result.output.mul_(2)
    for name, state in expected.items():
        assert torch.equal(result.states[name], state)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_twice_the_steps_are_twice_the_bytes_in_a_file(kind: str) -> None:
    sizes = [len(pickle.dumps(trace(LayerSpec(kind, 4, 5), torch.zeros(n, 3, 4)))) for n in (500, 1000)]
    assert sizes[1] < 2.2 * sizes[0]
