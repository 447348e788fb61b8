"""The device's peak: how fast it multiplies matrices, measured here; and the most memory that a call takes."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from rnnlib.engine.closeness import multiplies_in_tf32
from rnnlib.engine.devices import name_of, synchronise
from rnnlib.engine.layers import SEED
from rnnlib.engine.timing.measure import timer
from rnnlib.engine.timing.workload import Workload
from rnnlib.spec.costs import FLOAT32_BYTES

SMALLEST, LARGEST = 512, 8192  # rows of the matrices
LONG_ENOUGH = 0.005  # seconds of one product: a device that is quicker is not yet filled by matrices of this size
MEASURED_FOR = 0.05  # seconds


@functools.cache
def matmul_rate(device: torch.device, dtype: torch.dtype, num_threads: int) -> tuple[float, int]:
    """The operations a second that a product of two square matrices reaches, measured once, and their rows.

    A multiplication and an addition are two operations. The matrices grow until one product takes 5 ms.

    Returns:
        Operations a second, of the fastest of its repeats; the rows.
    """
    rows = SMALLEST
    while True:
        generator = torch.Generator(device).manual_seed(SEED)  # a GPU is quicker with numbers that are all alike
        a = torch.rand(rows, rows, generator=generator, dtype=dtype, device=device)
        with torch.autocast(device.type, enabled=False):
            product = timer("a @ a", {"a": a}, num_threads, device)
            fastest = min(product.blocked_autorange(min_run_time=MEASURED_FOR).times)
        if fastest >= LONG_ENOUGH or rows >= LARGEST:
            return 2 * rows**3 / fastest, rows
        rows *= 2


def peak_of(workload: Workload, num_threads: int) -> tuple[float, str]:
    """The device's peak in the dtype that is multiplied in: operations a second, and a sentence on what it is.

    Args:
        workload: what is to be timed.
        num_threads: on the CPU.

    Returns:
        nan, and the sentence says why, where there is too little memory to measure it.
    """
    device, dtype = workload.x.device, workload.multiplied_in
    threads = num_threads if device.type == "cpu" else 1  # one peak for a GPU, whatever the CPU has
    try:
        rate, rows = matmul_rate(device, dtype, threads)
        full = matmul_rate(device, torch.float32, threads)[0] if dtype.itemsize == 2 else 0.0
    except torch.OutOfMemoryError:
        return math.nan, "not known: there is too little memory on the device to measure its peak"
    name = str(dtype).removeprefix("torch.")
    said = f"of the {rate / 1e9:,.0f} GFLOP/s that a {rows} x {rows} {name} matmul reaches here"
    said += f" (float32: {full / 1e9:,.0f})" if full else ""
    if workload.backward:
        said += ", a backward pass counted as two forward passes"
    if dtype == torch.float32 and multiplies_in_tf32(device):
        said += "; cuDNN may round to TF32, which is quicker, so the share can be more than 1"
    return rate, said


def peak_memory(workload: Workload, variant: nn.Module, run: Callable[[], Any]) -> tuple[int | None, str]:
    """The most bytes that the weights, the input and one call hold at once, and a sentence on where that is from.

    Args:
        workload: what is timed.
        variant: what is called.
        run: one call, backward too where that is timed.

    Returns:
        Measured where torch counts memory, which is on an NVIDIA or AMD GPU (its own count of the peak starts anew
        by that); a count, said to be one, of the layer alone elsewhere; else None.
    """
    device = workload.x.device
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        run()
        synchronise(device)
        call = torch.cuda.max_memory_allocated(device) - before
        weights = sum(weight.nbytes for weight in variant.parameters())
        return call + weights + workload.x.nbytes, "measured: torch.cuda.max_memory_allocated, of this call alone"
    nothing = f"torch does not count the memory of {name_of(device)}"
    if workload.variant != "layer":
        return None, f"not known: {nothing}"
    costs = workload.spec.costs(*workload.sizes)
    counted = costs.gradient_bytes if workload.backward else costs.run_bytes
    return (
        counted * workload.x.dtype.itemsize // FLOAT32_BYTES,
        f"estimated by counting tensors, not measured: {nothing}",
    )
