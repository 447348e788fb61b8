"""Work beside everything else: the newest piece that was asked for, one at a time."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import torch

from rnnlib.engine.call import ONE_AT_A_TIME

log = logging.getLogger(__name__)

T = TypeVar("T")


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait a moment, where what is cut off half done would leave others waiting for ever, or untrue."""
    interrupt = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(interrupt):
        yield
        return
    waiting: list[tuple[Any, ...]] = []
    signal.signal(signal.SIGINT, lambda *given: waiting.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, interrupt)
        if waiting:
            interrupt(*waiting[0])


class Job:
    """One piece of work that was asked for.

    What becomes of it are plain flags: an Event, interrupted within, would keep its lock, and all wait for it for ever.
    """

    def __init__(self) -> None:
        self._superseded = False
        self._over = False

    def superseded(self) -> bool:
        """Whether something newer was asked for, or nothing of it is wanted any more: then it may end."""
        return self._superseded

    def tell(self, told: Callable[..., None], *given: Any) -> None:
        """Call ``told(*given)`` while nothing else sets traits. Of a superseded job nothing is told."""
        with ONE_AT_A_TIME:
            if not self.superseded():
                told(*given)


class Background:
    """Runs the newest piece of work that was asked for, in a thread of its own.

    The newest request wins: what it takes the place of never begins, or, if it runs already, has nothing to tell
    any more. One piece runs at a time. When Python ends, what runs is superseded and waited for: torch, cut off in
    a thread, would abort the process.

    Example:
        >>> told = []
        >>> background = Background()
        >>> background.ask(lambda job: 6 * 7, told.append, told.append)
        >>> background.wait()
        >>> told
        [42]
    """

    def __init__(self) -> None:
        self._begin()
        _ALL.add(self)

    def _begin(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="rnnlib, in the background")
        self._job = Job()
        self._job._over = True

    def ask(self, work: Callable[[Job], T], done: Callable[[T], None], failed: Callable[[BaseException], None]) -> None:
        """Ask for a piece of work; whatever was asked for before is dropped.

        Args:
            work: the piece, called in the thread. A long one looks at ``job.superseded()`` now and then, and ends if
                it is; what it has to say meanwhile it says through ``job.tell(…)``.
            done: is told what `work` gave.
            failed: is told what `work`, or `done`, raised.
        """
        with ONE_AT_A_TIME, uninterrupted():
            self.drop()
            job = Job()
            self._worker.submit(_do, torch.get_num_threads(), job, work, done, failed)
            self._job = job

    def drop(self) -> None:
        """Drop what was asked for: what waits never begins, and what runs tells nothing any more."""
        with ONE_AT_A_TIME:
            self._job._superseded = True

    def wait(self) -> None:
        """Wait until nothing runs and nothing waits."""
        while not self._job._over:  # asked anew each time: what is told may ask for more
            time.sleep(0.002)


def _do(
    threads: int, job: Job, work: Callable[[Job], T], done: Callable[[T], None], failed: Callable[[BaseException], None]
) -> None:
    try:
        if job.superseded():
            return
        torch.set_num_threads(threads)  # as who asked has: a new thread would take what any other has set just now
        try:
            job.tell(done, work(job))
        except BaseException as error:  # noqa: BLE001 - SystemExit too: code of a learner's own may raise anything
            job.tell(failed, error)
    except BaseException:
        log.exception("what failed in the background could not be told")
    finally:
        _give_back()
        job._over = True


def _give_back() -> None:
    """Give memory that is free back to the system, which GNU's C library would keep for this thread."""
    with contextlib.suppress(OSError, AttributeError):  # there is another library
        ctypes.CDLL("libc.so.6").malloc_trim(0)


_ALL: weakref.WeakSet[Background] = weakref.WeakSet()


def _drop_all() -> None:
    for background in list(_ALL):
        background.drop()


def _begin_anew() -> None:
    for background in list(_ALL):
        background._begin()


# Python has no public name for it: atexit's callbacks come after the threads of concurrent.futures were waited for.
threading._register_atexit(_drop_all)  # type: ignore[attr-defined]
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)  # which has none of its parent's threads
