"""A learner's function called, and what it gives made ready to compare; a `SlipError` where it cannot be."""

from __future__ import annotations

import contextlib
import itertools
import signal
import threading
import traceback
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from rnnlib.exercises.verdict import SlipError
from rnnlib.spec.arguments import brief

SECONDS = 30  # of processor time: no exercise needs as many on a slow machine
MOST = 1000  # things that a generator may give: no exercise asks for as many


def call(function: Any, *given: Any, **named: Any) -> Any:
    """What the learner's function gives.

    Args:
        function: what was given to `check`.
        given: what it is called with.
        named: what it is called with, by name.

    Raises:
        SlipError: it is no function, raises, or comes to no end.

    Example:
        >>> call(lambda x: x + 1, 2)
        3
    """
    if not callable(function):
        raise SlipError("no function", f"check takes your function itself, by its name alone, not {brief(function)}.")
    try:
        with _limited():
            answer = function(*given, **named)
            return _collected(function, answer) if isinstance(answer, Iterator) else answer
    except SlipError:
        raise
    except _EndlessError:
        raise SlipError("endless", f"{name_of(function)} comes to no end: stopped after {SECONDS} seconds.") from None
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        where = _line(error, function)
        raise SlipError("raises", f"{name_of(function)} raises {type(error).__name__}{where}: {said[:160]}") from error


def call_for_result(function: Any, *given: Any) -> Any:
    """As `call`, of a function that must give something back.

    Example:
        >>> call_for_result(print)
        Traceback (most recent call last):
        ...
        rnnlib.exercises.verdict.SlipError: print gives None. Does it end in return?
    """
    answer = call(function, *given)
    if answer is None:
        raise SlipError("no return", f"{name_of(function)} gives None. Does it end in return?")
    return answer


def name_of(function: Any) -> str:
    """A function as a sentence names it.

    Example:
        >>> name_of(len)
        'len'
    """
    return getattr(function, "__name__", None) or brief(function)


def items_of(answer: Any) -> list[Any]:
    """What was collected, as a list: of a list, a tuple or a tensor that stacks it; anything else alone.

    Example:
        >>> import torch
        >>> items_of((2, 3)), items_of(torch.tensor([2, 3])), items_of(5)
        ([2, 3], [tensor(2), tensor(3)], [5])
    """
    stacked = isinstance(answer, Tensor) and answer.dim()
    return list(answer) if stacked or isinstance(answer, (list, tuple)) else [answer]


def shape_of(item: Any) -> Any:
    """The shape of a tensor; the type of anything else, by its name.

    Example:
        >>> import torch
        >>> shape_of(torch.zeros(3, 2)), shape_of(None)
        ((3, 2), 'NoneType')
    """
    return tuple(item.shape) if isinstance(item, Tensor) else type(item).__name__


def slip_of(items: list[Any]) -> str:
    """The name of what is wrong with a collection that does not hold the tensors wanted.

    Example:
        >>> import torch
        >>> slip_of([]), slip_of([1]), slip_of([torch.zeros(2)])
        ('nothing kept', 'no tensors', 'shape')
    """
    if not items:
        return "nothing kept"
    return "shape" if all(isinstance(item, Tensor) for item in items) else "no tensors"


def check_dtype(name: str, given: Tensor, right: Tensor) -> None:
    """Refuse numbers of another dtype than what the layer computes in.

    Example:
        >>> import torch
        >>> check_dtype("output", torch.zeros(2).half(), torch.zeros(2))
        Traceback (most recent call last):
        ...
        rnnlib.exercises.verdict.SlipError: output is float16, and the layer computes in float32.
    """
    if given.dtype != right.dtype:
        ours, theirs = (str(tensor.dtype).removeprefix("torch.") for tensor in (right, given))
        raise SlipError("dtype", f"{name} is {theirs}, and the layer computes in {ours}.")


def _collected(function: Any, answer: Iterator[Any]) -> list[Any]:
    """What a generator gives, if it comes to an end."""
    items = list(itertools.islice(answer, MOST + 1))
    if len(items) > MOST:
        raise SlipError("endless", f"{name_of(function)} gives more than {MOST} things. Does it come to an end?")
    return items


class _EndlessError(BaseException):
    """A function ran out of time: none that the learner's `except Exception` catches."""


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Stop what runs for more than `SECONDS` of processor time, where the system can; not on Windows."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise _EndlessError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _line(error: BaseException, function: Any) -> str:
    """The learner's own line that raised, where it can be read."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file and frame.line]
    return f" in `{lines[-1]}`" if lines else ""
