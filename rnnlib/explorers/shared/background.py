"""Work beside everything else: the newest piece that was asked for, one at a time."""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import TypeVar

from rnnlib.explorers.shared.heap import giving_back

log = logging.getLogger(__name__)

MOMENT = 0.005  # seconds: what takes less leaves little memory behind

T = TypeVar("T")

_ALL: weakref.WeakSet[Newest] = weakref.WeakSet()


@atexit.register
def _end() -> None:
    """Let what runs finish when Python ends, and begin nothing new: torch, cut off in a thread, aborts the process."""
    for newest in list(_ALL):
        newest.forget()
        newest.wait()


class Newest:
    """Runs one piece of work at a time in a thread of its own, which ends as soon as nothing waits.

    While a piece runs, only the newest request waits: it takes the place of one that waited before it.

    Example:
        >>> told = []
        >>> newest = Newest()
        >>> newest.ask(lambda: 6 * 7, told.append, told.append)
        >>> newest.wait()
        >>> told
        [42]
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        _ALL.add(self)

    def ask(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """Ask for a piece of work; what waited before is forgotten.

        Args:
            work: the piece. It is called in the thread, as are the other two.
            done: gets what `work` gave, even if something newer waits by then.
            failed: gets what `work`, or `done`, raised.
        """
        with self._lock:
            self._waiting = lambda: _do(work, done, failed)
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="rnnlib, in the background", daemon=True)
                thread.start()
                self._thread = thread

    def at_once(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Do a piece of work here and now, in place of what waits. If it raises, what waits goes on waiting."""
        begun = time.perf_counter()
        made = work()
        self.forget()
        with giving_back() if time.perf_counter() - begun > MOMENT else contextlib.nullcontext():
            done(made)
            del made

    def forget(self) -> None:
        """Forget what waits; what runs already runs on."""
        with self._lock:
            self._waiting = None

    def wait(self) -> None:
        """Wait until nothing runs and nothing waits."""
        while (thread := self._thread) is not None:
            thread.join()

    def _run(self) -> None:
        while (piece := self._next()) is not None:
            piece()
            with giving_back():
                del piece  # with all that it was made from

    def _next(self) -> Callable[[], None] | None:
        """Take what waits; the thread is done where nothing does."""
        with self._lock:
            piece, self._waiting = self._waiting, None
            if piece is None:
                self._thread = None
            return piece


def _do(work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
    """One piece. Nothing that it raises ends the thread, which would leave the next request waiting for ever."""
    try:
        made = work()
        with giving_back():
            done(made)  # and what it takes the place of is freed
            del made
    except BaseException as error:  # noqa: BLE001 - SystemExit too: code of a learner's own may raise anything
        said = RuntimeError(f"{type(error).__name__}: {error}").with_traceback(error.__traceback__)
        try:
            failed(error if isinstance(error, Exception) else said)
        except Exception:
            log.exception("what failed in the background could not be told")
