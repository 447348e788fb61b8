"""How long `trace` takes over a bare Python loop that calls torch's cell at every step, for the same sizes."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from rnnlib import trace

KINDS = ("RNN", "LSTM", "GRU")
SIZES = ((30, 1, 12, 16), (100, 8, 32, 64), (100, 32, 128, 256))  # seq_len, batch, input_size, hidden_size
RUNS = 31


@dataclasses.dataclass(frozen=True)
class Taken:
    """The median seconds of the loop, and of a trace with every gate and state, taken in turn.

    They are seconds of this one thread: what else the machine does meanwhile does not count.
    """

    kind: str
    sizes: tuple[int, ...]
    gradients: bool
    loop: float
    trace: float


def measure() -> list[Taken]:
    """Measure every kind at every size, with gradients and without, on one thread, as a small trace runs."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    taken = [_measure(kind, sizes, gradients) for sizes in SIZES for kind in KINDS for gradients in (True, False)]
    torch.set_num_threads(threads)
    return taken


def _measure(kind: str, sizes: tuple[int, ...], gradients: bool) -> Taken:
    seq_len, batch, input_size, hidden_size = sizes
    x = torch.randn(seq_len, batch, input_size)
    layer = getattr(nn, kind)(input_size, hidden_size)
    cell = getattr(nn, f"{kind}Cell")(input_size, hidden_size)
    done: dict[str, Callable[[], Any]] = {
        "loop": lambda: _loop(cell, x),
        "trace": lambda: _trace(layer, x),
    }
    taken: dict[str, list[float]] = {name: [] for name in done}
    with torch.set_grad_enabled(gradients):
        for run in range(RUNS + 3):
            for name, work in done.items():
                start = time.thread_time()
                work()
                if run >= 3:  # the first ones warm up
                    taken[name].append(time.thread_time() - start)
    return Taken(kind, sizes, gradients, **{name: statistics.median(times) for name, times in taken.items()})


def _loop(cell: nn.Module, x: Tensor) -> Tensor:
    """What a learner writes: the output of every step, and nothing of what is inside."""
    state, hs = None, []
    for x_t in x:
        state = cell(x_t, state)
        hs.append(state[0] if isinstance(state, tuple) else state)
    return torch.stack(hs)


def _trace(layer: nn.Module, x: Tensor) -> tuple[Any, Any]:
    traced = trace(layer, x)
    return traced.states, traced.gates
