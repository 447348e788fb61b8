"""In JupyterLab with no kernel: pictures still follow, the numbers do not pretend, and running the cells heals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import STEPS, VIEWS, shoot
from tests.browser.explorers.test_direction import reads, shows, thing
from tests.browser.lab import Notebook
from tests.browser.screen import SLIDERS, Explorer


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[[str], Notebook]) -> Notebook:
    """A notebook that has every view, run from the top, and whose kernel may be ended."""
    return open_notebook("kernel.ipynb")


def run_again(notebook: Notebook) -> None:
    """Run it from the top with a kernel that lives, until the last view is another."""
    notebook.page.bring_to_front()
    last = notebook.views(list(VIEWS)[-1])
    old = last.element_handle()
    notebook.start_kernel()
    notebook.run_all()
    notebook.page.wait_for_function("(old) => !old.isConnected", arg=old)
    expect(last).to_be_visible()


def explorer_of(notebook: Notebook, kind: str) -> Explorer:
    explorer = Explorer(notebook.page, notebook.views(kind))
    explorer.root.scroll_into_view_if_needed()
    return explorer


def is_stale(explorer: Explorer) -> None:
    explorer.root.scroll_into_view_if_needed()  # of what is out of sight Chromium keeps the old style for a while
    expect(explorer.root).to_have_attribute("data-state", "stale", timeout=10_000)
    expect(explorer.line).to_contain_text("Not live")
    for tick in explorer.root.locator(".tick").all():  # nothing stale wears one
        expect(tick).to_be_hidden()


@pytest.mark.parametrize("ended", ["restarted", "shut down"])
def test_pictures_follow_numbers_do_not_pretend_and_running_heals(notebook: Notebook, ended: str) -> None:
    shape, step, direction = (explorer_of(notebook, kind) for kind in ("shape", "step", "direction"))
    shape.is_live()
    step.shows(step.diagram, seq_len=STEPS)
    old = shape.sizes(shape.answer)
    notebook.restart_kernel() if ended == "restarted" else notebook.shut_down_kernel()
    if ended == "restarted":  # ipywidgets tells its models so; of a shutdown, only silence tells
        is_stale(shape)
    the_diagram_follows(shape, old)
    shoot(shape.root, f"kernel {ended}")
    time_still_moves(step)
    thing(direction, "output 3 0").click()
    shows(direction, time=3, direction=0)
    reads(direction, [0, 1, 2, 3])

    run_again(notebook)
    healed = explorer_of(notebook, "shape")
    healed.is_live()
    healed.is_live(seq_len=healed.press("seq_len", "ArrowRight"))
    healed = explorer_of(notebook, "step")
    healed.shows(healed.diagram, seq_len=STEPS)
    assert healed.press("time", "Home") == 0
    healed.shows(healed.diagram, time=healed.press("time", "ArrowRight"))


def the_diagram_follows(explorer: Explorer, old: dict[str, Any]) -> None:
    for name in SLIDERS:
        explorer.shows(explorer.diagram, **{name: explorer.press(name, "ArrowRight")})
    is_stale(explorer)
    for name in SLIDERS:  # back to the sizes that the old numbers belong to: old they are all the same
        explorer.shows(explorer.diagram, **{name: explorer.press(name, "ArrowLeft")})
    assert explorer.sizes(explorer.diagram) == explorer.sizes(explorer.answer) == old
    is_stale(explorer)


def time_still_moves(explorer: Explorer) -> None:
    """In the steps that were traced."""
    explorer.root.scroll_into_view_if_needed()
    before = explorer.answer.inner_text()
    explorer.shows(explorer.diagram, time=explorer.press("time", "ArrowRight"))
    assert explorer.answer.inner_text() != before
    for name, typed, most in (("time", STEPS, STEPS - 1), ("seq_len", 500, 30), ("hidden_size", 40, 16)):
        explorer.field(name).fill(str(typed))
        explorer.page.keyboard.press("Enter")
        assert explorer.slider(name).get_attribute("max") == str(most), name
    expect(explorer.problem).to_be_empty()
    explorer.press("time", "End")
    explorer.press("time", "ArrowLeft")
    explorer.shows(explorer.diagram, time=STEPS - 2)
    explorer.root.get_by_role("button", name="play").click()
    explorer.shows(explorer.diagram, time=STEPS - 1)
    expect(explorer.root.get_by_role("button", name="play")).to_be_visible()  # it has stopped
