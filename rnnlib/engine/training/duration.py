"""How long a training takes, estimated before it begins: what takes more than a minute is refused."""

from __future__ import annotations

import dataclasses
import math

from rnnlib.engine.devices import find
from rnnlib.engine.limits import check_build, check_run, estimate
from rnnlib.engine.training.tasks import LEARNED_FROM, TESTED_WITH
from rnnlib.engine.training.train import TESTED_AT_ONCE, Recipe
from rnnlib.spec import LayerSpec
from rnnlib.spec.shapes import check_layers

MOST_SECONDS = 60
A_STEP = 70e-6  # seconds around one time step of one layer in one direction, forth and back, of a packed GRU
A_BATCH = 1e-3  # seconds to gather a batch, to clip and to step, however small


@dataclasses.dataclass(frozen=True)
class Extent:
    """How much there is to learn from: the steps of the longest sequence, and how many sequences of either sort."""

    seq_len: int
    train: int = LEARNED_FROM
    test: int = TESTED_WITH


def seconds_of(spec: LayerSpec, extent: Extent, recipe: Recipe, device: str = "cpu") -> float:
    """About how many seconds a training takes; rather too many than too few.

    Example:
        >>> 1 < seconds_of(LayerSpec("RNN", 2, 16), Extent(50), Recipe(epochs=20, batch=32)) < 10
        True
    """
    steps = math.ceil(extent.train / recipe.batch)
    tests = math.ceil((extent.train + extent.test) / TESTED_AT_ONCE)
    learns = estimate(spec, extent.seq_len, recipe.batch, device, built=True, a_step=A_STEP)
    tested = estimate(spec, extent.seq_len, TESTED_AT_ONCE, device, built=True, a_step=A_STEP / 5)
    return recipe.epochs * (steps * (learns.seconds + A_BATCH) + tests * tested.seconds)


def check_training(spec: LayerSpec, extent: Extent, recipe: Recipe, device: str = "cpu") -> float:
    """Give the seconds that a training takes, unless it cannot be: asked before anything is made.

    Raises:
        ValueError: it does not fit into the memory, or takes more than a minute; with the estimate.

    Example:
        >>> check_training(LayerSpec("GRU", 2, 32), Extent(2000), Recipe(epochs=40, batch=32))
        Traceback (most recent call last):
        ValueError: this training would take about ... minutes, and no more than one ...
    """
    where = find(device)
    check_layers(spec)
    check_build(spec, where)
    check_run(spec, extent.seq_len, max(recipe.batch, TESTED_AT_ONCE), where, gradients=True)
    seconds = seconds_of(spec, extent, recipe, device)
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
