"""A run as plain data for the front end, small enough to be sent many times a second."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlib.engine.training.look import Look
from rnnlib.explorers.training.record import Run
from rnnlib.explorers.training.tasks import NOUN

UNITS = 32  # states that are shown
NAN = -128  # what stands for nan among the states
MOST_STEPS = 4000  # of the curves; of a longer run every second, or third, is left out


def shown(run: Run) -> dict[str, Any]:
    """The traits that tell of a run as it is now, but for its `frames`.

    Example:
        >>> from rnnlib import TrainingLab
        >>> lab = TrainingLab("counting", seq_len=5, hidden_size=4, epochs=2)
        >>> lab.start()
        >>> lab.wait()
        >>> len(lab.scores), len(lab.curves) // 12, lab.progress["of"]  # 32 = 2 * 512 / 32
        (3, 32, 32)
    """
    curves = [(one.loss, one.accuracy, one.norm) for one in run.steps]
    every = -(-len(curves) // MOST_STEPS) if curves else 1
    return {
        "curves": np.asarray(curves[::every], np.float32).tobytes(),
        "scores": scores_of(run),
        "confusions": np.asarray([one.confusion for one in run.scores], np.uint16).tobytes(),
        "now": _frames(run, [run.now]) if run.now else {},
    }


def scores_of(run: Run) -> list[list[float]]:
    """A row an epoch: its last step, loss and accuracy over training and test, the mean gradient norm in it."""
    norms = [float("nan"), *run.norms()]
    rows = [
        [one.step, one.train_loss, one.train_accuracy, one.test_loss, one.test_accuracy, norm]
        for one, norm in zip(run.scores, norms, strict=False)
    ]
    return [[value if np.isfinite(value) else None for value in row] for row in rows]  # type: ignore[misc]


def frames_of(run: Run) -> dict[str, Any]:
    """All that was recorded of one test sequence."""
    return _frames(run, run.recorded)


def _frames(run: Run, seen: list[tuple[int, Look]]) -> dict[str, Any]:
    """Steps, and one behind the other: states as int8, 127 for 1; reach and chances as float32."""
    if not seen:
        return {}
    looks, units = [one for _, one in seen], _units(run)
    return {
        "steps": [step for step, _ in seen],
        "states": b"".join(_states(one.states[:, units]) for one in looks),
        "reach": b"".join(one.reach.numpy().tobytes() for one in looks),
        "chances": b"".join(one.chances.numpy().tobytes() for one in looks),
    }


def units_of(width: int, bidirectional: bool) -> list[int]:
    """Which numbers of a state are shown: the first ones, of both directions alike.

    Example:
        >>> units_of(4, False), units_of(80, True)[14:18]
        ([0, 1, 2, 3], [14, 15, 40, 41])
    """
    if not bidirectional:
        return list(range(min(width, UNITS)))
    half = min(width // 2, UNITS // 2)
    return [*range(half), *range(width // 2, width // 2 + half)]


def _units(run: Run) -> list[int]:
    settings = run.settings
    return units_of(settings["hidden_size"] * (1 + settings["bidirectional"]), settings["bidirectional"])


def _states(states: Tensor) -> bytes:
    """``(seq_len, units)``, of which nan is -128."""
    numbers = (127 * states).round().clamp(-127, 127)
    return bytes(torch.where(states.isnan(), NAN, numbers).to(torch.int8).numpy().tobytes())


def about(run: Run) -> dict[str, Any]:
    """What a run is, which does not change while it learns."""
    return {
        "number": run.number,
        "settings": run.settings,
        "noun": NOUN[run.settings["task"]],
        "classes": list(run.classes),
        "of": run.of,
        "label": int(run.label),
        "seq_len": len(run.sequence),
        "units": _units(run),
        "guess": run.guess,
        "found": [],
    }
