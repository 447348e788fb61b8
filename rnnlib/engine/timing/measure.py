"""torch's own benchmark, imported when it is first used: it brings setuptools, and takes a tenth of torch's time."""

from __future__ import annotations

import timeit
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import torch

from rnnlib.engine.devices import synchronise

if TYPE_CHECKING:
    from torch.utils.benchmark import Measurement, Timer

BLOCK = 0.005  # seconds of calls between two looks at the clock; one call, if it is longer
REPEATS = 5  # at least, of what is not very slow
STEADY = 0.1  # iqr over median, up to which a median is steady
LONGEST = 10  # times min_run_time: then it ends, steady or not


class CancelledError(Exception):
    """The measurement was cancelled."""


def timer(stmt: str, names: dict[str, Any], num_threads: int, device: torch.device) -> Timer:
    """A `torch.utils.benchmark.Timer` of a statement, which waits for the device before each look at the clock."""
    from torch.utils.benchmark import Timer

    def clock() -> float:
        synchronise(device)
        return timeit.default_timer()

    return Timer(stmt, globals=names, num_threads=num_threads, timer=clock)


def on_threads(num_threads: int) -> AbstractContextManager[None]:
    """So many threads for torch inside, and afterwards those that it had."""
    from torch.utils.benchmark import set_torch_threads

    return set_torch_threads(num_threads)


def measure(timer: Timer, seconds: float, min_run_time: float) -> tuple[Measurement, int]:
    """Time blocks of calls, each warmed up anew, until the median of a call is steady.

    Not by ``adaptive_autorange``, which chooses the block once, at first: one call that a busy machine interrupts, or a
    clock that waits for a GPU, and its blocks are 50 times too short or too long.

    Args:
        timer: of the statement.
        seconds: what one call takes, roughly.
        min_run_time: seconds to measure for, and up to ten times as many until the median is steady.

    Returns:
        All times, and of how many calls the last of them is the mean.
    """
    blocks: list[Measurement] = []
    spent = 0.0
    while True:
        blocks.append(timer.timeit(max(1, int(BLOCK / seconds))))
        seconds, spent = blocks[-1].median, spent + sum(blocks[-1].raw_times)
        if spent < min_run_time:
            continue
        merged = type(blocks[0]).merge(blocks)[0]
        steady = len(merged.times) >= REPEATS and merged.meets_confidence(STEADY)
        if steady or spent >= LONGEST * min_run_time:
            return merged, blocks[-1].number_per_run
