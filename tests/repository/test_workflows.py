"""What GitHub Actions runs cannot run here: it is read, and every command in it is one that is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repository.test_commands import told

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.stem: path for path in (ROOT / ".github" / "workflows").glob("*.yml")}
MADE = {"long": ["test-long"], "site": ["site"], "test": ["test", "test-browser"]}  # a workflow, and what it makes


def steps(name: str) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))["jobs"]
    assert all(job["runs-on"] for job in jobs.values())
    return [step for job in jobs.values() for step in job["steps"]]


def commands(name: str) -> list[str]:
    return [step["run"] for step in steps(name) if "run" in step]


def test_each_workflow_is_known_here() -> None:
    assert set(WORKFLOWS) == set(MADE)


@pytest.mark.parametrize("name", MADE)
def test_what_it_makes_is_a_target_of_the_makefile(name: str) -> None:
    made = [target for command in commands(name) for target in re.findall(r"\bmake ([\w-]+)", command)]
    assert made == MADE[name]
    assert set(made) <= set(told())


@pytest.mark.parametrize("name", MADE)
def test_its_steps_are_commands_or_pinned_actions(name: str) -> None:
    used = [step["uses"] for step in steps(name) if "uses" in step]
    assert "actions/checkout@v4" in used
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@v\d+", action)] == []
    assert len(used) + len(commands(name)) == len(steps(name))


def test_the_site_that_is_published_is_the_one_that_make_builds() -> None:
    (given,) = [step["with"]["path"] for step in steps("site") if "upload-pages-artifact" in step.get("uses", "")]
    assert given == "build/site"
    assert f"in {given}" in (ROOT / "Makefile").read_text("utf-8")


def test_elsewhere_runs_the_tests_that_contributing_gives_for_windows() -> None:
    (command,) = [command for command in commands("test") if "pytest" in command]
    assert f"`{command}`" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [name for name in command.split() if name.startswith("tests/") and not (ROOT / name).exists()] == []
