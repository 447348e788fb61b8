"""Each hand-made layer does what its sentence says, on inputs that were not used to make it."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from rnnlib.engine.handmade_weights import HANDMADE, example, handmade
from rnnlib.engine.trace.trace import trace
from tests.strategies import refused

SEEDS = range(3)
SEQ_LEN, BATCH = 80, 400


def bits(seed: int) -> Tensor:
    """Sequences of 0s and 1s: without a 1, with few, with many, of 1s alone."""
    generator = torch.Generator().manual_seed(seed)
    share_of_1s = torch.linspace(0, 1, BATCH) ** 2
    return (torch.rand(SEQ_LEN, BATCH, generator=generator) < share_of_1s).float()


def traced(name: str, x: Tensor) -> tuple[Tensor, Tensor | None]:
    """h and c after each step, ``(seq_len, batch)``."""
    with torch.no_grad():
        result = trace(handmade(name), x[..., None])
    assert result.note == ""
    states = [state[0, 0, :, :, 0] for state in result.states.values()]
    return states[0], states[1] if len(states) == 2 else None


def close(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a, b, atol=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_latch_remembers_the_first_1(seed: int) -> None:
    x = bits(seed)
    h, _ = traced("latch", x)
    seen = x.cummax(0).values
    assert 0 < seen.mean() < 1
    assert close(h, seen * math.tanh(1))
    assert round(math.tanh(1), 2) == 0.76


@pytest.mark.parametrize("seed", SEEDS)
def test_count_counts_the_1s(seed: int) -> None:
    x = bits(seed)
    h, c = traced("count", x)
    assert close(c, x.cumsum(0))
    assert bool((h[x.cumsum(0) >= 3] > 0.99).all())
    assert h.max() <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_leak_forgets_a_tenth_at_each_step(seed: int) -> None:
    x = bits(seed)
    _, c = traced("leak", x)
    had = torch.zeros(BATCH)
    for x_t, c_t in zip(x, c, strict=True):
        had = had - had / 10 + x_t
        assert close(c_t, had)


@pytest.mark.parametrize("seed", SEEDS)
def test_copy_copies_its_input(seed: int) -> None:
    x = bits(seed)
    assert close(traced("copy", x)[0], x)


@pytest.mark.parametrize("seed", SEEDS)
def test_fade_cannot_hold_on(seed: int) -> None:
    x = bits(seed)
    h, _ = traced("fade", x)
    before, after = h[:-1], h[1:]
    assert bool((after <= 0.60001 * before)[x[1:] == 0].all())
    assert bool((h[x == 1] > 0.9).all())
    ten_zeros = x.unfold(0, 10, 1).sum(-1) == 0
    assert 0 < ten_zeros.float().mean() < 1
    assert bool((h[9:][ten_zeros] < 0.01).all())


def test_what_fades_in_the_rnn_stays_in_the_latch() -> None:
    x = torch.zeros(1000, 1)
    x[0] = 1
    assert traced("latch", x)[0][-1].item() == pytest.approx(math.tanh(1), abs=1e-4)
    assert traced("fade", x)[0][-1] < 1e-6


def test_those_that_were_asked_for_are_there() -> None:
    assert {name: made.kind for name, made in HANDMADE.items()} == {
        "latch": "LSTM",
        "count": "LSTM",
        "leak": "LSTM",
        "copy": "GRU",
        "fade": "RNN",
    }


@pytest.mark.parametrize("name", HANDMADE)
def test_it_is_a_real_layer_in_eval_mode(name: str) -> None:
    before = torch.get_rng_state()
    layer, again = handmade(name), handmade(name)
    assert torch.equal(before, torch.get_rng_state())
    assert type(layer) is getattr(nn, HANDMADE[name].kind)
    assert not layer.training
    assert layer is not again
    assert all(torch.equal(a, b) for a, b in zip(layer.parameters(), again.parameters(), strict=True))
    assert {p.dtype for p in layer.parameters()} == {torch.float32}
    assert layer.input_size == layer.hidden_size == 1


@pytest.mark.parametrize("name", HANDMADE)
def test_its_example_is_worth_watching(name: str) -> None:
    x = example(name)
    assert x.shape == (len(HANDMADE[name].bits), 1, 1)
    assert set(x.flatten().tolist()) == {0.0, 1.0}
    output, _ = handmade(name)(x)
    assert output.max() - output.min() > 0.5
    x.zero_()
    assert example(name).sum() > 0  # each is a new one


@pytest.mark.parametrize("name", HANDMADE)
def test_its_sentence_and_its_reason_stand_alone(name: str) -> None:
    made = HANDMADE[name]
    assert made.says.endswith(".")
    assert made.says.startswith("It ")
    assert made.why.endswith(".")
    assert tuple(made.rows) == {"RNN": ("h",), "LSTM": tuple("ifgo"), "GRU": tuple("rzn")}[made.kind]


def test_a_name_that_is_not_there() -> None:
    refused(lambda: handmade("latches"), "'latches'", "'latch', 'count', 'leak', 'copy', 'fade'")
    refused(lambda: example("LSTM"), "'LSTM'", "'latch'")
    refused(lambda: handmade(3), "name must be one of", "3 (int)")  # type: ignore[arg-type]
    refused(lambda: handmade(["latch"]), "list")  # type: ignore[arg-type]
