"""How long a training takes, estimated before it begins: what takes more than a minute is refused."""

from __future__ import annotations

import math

from rnnlib.engine.limits import estimate
from rnnlib.engine.training.tasks import Task
from rnnlib.engine.training.train import TESTED_AT_ONCE, Recipe
from rnnlib.spec import LayerSpec

MOST_SECONDS = 60
FORTH_AND_BACK = 1  # times what `estimate` reckons with, which is rather too much
A_STEP = 70e-6  # seconds around one time step of one layer in one direction, forth and back, of a packed GRU
A_BATCH = 1e-3  # seconds to gather a batch, to clip and to step, however small


def seconds_of(spec: LayerSpec, task: Task, recipe: Recipe, device: str = "cpu") -> float:
    """About how many seconds a training takes; rather too many than too few.

    Example:
        >>> from rnnlib.engine.training.tasks import memory
        >>> 2 < seconds_of(LayerSpec("RNN", 2, 16), memory(50), Recipe(epochs=20, batch=32)) < 20
        True
    """
    steps = math.ceil(len(task.train) / recipe.batch)
    tests = math.ceil((len(task.train) + len(task.test)) / TESTED_AT_ONCE)
    learns = estimate(spec, task.longest, recipe.batch, device, built=True, passes=FORTH_AND_BACK, a_step=A_STEP)
    tested = estimate(spec, task.longest, TESTED_AT_ONCE, device, built=True, a_step=A_STEP / 5)
    return recipe.epochs * (steps * (learns.seconds + A_BATCH) + tests * tested.seconds)


def check_duration(spec: LayerSpec, task: Task, recipe: Recipe, device: str = "cpu") -> float:
    """Give the seconds back, unless they are more than a minute.

    Raises:
        ValueError: they are, in a sentence with the estimate.

    Example:
        >>> from rnnlib.engine.training.tasks import memory
        >>> check_duration(LayerSpec("GRU", 2, 32), memory(2000), Recipe(epochs=40, batch=32))
        Traceback (most recent call last):
        ValueError: this training would take about ... minutes, and no more than one ...
    """
    seconds = seconds_of(spec, task, recipe, device)
    if seconds > MOST_SECONDS:
        raise ValueError(
            f"this training would take about {in_words(seconds)}, and no more than one minute is waited for: choose"
            " fewer epochs or layers, or a smaller seq_len or hidden_size."
        )
    return seconds


def in_words(seconds: float) -> str:
    """A duration as people say it.

    Example:
        >>> in_words(0.4), in_words(12.3), in_words(61), in_words(7300), in_words(1e9)
        ('1 second', '12 seconds', '2 minutes', '3 hours', '11575 days')
    """
    units = {"second": (1, 60), "minute": (60, 120), "hour": (3600, 72), "day": (86400, math.inf)}
    counts = {
        name: (math.ceil(seconds / unit) if unit > 1 else max(1, round(seconds))) for name, (unit, _) in units.items()
    }
    name = next(name for name, (_, most) in units.items() if counts[name] <= most)
    return f"{counts[name]} {name}{'s' if counts[name] > 1 else ''}"
