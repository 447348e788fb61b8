"""How long a layer takes, by torch's own benchmark: warmed up, synchronised, repeated until the median is steady."""

from __future__ import annotations

import dataclasses
import math
import numbers
import os
import statistics
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.call import call, in_background
from rnnlib.engine.closeness import multiplies_in_tf32
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import name_of
from rnnlib.engine.overrides import same_random_numbers
from rnnlib.engine.timing.equality import equal_to_layer
from rnnlib.engine.timing.measure import CancelledError, measure, on_threads, timer
from rnnlib.engine.timing.peak import peak_memory, peak_of
from rnnlib.engine.timing.timing import Timing
from rnnlib.engine.timing.variants import UnavailableError, variant_of
from rnnlib.engine.timing.workload import Workload, check_workload
from rnnlib.engine.weights import changed_in_place, weights_of
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief, check_size

LONGEST = 365 * 86_400  # seconds


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
    # torch's own Timer reckons with tensors on the default device.
    with_numbers = torch.device("cpu") if torch.get_default_device().type == "meta" else nullcontext()
    with with_numbers, torch.inference_mode(False), torch.set_grad_enabled(backward is True):
        sizes = {"seq_len": seq_len, "batch": batch, "lengths": lengths}
        workload = check_workload(layer, x, variant=variant, device=device, dtype=dtype, backward=backward, **sizes)
        with in_words(workload.x.device):
            return _timed(workload, threads, float(min_run_time), cancelled)


def _timed(workload: Workload, threads: int, min_run_time: float, cancelled: Callable[[], bool] | None) -> Timing:
    """No explorer waits for it: it holds no lock, and changes nothing that another thread has."""
    name = workload.variant.replace(" ", "_") if workload.packed is None else "layer"
    output = f"{name}(x)[0]" if workload.packed is None else f"{name}(x)[0].data"
    statement = f"torch.autograd.grad({output}.sum(), weights)" if workload.backward else f"{name}(x)"
    dtype, device = workload.x.dtype, workload.x.device
    timing = Timing(
        workload.spec, workload.variant, statement, *workload.sizes, workload.tokens, name_of(device), dtype, threads
    )

    def ask() -> None:
        if cancelled is not None and cancelled():
            raise CancelledError("the measurement was cancelled.")

    spec = LayerSpec.of(workload.module)  # of a cell its own
    try:
        with same_random_numbers(spec, workload.module):
            variant = variant_of(workload)
    except UnavailableError as error:
        return dataclasses.replace(timing, note=str(error))
    own = list(variant.parameters()) or weights_of(spec, workload.module).values()  # which may be no Parameters
    weights = [weight for weight in own if weight.requires_grad]
    names = {name: variant, "x": workload.given.x, "weights": weights, "torch": torch, "ask": ask}
    stmt = statement if cancelled is None else f"ask(); {statement}"
    aside = same_random_numbers(spec, workload.module)
    with in_background(), on_threads(threads), aside, changed_in_place(spec, workload.module) as changed:
        ask()
        rate, peak = peak_of(workload, threads)  # first: it wakes a GPU up
        ask()
        result, seconds = call(workload.spec, variant, workload.given)
        equal = equal_to_layer(workload, result, ask)
        found, calls = measure(timer(stmt, names, threads, device), seconds, min_run_time)
        peak_bytes, memory = peak_memory(workload, variant, lambda: eval(stmt, names))
    said = notes(workload, calls)
    if changed:
        said.append(f"each of the calls changed {', '.join(changed)} in place: the layer is another one now")
    return dataclasses.replace(
        timing,
        median=found.median,
        iqr=found.iqr,
        quartiles=_quartiles(found.times),
        repeats=len(found.times),
        share_of_peak=None if math.isnan(rate) else workload.operations / found.median / rate,
        peak=peak,
        peak_bytes=peak_bytes,
        memory=memory,
        equal=equal,
        note="; ".join(said),
    )


def _quartiles(times: list[float]) -> tuple[float, float]:
    first, _, third = statistics.quantiles(times, method="inclusive") if len(times) > 1 else times * 3
    return first, third


def notes(workload: Workload, calls: int) -> list[str]:
    """What must be said of a measurement, of which each time is the mean of so many calls."""
    said, device, dtype = [], workload.x.device, workload.x.dtype
    if workload.spec.dropout:
        said.append(f"dropout={workload.spec.dropout} is off, as after layer.eval()")
    if workload.variant == "packed":
        said.append("packing and unpacking are " + ("in the time" if workload.packed is None else "not in the time"))
    if workload.multiplied_in != dtype:
        said.append(f"torch.autocast is on: it multiplies in {str(workload.multiplied_in).removeprefix('torch.')}")
    if device.type != "cpu":
        said.append(f"each time is the mean of {calls:,} calls, queued one behind the other")
    if workload.variant == "cell loop" and dtype == torch.float32 and multiplies_in_tf32(device):
        said.append("the loop multiplies in full float32, and the layer, in cuDNN, in TF32, which is quicker")
    if workload.variant != "cell loop" and dtype == torch.bfloat16 and device.type == "cuda":
        said.append("torch lays no bfloat16 weights together for cuDNN beforehand: every call does, and may warn of it")
    return said


def _check_seconds(seconds: Any) -> None:
    real = isinstance(seconds, numbers.Real) and not isinstance(seconds, bool)
    if not real or not 0 < seconds < LONGEST:
        raise ValueError(
            f"min_run_time must be seconds, more than 0 and less than a year, such as 0.2, not {brief(seconds)}."
        )


def _check_threads(num_threads: Any) -> int:
    if num_threads is None:
        return torch.get_num_threads()
    threads, most = check_size("num_threads", num_threads), os.cpu_count() or 1
    if threads > most:
        raise ValueError(f"num_threads must be from 1 to {most}, the processors of this machine, not {threads}.")
    return threads
