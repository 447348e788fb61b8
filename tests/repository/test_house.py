"""A folder a noun, seen at a glance, and its tests at the same place in tests/."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 15  # files of one kind in a folder: "about fifteen"
FOLDERS = [path.relative_to(ROOT) for path in (ROOT / "rnnlib").rglob("*") if path.is_dir() and list(path.glob("*.py"))]

# What only other folders use, and the tests that show it there.
ELSEWHERE = {
    "rnnlib/engine/arguments/gradients.py": "tests/engine/reach/test_who_reads.py",
    "rnnlib/engine/arguments/sequences.py": "tests/engine/packing/test_pack_steps.py",
    "rnnlib/explorers/shared/lab.py": "tests/explorers/training/test_explorer.py",
    "rnnlib/explorers/shared/start.py": "tests/explorers/step/test_choice.py",
    "rnnlib/explorers/shared/traits.py": "tests/notebooks/test_driven.py",
    "rnnlib/explorers/shared/view.py": "tests/notebooks/test_driven.py",
}

WHOLE = {"test_mends.py", "test_bad_values.py"}  # what a whole folder does


def modules(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]


def imported(file: Path) -> set[str]:
    """The dotted names that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return names


def untested(folder: Path) -> set[Path]:
    """The modules of a folder that neither have their own test nor stand behind one that is tested here."""
    room, tests = ROOT / folder, ROOT / "tests" / folder.relative_to("rnnlib")
    dotted = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules(room)}
    todo = [*modules(tests), *(path for path in dotted if (tests / f"test_{path.name}").exists())]
    seen = set(todo)
    while todo:
        names = imported(todo.pop())
        more = {path for path, name in dotted.items() if name in names} - seen
        seen |= more
        todo += more
    return set(dotted) - seen


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_the_tests_of_a_folder_stand_at_the_same_place(folder: Path) -> None:
    missing = {path.relative_to(ROOT).as_posix() for path in untested(folder)}
    assert missing - set(ELSEWHERE) == set(), f"no test of these in tests/{folder.relative_to('rnnlib')}"
    assert all((ROOT / ELSEWHERE[path]).exists() for path in missing)


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_test_is_called_as_what_it_tests(folder: Path) -> None:
    tests = (ROOT / "tests" / folder.relative_to("rnnlib")).glob("test_*.py")
    names = {path.stem for path in (ROOT / folder).iterdir()}
    strange = {test.name for test in tests if test.stem.removeprefix("test_") not in names}
    assert strange <= WHOLE


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_folder_can_be_seen_at_a_glance(folder: Path) -> None:
    kinds = Counter(path.suffix for path in (ROOT / folder).iterdir() if path.is_file())
    assert {kind: number for kind, number in kinds.items() if number > MOST} == {}
