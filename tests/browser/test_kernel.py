"""With no kernel behind it: the diagram still follows, the numbers do not pretend, and running the cell heals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SHOTS
from tests.browser.lab import Notebook
from tests.browser.screen import SLIDERS, Explorer


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[[str], Notebook]) -> Notebook:
    return open_notebook("kernel.ipynb")


def explorer_of(notebook: Notebook) -> Explorer:
    return Explorer(notebook.page, notebook.views("shape"))


def is_stale(explorer: Explorer) -> None:
    expect(explorer.root).to_have_attribute("data-state", "stale", timeout=10_000)
    expect(explorer.line).to_contain_text("Not live")
    for tick in explorer.root.locator(".tick").all():  # nothing stale wears one
        expect(tick).to_be_hidden()


@pytest.mark.parametrize("ended", ["restarted", "shut down"])
def test_the_diagram_follows_the_numbers_do_not_pretend_and_running_heals(notebook: Notebook, ended: str) -> None:
    notebook.run_all()
    explorer = explorer_of(notebook)
    explorer.is_live()
    old = explorer.sizes(explorer.answer)
    notebook.restart_kernel() if ended == "restarted" else notebook.shut_down_kernel()
    if ended == "restarted":  # ipywidgets tells its models so; of a shutdown, only silence tells
        is_stale(explorer)
    for name in SLIDERS:
        explorer.shows(explorer.diagram, **{name: explorer.press(name, "ArrowRight")})
    is_stale(explorer)
    explorer.root.screenshot(path=SHOTS / f"kernel {ended}.png")
    for name in SLIDERS:  # back to the sizes that the old numbers belong to: old they are all the same
        explorer.shows(explorer.diagram, **{name: explorer.press(name, "ArrowLeft")})
    assert explorer.sizes(explorer.diagram) == explorer.sizes(explorer.answer) == old
    is_stale(explorer)

    if ended == "shut down":
        notebook.start_kernel()
    notebook.run_all()
    healed = explorer_of(notebook)
    healed.is_live()
    healed.is_live(seq_len=healed.press("seq_len", "ArrowRight"))
