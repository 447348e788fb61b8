"""One measurement as a row of the speed lab's table, and the table to take away."""

from __future__ import annotations

import csv
import io
import os
import platform
from collections.abc import Callable, Sequence
from typing import Any

import torch

from rnnlib.engine.measuring import CancelledError
from rnnlib.engine.timing import Timing, time_layer
from rnnlib.explorers.speed_cases import SETUPS, Case
from rnnlib.spec import LayerSpec

COLUMNS = (
    *("kind", "setup", "axis", "value", "seq_len", "batch", "hidden_size", "num_layers", "backward", "device"),
    *("dtype", "num_threads", "median", "iqr", "low", "high", "repeats", "tokens_per_second", "share_of_peak"),
    "peak_bytes",
    *("difference", "note"),
)


def about() -> str:
    """What is measured on: torch's version, the processor or the GPU, and the threads.

    Example:
        >>> about().startswith("torch ")
        True
    """
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return f"torch {torch.__version__}, {platform.machine()}, {os.cpu_count()} processors, {gpu}"


def measure(case: Case, base: LayerSpec, cancelled: Callable[[], bool], min_run_time: float = 0.2) -> dict[str, Any]:
    """Time one case; what cannot be timed is a row all the same, whose note says why.

    Raises:
        CancelledError: `cancelled` said so.
    """
    setup, sizes = SETUPS[case.setup], dict(case.sizes)
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | sizes
    row |= {"kind": case.kind, "setup": case.setup, "axis": case.axis, "value": case.value, "note": ""}
    row |= {"backward": case.backward, "device": case.device, "dtype": str(setup.dtype).removeprefix("torch.")}
    try:
        timing = time_layer(
            case.spec(base),
            variant=setup.variant,
            seq_len=sizes["seq_len"],
            batch=sizes["batch"],
            device=case.device,
            dtype=setup.dtype,
            backward=case.backward,
            min_run_time=min_run_time,
            cancelled=cancelled,
        )
    except CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - too large for the memory, say: what was measured before stays
        return row | {"note": str(error)}
    return row | _told(timing)


def _told(timing: Timing) -> dict[str, Any]:
    names = ("num_threads", "median", "iqr", "repeats", "tokens_per_second", "share_of_peak", "peak_bytes", "note")
    equal: dict[str, Any] = {"difference": None, "equal": ""}
    if timing.equal is not None:
        equal = {"difference": timing.equal.difference, "equal": timing.equal.sentence}
    low, high = timing.quartiles or (None, None)
    return {name: getattr(timing, name) for name in names} | equal | {"low": low, "high": high}


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
