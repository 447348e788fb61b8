"""How large is too large: what a run takes in memory and in seconds, asked before anything large is made."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

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
        return int(min(left, _machine_bytes()))  # which other programs take from too
    machine, container = _machine_bytes(), _container_bytes(CGROUP)
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
    needed = needed * dtype.itemsize // FLOAT32_BYTES
    check_fits("this run", needed, device, "choose a smaller hidden_size, seq_len or batch")
    return costs


def check_build(spec: LayerSpec, device: torch.device) -> None:
    """Refuse a layer whose parameters would not fit.

    Raises:
        ValueError: they need more bytes than are free; the message has both numbers.
    """
    needed = FLOAT32_BYTES * spec.num_parameters
    for place in {torch.device("cpu"), device}:  # it is made on the CPU, then moved
        check_fits("this layer", needed, place, "choose a smaller hidden_size, input_size or num_layers")


def check_fits(what: str, needed: int, device: torch.device, mend: str) -> None:
    """Refuse what would not fit.

    Args:
        what: what needs the bytes.
        needed: how many.
        device: where.
        mend: what to do about it.

    Raises:
        ValueError: it needs more bytes than are free; the message has both numbers.
    """
    if needed < ALWAYS_THERE:
        return
    free = free_bytes(device)
    if needed > free:
        raise ValueError(
            f"{what} needs about {_said(needed)} on {name_of(device)}, and {_said(free)} are available: {mend}."
        )


def _said(num_bytes: int) -> str:
    return in_units(num_bytes) if num_bytes < 1000 else f"{num_bytes:,} bytes ({in_units(num_bytes)})"


def _machine_bytes() -> int:
    import psutil  # which takes long, and hardly a run is so large that it is asked

    return int(psutil.virtual_memory().available)


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


BLINK = 0.05  # seconds: what takes longer would make a slider stutter
MOST_SECONDS = 20  # what takes longer is not run for a slider at all

# Measured on two cores of a server, torch 2.13, and rounded down. A GPU multiplies at least so many times faster.
MULTIPLY_ADDS = 1e10  # a second
FASTER = {"cpu": 1, "mps": 10, "cuda": 100}
PARAMETERS = 1e8  # made anew, a second
PARAMETERS_READ = 2.5e9  # a second: every step reads all the weights, which for one sequence is what takes longest
BYTES = 3e8  # of all that flows, a second
A_STEP = 35e-6  # seconds around one step of one layer in one direction, however small
A_LAYER = 0.7e-3  # seconds to make one layer in one direction, however small


@dataclasses.dataclass(frozen=True)
class Estimate:
    """How long a run takes.

    Attributes:
        seconds: an estimate, rather too long than too short.
        words: what takes most of it.
    """

    seconds: float
    words: str

    @property
    def is_too_long(self) -> bool:
        """Whether no one waits for it: then it is refused."""
        return self.seconds > MOST_SECONDS

    @property
    def is_quick(self) -> bool:
        """Whether a slider can wait for it."""
        return self.seconds <= BLINK


def estimate(
    spec: LayerSpec, seq_len: int, batch: int, device: str, *, built: bool, passes: int = 1, a_step: float = A_STEP
) -> Estimate:
    """Estimate a run of a layer, or of a cell that is called seq_len times.

    Args:
        spec: the layer.
        seq_len: steps.
        batch: sequences.
        device: where it would run.
        built: it is there already.
        passes: how often it is computed.
        a_step: seconds around one step.

    Example:
        >>> slow = estimate(LayerSpec("LSTM", 2000, 2000), seq_len=8, batch=3, device="cpu", built=False)
        >>> slow.is_quick, slow.words
        (False, '32.0 million parameters and 0.8 billion multiply-adds')
    """
    spec = as_layer(spec)
    costs, layers = spec.costs(seq_len, batch), spec.num_layers * spec.num_directions
    steps, flowing = seq_len * layers, costs.run_bytes - costs.parameter_bytes
    parameters, multiply_adds = float(costs.parameters), float(costs.multiply_adds)
    made, speed = (0 if built else 1), FASTER[device.partition(":")[0]] / passes
    products = f"{parameters / 1e6:,.1f} million parameters and {multiply_adds / 1e9:,.1f} billion multiply-adds"
    parts = {
        f"{layers:,} layers and directions": made * A_LAYER * layers,
        f"{steps:,} steps, one after the other in every layer and direction,": a_step * steps,
        f"{in_units(flowing)} of numbers": flowing / BYTES / speed,
        products: made * parameters / PARAMETERS
        + multiply_adds / MULTIPLY_ADDS / speed
        + seq_len * parameters / PARAMETERS_READ / speed,
    }
    return Estimate(sum(parts.values()), max(parts, key=lambda words: parts[words]))


def estimate_packing(spec: LayerSpec, lengths: Sequence[int], device: str) -> Estimate:
    """Estimate what `rnnlib.engine.packing.comparison.padded_and_packed` takes with a layer that is there already.

    It runs the padded batch twice, the packed one twice, and every sequence alone.

    Args:
        spec: the layer.
        lengths: the steps of each sequence.
        device: where it would run.

    Example:
        >>> slow = estimate_packing(LayerSpec("LSTM", 12, 512), [20_000], "cpu")
        >>> slow.seconds > MOST_SECONDS, slow.words
        (True, '1.1 million parameters and 21.5 billion multiply-adds')
    """
    together = estimate(spec, max(lengths), len(lengths), device, built=True, passes=4, a_step=4 * A_STEP)
    alone = estimate(spec, sum(lengths), 1, device, built=True)
    return Estimate(together.seconds + alone.seconds, max((together, alone), key=lambda part: part.seconds).words)


def as_layer(spec: LayerSpec) -> LayerSpec:
    """The layer that costs what a cell does when it is called seq_len times; of a layer, itself."""
    return dataclasses.replace(spec, kind=spec.family.name) if spec.is_cell else spec
