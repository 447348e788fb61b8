"""conda's environment, Binder's and pyproject.toml ask for the same, and Binder really builds from its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONDA = {"torch": "pytorch"}  # another name for the same


def environment(path: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def conda_name(requirement: str) -> str:
    name, at_least, version = requirement.partition(">=")
    return CONDA.get(name, name) + at_least + version


def test_conda_installs_what_pyproject_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["lab"]
    *ours, itself = environment("environment.yml")["dependencies"]
    assert ours == ["python=3.12", "pip", *map(conda_name, declared)]
    assert itself == {"pip": ["-e ."]}


def test_the_environment_is_called_rnnlib_and_comes_from_conda_forge() -> None:
    for path in ("environment.yml", "binder/environment.yml"):
        assert environment(path)["name"] == "rnnlib"
        assert environment(path)["channels"] == ["conda-forge"]


def test_binder_differs_in_the_build_of_torch_alone() -> None:
    """And installs rnnlib in postBuild: while it builds the environment, the repository is not there yet."""
    *ours, itself = environment("environment.yml")["dependencies"]
    assert itself == {"pip": ["-e ."]}
    assert environment("binder/environment.yml")["dependencies"] == [
        name.replace("pytorch>", "pytorch-cpu>") for name in ours
    ]
    assert "pytorch-cpu" not in str(ours)
    assert "pip install --no-deps -e ." in (ROOT / "binder" / "postBuild").read_text("utf-8")


@pytest.fixture(scope="module")
def recipe() -> str:
    """What `repo2docker --no-build --debug .` says: the recipe that Binder would build by."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_binder_builds_from_its_own_folder(recipe: str) -> None:
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in recipe
    assert "RUN ./binder/postBuild" in recipe
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)


def test_binder_builds_the_python_that_is_asked_for(recipe: str) -> None:
    """A range, such as python>=3.12, would be read as 3.10 without a word."""
    assert "conda environment for python=3.12\n" in recipe
