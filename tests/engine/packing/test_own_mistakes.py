"""Mistakes of a lecturer's own: taken like the built-in ones, refused in words, and nothing that they do stays."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from rnnlib.engine.packing.mistakes import MISTAKES, Mistake, names_made, run_mistake
from rnnlib.engine.packing.outcome import Outcome
from rnnlib.engine.packing.own_mistakes import mistakes_of
from rnnlib.spec import LayerSpec
from tests.explorers.shared.interrupt import Interrupt
from tests.strategies import refused

SECONDS = 0.3  # in place of the two that a slider waits for
GRU = LayerSpec("GRU", 3, 2)
SEQUENCES = [torch.randn(length, 3, generator=torch.Generator().manual_seed(length)) for length in (4, 6, 2)]
MINE = {
    "name": "mine",
    "title": "what I did",
    "code": "last = padded[-1]",
    "cure": "last = padded[lengths - 1, range(3)]",
}


@pytest.fixture(autouse=True)
def stopped_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnlib.engine.packing.outcome.SECONDS", SECONDS)


def tried(code: str, cure: str = "last = padded.sum()", layer: Any = GRU) -> Outcome:
    (mistake,) = mistakes_of([MINE | {"code": code, "cure": cure}])
    return run_mistake(mistake, layer, SEQUENCES)


def test_names_dicts_and_mistakes_are_taken() -> None:
    taken = mistakes_of(["last_step", MINE, MINE | {"name": "first", "why": "So.", "batch_first": True}, MISTAKES[0]])
    assert [mistake.name for mistake in taken] == ["last_step", "mine", "first", "enforce_sorted"]
    assert taken[1] == Mistake(**MINE)  # type: ignore[arg-type]
    assert (taken[2].why, taken[2].batch_first) == ("So.", True)
    assert mistakes_of(MISTAKES) == MISTAKES
    assert mistakes_of([]) == ()


BAD: dict[str, tuple[Any, tuple[str, ...]]] = {
    "one alone": (MINE, ("mistakes must be a list",)),
    "one name": ("last_step", ("mistakes must be a list", "'last_step'")),
    "nothing": (None, ("mistakes must be a list", "None")),
    "an unknown name": (["last"], ("there is no mistake 'last': there are enforce_sorted, ",)),
    "a number": ([3], ("a mistake is a name, or a dict with name, title, code, cure, not 3",)),
    "a key that is none": (
        [MINE | {"snippet": "x = 1"}],
        ("a mistake has no 'snippet'", "name, title, code, cure, why"),
    ),
    "a key that lacks": (
        [{"name": "mine", "title": "x", "code": "a = 1"}],
        ("lacks its cure", "name, title, code, cure"),
    ),
    "no text": ([MINE | {"code": 3}], ("a mistake's code must be a text, not 3 (int)",)),
    "an empty text": ([MINE | {"name": " "}], ("a mistake's name must be a text",)),
    "no flag": ([MINE | {"batch_first": 1}], ("batch_first must be True or False",)),
    "one name twice": ([MINE, MINE], ("2 mistakes have the name 'mine'",)),
    "a cure that is no Python": ([MINE | {"cure": "last = ("}], ("the cure of the mistake 'mine' is no Python",)),
    "a cure that makes nothing": ([MINE | {"cure": "print(padded)"}], ("makes nothing: end it with a line",)),
    "names that differ": ([MINE | {"cure": "end = padded[0]"}], ("the mistake 'mine' makes no end, which its cure",)),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_what_could_not_be_shown_is_refused_in_words(given: Any, words: tuple[str, ...]) -> None:
    refused(lambda: mistakes_of(given), *words)


def test_what_is_silently_wrong_is_counted() -> None:
    outcome = tried("last = padded[-1]", "last = padded[lengths - 1, range(len(lengths))]")
    padded = pad_sequence(SEQUENCES)
    off = (padded[-1] - padded[torch.tensor([3, 5, 1]), range(3)]).abs()
    assert not bool(off[1].any())
    assert outcome.error == f"no exception, but 6 of the 9 numbers in last are wrong, by up to {float(off.max()):.2g}."
    assert (outcome.raised, outcome.cured, outcome.cures) == (False, "last (3, 3)", True)


def test_what_raises_is_told_in_its_own_words() -> None:
    outcome = tried("last = layer(padded.transpose(0, 2))")
    with pytest.raises(RuntimeError) as caught:
        nn.GRU(3, 2)(pad_sequence(SEQUENCES).transpose(0, 2))
    assert (outcome.error, outcome.raised) == (f"RuntimeError: {caught.value}", True)
    assert (outcome.cured, outcome.cures) == ("last ()", True)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("last = 1 +", "SyntaxError: invalid syntax"),
        ("raise SystemExit(3)\nlast = 1", "SystemExit: 3"),
        ("last = (lambda f: f(f))(lambda f: f(f))", "RecursionError: maximum recursion depth exceeded"),
        ("raise ValueError('x' * 10_000)\nlast = 1", "ValueError: xxx"),
    ],
)
def test_whatever_code_raises_is_told(code: str, error: str) -> None:
    outcome = tried(code)
    assert outcome.error.startswith(error)
    assert outcome.raised
    assert outcome.cures
    assert len(outcome.error) <= 2_000


@pytest.mark.parametrize(
    "code",
    [
        "last = 1\nwhile True: pass",
        "last = 1\nwhile True:\n    try:\n        last += 1\n    except Exception:\n        pass",
        "def f():\n    while True:\n        layer(padded)\nlast = f()",
        "import itertools\nlast = sum(0 for _ in itertools.count())",
    ],
)
def test_code_without_an_end_is_stopped_and_its_cure_runs(code: str) -> None:
    begun = time.monotonic()
    outcome = tried(code)
    assert time.monotonic() - begun < SECONDS + 5  # on a busy machine
    assert (outcome.error, outcome.raised) == (f"TimeoutError: it was stopped after {SECONDS} seconds", True)
    assert outcome.cured == "last ()"
    nothing_is_raised_later()


def nothing_is_raised_later() -> None:
    end = time.monotonic() + 2 * SECONDS
    while time.monotonic() < end:
        pass


def test_an_interrupt_anywhere_stops_nothing_else_later() -> None:
    at, interrupt = 0, None
    while interrupt is None or interrupt.done:
        at += 1 + at // 20
        with Interrupt(at, run_mistake) as interrupt:
            tried("last = 1")
    assert at > 100
    nothing_is_raised_later()


@pytest.mark.parametrize(
    ("cure", "said"),
    [
        ("last = nowhere", "The cure raised NameError: name 'nowhere' is not defined"),
        ("while True: last = 1", f"The cure raised TimeoutError: it was stopped after {SECONDS} seconds"),
        ("last = None", "The cure makes no last."),
    ],
)
def test_a_cure_that_fails_is_told_beside_what_went_wrong(cure: str, said: str) -> None:
    for code, error in (("last = 1", "no exception."), ("last = 1 / 0", "ZeroDivisionError: division by zero")):
        outcome = tried(code, cure)
        assert (outcome.error, outcome.cured, outcome.cures) == (error, said, False)


RESULTS: dict[str, tuple[str, str, str]] = {
    "numbers": ("last = 1.5", "last = 2", "no exception, but 1 of the 1 numbers in last are wrong, by up to 0.5."),
    "what says yes or no": ("last = True", "last = False", "1 of the 1 numbers in last are wrong, by up to 1."),
    "another dtype": ("last = torch.ones(2).double()", "last = torch.ones(2)", "it makes no difference."),
    "several": ("last = layer(padded)", "last = layer(padded)[0], 2 * layer(padded)[1]", "6 of the 42 numbers"),
    "fewer": ("last = [padded]", "last = [padded, padded]", "last[0] (6, 3, 3) in place of last[0] (6, 3, 3), last[1]"),
    "nothing in the end": ("last = 1\nlast = None", "last = 1", "no exception, but it makes no last."),
    "a text": ("last = 'a'", "last = 'b'", "a str is nothing to compare: let last be a tensor."),
    "a dict": ("last = {1: padded}", "last = {1: -padded}", "a dict is nothing to compare"),
    "a layer": ("last = layer", "last = nn.GRU(3, 2)", "a GRU is nothing to compare"),
    "no numbers": ("last = padded.to('meta')", "last = padded.to('meta')", "a Tensor is nothing to compare"),
}


@pytest.mark.parametrize(("code", "cure", "said"), RESULTS.values(), ids=RESULTS)
def test_whatever_both_make_is_compared_or_said_not_to_be(code: str, cure: str, said: str) -> None:
    outcome = tried(code, cure)
    assert said in outcome.error
    assert outcome.error.startswith("no exception")


def test_it_is_run_as_in_a_cell_with_gradients_and_in_eval_mode() -> None:
    code = "layer(padded)[0].sum().backward()\nlast = float(layer.weight_hh_l0.grad.norm()) + layer.training"
    assert tried(code, "last = 0").error.startswith("no exception, but 1 of the 1")
    assert tried("last = pad_sequence(sequences)", "last = padded").error.endswith("it makes no difference.")


def test_what_it_changes_stays_nowhere() -> None:
    layer, state = nn.GRU(3, 2), torch.get_rng_state()
    weights, data = [w.clone() for w in layer.parameters()], [x.clone() for x in SEQUENCES]
    code = """
for weight in layer.parameters():
    weight.data.zero_()
    weight.grad = weight
for x in sequences:
    x.zero_()
padded.zero_(), lengths.zero_(), layer.train(), torch.rand(9), torch.set_grad_enabled(False)
layer.hidden_size = 99
last = 0"""
    assert tried(code, layer=layer).cures
    assert all(map(torch.equal, layer.parameters(), weights))
    assert all(map(torch.equal, SEQUENCES, data))
    assert all(weight.grad is None for weight in layer.parameters())
    assert torch.is_grad_enabled()
    assert layer.hidden_size == 2
    assert torch.equal(torch.get_rng_state(), state)


def test_what_it_draws_is_the_same_for_code_and_cure_and_every_time() -> None:
    code = "last = torch.rand(9)"
    assert tried(code, "last = torch.rand(9)").error.endswith("it makes no difference.")
    assert len({tried(code, "last = torch.zeros(9)").error for _ in range(3)}) == 1


def test_the_names_that_code_makes() -> None:
    code = (
        "a = b = 1\nc, (d, _) = 2, (3, 4)\nfor i in range(3):\n    e: int = [x for x in range(i)]\nf += 1\nd[0] = 5\n"
    )
    assert names_made(code) == ["a", "b", "c", "d", "e", "f"]


PROFILED = """
import sys
from rnnlib.engine.packing.outcome import outcome_of
outcome_of("a = 1", "a = 2", "a", {})
sys.setprofile(lambda *_: None)
print((lambda: sum(range(4)))())
"""


def test_afterwards_python_may_be_profiled() -> None:
    """An exception for a thread that is taken back leaves a mark in Python 3.11: what is profiled then never ends."""
    done = subprocess.run([sys.executable, "-c", PROFILED], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "6\n"), done.stderr
