"""The front-end files in node: their pure functions by node's own test runner, and each widget's module as one file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnnlib.explorers.shared import front_end
from tests.node import run

TESTS = Path(__file__).parents[1]
VIEWS = sorted(front_end.SHARED.parent.glob("*/view.js"))


def test_the_pure_functions() -> None:
    files = sorted(TESTS.rglob("*.test.mjs"))
    assert files
    said = run("--test", "--test-reporter=tap", *files)
    assert "\n# fail 0\n" in said
    assert "\n# skipped 0\n" in said
    assert "\n# pass 0\n" not in said


def test_the_widgets_have_views() -> None:
    assert VIEWS


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.parent.name)
def test_a_widgets_module_is_whole(view: Path, tmp_path: Path) -> None:
    """The shared files put in the place of their imports: no name twice, none missing, nothing left to fetch."""
    whole = front_end.module(view)
    file = tmp_path / "whole.mjs"
    file.write_text(whole, encoding="utf-8")
    asked = f"const {{ default: view }} = await import({str(file.as_uri())!r}); console.log(typeof view.render)"
    assert run("--input-type=module", "--eval", asked) == "function\n"
    assert "\nimport " not in whole
    assert "://" not in whole.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.parent.name)
def test_a_views_style_stays_at_home(view: Path) -> None:
    """Every rule is inside the view's own root, so that none reaches another explorer on the page."""
    own = re.sub(r"/\*.*?\*/", "", view.with_suffix(".css").read_text("utf-8"), flags=re.DOTALL)
    rules = [rule.strip() for rule in re.findall(r"[^{}]+(?={)", own) if not rule.strip().startswith("@")]
    selectors = [one.strip() for rule in rules for one in re.split(r",(?![^(]*\))", rule)]
    assert selectors
    assert [one for one in selectors if f".rnnlib.{view.parent.name}" not in one] == []
