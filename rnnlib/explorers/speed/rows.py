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
from rnnlib.engine.devices import available
from rnnlib.engine.timing.measuring import CancelledError
from rnnlib.engine.timing.time_layer import Timing, time_layer
from rnnlib.explorers.shared.view import SENTENCES
from rnnlib.explorers.speed.points import SETUPS, Point
from rnnlib.spec import LayerSpec

COLUMNS = (
    *("kind", "setup", "axis", "value", "seq_len", "batch", "hidden_size", "num_layers", "backward", "device"),
    *("variant", "dtype", "input_size", "proj_size", "bidirectional", "batch_first", "bias", "nonlinearity"),
    *("num_threads", "median", "iqr", "low", "high", "repeats", "tokens", "tokens_per_second"),
    *("share_of_peak", "peak", "peak_bytes", "memory", "difference", "holds", "equal", "note", "machine"),
)


def about() -> str:
    """What is measured on: torch's version, the processor or the GPU, and the threads.

    Example:
        >>> about().startswith("torch ")
        True
    """
    others = {"cpu": "no GPU", "mps": "Apple's GPU"}
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else others[available()[-1]]
    return f"torch {torch.__version__}, {platform.machine()}, {os.cpu_count()} processors, {gpu}"


def measure(case: Point, base: LayerSpec, cancelled: Callable[[], bool], min_run_time: float = 0.2) -> dict[str, Any]:
    """Time one case; what cannot be timed is a row all the same, whose note says why.

    Raises:
        CancelledError: `cancelled` said so.
    """
    setup, sizes = SETUPS[case.setup], dict(case.sizes)
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | sizes
    row |= {"kind": case.kind, "setup": case.setup, "axis": case.axis, "value": case.value, "note": ""}
    row |= {"backward": case.backward, "device": case.device, "dtype": str(setup.dtype).removeprefix("torch.")}
    row |= {"variant": setup.variant, "machine": about()}
    try:
        spec = case.spec(base)
        row |= {name: value for name, value in dataclasses.asdict(spec).items() if name in COLUMNS}
        timing = time_layer(
            spec,
            variant=setup.variant,
            seq_len=sizes["seq_len"],
            batch=sizes["batch"],
            device=case.device,
            dtype=setup.dtype,
            backward=case.backward,
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


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as CSV; times in seconds, memory in bytes.

    Example:
        >>> table([]).strip().split(",")[:4]
        ['kind', 'setup', 'axis', 'value']
    """
    made = io.StringIO()
    writer = csv.DictWriter(made, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()
