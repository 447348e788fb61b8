"""The code's style, its types, and what a file of a public repository may not say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LONGEST = 250  # lines of a module: one noun each

# Where packages come from, and where files lie, is each machine's own affair. The joints keep this file itself out.
PRIVATE = "|".join(
    [
        r"index" + r"[-_]url",
        r"--trusted" + r"-host",
        r"find" + r"-links",
        r"pypi\." + r"org|pythonhosted\." + r"org|npmjs\." + r"org|conda\.anaconda\." + r"org",
        r"""(?:^|[\s"'(=:])/""" + r"(?:home|root|Users|work|workspace|mnt|srv)/\w",
    ]
)


def files(*endings: str) -> list[Path]:
    """Every file of the repository with one of these endings; with none given, every text file."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = [ROOT / name for name in listed.splitlines() if name.endswith(endings or "")]
    return [file for file in found if file.is_file() and b"\0" not in file.read_bytes()]


@pytest.mark.parametrize(
    "command", ["ruff check .", "ruff format --check .", "mypy", "biome check --error-on-warnings"]
)
def test_the_code_is_clean(command: str) -> None:
    name, *arguments = command.split()
    done = subprocess.run([BIN / name, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_module_is_short() -> None:
    ours = [file for file in files(".py", ".js") if (ROOT / "rnnlib") in file.parents]
    sizes = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in ours}
    assert sizes
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST} == {}


def private(text: str) -> list[str]:
    """The addresses and paths in a text that only one machine or one network knows."""
    return [found[0].strip() for found in re.finditer(PRIVATE, text, re.MULTILINE)]


def test_no_file_names_a_registry_or_a_machine() -> None:
    assert {file.name: found for file in files() if (found := private(file.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    "text", ["pip install --index" + "-url=x y", "see https://pypi." + "org/x", "'/home" + "/me/x'"]
)
def test_such_a_name_is_found(text: str) -> None:
    assert private(text)
