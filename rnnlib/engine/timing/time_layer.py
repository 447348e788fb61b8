"""How long a layer takes, by torch's own benchmark: warmed up, synchronised, repeated until the median is steady."""

from __future__ import annotations

import dataclasses
import math
import numbers
import os
import statistics
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import name_of
from rnnlib.engine.timing.benchmark import timer
from rnnlib.engine.timing.measuring import CancelledError, Turns
from rnnlib.engine.timing.peak import peak_memory, share_of_peak
from rnnlib.engine.timing.variants import Equal, UnavailableError, compare, made
from rnnlib.engine.timing.workload import Workload, check_workload
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import check_size
from rnnlib.spec.costs import in_units


@dataclasses.dataclass(frozen=True)
class Timing:
    """How long one variant of a layer takes. Times are in seconds, and None where there are none: `note` says why.

    Attributes:
        spec: the layer's; of a cell the layer's that has its weights.
        variant: what was timed.
        statement: the code that was timed.
        seq_len: steps.
        batch: sequences; None is unbatched.
        tokens: the steps of all sequences; of a packed run their own.
        device: its name in `rnnlib.engine.devices.available`.
        dtype: of weights and input.
        num_threads: that torch's operations on the CPU had.
        median: of one call.
        iqr: the interquartile range, the spread of the middle half.
        quartiles: a quarter of the times were below the first, a quarter above the second.
        repeats: how many times the clock was read; each time is of one call or the mean of several.
        share_of_peak: the operations a second over those of the device's peak.
        peak: what the peak is.
        peak_bytes: the most that weights, input and a call hold at once.
        memory: where that is from.
        equal: the result compared with the layer's, just before it was timed.
        note: what else must be said, else "".
    """

    spec: LayerSpec
    variant: str
    statement: str
    seq_len: int
    batch: int | None
    tokens: int
    device: str
    dtype: torch.dtype
    num_threads: int
    median: float | None = None
    iqr: float | None = None
    quartiles: tuple[float, float] | None = None
    repeats: int = 0
    share_of_peak: float | None = None
    peak: str = ""
    peak_bytes: int | None = None
    memory: str = ""
    equal: Equal | None = None
    note: str = ""

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens over the median."""
        return None if self.median is None else self.tokens / self.median

    def __repr__(self) -> str:
        dtype = str(self.dtype).removeprefix("torch.")
        threads = f"{self.num_threads} thread{'s' if self.num_threads > 1 else ''}"
        lines = [f"{self.spec.kind}, {self.variant}, {dtype} on {self.device}, {threads}: {self.statement}"]
        if self.median is not None and self.iqr is not None:
            lines += [
                f"median  {1000 * self.median:,.3f} ms, iqr {1000 * self.iqr:,.3f} ms, {self.repeats} repeats",
                f"tokens  {self.tokens:,}, {self.tokens_per_second:,.0f} a second",
                f"share   {self.share_of_peak:.1%} {self.peak}",
            ]
        bytes_said = "" if self.peak_bytes is None else f"{in_units(self.peak_bytes)}, "
        lines += [f"memory  {bytes_said}{self.memory}"] if self.memory else []
        lines += [f"equal   {self.equal.sentence}"] if self.equal else []
        return "\n".join([*lines, *([f"note    {self.note}"] if self.note else [])])


def time_layer(
    layer: LayerSpec | nn.Module,
    x: Tensor | PackedSequence | None = None,
    *,
    variant: str | None = None,
    seq_len: int | None = None,
    batch: int | None = None,
    lengths: Any = None,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    backward: bool = False,
    num_threads: int | None = None,
    min_run_time: float = 0.2,
    cancelled: Callable[[], bool] | None = None,
) -> Timing:
    r"""Time a real layer, by ``torch.utils.benchmark``.

    The forward pass is timed in eval mode and without gradients. With `backward` it is timed in training mode,
    together with the gradients of every weight, as of a training step that begins with ``zero_grad()``. Dropout is
    off in both. Your layer, its gradients, torch's random state, its threads and its modes stay as they were.

    Args:
        layer: a spec, or a real ``nn.RNN``, ``nn.LSTM``, ``nn.GRU``, cell or subclass of one.
        x: as for `rnnlib.run`; for a cell :math:`(L, N, H_{in})` too. None makes random numbers.
        variant: ``"layer"``, ``"cell loop"`` (a Python loop over torch's cells with the layer's very weights),
            or ``"packed"`` (packing and unpacking included, unless x is packed already). None is ``"layer"``, of a
            cell ``"cell loop"``, of a packed x ``"packed"``.
        seq_len: the steps of a random x; how often a cell is called.
        batch: the sequences of a random x; None is unbatched.
        lengths: of a packed run; None spreads them as those of recorded utterances are, the mean about half the
            longest.
        device: None is where the layer is, or else where x is, or else the CPU.
        dtype: None is the layer's, or else x's, or else float32.
        backward: time forward and backward together.
        num_threads: of torch's operations on the CPU; None is as many as torch has now.
        min_run_time: seconds to measure for, and up to ten times as many until the median is steady.
        cancelled: asked before every call; once it says True, `CancelledError` is raised.

    Returns:
        A `Timing`. Where a variant cannot be had here, it has no times, and its note says why.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence: before anything is run.
        CancelledError: `cancelled` said so.

    Source: the documentation of ``torch.utils.benchmark.Timer``.

    Example:
        >>> timing = time_layer(LayerSpec("GRU", 3, 2), seq_len=9, batch=4, min_run_time=0.01)
        >>> timing.statement, timing.tokens, timing.equal.difference  # 36 = 9 * 4
        ('layer(x)', 36, 0.0)
        >>> timing.tokens_per_second == timing.tokens / timing.median
        True
    """
    _check_seconds(min_run_time)
    threads = _check_threads(num_threads)
    if cancelled is not None and not callable(cancelled):
        raise TypeError(f"cancelled must be a function that says True or False, not {cancelled!r}.")
    with torch.inference_mode(False), torch.set_grad_enabled(backward is True):
        sizes = {"seq_len": seq_len, "batch": batch, "lengths": lengths}
        case = check_workload(layer, x, variant=variant, device=device, dtype=dtype, backward=backward, **sizes)
        with in_words(case.x.device):
            return _timed(case, threads, float(min_run_time), cancelled)


def _timed(case: Workload, threads: int, min_run_time: float, cancelled: Callable[[], bool] | None) -> Timing:
    name = case.variant.replace(" ", "_") if case.packed is None else "layer"
    output = f"{name}(x)[0]" if case.packed is None else f"{name}(x)[0].data"
    statement = f"torch.autograd.grad({output}.sum(), weights)" if case.backward else f"{name}(x)"
    dtype, device = case.x.dtype, case.x.device
    timing = Timing(
        case.spec, case.variant, statement, *case.sizes, case.tokens, name_of(device), dtype, threads, note=_note(case)
    )

    def ask() -> None:
        if cancelled is not None and cancelled():
            raise CancelledError("the measurement was cancelled.")

    try:
        variant = made(case)
        weights = [weight for weight in variant.parameters() if weight.requires_grad]
        names = {name: variant, "x": case.given.x, "weights": weights, "torch": torch, "ask": ask}
        ask()
    except UnavailableError as error:
        return dataclasses.replace(timing, note=str(error))
    turns = Turns(case, threads, ask)
    equal = compare(case, variant, turns.called)
    stmt = statement if cancelled is None else f"ask(); {statement}"
    found = turns.measured(timer(stmt, names, threads, device), min_run_time)
    with turns.take():
        peak_bytes, memory = peak_memory(case, variant, lambda: eval(statement, names))
    ask()
    share, peak = share_of_peak(case, found.median, threads)
    return dataclasses.replace(
        timing,
        median=found.median,
        iqr=found.iqr,
        quartiles=_quartiles(found.times),
        repeats=len(found.times),
        share_of_peak=share,
        peak=peak,
        peak_bytes=peak_bytes,
        memory=memory,
        equal=equal,
    )


def _quartiles(times: list[float]) -> tuple[float, float]:
    first, _, third = statistics.quantiles(times, method="inclusive") if len(times) > 1 else times * 3
    return first, third


def _note(case: Workload) -> str:
    notes = []
    if case.spec.dropout:
        notes.append(f"dropout={case.spec.dropout} is off, as after layer.eval()")
    if case.variant == "packed":
        notes.append("packing and unpacking are " + ("in the time" if case.packed is None else "not in the time"))
    return "; ".join(notes)


def _check_seconds(seconds: Any) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, numbers.Real):
        raise TypeError(f"min_run_time must be seconds, such as 0.2, not {seconds!r} ({type(seconds).__name__}).")
    if not 0 < float(seconds) < math.inf:
        raise ValueError(f"min_run_time must be more than 0 seconds, and finite, not {seconds!r}: choose 0.2, say.")


def _check_threads(num_threads: Any) -> int:
    if num_threads is None:
        return torch.get_num_threads()
    threads, most = check_size("num_threads", num_threads), os.cpu_count() or 1
    if threads > most:
        raise ValueError(f"num_threads must be from 1 to {most}, the processors of this machine, not {threads}.")
    return threads
