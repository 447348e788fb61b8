"""With no kernel behind them, in a plain page: pictures follow their sliders, and nothing pretends to be live."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from anywidget import AnyWidget
from playwright.sync_api import Page, expect

from rnnlib import DirectionExplorer, PackingExplorer, ShapeExplorer, StepExplorer
from tests.browser.screen import Explorer

MOVED = {"shape": "seq_len", "step": "seq_len", "packing": "batch", "direction": "seq_len"}


@pytest.fixture(scope="module")
def page(page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> Page:
    makers = {
        "shape": ShapeExplorer,
        "step": StepExplorer,
        "packing": PackingExplorer,
        "direction": DirectionExplorer,
    }
    return page_of({name: make("LSTM") for name, make in makers.items()})


@pytest.mark.parametrize("name", MOVED)
def test_a_kernel_that_does_not_answer_or_has_ended_is_said(page: Page, name: str) -> None:
    explorer = Explorer(page, page.locator(f"#{name} .rnnlib"))
    notice = explorer.root.locator(".line p").filter(has_text="Not live: the kernel does not answer")
    expect(notice).to_have_count(0)
    explorer.press(MOVED[name], "ArrowLeft")
    expect(notice).to_be_visible()
    explorer.press(MOVED[name], "ArrowRight")
    expect(notice).to_be_visible()  # the old sizes again, of which the kernel has still not spoken
    page.evaluate("name => models[name].trigger('change:answer')", name)
    expect(notice).to_have_count(0)
    page.evaluate("name => models[name].trigger('comm_live_update')", name)  # what ipywidgets does when it has ended
    expect(notice).to_be_visible()
