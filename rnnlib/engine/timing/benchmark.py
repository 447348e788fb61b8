"""torch's own benchmark, imported when it is first used: it brings setuptools, and takes a tenth of torch's time."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import torch

from rnnlib.engine.devices import synchronise

if TYPE_CHECKING:
    from torch.utils.benchmark import Timer


def timer(stmt: str, names: dict[str, Any], num_threads: int, device: torch.device) -> Timer:
    """A `torch.utils.benchmark.Timer` of a statement, by the clock of the device on which it runs."""
    from torch.utils.benchmark import Timer

    return Timer(stmt, globals=names, num_threads=num_threads, timer=clock(device))


def on_threads(num_threads: int) -> AbstractContextManager[None]:
    """So many threads for torch inside, and afterwards those that it had."""
    from torch.utils.benchmark import set_torch_threads

    return set_torch_threads(num_threads)


def clock(device: torch.device) -> Callable[[], float]:
    """The clock that a `Timer` reads: timeit's own, once the device has done all that it was given."""
    if device.type == "cpu":
        return timeit.default_timer

    def synchronised() -> float:
        synchronise(device)
        return timeit.default_timer()

    return synchronised
