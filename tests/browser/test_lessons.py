"""The first lesson in a real JupyterLab, run as a learner does."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.lab import ROOT, Lab, Notebook
from tests.browser.screen import SLIDERS, Explorer, stands_still

LESSON = "00_start_here.ipynb"


@pytest.mark.smoke
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


def test_an_answer_is_hidden_until_its_cell_is_run_and_is_then_in_sight(lab: Lab, watched: BrowserContext) -> None:
    """Lesson 11 on a laptop's screen, with Shift+Enter from cell to cell: of each report its head and its causes."""
    cells = nbformat.read(ROOT / "notebooks" / "11_your_own_model.ipynb", as_version=4).cells
    notebook = Notebook(lab, watched.new_page(), "11_your_own_model.ipynb")
    page, outside = notebook.page, []
    page.set_viewport_size({"width": 1280, "height": 800})
    notebook.select_cell(0)
    shown = [index for index, cell in enumerate(cells) if cell.id.startswith("sick-")]
    for index in range(shown[-1] + 1):
        cell = page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')
        output = cell.locator(".jp-OutputArea-output").first
        hidden = cells[index].metadata.get("jupyter", {}).get("outputs_hidden", False)
        if hidden:
            expect(output).not_to_be_visible()
        page.keyboard.press("Shift+Enter")
        if hidden:
            expect(output).to_be_visible()
        if index in shown:
            expect(cell.locator(".rnnlib.checkup")).to_be_visible()
            stands_still(cell.locator(".rnnlib.checkup"))
            pane = page.locator(".jp-WindowedPanel-outer").bounding_box()
            for part in (".question", ".diagnosis"):
                at = cell.locator(part).bounding_box()
                if at["y"] < pane["y"] - 1 or at["y"] + at["height"] > pane["y"] + pane["height"] + 1:
                    outside.append((cells[index].id, part, at, pane))
    assert outside == []
