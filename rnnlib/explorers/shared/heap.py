"""Memory that is free goes back to the system: GNU's C library keeps it for later, in an arena for each thread."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import sys
from collections.abc import Iterator

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
LARGEST_ON_HEAP = 32 * 2**20  # bytes; GNU's own limit, which it approaches as larger pieces are freed
KEPT_ON_TOP = 2 * LARGEST_ON_HEAP  # as GNU has it
ENOUGH_TO_TRIM = 2**18  # bytes: where so much is freed at once, an arena's top is looked at


@contextlib.contextmanager
def giving_back() -> Iterator[None]:
    """What is freed inside goes back to the system at once, and at the end what was free before.

    ``malloc_trim`` alone leaves the top of every arena but the main one: as large as what was made there last. It does
    nothing where the C library is not GNU's on Linux, or where its settings are yours.
    """
    c = _gnu()
    if c is None:
        yield
        return
    c.mallopt(M_TRIM_THRESHOLD, 0)
    try:
        yield
    finally:
        c.free(c.malloc(ENOUGH_TO_TRIM))  # the top of this thread's own arena
        c.malloc_trim(0)
        c.mallopt(M_TRIM_THRESHOLD, KEPT_ON_TOP)


@functools.cache
def _gnu() -> ctypes.CDLL | None:
    """The C library, if it is GNU's and no one has set it up otherwise."""
    if sys.platform != "linux" or any(name.startswith(("MALLOC_", "GLIBC_TUNABLES")) for name in os.environ):
        return None
    c = ctypes.CDLL(None)
    if not hasattr(c, "malloc_trim"):
        return None
    c.malloc.restype, c.malloc.argtypes, c.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
    c.mallopt(M_MMAP_THRESHOLD, LARGEST_ON_HEAP)  # or the first call of mallopt would leave it where it was
    return c
