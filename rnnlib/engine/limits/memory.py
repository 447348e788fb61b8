"""Whether it fits: how much memory is free, asked before anything large is made."""

from __future__ import annotations

from pathlib import Path

import psutil
import torch

from rnnlib.engine.devices import name_of
from rnnlib.spec import LayerSpec
from rnnlib.spec.costs import FLOAT32_BYTES, Costs, in_units

CGROUP = Path("/sys/fs/cgroup")
ALWAYS_THERE = 10**8  # bytes that no machine with torch on it lacks: asking takes longer than a small run


def free_bytes(device: torch.device) -> int:
    """How many bytes can still be had on a device.

    Example:
        >>> free_bytes(torch.device("cpu")) > 0
        True
    """
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + unused
    if device.type == "mps":
        left = torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
        return int(min(left, psutil.virtual_memory().available))  # which other programs take from too
    machine = int(psutil.virtual_memory().available)
    container = _container_bytes(CGROUP)
    return machine if container is None else min(machine, container)


def check_run(
    spec: LayerSpec,
    seq_len: int,
    batch: int | None,
    device: torch.device,
    dtype: torch.dtype = torch.float32,
    *,
    built: bool = False,
    gradients: bool = False,
) -> Costs:
    """Count a forward pass, and refuse it where it would not fit, before anything is made.

    Args:
        spec: the layer.
        seq_len: steps.
        batch: sequences; None is unbatched.
        device: where it would run.
        dtype: of the weights and of the input.
        built: the parameters are there already.
        gradients: what ``backward()`` needs is kept.

    Returns:
        What it takes, in float32.

    Raises:
        ValueError: it needs more bytes than are free; the message has both numbers.
    """
    costs = spec.costs(seq_len, batch)
    needed = costs.gradient_bytes if gradients else costs.run_bytes
    needed -= costs.parameter_bytes if built else 0
    _check("this run", needed * dtype.itemsize // FLOAT32_BYTES, device, "hidden_size, seq_len or batch")
    return costs


def check_build(spec: LayerSpec, device: torch.device) -> None:
    """Refuse a layer whose parameters would not fit.

    Raises:
        ValueError: they need more bytes than are free; the message has both numbers.
    """
    needed = FLOAT32_BYTES * spec.num_parameters
    for place in {torch.device("cpu"), device}:  # it is made on the CPU, then moved
        _check("this layer", needed, place, "hidden_size, input_size or num_layers")


def _check(what: str, needed: int, device: torch.device, smaller: str) -> None:
    if needed < ALWAYS_THERE:
        return
    free = free_bytes(device)
    if needed > free:
        raise ValueError(
            f"{what} needs about {_said(needed)} on {name_of(device)}, and {_said(free)} are available:"
            f" choose a smaller {smaller}."
        )


def _said(num_bytes: int) -> str:
    return in_units(num_bytes) if num_bytes < 1000 else f"{num_bytes:,} bytes ({in_units(num_bytes)})"


def _container_bytes(cgroup: Path) -> int | None:
    """What a container may still take: less than the machine has, on Binder. None where there is no limit."""
    for folder, limit, used, cache in (
        (cgroup, "memory.max", "memory.current", "inactive_file"),
        (cgroup / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        try:
            most = int((folder / limit).read_text())  # first, since it ends here where there is no limit
            stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            return max(0, most - int((folder / used).read_text()) + int(stat[cache]))
        except (OSError, ValueError, KeyError):  # no such file, or "max": no limit
            continue
    return None
