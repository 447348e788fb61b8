"""What is freed goes back to the system, from the top of any thread's arena too; settings of one's own are kept."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest
import torch

from rnnlib.explorers.shared import heap
from rnnlib.explorers.shared.heap import giving_back

BLOCK = 16 * 2**20  # bytes: less than what GNU's library gives back by itself


@pytest.fixture(autouse=True)
def looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever this machine's own settings are."""
    for name in [name for name in os.environ if name.startswith(("MALLOC_", "GLIBC_TUNABLES"))]:
        monkeypatch.delenv(name)
    heap._gnu.cache_clear()
    yield
    heap._gnu.cache_clear()


def resident() -> int:
    return int(psutil.Process().memory_info().rss)


def block() -> torch.Tensor:
    return torch.ones(BLOCK // 4)


def in_a_thread(work: object) -> None:
    thread = threading.Thread(target=work)  # type: ignore[arg-type]
    thread.start()
    thread.join()


def test_the_top_of_this_threads_arena_goes_back() -> None:
    found: list[int] = []

    def work() -> None:
        with giving_back():
            pass
        made = block()
        del made
        found.append(resident())
        with giving_back():
            pass
        found.append(resident())

    in_a_thread(work)
    assert found[0] - found[1] > BLOCK / 2 or heap._gnu() is None


def test_what_another_thread_made_goes_back_when_it_is_freed() -> None:
    made: list[torch.Tensor] = []
    with giving_back():
        pass
    in_a_thread(lambda: made.append(block()))
    before = resident()
    with giving_back():
        made.clear()
    assert before - resident() > BLOCK / 2 or heap._gnu() is None


@pytest.mark.parametrize("name", ["MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"])
def test_settings_of_ones_own_are_kept(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")
    assert heap._gnu() is None
    with giving_back():
        pass


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert heap._gnu() is None
    with giving_back():
        pass
