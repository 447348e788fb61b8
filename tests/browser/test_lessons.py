"""The first lesson in a real JupyterLab, run as a learner does."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
from playwright.sync_api import expect

from tests.browser.lab import ROOT, Notebook
from tests.browser.screen import SLIDERS, Explorer

LESSON = "00_start_here.ipynb"


def test_a_lesson_runs_and_its_explorers_live(open_notebook: Callable[[str], Notebook]) -> None:
    """That every lesson runs is nbval's to show, and that its explorers follow their sliders, tests/notebooks'."""
    cells = nbformat.read(ROOT / "notebooks" / LESSON, as_version=4).cells
    meant = sum("raises-exception" in cell.metadata.get("tags", []) for cell in cells)
    notebook = open_notebook(LESSON)
    expect(notebook.page.locator(".rnnlib").first).to_be_visible()
    assert len(notebook.errors()) == meant, notebook.errors()
    for root in notebook.views("shape").all():
        root.scroll_into_view_if_needed()
        explorer = Explorer(notebook.page, root)
        moved = {name: explorer.press(name, "ArrowRight") for name in SLIDERS if explorer.slider(name).count()}
        explorer.is_live(**moved)
