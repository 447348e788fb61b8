"""Who may import whom: import-linter keeps the contracts in pyproject.toml, and finds what breaks them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WALLS = "A room imports only the rooms below it"
NOUNS = "An explorer imports no other explorer"
TORCH = "A layer is described and recorded without torch"
DRAWN = "A view is drawn from plain data, without torch and without the engine"
BAD = {
    "spec/arguments.py": ("import torch", TORCH),
    "explorers/shared/view.py": ("import torch.nn", DRAWN),
    "explorers/shared/traits.py": ("import anywidget", "One class puts a picture on screen"),
    "data/japanese_vowels.py": ("from rnnlib.spec import LayerSpec", WALLS),
    "engine/__init__.py": ("from rnnlib.explorers.shared.view import View", WALLS),
    "engine/run.py": ("from rnnlib.data import japanese_vowels", "The engine runs without recordings"),
    "explorers/prediction/card.py": ("from rnnlib.explorers.shape import payload", NOUNS),
    "explorers/shared/background.py": ("from rnnlib.explorers.step import explorer", NOUNS),
    "explorers/step/view.py": ("from rnnlib.engine.run import run", DRAWN),
    "explorers/shape/explorer.py": ("import ipywidgets", "One class puts a picture on screen"),
    "spec/costs.py": ("from rnnlib import run", WALLS),
    "a_new_room/__init__.py": ("import json", WALLS),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """`lint-imports`, as a contributor runs it."""
    code = "import sys; from importlinter.cli import lint_imports_command; sys.argv = ['lint-imports', '--no-cache']"
    command = [sys.executable, "-c", f"{code}; lint_imports_command()"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_the_rooms_keep_their_walls() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize("name", BAD)
def test_a_door_in_a_wall_is_found(name: str, tmp_path: Path) -> None:
    planted, contract = BAD[name]
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "rnnlib", tmp_path / "rnnlib", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "rnnlib" / name
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as source:
        source.write(f"\ndef planted():\n    {planted}\n")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout
