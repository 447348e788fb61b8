"""One measurement as a row of the speed lab's table, and the table to take away."""

from __future__ import annotations

import csv
import dataclasses
import io
import os
import platform
from collections.abc import Callable, Sequence
from typing import Any

import torch

from rnnlib.engine.call import ONE_THREAD
from rnnlib.engine.devices import available, find
from rnnlib.engine.limits import check_run, estimate
from rnnlib.engine.timing.measure import CancelledError
from rnnlib.engine.timing.time_layer import time_layer
from rnnlib.engine.timing.timing import Timing
from rnnlib.explorers.shared.view import SENTENCES
from rnnlib.explorers.speed.points import SETUPS, Point
from rnnlib.spec import LayerSpec

COLUMNS = (
    *("kind", "setup", "axis", "value", "seq_len", "batch", "hidden_size", "num_layers", "backward", "device"),
    *("variant", "dtype", "input_size", "proj_size", "bidirectional", "batch_first", "bias", "nonlinearity"),
    *("num_threads", "median", "iqr", "low", "high", "repeats", "tokens", "tokens_per_second"),
    *("share_of_peak", "peak", "peak_bytes", "memory", "difference", "holds", "equal", "note", "machine"),
)


def machine(device: str = "cuda") -> str:
    """What is measured on: torch's version, the processor and the GPU: the one that is named, where there are several.

    Example:
        >>> machine().startswith("torch ")
        True
    """
    gpu = {"cpu": "no GPU", "mps": "Apple's GPU"}.get(available()[-1], "")
    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_name(device if device.startswith("cuda") else None)
    return f"torch {torch.__version__}, {platform.machine()}, {os.cpu_count()} processors, {gpu}"


def cannot(chosen: Sequence[Point], measured: Sequence[dict[str, Any]], base: LayerSpec) -> list[dict[str, Any]]:
    """Which of the points, small ones first, cannot be measured, and why: some were tried, some are too large."""
    wanted = {(point.setup, point.value) for point in chosen}
    tried = {(row["setup"], row["value"]): row for row in measured}
    why = {case: row["note"] for case, row in tried.items() if row["median"] is None and case in wanted}
    for value in sorted({value for _, value in wanted}, reverse=True):
        points = [point for point in chosen if point.value == value]
        if not (words := _why_not(points[-1], base)):
            break  # what is smaller than one that fits does too
        why |= {(point.setup, value): words for point in points if (point.setup, value) not in tried}
    return [{"setup": setup, "value": value, "why": words} for (setup, value), words in sorted(why.items())]


def _why_not(point: Point, base: LayerSpec) -> str:
    """Why a point cannot be measured, as far as that is known beforehand: it is too large, say. Else ""."""
    sizes = dict(point.sizes)
    try:
        device, dtype = find(point.device), SETUPS[point.setup].dtype
        check_run(point.spec(base), sizes["seq_len"], sizes["batch"], device, dtype, gradients=point.backward)
        _check_time(point, base)
    except SENTENCES as error:
        return str(error)
    return ""


def _check_time(point: Point, base: LayerSpec) -> None:
    """Refuse what no one waits for: a call of torch's, once begun, cannot be cancelled."""
    sizes = dict(point.sizes)
    one = estimate(point.spec(base), sizes["seq_len"], sizes["batch"], point.device, built=True)
    if one.is_too_long:
        raise ValueError(f"one call would take about {one.seconds:,.0f} s: choose a smaller {point.axis}.")


def measure(point: Point, base: LayerSpec, cancelled: Callable[[], bool], min_run_time: float = 0.2) -> dict[str, Any]:
    """Time one point; what cannot be timed is a row all the same, whose note says why.

    Raises:
        CancelledError: `cancelled` said so.
    """
    setup, sizes = SETUPS[point.setup], dict(point.sizes)
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | sizes
    row |= {"kind": point.kind, "setup": point.setup, "axis": point.axis, "value": point.value, "note": ""}
    row |= {"backward": point.backward, "device": point.device, "dtype": str(setup.dtype).removeprefix("torch.")}
    row |= {"variant": setup.variant, "machine": machine(point.device)}
    try:
        spec = point.spec(base)
        row |= {name: value for name, value in dataclasses.asdict(spec).items() if name in COLUMNS}
        if why := _why_not(point, base):
            raise ValueError(why)
        timing = time_layer(
            spec,
            variant=setup.variant,
            seq_len=sizes["seq_len"],
            batch=sizes["batch"],
            device=point.device,
            dtype=setup.dtype,
            backward=point.backward,
            num_threads=_threads(spec, sizes["seq_len"] * sizes["batch"]),
            min_run_time=min_run_time,
            cancelled=cancelled,
        )
    except CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - too large for the memory, say: what was measured before stays
        return row | {"note": str(error) if isinstance(error, SENTENCES) else f"{type(error).__name__}: {error}"}
    return row | _told(timing)


def _threads(spec: LayerSpec, tokens: int) -> int | None:
    """One where one is enough: several wait for one another, and on a busy machine a thousand times as long."""
    return 1 if spec.costs(1).multiply_adds * tokens <= ONE_THREAD else None


def _told(timing: Timing) -> dict[str, Any]:
    measured = ("median", "iqr", "repeats", "tokens_per_second", "share_of_peak", "peak", "peak_bytes", "memory")
    row = {name: getattr(timing, name) for name in ("num_threads", "tokens", *measured, "note")}
    if timing.equal is not None:
        row |= {"difference": timing.equal.difference, "holds": timing.equal.holds, "equal": timing.equal.sentence}
    row["low"], row["high"] = timing.quartiles or (None, None)
    return row


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as CSV; times in seconds, memory in bytes.

    Example:
        >>> as_csv([]).strip().split(",")[:4]
        ['kind', 'setup', 'axis', 'value']
    """
    made = io.StringIO()
    writer = csv.DictWriter(made, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()
