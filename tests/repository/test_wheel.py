"""A wheel holds the whole package: front-end files, recordings, their attribution, the licence."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel that pip built here."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [*(sys.executable, "-m", "pip", "wheel", "-q"), "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("rnnlib-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_package_is_shipped(inside: set[str]) -> None:
    files = [file for file in (ROOT / "rnnlib").rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    here = {file.relative_to(ROOT).as_posix() for file in files if not file.name.startswith(".")}
    assert {Path(name).suffix for name in here} >= {".py", ".js", ".css", ".npz", ".md"}
    assert here == {name for name in inside if name.startswith("rnnlib/")}


def test_the_licence_is_shipped_and_the_tests_are_not(inside: set[str]) -> None:
    others = {name for name in inside if not name.startswith("rnnlib/")}
    assert any(name.endswith("LICENSE") for name in others)
    assert all(".dist-info/" in name for name in others)
