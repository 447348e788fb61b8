"""A learner's function is called, and whatever comes of it is told: an error by its line, and what has no end."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from typing import Any

import pytest

from rnnlib.exercises import answers
from rnnlib.exercises.answers import call
from rnnlib.exercises.verdict import SlipError


def for_ever(*_: Any) -> None:
    while True:
        with contextlib.suppress(Exception):
            continue


def raises(x: int) -> int:
    return x + missing  # noqa: F821


def test_what_comes_to_no_end_is_stopped_and_a_timer_of_others_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "SECONDS", 0.1)
    handler, left = signal.getsignal(signal.SIGVTALRM), signal.getitimer(signal.ITIMER_REAL)[0]
    with pytest.raises(SlipError, match=r"for_ever comes to no end: stopped after 0\.1 seconds\.") as error:
        call(for_ever)
    assert error.value.name == "endless"
    assert signal.getsignal(signal.SIGVTALRM) is handler
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0
    assert left == 0 or 0 < signal.getitimer(signal.ITIMER_REAL)[0] < left  # of pytest-timeout, if it uses one
    start = time.process_time()
    while time.process_time() - start < 0.2:
        pass  # nothing stops what comes after


def test_in_another_thread_a_function_is_called_too() -> None:
    given: list[int] = []
    thread = threading.Thread(target=lambda: given.append(call(lambda: 3)))
    thread.start()
    thread.join()
    assert given == [3]


def test_an_error_is_told_with_the_learners_own_line() -> None:
    with pytest.raises(SlipError) as error:
        call(raises, 3)
    said = "raises raises NameError in `return x + missing  # noqa: F821`: name 'missing' is not defined"
    assert error.value.sentence == said


def test_what_is_interrupted_by_hand_is_interrupted() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupt)
