"""Which keys a control keeps, and which go on to the notebook, in a real JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import afresh, cell_of
from tests.browser.lab import Notebook

PLACES = [  # of each kind of control one, and the others in the long run
    ("prediction", "textbox", "h_n"),
    ("prediction", "button", "Show the answer"),
    ("shape", "slider", "seq_len"),
    ("packing", "radio", "GRU"),
    ("shape", "textbox", "seq_len, typed"),
    ("shape", "radio", "GRU"),
    ("checkup", "radio", None),
]
ACTIVE = ".jp-Notebook .jp-Cell.jp-mod-active"


def focus(page: Page, view: str, role: str, name: str | None) -> None:
    found = page.locator(f".jp-OutputArea .rnnlib.{view}").get_by_role(role, name=name)  # type: ignore[arg-type]
    found.first.focus()
    assert page.evaluate("document.activeElement.closest('.rnnlib') !== null")


@pytest.mark.parametrize(("kind", "role", "name"), PLACES)
def test_shift_enter_runs_the_cell_and_goes_on_from_within_a_view(
    everything: Notebook, kind: str, role: str, name: str | None
) -> None:
    page = everything.page
    root = afresh(everything, kind).root
    old = root.element_handle()
    focus(page, kind, role, name)
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("(old) => !old.isConnected", arg=old)
    expect(page.locator(ACTIVE)).to_have_attribute("data-windowed-list-index", str(cell_of(kind) + 1))
    expect(page.locator(".jp-Notebook")).not_to_have_class("jp-mod-readWrite")


@pytest.mark.parametrize(("kind", "role", "name"), PLACES)
def test_escape_leaves_a_view_and_no_other_key_does(
    everything: Notebook, kind: str, role: str, name: str | None
) -> None:
    page = everything.page
    cells = page.locator(".jp-Notebook .jp-Cell")
    afresh(everything, kind)
    here, count = str(cell_of(kind)), cells.count()
    focus(page, kind, role, name)
    for key in ("a", "b", "d", "d", "m", "Space", "ArrowUp", "ArrowDown", "ArrowLeft", "Home"):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.closest('.rnnlib') !== null"), key
    assert cells.count() == count
    expect(page.locator(ACTIVE)).to_have_attribute("data-windowed-list-index", here)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.jp-Cell.jp-mod-active')")
    page.keyboard.press("ArrowUp")
    expect(page.locator(ACTIVE)).to_have_attribute("data-windowed-list-index", str(cell_of(kind) - 1))
