"""Every lesson in a real JupyterLab: it runs, its explorers live, and no page asks anything of another host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.lab import ROOT, Lab, Notebook
from tests.browser.screen import SLIDERS, Explorer

LESSONS = sorted(path.name for path in ROOT.joinpath("notebooks").glob("*.ipynb"))
NO_KERNEL = "Could not send widget sync message"  # what ipywidgets says when a slider moves and there is no kernel


@pytest.fixture(scope="module")
def show(lab: Lab, context: BrowserContext, traffic: dict[str, list[str]]) -> Iterator[Callable[[str], Notebook]]:
    """One page, in which one lesson after the other is opened and run."""
    pages: list[Notebook] = []

    def show(lesson: str) -> Notebook:
        if pages:
            pages[0].open(lesson)
        else:
            pages.append(Notebook(lab, context.new_page(), lesson))
        pages[0].run_all()
        return pages[0]

    yield show
    for notebook in pages:
        notebook.page.close()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_and_its_explorers_live(show: Callable[[str], Notebook], lesson: str) -> None:
    cells = nbformat.read(ROOT / "notebooks" / lesson, as_version=4).cells
    meant = sum("raises-exception" in cell.metadata.get("tags", []) for cell in cells)
    notebook = show(lesson)
    assert len(notebook.errors()) == meant, notebook.errors()
    expect(notebook.page.locator(".rnnlib").first).to_be_visible()
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
