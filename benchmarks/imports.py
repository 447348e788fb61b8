"""How long `import rnnlib` takes over `import torch` alone, each in a fresh Python."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 7


def measure() -> tuple[float, float]:
    """The median seconds of a Python that imports torch, and of one that imports rnnlib, taken in turn."""
    taken: dict[str, list[float]] = {"torch": [], "rnnlib": []}
    for run in range(RUNS + 1):
        for name, times in taken.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {name}"], check=True)
            if run:  # the first fills the disk's cache
                times.append(time.perf_counter() - start)
    return statistics.median(taken["torch"]), statistics.median(taken["rnnlib"])
