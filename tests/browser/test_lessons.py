"""The first lesson in a real JupyterLab, run as a learner does; and no page asks anything of another host."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import expect

from tests.browser.lab import ROOT, Lab, Notebook
from tests.browser.screen import SLIDERS, Explorer

LESSON = "00_start_here.ipynb"
NO_KERNEL = "Could not send widget sync message"  # what ipywidgets says when a slider moves and there is no kernel


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


def test_no_page_asked_anything_of_another_host(lab: Lab, everything: Notebook, traffic: dict[str, list[str]]) -> None:
    own = urlsplit(lab.url).netloc
    elsewhere = [url for url in traffic["asked"] if urlsplit(url.removeprefix("blob:")).netloc not in (own, "")]
    assert len(traffic["asked"]) > 10
    assert elsewhere == []


def test_no_page_complained(everything: Notebook, traffic: dict[str, list[str]]) -> None:
    assert [error for error in traffic["errors"] if NO_KERNEL not in error and not _of_jupyterlab(error)] == []


def _of_jupyterlab(error: str) -> bool:
    """Whether JupyterLab's own files alone took part in it; a widget's file is a blob."""
    return "/static/lab/" in error and "blob:" not in error
