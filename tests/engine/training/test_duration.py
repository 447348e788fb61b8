"""The estimate of a training's time is no less than it takes, and what takes more than a minute is refused with it."""

from __future__ import annotations

import time

import pytest

from rnnlib import LayerSpec
from rnnlib.engine.training.duration import MOST_SECONDS, Extent, check_training, in_words, seconds_of
from rnnlib.engine.training.model import SequenceClassifier
from rnnlib.engine.training.tasks import memory
from rnnlib.engine.training.train import Recipe, train
from tests.strategies import refused

RECIPE = Recipe(epochs=1, batch=32)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_it_is_rather_too_long_than_too_short(kind: str) -> None:
    task, spec = memory(40), LayerSpec(kind, 2, 16)
    model = SequenceClassifier(spec, 2)
    taken = []
    for _ in range(3):  # the quickest: a machine is busy now and then, or slow
        start = time.process_time()
        list(train(model, task, RECIPE))
        taken.append(time.process_time() - start)
    assert min(taken) < 4 * seconds_of(spec, Extent(40), RECIPE)


def test_it_grows_with_all_that_takes_time() -> None:
    base = seconds_of(LayerSpec("GRU", 2, 16), Extent(20), RECIPE)
    assert seconds_of(LayerSpec("GRU", 2, 16), Extent(40), RECIPE) > 1.6 * base
    assert seconds_of(LayerSpec("GRU", 2, 16, 3, bidirectional=True), Extent(20), RECIPE) > 3 * base
    assert seconds_of(LayerSpec("GRU", 2, 1600), Extent(20), RECIPE) > 10 * base
    assert seconds_of(LayerSpec("GRU", 2, 16), Extent(20), Recipe(epochs=7, batch=32)) == pytest.approx(7 * base)


def test_more_than_a_minute_is_refused_with_the_estimate() -> None:
    spec, extent = LayerSpec("GRU", 2, 16), Extent(20)
    one = seconds_of(spec, extent, RECIPE)
    fits = int(MOST_SECONDS / one)
    assert check_training(spec, extent, Recipe(epochs=fits, batch=32)) <= MOST_SECONDS
    refused(
        lambda: check_training(spec, extent, Recipe(epochs=10 * fits, batch=32)), "about 10 minutes", "fewer epochs"
    )


def test_what_does_not_fit_into_the_memory_is_refused_before_it_is_made() -> None:
    for spec, extent in ((LayerSpec("GRU", 2, 10**7), Extent(2)), (LayerSpec("RNN", 2, 4), Extent(10**10))):
        refused(lambda spec=spec, extent=extent: check_training(spec, extent, RECIPE), "bytes", "are available")
    refused(lambda: check_training(LayerSpec("GRU", 2, 4, 10**6), Extent(2), RECIPE), "num_layers")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "1 second"), (59.4, "59 seconds"), (60.1, "60 seconds"), (61, "2 minutes"), (7200, "120 minutes")],
)
def test_durations_are_said_as_people_do(seconds: float, said: str) -> None:
    assert in_words(seconds) == said
