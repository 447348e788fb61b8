"""All the runs of a lab: those that are compared, the best of them, and how they differ."""

from __future__ import annotations

from typing import Any

import torch

from rnnlib.engine.training.model import SequenceClassifier
from rnnlib.engine.training.tasks import MADE, Task
from rnnlib.explorers.training.payload import scores_of
from rnnlib.explorers.training.record import Run, model_of
from rnnlib.explorers.training.sentences import differences
from rnnlib.explorers.training.tasks import task_of

MOST = 12  # that are kept


class Runs:
    """The runs in their order, the one that goes on among them.

    Args:
        own: the learner's own data, if there are some.

    Attributes:
        kept: of earlier ones those that have learned for an epoch at least; the last ones, where there are many.
        last: the one that is shown, kept or not; None before the first.
    """

    def __init__(self, own: Task | None = None) -> None:
        self.own = own
        self.kept: list[Run] = []
        self.last: Run | None = None

    @property
    def going(self) -> Run | None:
        """The one that can go on, if there is one."""
        return self.last if self.last and self.last.open else None

    def begin(self, settings: dict[str, Any]) -> Run:
        """Begin one more.

        Raises:
            ValueError: the recordings cannot be read.
        """
        number = self.last.number if self.last else 0
        with torch.inference_mode(False), torch.device("cpu"):  # whatever the cell that starts it is in
            task = task_of(settings["task"], settings["seq_len"], settings["seed"], self.own)
            run = Run(number + 1, settings, task)
        if self.last is not None:
            self.last.frames, self.last.now = [], None  # only what is shown has some
        self.last, self.kept = run, [*self.kept[1 - MOST :], run]
        return run

    def end(self, run: Run) -> None:
        """Keep a run that has ended, unless there is nothing to compare."""
        if len(run.scores) < 2:
            self.kept.remove(run)

    def like(self, settings: dict[str, Any]) -> list[Run]:
        """Those on the same task."""
        names = ("task", "seq_len") if settings["task"] in MADE else ("task",)
        return [run for run in self.kept if all(run.settings[name] == settings[name] for name in names)]

    def beside(self, run: Run) -> list[Run]:
        """Those with which a run can be compared."""
        return [other for other in self.like(run.settings) if other is not run]

    def faint(self, run: Run) -> list[dict[str, Any]]:
        """Those beside a run as plain data, with what is different."""
        return [
            {
                "number": other.number,
                "differs": ", ".join(differences(other.settings, run.settings)) or "the same settings",
                "scores": scores_of(other),
            }
            for other in self.beside(run)
        ]

    def best(self, settings: dict[str, Any]) -> SequenceClassifier | None:
        """The model of those on the same task that was best on the test sequences, as it was then, in eval mode."""
        found = [(run.best, run) for run in self.like(settings) if run.best is not None]
        if not found:
            return None
        best, run = max(found, key=lambda pair: pair[0].accuracy)
        with torch.inference_mode(False), torch.device("cpu"):
            model = model_of(run.settings, run.input_size, len(run.classes))
            model.load_state_dict(best.weights)
        return model.eval()
