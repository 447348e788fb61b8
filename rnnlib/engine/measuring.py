"""How torch's benchmark is run beside explorers that stay alive: in short slices, cancellable between any two calls."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator

import torch
from torch.utils.benchmark import Measurement, Timer, set_torch_threads

from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.case import Case
from rnnlib.engine.own import is_plain
from rnnlib.spec import LayerSpec

SLICE = 0.01  # seconds of a measurement, after which others may run a layer; one call, if it is longer
PAUSE = 0.001  # seconds in which they may
REPEATS = 5  # at least, of what is not very slow
STEADY = 0.1  # iqr over median, up to which a median is steady
LONGEST = 10  # times min_run_time: then it ends, steady or not


class CancelledError(Exception):
    """The measurement was cancelled."""


def measured(case: Case, timer: Timer, threads: int, min_run_time: float, ask: Callable[[], None]) -> Measurement:
    """Slices of a measurement, each warmed up anew, until the median is steady.

    Between two slices others may run a layer of theirs: an explorer waits for one slice, and no number suffers.

    Args:
        case: what is timed.
        timer: of it.
        threads: that it has.
        min_run_time: seconds to measure for, and up to ten times as many until the median is steady.
        ask: called between slices; it raises `CancelledError` to end them.
    """
    parts: list[Measurement] = []
    while True:
        ask()
        with alone(case, threads):
            parts.append(timer.blocked_autorange(min_run_time=min(SLICE, min_run_time)))
        time.sleep(PAUSE)
        spent = sum(sum(part.raw_times) for part in parts)
        merged = Measurement.merge(parts)[0]
        steady = len(merged.times) >= REPEATS and merged.meets_confidence(STEADY)
        if spent >= min_run_time and (steady or spent >= LONGEST * min_run_time):
            return merged


@contextlib.contextmanager
def alone(case: Case, threads: int) -> Iterator[None]:
    """No explorer runs a layer meanwhile; torch has so many threads, and afterwards all that is torch's is as it was.

    Code that is not torch's may draw random numbers: they are drawn aside.
    """
    device = case.x.device
    with contextlib.ExitStack() as stack:
        stack.enter_context(ONE_AT_A_TIME)
        stack.enter_context(set_torch_threads(threads))
        if case.spec.proj_size:
            stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", "LSTM with projections is not supported with oneDNN")
        if not is_plain(LayerSpec.of(case.module), case.module):
            stack.enter_context(torch.random.fork_rng(devices=[device] if device.type == "cuda" else []))
        yield
