"""CONTRIBUTING.md leads to what is there, and the tests stand where it says."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOLD = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MOST = 15  # files of one kind in a folder


def test_every_file_that_it_names_is_there() -> None:
    paths = set(re.findall(r"\b(?:rnnlib|tests|binder|notebooks)/[\w./]*\w\.\w+", TOLD))
    assert len(paths) > 25
    assert [path for path in sorted(paths - {"notebooks/12_attention.ipynb"}) if not (ROOT / path).exists()] == []


def test_every_name_that_it_points_at_stands_in_the_file_beside_it() -> None:
    places = re.findall(r"`(\w+)`(?: there)? in\s+`([\w/.]+\.(?:py|js))`", TOLD)
    assert len(places) >= 5
    assert [place for place in places if not re.search(rf"\b{place[0]}\b", (ROOT / place[1]).read_text("utf-8"))] == []


def test_its_commands_choose_a_test() -> None:
    commands = re.findall(r"`\.venv/bin/python -m pytest ([^`]+)`", TOLD)
    assert len(commands) >= 7
    for command in commands:
        named = [word for word in command.split() if "/" in word]
        assert all((ROOT / name).exists() for name in named), command
