"""From a slider's key press to the painted picture, in a real JupyterLab in a real Chromium."""

from __future__ import annotations

import dataclasses
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from playwright.sync_api import Page, sync_playwright

from tests.browser.lab import Lab, Notebook, jupyterlab, launch

HERE = Path(__file__).parent
STEPS = 60
REST = 400  # milliseconds without a change after which a picture counts as finished
EVENTS, EVERY = 100, 15  # a fast drag: 100 values in 1.5 seconds


@dataclasses.dataclass(frozen=True)
class Design:
    """One way to build the same explorer: a cell's source, its sliders and its pictures in the page.

    If `saved`, it is not shown in JupyterLab, but saved as a page that has no kernel.
    """

    name: str
    source: str
    sliders: str
    pictures: dict[str, str]
    saved: bool = False


DESIGNS = (
    Design(
        "interact + matplotlib",
        (HERE / "usual.py").read_text(encoding="utf-8"),
        ".widget-interact .noUi-handle",
        {"picture": ".widget-interact .jp-OutputArea"},
    ),
    Design(
        "ShapeExplorer",
        'from rnnlib import ShapeExplorer\n\nShapeExplorer("RNN")',
        ".rnnlib input[type=range]",
        {"diagram": ".rnnlib-diagram", "numbers": ".rnnlib-numbers"},
    ),
    Design(
        "ShapeExplorer, saved",
        'from rnnlib import ShapeExplorer\n\nShapeExplorer("RNN").save("page.html")',
        ".rnnlib input[type=range]",
        {"diagram": ".rnnlib-diagram"},
        saved=True,
    ),
    *(
        Design(
            f"GradientExplorer {seq_len}, {hidden_size}",
            "from rnnlib import GradientExplorer\n\n"
            'names = ("seq_len", "hidden_size", "factor", "forget_bias")\n'
            f"GradientExplorer(seq_len={seq_len}, hidden_size={hidden_size}, controls=names)",
            ".rnnlib input[type=range]",
            {"curves": ".rnnlib-diagram"},
        )
        for seq_len, hidden_size in ((100, 32), (190, 60))
    ),
)


@dataclasses.dataclass(frozen=True)
class Latency:
    """How one picture followed its sliders, in milliseconds.

    Attributes:
        steps: from each single key press to the paint.
        after_drag: from the last of 100 events in 1.5 seconds to the paint of the last picture.
    """

    design: str
    picture: str
    steps: list[float]
    after_drag: float

    @property
    def p50(self) -> float:
        return statistics.median(self.steps)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.steps, n=20)[-1]


def measure() -> list[Latency]:
    """Measure every design in turn, in one browser."""
    with TemporaryDirectory() as folder:
        for i, design in enumerate(DESIGNS):
            nbformat.write(_notebook(design.source), Path(folder, f"{i}.ipynb"))
        with jupyterlab(Path(folder)) as lab, sync_playwright() as playwright:
            browser = launch(playwright)
            measured = [m for i, design in enumerate(DESIGNS) for m in _measure(lab, browser.new_page(), design, i)]
            browser.close()
    return measured


def _notebook(source: str) -> nbformat.NotebookNode:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)], metadata=kernel)


def _measure(lab: Lab, page: Page, design: Design, index: int) -> list[Latency]:
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.add_init_script((HERE / "probe.js").read_text(encoding="utf-8"))
    notebook = Notebook(lab, page, f"{index}.ipynb")
    notebook.run_all()
    if design.saved:
        page.goto((lab.folder / "page.html").as_uri())
    sliders = page.locator(design.sliders)
    sliders.first.wait_for(timeout=60_000)
    page.wait_for_timeout(2000)
    page.evaluate("selectors => probe.watch(selectors)", design.pictures)
    _single(page, sliders, design, 10)  # warm up
    steps = _single(page, sliders, design, STEPS)
    drag = _drag(page, sliders, design)
    page.close()
    return [Latency(design.name, name, steps[name], drag[name]) for name in design.pictures]


def _single(page: Page, sliders: Any, design: Design, count: int) -> dict[str, list[float]]:
    """Press an arrow key, wait until all is quiet, and so on, each slider in turn."""
    taken: dict[str, list[float]] = {name: [] for name in design.pictures}
    for i in range(count):
        slider = sliders.nth(i % sliders.count())
        slider.focus()
        page.evaluate("probe.arm()")
        page.keyboard.press("ArrowRight" if i // sliders.count() % 2 == 0 else "ArrowLeft")
        page.evaluate("rest => probe.quiet(rest)", REST)
        pressed = page.evaluate("probe.keys[0]")
        for name in design.pictures:
            frames = page.evaluate("name => probe.frames[name]", name)
            taken[name].append(_finished(frames, _wanted(page)) - pressed)
    return taken


def _drag(page: Page, sliders: Any, design: Design) -> dict[str, float]:
    """A fast drag on the fourth slider."""
    slider = sliders.nth(3)
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(2000)
    page.evaluate("probe.arm()")
    last = slider.evaluate("(slider, [n, every]) => probe.burst(slider, n, every)", [EVENTS, EVERY])
    page.evaluate("rest => probe.quiet(rest)", 1500)
    wanted = _wanted(page)
    frames = {name: page.evaluate("name => probe.frames[name]", name) for name in design.pictures}
    return {name: max(0.0, _finished(frames[name], wanted) - last) for name in design.pictures}


def _wanted(page: Page) -> dict[str, int] | None:
    """The sizes that the sliders now say; None where pictures do not say which they show."""
    ranges = "[...document.querySelectorAll('.rnnlib input[type=range]')].map(e => [e.ariaLabel, Number(e.value)])"
    return dict(page.evaluate(ranges)) or None


def _finished(frames: list[dict[str, Any]], wanted: dict[str, int] | None) -> float:
    """When the right picture was first painted; one that does not say its sizes is right when it is the last."""
    if wanted is None:
        return next(f["at"] for f in reversed(frames) if f["drawn"])
    right = [f["sizes"] is not None and wanted.items() <= f["sizes"].items() for f in frames]
    if not right[-1]:
        raise RuntimeError(f"the picture ended at {frames[-1]['sizes']}, not at {wanted}")
    first = next((i + 1 for i in reversed(range(len(right))) if not right[i]), 0)  # of the last run of right ones
    return frames[first]["at"]
