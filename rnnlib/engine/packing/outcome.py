"""What came of code that goes wrong, and of its cure, run at this moment."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import threading
from collections.abc import Iterator
from numbers import Real
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.closeness import rounding
from rnnlib.engine.layers import SEED
from rnnlib.engine.packing.pack_steps import few

SECONDS = 2  # that code may take: a slider waits for it
LONGEST = 2_000  # letters of an exception that are told


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a mistake, and of its cure, when they were run.

    Attributes:
        error: the exception, as torch raised it; or, where none was, what came out wrong.
        raised: whether there was an exception.
        cured: what the cure gave, or the exception that it raised.
        cures: whether the cure gave something.
    """

    error: str
    raised: bool
    cured: str
    cures: bool = True


def outcome_of(code: str, cure: str, result: str, names: dict[str, Any], *, draws: bool = True) -> Outcome:
    """Run code that goes wrong, and after it its cure. Both may be a learner's own, and whatever they do is told.

    Args:
        code: Python.
        cure: likewise; it may use what the code has made.
        result: the name that both give to what they make: a tensor, a PackedSequence, numbers, or a layer's states.
        names: what both know; what they make is added.
        draws: whether they may draw random numbers: the same every time, and yours stay as they are.

    Example:
        >>> outcome_of("a = torch.ones(2) + torch.ones(3)", "a = torch.ones(2) + 1", "a", {"torch": torch}).cured
        'a (2,)'
    """
    error = _exception(code, names, draws)
    wrong = names.get(result)
    failed = _exception(cure, names, draws)
    right = names.get(result)
    if failed or right is None:
        said = f"The cure raised {failed}" if failed else f"The cure makes no {result}."
        return Outcome(error or "no exception.", bool(error), said, cures=False)
    try:
        return Outcome(error or _what_is_wrong(result, wrong, right), bool(error), _told(result, right))
    except Exception:  # noqa: BLE001 - what code of one's own makes can be anything
        said = f"no exception, and a {type(right).__name__} is nothing to compare: let {result} be a tensor."
        return Outcome(error or said, bool(error), f"{result}, a {type(right).__name__}")


def _exception(code: str, names: dict[str, Any], draws: bool) -> str:
    """Run code; what it raises, in words, or ""."""
    try:
        with _ending(), _same_numbers() if draws else contextlib.nullcontext():
            exec(code, names)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever torch raises is what is shown
        return f"{type(error).__name__}: {error}"[:LONGEST]
    except _EndlessError:
        return f"TimeoutError: it was stopped after {SECONDS} seconds"
    return ""


@contextlib.contextmanager
def _same_numbers() -> Iterator[None]:
    devices = [torch.cuda.current_device()] if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]
    with torch.random.fork_rng(devices=devices):
        torch.default_generator.manual_seed(SEED)
        yield


class _EndlessError(BaseException):
    """Code has not come to its end. No ``except Exception`` in the code itself catches it."""


@contextlib.contextmanager
def _ending() -> Iterator[None]:
    """Stop what runs in here for too long: wherever its Python is then, it raises `_EndlessError`."""
    thread, lock, runs = ctypes.c_ulong(threading.get_ident()), threading.Lock(), [True]

    def stop() -> None:
        with lock:
            if runs:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_EndlessError))

    timer = threading.Timer(SECONDS, stop)
    timer.daemon = True
    try:
        timer.start()
        yield
    finally:
        runs.clear()  # at one stroke: an interrupt may come at any time
        with contextlib.suppress(_EndlessError):  # asked for, and raised here at the latest: where a loop begins anew
            with lock:
                pass
            for _ in range(2):
                pass
        timer.cancel()


def _what_is_wrong(name: str, wrong: Any, right: Any) -> str:
    """How many numbers are not those that the cure gives."""
    if wrong is None:
        return f"no exception, but it makes no {name}."
    a, b = _parts(name, wrong), _parts(name, right)
    if [tensor.shape for tensor in a.values()] != [tensor.shape for tensor in b.values()]:
        return f"no exception, but some of it is lost: {_told(name, wrong)} in place of {_told(name, right)}."
    count, largest = 0, 0.0
    for x, y in zip(a.values(), b.values(), strict=True):
        x, y = (tensor if tensor.is_floating_point() else tensor.double() for tensor in (x, y))
        most, x, y = rounding(y, x), x.double(), y.double()
        differ = ~torch.isclose(x, y, rtol=0, atol=most, equal_nan=True)
        count += int(differ.sum())
        largest = max(largest, float((x - y)[differ].abs().max()) if bool(differ.any()) else 0.0)
    if not count:
        return "no exception, and nothing wrong: with these sequences it makes no difference."
    numbers = f"{count:,} of the {sum(tensor.numel() for tensor in b.values()):,} numbers in {' and '.join(b)}"
    return f"no exception, but {numbers} are wrong, by up to {largest:.2g}."


def _parts(name: str, result: Any) -> dict[str, Tensor]:
    """The tensors in a result, each with what a learner calls it; a PackedSequence in the order of its sequences."""
    if isinstance(result, PackedSequence):
        return {name: pad_packed_sequence(result)[0].detach().cpu()}
    if isinstance(result, Real):
        return {name: torch.tensor(result, device="cpu")}
    if isinstance(result, Tensor):
        return {"h_n" if name == "states" else name: result.detach().cpu()}
    if not isinstance(result, tuple | list):
        raise TypeError(f"no numbers in a {type(result).__name__}")
    names = ("h_n", "c_n") if name == "states" else [f"{name}[{place}]" for place in range(len(result))]
    each = [_parts(part, one) for part, one in zip(names, result, strict=True)]
    return {part: tensor for of in each for part, tensor in of.items()}


def _told(name: str, result: Any) -> str:
    if isinstance(result, PackedSequence):
        return f"{name}.data {tuple(result.data.shape)}, {name}.batch_sizes {few(result.batch_sizes)}"
    return ", ".join(f"{part} {tuple(tensor.shape)}" for part, tensor in _parts(name, result).items())
