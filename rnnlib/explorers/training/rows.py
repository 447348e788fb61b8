"""The runs as rows, one an epoch, and as a table to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from rnnlib.engine.training.tasks import MADE
from rnnlib.explorers.training.payload import scores_of
from rnnlib.explorers.training.record import Run
from rnnlib.explorers.training.view import SETTINGS

SCORES = ("step", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "norm")
COLUMNS = ("run", *SETTINGS, "epoch", *SCORES)


def rows_of(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """A row for each epoch of each run; epoch 0 is before the first step. seq_len is that of a task made on the spot.

    Example:
        >>> rows_of([])
        []
    """
    return [
        {"run": run.number, **_asked_of(run), "epoch": epoch, **dict(zip(SCORES, scores, strict=True))}
        for run in runs
        for epoch, scores in enumerate(scores_of(run))
    ]


def _asked_of(run: Run) -> dict[str, Any]:
    return run.settings if run.settings["task"] in MADE else run.settings | {"seq_len": None}


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as CSV.

    Example:
        >>> as_csv([]).strip().split(",")[:4]
        ['run', 'task', 'seq_len', 'kind']
    """
    made = io.StringIO()
    writer = csv.DictWriter(made, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()
