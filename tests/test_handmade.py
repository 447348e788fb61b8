"""Each set of hand-made weights does what its sentence says, on inputs that it was not made for."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from rnnlib.engine.handmade import HANDMADE, example, handmade
from rnnlib.engine.trace import trace

bits = st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60).map(lambda b: torch.tensor(b).view(-1, 1, 1))
many = settings(max_examples=200, deadline=None)


def history(name: str, x: Tensor, state: str) -> Tensor:
    with torch.no_grad():
        return trace(handmade(name), x).states[state].flatten()


@many
@given(bits)
def test_the_latch_remembers_the_first_1_it_sees(x: Tensor) -> None:
    seen = x.flatten().cummax(0).values
    assert torch.allclose(history("latch", x, "h"), seen * torch.tanh(torch.tensor(1.0)), atol=1e-3)


@many
@given(bits)
def test_the_counter_counts(x: Tensor) -> None:
    assert torch.allclose(history("count", x, "c"), x.flatten().cumsum(0), atol=1e-2)


@many
@given(bits)
def test_the_leak_keeps_nine_tenths_of_what_it_had(x: Tensor) -> None:
    c = history("leak", x, "c")
    before = torch.cat((torch.zeros(1), c[:-1]))
    assert torch.allclose(c, 0.9 * before + x.flatten(), atol=1e-3)


@many
@given(st.lists(st.floats(-3, 3), min_size=1, max_size=60))
def test_the_copy_is_its_input(values: list[float]) -> None:
    x = torch.tensor(values).view(-1, 1, 1)
    assert torch.allclose(history("copy", x, "h"), torch.tanh(x.flatten()), atol=1e-4)


@many
@given(st.integers(0, 20), st.integers(8, 40))
def test_what_the_rnn_has_heard_fades_and_the_latch_holds_it(before: int, after: int) -> None:
    x = torch.zeros(before + 1 + after, 1, 1)
    x[before] = 1
    h = history("fade", x, "h")[before:]
    assert bool((h[1:] <= 0.8 * h[:-1] + 1e-6).all())
    assert h[-1] < 0.2 * h[0]
    held = history("latch", x, "h")[before:]
    assert torch.allclose(held, held[:1].expand_as(held), atol=1e-3)


@pytest.mark.parametrize("name", HANDMADE)
def test_its_example_shows_it_and_it_is_torchs_own_layer(name: str) -> None:
    layer = handmade(name)
    assert type(layer).__name__ == HANDMADE[name].kind
    assert not layer.training
    assert trace(layer, example(name)).difference < 1e-5
    assert set(example(name).unique().tolist()) == {0.0, 1.0}


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"there are no weights 'lach': there are latch, count"):
        handmade("lach")
