"""What a device says when it cannot go on, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def in_words(device: torch.device) -> Iterator[None]:
    """Calls inside that end because the device is out of memory, or is lost, end in a sentence; others as they do.

    Raises:
        ValueError: the device ran out of memory, or is lost.

    Example:
        >>> with in_words(torch.device("cpu")):
        ...     raise RuntimeError("can't allocate memory: you tried to allocate 10 bytes")
        Traceback (most recent call last):
        ValueError: cpu ran out of memory: choose a smaller hidden_size, seq_len or batch.
    """
    try:
        yield
    except RuntimeError as error:
        if _out_of_memory(error):
            raise ValueError(f"{device} ran out of memory: choose a smaller hidden_size, seq_len or batch.") from None
        if _lost(error):
            said = str(error).splitlines()[0].rstrip(".")
            raise ValueError(
                f"{device} stopped working: {said}. If it is still there, restart the kernel; the CPU works meanwhile."
            ) from None
        raise


def _out_of_memory(error: RuntimeError) -> bool:
    """Whether there was too little memory; the CPU says so in words alone."""
    signs = (
        *("not enough memory", "can't allocate memory", "backend out of memory"),  # Windows, others, MPS
        *("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED"),
    )
    return isinstance(error, torch.OutOfMemoryError) or any(sign in str(error) for sign in signs)


def _lost(error: RuntimeError) -> bool:
    """Whether the device itself failed, after which it does no more work for this process."""
    signs = ("CUDA error: ", "HIP error: ", "CUDA driver error: ", "cuDNN error: ", "MPS backend error")
    return any(sign in str(error) for sign in signs)
