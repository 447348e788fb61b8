"""A lesson in Jupyter Notebook 7, run from its menu and by key as a learner does who has that and not JupyterLab."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import context_of, shoot
from tests.browser.lab import Lab
from tests.browser.screen import Explorer


def test_a_lesson_runs_and_its_explorer_lives(lab: Lab, browser: Browser) -> None:
    page = context_of(browser).new_page()
    page.goto(f"{lab.url}/notebooks/00_start_here.ipynb?token={lab.token}")
    expect(page.locator(".jp-NotebookKernelLogo, .jp-NotebookKernelStatus").first).to_be_visible()
    idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    idle.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    explorer = Explorer(page, page.locator(".jp-OutputArea .rnnlib.shape"))
    explorer.root.scroll_into_view_if_needed()
    explorer.is_live()
    explorer.is_live(seq_len=explorer.press("seq_len", "ArrowRight"))
    cell = page.locator(".jp-Notebook .jp-Cell", has=explorer.root).get_attribute("data-windowed-list-index")
    idle.wait_for()
    explorer.slider("batch").focus()
    page.keyboard.press("Shift+Enter")
    active = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    expect(active).to_have_attribute("data-windowed-list-index", str(int(cell or 0) + 1))
    shoot(page, "notebook 7")
    page.context.close()
