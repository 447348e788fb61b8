"""Ctrl-C at any moment: at one call of a function after the other."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

import torch


class Interrupt:
    """Interrupts what runs in its ``with`` block, at one of the calls that some functions make.

    Attributes:
        done: whether there was such a call.
    """

    def __init__(self, at: int, *within: Callable[..., Any]) -> None:
        self.done = False
        self._at, self._seen, self._depth = at, 0, 0
        self._within = {function.__code__ for function in within}

    def __enter__(self) -> Interrupt:
        self._had = torch.is_grad_enabled()
        sys.setprofile(self._see)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        sys.setprofile(None)
        torch.set_grad_enabled(self._had)  # an interrupt at the end of torch's own no_grad leaves it on
        return kind is KeyboardInterrupt and self.done

    def _see(self, frame: Any, event: str, _: Any) -> None:
        if event == "call" and self._depth:
            self._seen += 1
            if self._seen == self._at:
                self.done = True
                signal.raise_signal(signal.SIGINT)
        if frame.f_code in self._within:
            self._depth += {"call": 1, "return": -1}.get(event, 0)
