"""How a view is seen: what is wrong with its looks, who is shut out of it, and which words cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

LAPTOP, HIGHEST = 848, 640  # a cell's width at 1280 x 800, and what of its height an explorer may take
WIDTHS = (280, 360, 530, 700, LAPTOP, 1108, 1600)  # a phone's, a laptop's, a wide screen's, and between
SMALLEST = 360  # from which on type is never below 11 px

# What is wrong with how a view is shown, a line each: of every text its size, its box, and whose box it lies over.
LOOK = (Path(__file__).parent / "look.js").read_text("utf-8")

# Of every text in a drawing, how it stands out from the ground.
CONTRAST = """(root) => {
    const luminance = (colour) => {
        const channels = colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255);
        const [r, g, b] = channels.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const ground = luminance(getComputedStyle(root).backgroundColor);
    return [...root.querySelectorAll("svg text, svg tspan")].filter((e) => e.textContent.trim()).map((e) => {
        const ink = luminance(getComputedStyle(e).fill);
        return [(Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05), e.textContent]; }); }"""


def theme(page: Page, *, dark: bool) -> None:
    """Show a plain page's views in one of the two themes."""
    page.evaluate("(dark) => { document.body.dataset.jpThemeLight = String(!dark); }", dark)


def looks(page: Page, name: str, width: int, *, dark: bool = False) -> list[str]:
    """Show one view of a plain page alone, so wide; what is wrong with how it looks."""
    page.set_viewport_size({"width": width, "height": 900})
    theme(page, dark=dark)
    page.evaluate(
        "(name) => { document.body.style.margin = 0;"
        " for (const host of document.querySelectorAll('body > div')) host.hidden = host.id !== name; }",
        name,
    )
    page.wait_for_function(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    return page.evaluate(LOOK, name)


def shut_out(page: Page, within: str | None = None) -> list[tuple[Any, ...]]:
    """What axe-core finds that shuts a reader out: which rule, what it asks, and where it is broken.

    Within a view all of it; of a whole page, whose frame is the theme's, what is serious.
    """
    found = Axe().run(page, context=within).response
    assert found["passes"], "axe looked at nothing"
    asked = [each for each in found["violations"] if within or each["impact"] in ("serious", "critical")]
    return [(each["id"], each["help"], [node["html"][:200] for node in each["nodes"]]) for each in asked]


def faint(root: Locator) -> list[str]:
    """The words of a view's drawings that are hard to read: axe-core does not look into a drawing."""
    contrasts = root.evaluate(CONTRAST)
    assert contrasts, "there are no words in its drawings"
    return [words for contrast, words in contrasts if contrast < 4.5]
