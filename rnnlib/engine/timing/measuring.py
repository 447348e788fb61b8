"""How torch's benchmark is run beside explorers that stay alive: in short turns, cancellable between any two calls."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import torch
from torch import nn

from rnnlib.engine.call import ONE_AT_A_TIME, ONE_THREAD, Inputs, Outputs, call
from rnnlib.engine.layers import is_plain
from rnnlib.engine.timing.benchmark import on_threads
from rnnlib.engine.timing.workload import Workload
from rnnlib.spec import LayerSpec

if TYPE_CHECKING:
    from torch.utils.benchmark import Measurement, Timer

SLICE = 0.01  # seconds of a measurement, after which others may run a layer; one call, if it is longer
PAUSE = 0.001  # seconds in which they may
SLOW = 0.1  # seconds of a call that an explorer should not wait for, and in which its own run hardly shows
REPEATS = 5  # at least, of what is not very slow
STEADY = 0.1  # iqr over median, up to which a median is steady
LONGEST = 10  # times min_run_time: then it ends, steady or not


class CancelledError(Exception):
    """The measurement was cancelled."""


class Turns:
    """A measurement takes turns with the explorers.

    No explorer runs a layer while a call is timed, so no number suffers; between two slices of a hundredth of a
    second they may. A call that is slow itself is timed without keeping them waiting.

    Args:
        case: what is timed.
        threads: that torch has in a turn; afterwards those that it had.
        ask: called before each turn; it raises `CancelledError` to end the measurement.
    """

    def __init__(self, case: Workload, threads: int, ask: Callable[[], None]) -> None:
        self.case, self.threads, self.ask = case, threads, ask
        self.slow = case.spec.costs(1).multiply_adds * case.tokens > ONE_THREAD  # until it has been measured

    @contextlib.contextmanager
    def take(self) -> Iterator[None]:
        """One turn: afterwards all that is torch's is as it was. What is not torch's draws its random numbers aside."""
        self.ask()
        device, module = self.case.x.device, self.case.module
        with contextlib.ExitStack() as stack:
            if not self.slow:
                stack.enter_context(ONE_AT_A_TIME)
                stack.enter_context(warnings.catch_warnings())
                warnings.filterwarnings("ignore", "LSTM with projections is not supported with oneDNN")
            stack.enter_context(on_threads(self.threads))
            if not is_plain(LayerSpec.of(module), module):
                stack.enter_context(torch.random.fork_rng(devices=[device] if device.type == "cuda" else []))
            yield

    def called(self, layer: nn.Module, given: Inputs) -> Outputs:
        """What a layer gives, in a turn of its own."""
        with self.take():
            return call(self.case.spec, layer, given)[0]

    def measured(self, timer: Timer, min_run_time: float) -> Measurement:
        """Slices of a measurement, each warmed up anew, until the median is steady.

        Args:
            timer: of the case.
            min_run_time: seconds to measure for, and up to ten times as many until the median is steady.
        """
        parts: list[Measurement] = []
        while True:
            with self.take():
                parts.append(timer.blocked_autorange(min_run_time=min(SLICE, min_run_time)))
            time.sleep(PAUSE)
            self.slow = parts[-1].median > SLOW
            spent = sum(sum(part.raw_times) for part in parts)
            merged = type(parts[0]).merge(parts)[0]
            steady = len(merged.times) >= REPEATS and merged.meets_confidence(STEADY)
            if spent >= min_run_time and (steady or spent >= LONGEST * min_run_time):
                return merged
