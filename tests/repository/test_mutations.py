"""The tests would notice: each planted fault turns one of them red, which is green without it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
UNTOUCHED = shutil.ignore_patterns(".*", "build", "dist", "__pycache__", "*.egg-info", "pictures")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the checkout, to plant faults in."""
    return Path(shutil.copytree(ROOT, tmp_path / "tree", ignore=UNTOUCHED))


def assert_noticed(tree: Path, *arguments: str, by: str) -> None:
    """One test in the tree is red, and says why; the same tests in the checkout are part of this very run."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1, done.stdout
    assert re.search(r"^1 failed\b", done.stdout, re.MULTILINE), done.stdout
    assert by in done.stdout, done.stdout


def replace(file: Path, old: str, new: str) -> None:
    """Plant a fault: `old` stands in the file exactly once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} has {old!r} {text.count(old)} times: plant another fault"
    file.write_text(text.replace(old, new), encoding="utf-8")


def change_one_digit(file: Path) -> None:
    """Change the last digit in the last printed output of a notebook."""
    notebook = nbformat.read(file, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = next(o for o in reversed(outputs) if o.output_type == "stream" and re.search(r"\d", o.text))
    printed.text = re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), printed.text)
    nbformat.write(notebook, file)


def test_one_digit_of_one_stored_output(tree: Path) -> None:
    change_one_digit(tree / "notebooks" / "02_rnn.ipynb")
    assert_noticed(tree, "--nbval", "notebooks/02_rnn.ipynb", by="Cell outputs differ")


def test_one_slip_of_an_exercise(tree: Path) -> None:
    judge = tree / "rnnlib" / "exercises" / "lessons" / "lesson_02.py"
    replace(judge, "if not close(given, right):", "if given.shape != right.shape:")
    tried = ("tests/notebooks/test_exercises.py", "-k", "solution and 02_rnn")
    assert_noticed(tree, *tried, by="Right: 20 calls of one step")


def test_one_rule_in_shapes(tree: Path) -> None:
    rule = 'yield tensor("output", "output", *time, f"num_directions*{h_size}")'
    replace(tree / "rnnlib" / "spec" / "shapes.py", rule, rule.replace("num_directions*", ""))
    assert_noticed(tree, "-p", "no:nbval", "tests/spec/test_shapes.py", "-k", "real_layers", by="AssertionError")


def test_a_raise_in_one_callback(tree: Path) -> None:
    """It raises only after a slider has moved: no cell of any notebook shows it."""
    callback = "    def _plan(self, _before: dict[str, Any]) -> Plan:\n"
    planted = '        if self.seq_len == 2:\n            raise RuntimeError("planted")\n'
    replace(tree / "rnnlib" / "explorers" / "shape" / "explorer.py", callback, callback + planted)
    assert_noticed(tree, "tests/notebooks/test_driven.py", "-k", "02_rnn", by="planted")
