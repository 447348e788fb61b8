"""For everyone: by keyboard alone, in both themes, and with no serious violation that axe-core finds."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import shoot
from tests.browser.lab import DARK, LIGHT, Notebook
from tests.browser.screen import SLIDERS, TAB_STOPS, Explorer

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK])


@pytest.mark.parametrize("theme", [LIGHT, DARK])
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
def test_axe_finds_nothing_serious(everything: Notebook, explorer: Explorer, name: str, dark: bool) -> None:
    everything.theme(DARK if dark else LIGHT)
    explorer.root.get_by_role("switch", name="weights").click()
    view = everything.views(name)
    view.scroll_into_view_if_needed()
    shoot(view, f"{name} {'dark' if dark else 'light'}")
    found = Axe().run(everything.page, context=f".jp-OutputArea .rnnlib.{name}").response
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["help"], [node["target"] for node in v["nodes"]]) for v in serious] == []
    assert found["passes"], "axe looked at nothing"


CONTRAST = """(root) => {
    const luminance = (colour) => {
        const channels = colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255);
        const [r, g, b] = channels.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const ground = luminance(getComputedStyle(root).backgroundColor);
    return [...root.querySelectorAll("svg text, svg tspan")].filter((e) => e.textContent.trim()).map((e) => {
        const ink = luminance(getComputedStyle(e).fill);
        return [(Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05), e.textContent]; }); }"""


@THEMES
def test_the_words_in_the_diagram_can_be_read(everything: Notebook, explorer: Explorer, theme: str) -> None:
    """axe-core does not look into a drawing."""
    everything.theme(theme)
    contrasts = explorer.root.evaluate(CONTRAST)
    assert contrasts
    assert [words for contrast, words in contrasts if contrast < 4.5] == []
