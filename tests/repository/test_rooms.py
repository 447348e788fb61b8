"""Who may import whom: import-linter keeps the contracts in pyproject.toml, and finds what breaks them."""

from __future__ import annotations

import re
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
    "exercises/check.py": ("from rnnlib.explorers.prediction import card", WALLS),
    "explorers/packing/explorer.py": ("from rnnlib.exercises import verdict", WALLS),
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


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said under each broken contract where all of `BAD` is planted at once."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "rnnlib", folder / "rnnlib", ignore=shutil.ignore_patterns("__pycache__"))
    for name, (planted, _) in BAD.items():
        file = folder / "rnnlib" / name
        file.parent.mkdir(exist_ok=True)
        with file.open("a") as source:
            source.write(f"\ndef planted():\n    {planted}\n")
    done = lint(folder)
    assert done.returncode == 1, done.stdout + done.stderr
    said = re.split(r"^(.+)\n-{5,}\n", done.stdout, flags=re.MULTILINE)
    return dict(zip(said[1::2], said[2::2], strict=True))


@pytest.mark.parametrize("name", BAD)
def test_a_door_in_a_wall_is_found(name: str, broken: dict[str, str]) -> None:
    planted, contract = BAD[name]
    module = f"rnnlib/{name}".removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    door = "a_new_room" if name.startswith("a_new_room") else f"{module} -> {planted.split()[1].partition('.nn')[0]}"
    assert door in broken[contract], broken[contract]
