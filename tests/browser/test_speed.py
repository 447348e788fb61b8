"""The speed lab in a real JupyterLab: measured, cancelled and taken away, by pointer and keyboard, in both themes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SHOTS, afresh
from tests.browser.lab import DARK, LIGHT, Lab, Notebook
from tests.browser.screen import Explorer
from tests.browser.stepping import opened

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK])
CELLS = (
    # On a busy machine a median is not steady soon, and nothing here depends on what is measured.
    "from rnnlib import SpeedLab\nfrom rnnlib.engine.timing import measure\nmeasure.LONGEST = 1",
    'lab = SpeedLab("GRU", compare=["layer", "packed"], axis="batch", values=[1, 2], seq_len=2,'
    ' question="When does packing lose?")\nlab',
)
HEIGHT = "(root) => root.getBoundingClientRect().height"


@pytest.fixture(scope="module")
def notebook(lab: Lab, open_notebook: Callable[[str], Notebook]) -> Notebook:
    return opened(lab, open_notebook, "speed.ipynb", CELLS)


@pytest.fixture
def speed(notebook: Notebook) -> Explorer:
    """The lab as it is at first: nothing measured, in the light theme, in view."""
    notebook.theme(LIGHT)
    shown = Explorer(notebook.page, afresh(notebook, 1, "speed"))
    shown.root.scroll_into_view_if_needed()
    return shown


def button(speed: Explorer, name: str) -> Locator:
    return speed.root.get_by_role("button", name=name, exact=True)


def rows(speed: Explorer) -> Locator:
    return speed.root.locator(".results tbody tr")


def is_done(speed: Explorer) -> None:
    expect(speed.root.locator(".now")).to_have_text("Done.", timeout=60_000)
    expect(button(speed, "Measure")).to_be_visible()


def test_measured_by_keyboard_the_chart_the_sentences_and_the_table_appear_and_nothing_moves(speed: Explorer) -> None:
    before = speed.root.evaluate(HEIGHT)
    expect(speed.root).to_contain_text("press Measure")
    button(speed, "Measure").focus()
    speed.page.keyboard.press("Enter")
    expect(rows(speed).first).to_be_visible(timeout=30_000)
    assert speed.root.evaluate(HEIGHT) == before
    is_done(speed)
    expect(rows(speed)).to_have_count(4)
    assert speed.root.locator(".found li").count() in (3, 4)  # one stretch of the axis or two: times decide
    expect(speed.diagram.locator("img.light")).to_be_visible()
    expect(speed.diagram.locator("img.dark")).to_be_hidden()
    assert speed.diagram.locator("img.light").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100
    assert speed.root.evaluate(HEIGHT) == before


def test_cancelled_it_stops_and_can_go_on(speed: Explorer) -> None:
    speed.root.get_by_role("textbox", name="values", exact=True).fill("1, 2, 3, 4, 5, 6, 7, 8")
    speed.page.keyboard.press("Enter")
    button(speed, "Measure").click()
    expect(rows(speed).first).to_be_visible(timeout=30_000)
    button(speed, "Cancel").click()
    expect(speed.root.locator(".now")).to_have_text("Cancelled: what was measured stays.")
    expect(button(speed, "Measure")).to_be_visible()
    assert 1 <= rows(speed).count() < 16
    speed.root.get_by_role("textbox", name="values", exact=True).fill("1")
    speed.page.keyboard.press("Enter")
    button(speed, "Measure").click()
    is_done(speed)


def test_the_table_is_taken_away(notebook: Notebook, speed: Explorer) -> None:
    link = speed.root.get_by_text("Download as CSV")
    expect(link).to_be_hidden()
    button(speed, "Measure").click()
    is_done(speed)
    with speed.page.expect_download() as taken:
        link.click()
    assert taken.value.suggested_filename == "rnnlib_speed.csv"
    lines = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text("utf-8"))))
    assert [(line["setup"], line["batch"]) for line in lines] == [
        (setup, batch) for batch in "12" for setup in ("layer", "packed")
    ]


@pytest.mark.parametrize("typed", ["", "x", "0", "2.5", "1, -3"])
def test_values_that_cannot_be_are_told_and_nothing_is_lost(speed: Explorer, typed: str) -> None:
    field = speed.root.get_by_role("textbox", name="values", exact=True)
    field.fill(typed)
    speed.page.keyboard.press("Enter")
    expect(speed.problem).to_contain_text("whole numbers")
    expect(field).to_have_value("1, 2")
    field.fill("4")
    speed.page.keyboard.press("Enter")
    expect(speed.problem).to_be_empty()


def test_with_nothing_to_compare_it_is_told(speed: Explorer) -> None:
    for name in ("layer", "packed"):
        speed.root.get_by_role("switch", name=name, exact=True).click()
    button(speed, "Measure").click()
    expect(speed.problem).to_contain_text("nothing to compare")
    expect(button(speed, "Measure")).to_be_visible()


@THEMES
def test_it_is_reached_by_tab_and_axe_finds_nothing_serious(notebook: Notebook, speed: Explorer, theme: str) -> None:
    notebook.theme(theme)
    button(speed, "Measure").click()
    is_done(speed)
    stops = list(speed.tab_through())
    assert all(stop["name"] for stop in stops), stops
    assert [stop["name"] for stop in stops if not stop["outlined"]] == []
    wanted = {"Measure", "values", "layer", "packed", "backward", "seq_len", "everything measured", "Download as CSV"}
    assert wanted <= {stop["name"] for stop in stops}
    speed.page.mouse.move(0, 0)
    speed.root.screenshot(path=SHOTS / f"speed {theme}.png")
    found = Axe().run(speed.page, context=".jp-OutputArea .rnnlib.speed").response
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["help"], [node["target"] for node in v["nodes"]]) for v in serious] == []
    assert found["passes"], "axe looked at nothing"
