"""The step explorer as it looks, in a plain page: both themes, every kind, at every width that is usual."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from anywidget import AnyWidget
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rnnlib import LayerSpec, StepExplorer
from tests.browser.conftest import SHOTS
from tests.browser.screen import Explorer
from tests.browser.test_access import CONTRAST

LOOKS: dict[str, Callable[[], StepExplorer]] = {
    "LSTM": lambda: StepExplorer("LSTM"),
    "GRU": lambda: StepExplorer("GRU"),
    "RNN": lambda: StepExplorer("RNN"),
    "latch": lambda: StepExplorer(weights="latch", question="at which step does the latch close?"),
    "stack": lambda: StepExplorer(LayerSpec("LSTM", 12, 16, num_layers=2, bidirectional=True, proj_size=5)),
}
WIDTHS = (680, 1000, 1240)

# What is cut off, apart from drawings, which scale.
CUT = """(root) => [...root.querySelectorAll("*")]
    .filter((e) => !e.closest("svg") && e.clientWidth && getComputedStyle(e).display !== "inline")
    .filter((e) => e.scrollWidth > e.clientWidth + 1)
    .map((e) => `${e.className}: ${e.innerText.slice(0, 60)}`)"""

# The menus by row: how many stand in each.
ROWS = """(root) => {
    const tops = [...root.querySelectorAll(".head .choice, .head .pick")].filter((e) => e.checkVisibility());
    const counts = {};
    for (const e of tops) {
        const { top, height } = e.getBoundingClientRect();
        const row = Math.round((top + height / 2) / 20);
        counts[row] = (counts[row] ?? 0) + 1; }
    return Object.values(counts); }"""

# The smallest square of a value in the circuit, in pixels of the screen.
SMALLEST = """(root) => Math.min(...[...root.querySelectorAll("svg .value")].flatMap((e) => {
    const { width, height } = e.getBoundingClientRect();
    return [width, height]; }))"""


@pytest.fixture(scope="module")
def looks(page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> Page:
    return page_of({name: make() for name, make in LOOKS.items()})


def shown(looks: Page, name: str) -> Explorer:
    explorer = Explorer(looks, looks.locator(f"#{name} .rnnlib"))
    explorer.root.scroll_into_view_if_needed()
    return explorer


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", LOOKS)
def test_axe_finds_nothing_serious(looks: Page, theme: str, name: str) -> None:
    looks.evaluate("(light) => { document.body.dataset.jpThemeLight = light; }", theme == "light")
    explorer = shown(looks, name)
    if name == "GRU" and not explorer.root.get_by_role("switch").is_checked():
        explorer.root.get_by_role("switch").click()
    explorer.press("time", "Home")
    for _ in range(5):
        explorer.shows(explorer.diagram, time=explorer.press("time", "ArrowRight"))
    assert explorer.sizes(explorer.diagram)["time"] == 5
    explorer.root.screenshot(path=SHOTS / f"step {name} {theme}.png")
    explorer.root.evaluate("(root) => root.setAttribute('data-looked-at', '')")
    found = Axe().run(looks, context="[data-looked-at]").response
    explorer.root.evaluate("(root) => root.removeAttribute('data-looked-at')")
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["help"], [node["target"] for node in v["nodes"]]) for v in serious] == []
    assert found["passes"], "axe looked at nothing"
    unread = [words for contrast, words in explorer.root.evaluate(CONTRAST) if contrast < 4.5]
    assert unread == []  # axe-core does not look into a drawing


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", LOOKS)
def test_at_every_width_nothing_is_cut_off_and_no_menu_stands_alone(looks: Page, name: str, width: int) -> None:
    explorer = shown(looks, name)
    explorer.root.evaluate("(root, width) => { root.style.width = `${width}px`; }", width)
    try:
        assert explorer.root.evaluate(CUT) == []
        rows = explorer.root.evaluate(ROWS)
        assert len(rows) == 1 or min(rows) > 1, rows
        assert explorer.root.evaluate(SMALLEST) >= 14 * (0.9 if name == "GRU" else 1)  # two GRUs share the width
    finally:
        explorer.root.evaluate("(root) => { root.style.width = ''; }")


def test_a_menu_with_one_entry_is_not_there(looks: Page) -> None:
    menus = {"LSTM": 4, "latch": 2, "stack": 6}
    for name, count in menus.items():
        assert shown(looks, name).root.get_by_role("combobox").count() == count, name


def test_a_size_that_is_not_free_says_why(looks: Page) -> None:
    explorer = shown(looks, "latch")
    for name, why in (("seq_len", "'bits'"), ("hidden_size", "'latch'")):
        expect(explorer.slider(name)).to_be_disabled()
        expect(explorer.field(name)).to_be_disabled()
        titled = explorer.root.locator(f'.slider[data-symbol="{name}"]')
        assert why in (titled.get_attribute("title") or "")
    expect(explorer.slider("time")).to_be_enabled()
    expect(shown(looks, "LSTM").slider("seq_len")).to_be_enabled()
    assert shown(looks, "stack").slider("hidden_size").get_attribute("min") == "6"  # proj_size + 1


def test_the_papers_gru_stands_beside_torchs(looks: Page) -> None:
    explorer = shown(looks, "GRU")
    switch = explorer.root.get_by_role("switch")
    if switch.is_checked():
        switch.click()
    expect(explorer.diagram.locator("svg")).to_have_count(1)
    switch.focus()
    explorer.page.keyboard.press("Space")
    expect(explorer.diagram.locator("svg")).to_have_count(2)
    expect(explorer.diagram.locator('[data-part="difference"]')).to_have_count(2)
    torchs, papers = (picture.text_content() or "" for picture in explorer.diagram.locator("svg").all())
    assert "r · (W_hn h + b_hn)" in torchs
    assert "W_hn (r · h) + b_hn" in papers
    expect(explorer.root.locator(".paper .equation")).to_have_count(2)
    expect(shown(looks, "LSTM").root.get_by_role("switch")).to_have_count(0)
