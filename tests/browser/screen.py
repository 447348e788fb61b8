"""A shape explorer as someone at the keyboard sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Locator, Page

SLIDERS = ("seq_len", "batch", "input_size", "hidden_size", "num_layers")

SHOWS = """([part, wanted]) => {
    const shown = JSON.parse(part.dataset.sizes ?? "{}");
    return Object.entries(wanted).every(([name, size]) => shown[name] === size); }"""

# Whether something has stood where it stands for half a second.
STILL = """(e) => {
    const { x, y, width, height } = e.getBoundingClientRect();
    const box = `${[x, y, width, height]}`;
    if (e.rnnlibBox !== box) [e.rnnlibBox, e.rnnlibSince] = [box, performance.now()];
    return performance.now() - e.rnnlibSince > 500; }"""

# How many places the Tab key stops at: what can be used and is seen, of radio buttons the chosen one.
TAB_STOPS = """(root) => {
    const able = (e) => !e.disabled && e.checkVisibility() && (e.type !== "radio" || e.checked);
    const all = root.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']");
    return [...all].filter(able).length; }"""

# Where the keyboard is: what a screen reader would say of it, its place, and whether an outline shows it.
FOCUSED = """(root) => {
    const e = document.activeElement;
    if (!root.contains(e)) return null;
    const outlined = [e, e.nextElementSibling].some((x) => x && getComputedStyle(x).outlineStyle !== "none");
    const name = e.getAttribute("aria-label") ?? e.closest("label")?.innerText ?? e.innerText ?? "";
    const { top, left, width, height } = e.getBoundingClientRect();
    const part = [".question", ".controls", ".picture", ".says", ".folds", ".unfolded"].findIndex((c) => e.closest(c));
    return { name, tag: e.tagName, type: e.type ?? "", part, outlined, area: width * height, top, left }; }"""


def stands_still(part: Locator) -> None:
    """Wait until a part neither moves nor grows any more."""
    part.page.wait_for_function(STILL, arg=part.element_handle())


class Explorer:
    """One explorer on the page.

    Attributes:
        root: the whole of it.
        diagram: what follows a slider at once.
        answer: what the live layer answered.
        line: where the explorer speaks.
        problem: where a sentence about what went wrong stands.
    """

    def __init__(self, page: Page, root: Locator) -> None:
        self.page = page
        self.root = root
        self.diagram = root.locator(".rnnlib-diagram")
        self.answer = root.locator(".rnnlib-numbers")
        self.line = root.locator(".line")
        self.problem = root.locator(".rnnlib-problem")

    def slider(self, name: str) -> Locator:
        """The slider of a size, by its accessible name."""
        return self.root.get_by_role("slider", name=name, exact=True)

    def field(self, name: str) -> Locator:
        """Where the size can be typed."""
        return self.root.get_by_role("textbox", name=f"{name}, typed", exact=True)

    def press(self, name: str, key: str) -> int:
        """Press a key on a slider; the size that it then stands at."""
        slider = self.slider(name)
        slider.focus()
        self.page.keyboard.press(key)
        return int(slider.input_value())

    def shows(self, part: Locator, **sizes: Any) -> None:
        """Wait until a part says that it shows these sizes."""
        self.page.wait_for_function(SHOWS, arg=[part.element_handle(), sizes], timeout=15_000)

    def sizes(self, part: Locator) -> dict[str, Any]:
        """The sizes that a part says it shows."""
        return json.loads(part.get_attribute("data-sizes") or "{}")

    def is_live(self, **sizes: Any) -> None:
        """Wait until diagram and numbers both show these sizes, and the numbers are the live layer's."""
        self.shows(self.diagram, **sizes)
        self.shows(self.answer, **sizes)
        self.page.wait_for_function("(root) => root.dataset.state === 'live'", arg=self.root.element_handle())

    def tab_through(self, most: int = 80) -> Iterator[dict[str, Any]]:
        """Press Tab from just before the explorer until the keyboard has left it; each stop."""
        stop = self._tab_into()
        for _ in range(most):
            if stop is None:
                return
            yield stop
            stop = self._tab()
        raise AssertionError(f"the keyboard is caught: {most} times Tab and still inside")

    def _tab_into(self) -> dict[str, Any] | None:
        """The first stop. JupyterLab may take the focus once more when a cell has just run: then again."""
        for _ in range(5):
            self.root.evaluate("(root) => { root.tabIndex = -1; root.focus(); }")
            if stop := self._tab():
                return stop
            self.page.wait_for_timeout(200)
        return None

    def _tab(self) -> dict[str, Any] | None:
        self.page.keyboard.press("Tab")
        stop: dict[str, Any] | None = self.root.evaluate(FOCUSED)
        return stop


def part_of(explorer: Explorer, within: str, part: str) -> Locator:
    """What shows one part of a step, such as the gate f, within a circuit, an equation or a heat map."""
    return explorer.root.locator(f'{within}[data-part="{part}"]')
