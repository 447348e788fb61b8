"""A test that did not run fails the run, unless it says that it needs a GPU."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
IN_A_TEST = "import pytest\ndef test_it(): pytest.skip('no browser')"
A_WHOLE_MODULE = "import pytest\npytest.importorskip('no_such_module')\ndef test_it(): pass"
GPU = "import pytest\n@pytest.mark.gpu\ndef test_it(): pass"


def run(folder: Path, source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "test_planted.py").write_text(source)
    (folder / "test_another.py").write_text("def test_another(): pass")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:nbval", *arguments, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("source", "workers"), [(IN_A_TEST, "1"), (A_WHOLE_MODULE, "0")], ids=["in a test", "a module"]
)
def test_a_skipped_test_fails_the_run(source: str, workers: str, tmp_path: Path) -> None:
    done = run(tmp_path, source, "-n", workers)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "A test was skipped that does not need a GPU" in done.stdout


def test_what_needs_a_gpu_runs_where_there_is_one_and_else_says_so(tmp_path: Path) -> None:
    done = run(tmp_path, GPU)
    assert done.returncode == 0, done.stdout
    assert "there is no GPU here" in done.stdout or "2 passed" in done.stdout
