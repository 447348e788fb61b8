"""One run: the model as it learns, and all that was seen of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnlib.engine.call import ONE_THREAD
from rnnlib.engine.training.duration import check_training
from rnnlib.engine.training.look import Look, look
from rnnlib.engine.training.model import SequenceClassifier
from rnnlib.engine.training.tasks import Task
from rnnlib.engine.training.train import Recipe, Scores, Step, train
from rnnlib.explorers.training.tasks import BATCH, extent_of, input_size_of
from rnnlib.spec import LayerSpec

MOST_FRAMES = 120
BETWEEN = 0.06  # seconds between two looks: about 16 a second


class Best(NamedTuple):
    """A model as it was when it was best on the test sequences."""

    accuracy: float
    epoch: int
    weights: dict[str, Tensor]


def spec_of(settings: dict[str, Any], input_size: int) -> LayerSpec:
    """The layer of a run.

    Example:
        >>> from rnnlib import TrainingLab
        >>> spec_of(TrainingLab("memory", "LSTM", 8).settings, input_size=2) == LayerSpec("LSTM", 2, 8)
        True
    """
    names = ("hidden_size", "num_layers", "bidirectional")
    return LayerSpec(settings["kind"], input_size, **{name: settings[name] for name in names})


def recipe_of(settings: dict[str, Any]) -> Recipe:
    """How a run is trained."""
    names = ("epochs", "lr", "max_norm", "seed")
    return Recipe(batch=BATCH[settings["task"]], **{name: settings[name] for name in names})


def seconds_of(settings: dict[str, Any], own: Task | None = None) -> float:
    """About how long a run takes.

    Raises:
        ValueError: it cannot be trained here: it is too large, takes too long, or cannot be read.
    """
    extent = extent_of(settings["task"], settings["seq_len"], own)
    spec = spec_of(settings, input_size_of(settings["task"], own))
    return check_training(spec, extent, recipe_of(settings), settings["device"])


def model_of(settings: dict[str, Any], input_size: int, classes: int) -> SequenceClassifier:
    """The model of a run, before it has learned anything."""
    spec = spec_of(settings, input_size)
    model = SequenceClassifier(
        spec,
        classes,
        summary=settings["summary"],
        packed=settings["packed"],
        forget_bias=settings["forget_bias"] if spec.family.keeps else None,
        seed=settings["seed"],
    )
    return model.to(settings["device"])


class Run:
    """A training that goes on from where it was left, whoever asks for the next step.

    Attributes:
        number: counted from 1 in a lab.
        settings: by name, what was chosen.
        classes, input_size: of the task.
        sequence: the test sequence that is looked at; `label` is its class.
        guess: the accuracy of who always says the most frequent class.
        of: the steps that it takes in all.
        model: as it is now; None once it has ended.
        events: what the training tells, as far as it has not been asked for yet.
        steps: what each step told.
        scores: after each epoch.
        frames: by the step after which it was seen, what the model made of the first test sequence; at most so many.
        now: the last of what was seen.
        best: so far.
        paused: whether it stops after the step that it is in.
        open: whether it can go on.
    """

    def __init__(self, number: int, settings: dict[str, Any], task: Task) -> None:
        self.number, self.settings = number, settings
        self.classes, self.input_size = task.classes, task.input_size
        self.sequence, self.label = task.test[0]
        self.guess = torch.stack([label for _, label in task.test]).bincount().max().item() / len(task.test)
        recipe = recipe_of(settings)
        self.of = recipe.epochs * -(-len(task.train) // recipe.batch)
        self.model: SequenceClassifier | None = model_of(settings, task.input_size, len(task.classes))
        self.events: Iterator[Step | Scores | None] = train(self.model, task, recipe)
        self.steps: list[Step] = []
        self.scores: list[Scores] = []
        self.frames: list[tuple[int, Look]] = []
        self.now: tuple[int, Look] | None = None
        self.best: Best | None = None
        self.paused = False
        self.open = True
        self._every, self._seen = 1, 0

    @property
    def is_small(self) -> bool:
        """Whether one thread is as quick as several."""
        recipe = recipe_of(self.settings)
        spec = spec_of(self.settings, self.input_size)
        return 3 * spec.costs(len(self.sequence), recipe.batch).multiply_adds <= ONE_THREAD

    @property
    def is_done(self) -> bool:
        """Whether it has come to its end."""
        return bool(self.scores) and self.scores[-1].step == self.of

    def go_on(self, unwanted: Callable[[], bool]) -> Iterator[None]:
        """Take step after step until it is done, paused, or unwanted; yield whenever there is something to show."""
        seen = 0.0
        for told in self.events:
            self.take(told)
            if unwanted():
                return
            if told is not None and time.monotonic() - seen >= BETWEEN:
                self.see()
                seen = time.monotonic()
                yield
            if isinstance(told, Step) and self.paused:
                return

    def take(self, told: Step | Scores | None) -> None:
        """Keep what a step, or an epoch, told."""
        if not self.open:
            return
        if isinstance(told, Step):
            self.steps.append(told)
        if isinstance(told, Scores):
            self.scores.append(told)
            if self.model and told.epoch and (self.best is None or told.test_accuracy > self.best.accuracy):
                weights = {name: weight.clone() for name, weight in self.model.state_dict().items()}
                self.best = Best(told.test_accuracy, told.epoch, weights)

    def see(self) -> None:
        """Look at the first test sequence; of what was seen every second is forgotten where it is too much."""
        step = len(self.steps)
        if self.model is None or (self.now is not None and self.now[0] == step):
            return
        self.now = (step, look(self.model, self.sequence))
        if self._seen % self._every == 0:
            self.frames.append(self.now)
        self._seen += 1
        if len(self.frames) > MOST_FRAMES:
            self.frames = self.frames[::2]
            self._every *= 2

    def close(self) -> None:
        """Let go what it would need to go on; what was seen of it stays."""
        self.open = False
        self.model, self.events = None, iter(())

    @property
    def epoch(self) -> int:
        """The one that it is in."""
        return self.steps[-1].epoch if self.steps else 0

    @property
    def recorded(self) -> list[tuple[int, Look]]:
        """The frames, and what was seen last."""
        last = [self.now] if self.now is not None and self.frames[-1:] != [self.now] else []
        return [*self.frames, *last]

    def norms(self) -> list[float]:
        """The mean of the gradient's norms in each epoch."""
        found: dict[int, list[float]] = {}
        for one in self.steps:
            found.setdefault(one.epoch, []).append(one.norm)
        return [sum(norms) / len(norms) for norms in found.values()]
