"""What runs are called, how they differ, and what they found, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rnnlib.engine.training.tasks import MADE
from rnnlib.explorers.training.record import Run
from rnnlib.explorers.training.tasks import YOURS
from rnnlib.explorers.training.view import LOOP
from rnnlib.spec.kinds import family_of

Settings = dict[str, Any]
MOST = 3  # earlier runs that are told of
WORDS = {True: "on", False: "off"}


def said(name: str, value: Any) -> str:
    """A setting as it is said.

    Example:
        >>> said("packed", False), said("forget_bias", None), said("lr", 0.005)
        ('packed off', "forget_bias torch's", 'lr 0.005')
    """
    if value is None:
        return f"{name} torch's" if name == "forget_bias" else f"{name} off"
    if isinstance(value, bool):
        return f"{name} {WORDS[value]}"
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"


def differences(one: Settings, other: Settings) -> list[str]:
    """What is different in `one`, as it is said.

    Example:
        >>> base = {"kind": "GRU", "packed": True, "lr": 0.1}
        >>> differences(base | {"kind": "RNN", "packed": False}, base)
        ['kind RNN', 'packed off']
    """
    return [said(name, value) for name, value in one.items() if value != other[name]]


def in_words(settings: Settings) -> str:
    """What is trained.

    Example:
        >>> from rnnlib import TrainingLab
        >>> in_words(TrainingLab("memory", "LSTM", forget_bias=5).settings)
        'LSTM, hidden_size 32, packed, h_n, forget_bias 5'
    """
    layers = f", {settings['num_layers']} layers" if settings["num_layers"] > 1 else ""
    ways = ", bidirectional" if settings["bidirectional"] else ""
    gate = settings["forget_bias"] is not None and family_of(settings["kind"]).keeps
    bias = f", {said('forget_bias', settings['forget_bias'])}" if gate else ""
    packed = "packed" if settings["packed"] else "padded"
    sizes = f"hidden_size {settings['hidden_size']}"
    return f"{settings['kind']}, {sizes}{layers}{ways}, {packed}, {settings['summary']}{bias}"


def told(settings: Settings) -> list[str]:
    """What is trained and how, in two lines.

    Example:
        >>> from rnnlib import TrainingLab
        >>> for line in told(TrainingLab("counting", "RNN", 8, seq_len=20).settings):
        ...     print(line)
        RNN, hidden_size 8, packed, h_n; learns counting of 20 steps
          Adam with lr 0.005, max_norm 1, epochs 40, seed 0, device cpu
    """
    of = f" of {settings['seq_len']} steps" if settings["task"] in MADE else ""
    task = "your own data" if settings["task"] == YOURS else settings["task"]
    how = ", ".join(said(name, settings[name]) for name in LOOP)
    return [f"{in_words(settings)}; learns {task}{of}", f"  Adam with {how}"]


def found(run: Run, others: Sequence[Run] = ()) -> list[str]:
    """Sentences on a run, and on how those before it differed, the last one first."""
    if len(run.scores) < 2 or run.best is None:
        return []
    last, best = run.scores[-1], run.best
    peak = "" if last.test_accuracy >= best.accuracy else f" ({_percent(best.accuracy)} after {best.epoch})"
    lines = [
        f"Run {run.number}: after {_epochs(last.epoch)} {_percent(last.test_accuracy)} of the test sequences are"
        f" right{peak}, and {_percent(last.train_accuracy)} of the training ones."
    ]
    guess = math.log(len(run.classes))
    if last.train_loss > 0.97 * guess:
        lines.append(f"It has learned nothing: its loss is {last.train_loss:.2f}, that of a mere guess {guess:.2f}.")
    against = [_against(other, run) for other in reversed(others) if other.best is not None]
    return [*lines, f"Before it, {'; '.join(against[:MOST])}."] if against else lines


def _against(other: Run, run: Run) -> str:
    differs = ", ".join(differences(other.settings, run.settings)) or "the same settings"
    last = other.scores[-1]
    epochs = "" if last.epoch == run.scores[-1].epoch else f" after {_epochs(last.epoch)}"
    return f"run {other.number}, with {differs}, {_percent(last.test_accuracy)}{epochs}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' if count != 1 else ''}"
