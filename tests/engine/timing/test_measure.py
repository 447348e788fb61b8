"""The clock waits for its device, and blocks of calls are timed until their median is steady, but not for ever."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import torch
from torch.utils.benchmark import Measurement
from torch.utils.benchmark.utils.common import TaskSpec

from rnnlib.engine.timing.measure import BLOCK, measure, timer


class Stopwatch:
    """Stands for torch's Timer: its calls take so many seconds, one after the other."""

    def __init__(self, seconds: Iterator[float]) -> None:
        self.seconds, self.asked = seconds, list[int]()

    def timeit(self, number: int) -> Measurement:
        """One block."""
        self.asked.append(number)
        return Measurement(number, [number * next(self.seconds)], TaskSpec("pass", "pass"))


def test_it_measures_until_the_median_is_steady_but_not_for_ever() -> None:
    steady, unsteady = Stopwatch(itertools.repeat(1e-3)), Stopwatch(itertools.cycle([1e-3, 2e-3]))
    found, _ = measure(steady, 1e-3, 0.2)  # type: ignore[arg-type]
    assert sum(steady.asked) * 1e-3 == pytest.approx(0.2, abs=BLOCK)
    assert found.median == pytest.approx(1e-3)
    found, _ = measure(unsteady, 1e-3, 0.2)  # type: ignore[arg-type]
    assert sum(found.times) > 0
    assert 1.9 < sum(n * s for n, s in zip(unsteady.asked, itertools.cycle([1e-3, 2e-3]), strict=False)) < 2.1
    slow = Stopwatch(itertools.repeat(7.0))
    measure(slow, 7.0, 0.2)  # type: ignore[arg-type]
    assert slow.asked == [1]


@pytest.mark.parametrize("told", [1e-6, 1e-3, 10.0])
def test_a_block_is_as_long_as_it_should_be_whatever_the_first_call_took(told: float) -> None:
    """The first call of all may take a thousand times as long as the others: the machine was busy."""
    watch = Stopwatch(itertools.repeat(1e-3))
    found, calls = measure(watch, told, 6.0)  # type: ignore[arg-type]
    assert watch.asked[0] == max(1, int(BLOCK / told))
    assert set(watch.asked[1:]) <= {4, 5}  # 5, but for what a float loses
    assert found.median == pytest.approx(1e-3)
    assert calls == watch.asked[-1]


def test_a_gpus_clock_is_read_when_it_has_done_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    assert timer("pass", {}, 1, torch.device("cuda", 1)).timeit(1).median >= 0
    assert set(waited) == {torch.device("cuda", 1)}
    waited.clear()
    timer("pass", {}, 1, torch.device("cpu")).timeit(1)
    assert not waited
