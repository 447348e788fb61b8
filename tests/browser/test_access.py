"""For everyone: by keyboard alone, in both themes, and with no serious violation that axe-core finds."""

from __future__ import annotations

import pytest

from tests.browser.conftest import shoot
from tests.browser.lab import DARK, LIGHT, Notebook
from tests.browser.look import faint, shut_out
from tests.browser.screen import SLIDERS, TAB_STOPS, Explorer

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK])


@THEMES
def test_everything_is_reached_by_tab_in_order_and_seen(everything: Notebook, explorer: Explorer, theme: str) -> None:
    everything.theme(theme)
    explorer.root.get_by_role("button", name="Code").click()
    stops = list(explorer.tab_through())
    names = [stop["name"] for stop in stops]
    assert len(stops) == explorer.root.evaluate(TAB_STOPS), names
    assert [name for name in names if name in SLIDERS] == list(SLIDERS)
    assert {"bidirectional", "batch_first", "Copy"} <= set(names)
    assert [stop["part"] for stop in stops] == sorted(stop["part"] for stop in stops), names
    assert all(names), stops
    assert [stop["name"] for stop in stops if not stop["outlined"]] == []


@pytest.mark.parametrize("name", ["shape", "prediction"])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(everything: Notebook, explorer: Explorer, name: str, dark: bool) -> None:
    everything.theme(DARK if dark else LIGHT)
    explorer.root.get_by_role("switch", name="weights").click()
    view = everything.views(name)
    view.scroll_into_view_if_needed()
    shoot(view, f"{name} {'dark' if dark else 'light'}")
    assert shut_out(everything.page, f".jp-OutputArea .rnnlib.{name}") == []


@THEMES
def test_the_words_in_the_diagram_can_be_read(everything: Notebook, explorer: Explorer, theme: str) -> None:
    everything.theme(theme)
    assert faint(explorer.root) == []
