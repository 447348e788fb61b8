"""The commands that the README gives do what it says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.install import find_browser

ROOT = Path(__file__).parents[2]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def test_make_alone_tells_its_commands() -> None:
    assert told() == [
        "help",
        "lab",
        "site",
        "test",
        "test-browser",
        "test-long",
        "lesson",
        "notebooks",
        "bench",
        "record",
        "pictures",
        "sheet",
        "class",
    ]


def told() -> list[str]:
    return re.findall(r"^make ([\w-]+) +\w", make().stdout, re.MULTILINE)


def test_the_readme_and_contributing_give_commands_that_exist() -> None:
    given = {
        command
        for name in ("README.md", "CONTRIBUTING.md")
        for command in re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    }
    assert given == set(told()) - {"help"}


def test_a_lesson_without_a_name_gets_a_sentence(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "python", f'exec {shlex.quote(sys.executable)} "$@"')
    (tmp_path / "installed-test").touch()  # newer than all that it comes from: nothing is installed
    done = make("lesson", f"VENV={tmp_path}", "NAME=")
    assert done.returncode
    assert "as in make lesson NAME=12_attention." in done.stdout


def test_continuous_integration_runs_every_test(tmp_path: Path) -> None:
    script(tmp_path / "make", f'echo "$PWD: make $*" > {shlex.quote(str(tmp_path))}/called')
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    for command in ([ROOT / ".ci" / "run"], ["bash", ROOT / ".ci" / "run"]):
        subprocess.run(command, cwd=tmp_path, env=os.environ | {"PATH": path}, check=True)
        assert (tmp_path / "called").read_text() == f"{ROOT}: make test test-browser\n"


@pytest.mark.parametrize("python", ["an-old-python", "no-such-python"])
def test_an_old_python_gets_a_sentence(python: str, tmp_path: Path) -> None:
    script(tmp_path / "an-old-python", "exit 1")
    done = make("lab", f"VENV={tmp_path}/venv", f"PYTHON={tmp_path}/{python}")
    assert done.returncode
    assert "rnnlib needs Python 3.11 or newer" in done.stdout
    assert not (tmp_path / "venv").exists()


def test_a_half_made_environment_does_not_stay(tmp_path: Path) -> None:
    """Debian's python3 without python3-venv leaves one, and says what to install."""
    venv = tmp_path / "venv"
    half = script(tmp_path / "python", f'[ "$1" = -c ] || {{ mkdir -p {venv}/bin; touch {venv}/bin/python; exit 1; }}')
    assert make("lab", f"VENV={venv}", f"PYTHON={half}").returncode
    assert not venv.exists()


def find_a_browser(path: Path) -> subprocess.CompletedProcess[str]:
    """What `make test` and `make test-browser` do first, with nothing on PATH but one folder."""
    command = [sys.executable, "-m", "tests.browser.install"]
    environment = os.environ | {"PATH": str(path)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


def tools(folder: Path) -> Path:
    """A PATH with what an installation needs, and a sudo that asks for no password."""
    for name in ("sh", "env", "true", "touch", "chmod"):
        (folder / name).symlink_to(str(shutil.which(name)))
    script(folder / "sudo", '[ "$1" = -n ] && shift', 'exec "$@"')
    return folder


def test_a_missing_browser_is_installed(tmp_path: Path) -> None:
    browser = shlex.quote(str(tools(tmp_path) / "chromium"))
    install = f'case "$*" in *install*chromium) touch {browser}; chmod +x {browser};; esac'
    script(tmp_path / "apt-get", install, "exit 0")
    done = find_a_browser(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "installing Debian's chromium" in done.stdout


@pytest.mark.parametrize("apt", ["exit 0", "exit 100", None])
def test_a_browser_that_cannot_be_installed_gets_a_sentence(apt: str | None, tmp_path: Path) -> None:
    if apt:
        script(tools(tmp_path) / "apt-get", apt)
    done = find_a_browser(tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"No browser on PATH .*: install Chromium or Chrome\.\n", done.stderr)


def test_a_browser_where_macos_and_windows_put_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    chrome = script(tmp_path / "Google" / "Chrome" / "Application" / "chrome.exe")
    assert Path(find_browser()) == chrome
