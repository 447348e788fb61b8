"""Memory that is free goes back to the system: GNU's C library keeps it, in a part of each thread's, for later."""

from __future__ import annotations

import ctypes
import functools
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
LARGEST_ON_HEAP = 32 * 2**20  # bytes; GNU's own limit, which it approaches as larger pieces are freed
KEPT_ON_TOP = 2 * LARGEST_ON_HEAP  # as GNU has it
AT_THE_TOP = 2**18  # bytes: where so much is freed, a thread's part is looked over from the top


def give_back() -> None:
    """Give back what is free now, wherever it is and at the top of this thread's part; elsewhere than on Linux nothing.

    ``malloc_trim`` alone leaves the top of every part but the main thread's: as large as what was made last.
    """
    c = _gnu()
    if c is None:
        return
    c.mallopt(M_TRIM_THRESHOLD, 0)
    c.free(c.malloc(AT_THE_TOP))
    c.malloc_trim(0)
    c.mallopt(M_TRIM_THRESHOLD, KEPT_ON_TOP)


@functools.cache
def _gnu() -> ctypes.CDLL | None:
    """The C library, if it is GNU's."""
    if sys.platform != "linux":
        return None
    c = ctypes.CDLL(None)
    if not hasattr(c, "malloc_trim"):
        return None
    c.malloc.restype, c.malloc.argtypes, c.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
    c.mallopt(M_MMAP_THRESHOLD, LARGEST_ON_HEAP)  # or the first call of mallopt would leave it where it was
    return c
