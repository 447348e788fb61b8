"""A Python of its own for a test, with torch already in it: to import it takes longer than most tests."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()  # not on Windows
PYTHON = multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")
PYTHON.set_forkserver_preload(["torch", "anywidget", "ipykernel.kernelapp"])  # nothing of rnnlib, no seed is drawn


def printed(code: str, folder: Path) -> str:
    """What code prints, run in a folder by a Python that ran nothing before."""
    with ProcessPoolExecutor(1, mp_context=PYTHON) as pool:
        return pool.submit(_print, code, folder).result(timeout=120)


def _print(code: str, folder: Path) -> str:
    os.chdir(folder)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(code, {"__name__": "__main__"})
    return said.getvalue()


def cell_outputs(cells: list[str], folder: Path) -> list[str]:
    """What notebook cells show, one after the other, run in a folder by an IPython that ran nothing before."""
    with ProcessPoolExecutor(1, mp_context=PYTHON) as pool:
        return pool.submit(_show, cells, folder).result(timeout=300)


def _show(cells: list[str], folder: Path) -> list[str]:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    os.chdir(folder)
    shell, texts = InteractiveShell.instance(), []
    for source in cells:
        with capture_output() as said:
            shell.run_cell(source)
        texts.append("\n".join([said.stdout, *(output.data.get("text/plain", "") for output in said.outputs)]))
    return texts


def become_a_kernel(file: str) -> None:
    """Run a kernel, with a connection file, until the process is killed or has lost its parent."""
    from ipykernel.kernelapp import IPKernelApp

    parent = [f"--IPKernelApp.parent_handle={os.getppid()}"] if CAN_FORK else []
    IPKernelApp.launch_instance(["-f", file, *parent])
