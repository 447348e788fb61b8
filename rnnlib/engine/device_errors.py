"""What a device says when it cannot go on, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

MEMORY = (
    *("not enough memory", "can't allocate memory"),  # on the CPU
    *("backend out of memory", "Invalid buffer size"),  # of MPS
    *("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED"),
    "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
)
LOST = (  # after these a device does no more work for this process
    *("illegal memory access", "device-side assert", "launch timed out", "unspecified launch failure"),
    *("misaligned address", "uncorrectable ECC", "MPS backend error"),
)


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
        sentence = _sentence(device, error)
        if not sentence:
            raise
        error.__traceback__ = None  # with it go its frames and their tensors, or no smaller size would fit either
        raise ValueError(sentence) from None


def _sentence(device: torch.device, error: RuntimeError) -> str:
    said = str(error)
    if isinstance(error, torch.OutOfMemoryError) or any(sign in said for sign in MEMORY):
        return f"{device} ran out of memory: choose a smaller hidden_size, seq_len or batch."
    if any(sign in said for sign in LOST):
        first = said.splitlines()[0].rstrip(".")
        return f"{device} stopped working: {first}. If it is still there, restart the kernel; the CPU works meanwhile."
    if "no kernel image" in said:
        return f"this torch has no code for the GPU {device}: install one that has, or choose the CPU."
    return ""
