"""By finger alone, in a browser that has no other pointer: every explorer is read and moved by taps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

from rnnlib import (
    DirectionExplorer,
    GradientExplorer,
    LayerSpec,
    PackingExplorer,
    ShapeExplorer,
    SpeedLab,
    StepExplorer,
    TrainingLab,
    checkup,
    predict,
)
from tests.browser.plain_page import plain_page
from tests.browser.screen import Explorer

SHOWN = {
    "shape": lambda: ShapeExplorer("LSTM"),
    "step": lambda: StepExplorer("LSTM", hidden_size=4),
    "packing": lambda: PackingExplorer("LSTM"),
    "direction": lambda: DirectionExplorer("LSTM", seq_len=6),
    "gradient": lambda: GradientExplorer(seq_len=9),
    "speed": lambda: SpeedLab("LSTM"),
    "training": lambda: TrainingLab("counting", seq_len=5, hidden_size=4),
    "card": lambda: predict(LayerSpec("LSTM", 7, 10, 2), "h_n", seq_len=5, batch=3),
    "checkup": lambda: checkup(torch.nn.GRU(3, 4), torch.randn(4, 6, 3)).view,
}
FINGER, MOUSE = 44, 24  # pixels that a control is high and wide at least

# The controls, and a lab's handles, that are smaller, with their labels.
SMALL = """([root, least]) => [...root.querySelectorAll("button, select, input, a[href], .grip .reach")]
    .filter((e) => e.checkVisibility())
    .map((e) => [e, (e.closest("label") ?? e).getBoundingClientRect()])
    .filter(([, { width, height }]) => Math.min(width, height) < least - 0.5)
    .map(([e, { width, height }]) => `${e.getAttribute("aria-label") ?? e.textContent}: ${width} x ${height}`)"""


@pytest.fixture(scope="module")
def finger(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 900}, has_touch=True, reduced_motion="reduce")
    page = context.new_page()
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    yield page
    context.close()


@pytest.fixture
def shown(finger: Page) -> Callable[[str], Explorer]:
    def shown(name: str) -> Explorer:
        finger.set_content(plain_page({name: SHOWN[name]()}))
        finger.wait_for_selector("body[data-ready]", state="attached")
        return Explorer(finger, finger.locator(".rnnlib"))

    return shown


def tap(part: Locator, across: float = 0.5, down: float = 0.5) -> None:
    """Tap within a part, at these shares of its width and height."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    assert box
    part.page.touchscreen.tap(box["x"] + across * box["width"], box["y"] + down * box["height"])


def draw(page: Page, places: list[tuple[float, float]]) -> None:
    """Draw a finger over the page, from the first place to the last."""
    touch = page.context.new_cdp_session(page)
    kinds = ["Start", *["Move"] * (len(places) - 1), "End"]
    for kind, place in zip(kinds, [*places, None], strict=True):
        touches = [{"x": place[0], "y": place[1]}] if place else []
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
        page.wait_for_timeout(16)


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_touched_is_large_enough(
    shown: Callable[[str], Explorer], page_of: Callable[..., Page], name: str
) -> None:
    explorer = shown(name)
    assert explorer.page.evaluate(SMALL, [explorer.root.element_handle(), FINGER]) == []
    page = page_of({name: SHOWN[name]()})
    controls = page.locator(".rnnlib")
    assert page.evaluate(SMALL, [controls.element_handle(), MOUSE]) == []


def test_a_tap_follows_a_step_of_packing(shown: Callable[[str], Explorer]) -> None:
    explorer = shown("packing")
    tap(explorer.diagram.locator('.row[data-item="2"] .own'), 7.5 / 22)
    expect(explorer.line).to_have_text("Step 7 of sequence 2 is padded[7, 2].")
    tap(explorer.root.locator(".stop", has_text="sorted"))
    expect(explorer.line).to_contain_text("in row 0 now")


def test_a_tap_chooses_a_number_of_direction(shown: Callable[[str], Explorer]) -> None:
    explorer = shown("direction")
    tap(explorer.diagram.get_by_label("output at step 4, backward half"))
    assert explorer.sizes(explorer.diagram)["chosen"] is True
    assert [explorer.sizes(explorer.diagram)[name] for name in ("part", "time", "direction")] == ["output", 4, 1]
    expect(explorer.line).to_contain_text("2 of 6 steps")


def test_a_tap_chooses_a_unit_and_a_step(shown: Callable[[str], Explorer]) -> None:
    explorer = shown("step")
    steps = explorer.sizes(explorer.diagram)["seq_len"]
    tap(explorer.root.locator('.row[data-part="f"] canvas'), 3.5 / steps, 1 - 2.5 / 4)
    expect(explorer.line).to_contain_text("f[2] at step 3 = ")
    expect(explorer.root.get_by_role("heading")).to_have_text("Unit 2, step 3")
    tap(explorer.root.locator('.gate[data-part="o"]'))
    expect(explorer.line).to_contain_text("o = σ(")


def test_a_tap_reads_an_axis_and_a_number_of_a_shape(shown: Callable[[str], Explorer]) -> None:
    explorer = shown("shape")
    tap(explorer.diagram.locator('.axis[data-key="output num_directions*hidden_size"] text'))
    expect(explorer.line).to_contain_text("output, axis 2: hidden_size 16")
    tap(explorer.diagram.get_by_label("numbers of output"), 7.5 / 8, 1 - 2.5 / 16)
    expect(explorer.line).to_contain_text("output[7, 0, 2] = ")
    tap(explorer.diagram.locator(".title").first)
    expect(explorer.line).to_contain_text("Point at an axis or a number")


def test_a_tap_chooses_a_question_and_reads_a_cell_of_a_checkup(shown: Callable[[str], Explorer]) -> None:
    explorer = shown("checkup")
    tap(explorer.root.get_by_text("trained"))
    assert explorer.sizes(explorer.diagram)["chosen"] == "trained"
    expect(explorer.root.locator(".finding")).to_contain_text("Every parameter gets a gradient.")
    tap(explorer.root.get_by_label("Who moves whom"), 0.22, 0.75)
    expect(explorer.line).to_contain_text("Changing sequence 0 moves the result of sequence 3.")


def test_a_tap_takes_a_line_of_the_speed_lab_and_a_finger_moves_it(shown: Callable[[str], Explorer]) -> None:
    explorer = shown("speed")
    handle = explorer.diagram.locator('.grip[data-setup="cell loop"][data-grip="move"]')
    tap(handle.locator(".reach"))
    expect(handle).to_be_focused()
    expect(explorer.line).to_have_text("cell loop: 631 µs")
    box = handle.locator(".reach").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    draw(explorer.page, [(x, y), (x, y - 20), (x, y - 50)])
    expect(explorer.answer.locator('li[data-setup="cell loop"]')).to_contain_text("times as long as layer")


def test_a_swipe_that_begins_on_a_slider_scrolls_and_moves_nothing(shown: Callable[[str], Explorer]) -> None:
    explorer = shown("shape")
    explorer.page.evaluate("() => { document.body.style.paddingBottom = '2000px'; }")
    slider = explorer.slider("seq_len")
    before, box = slider.input_value(), slider.bounding_box()
    assert box
    x, y = box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2
    draw(explorer.page, [(x, y - 12 * move) for move in range(9)])
    assert explorer.page.evaluate("scrollY") > 20
    expect(slider).to_have_value(before)
    explorer.shows(explorer.diagram, seq_len=int(before))
    explorer.page.evaluate("scrollTo(0, 0)")
    tap(slider, 0.8)
    assert int(slider.input_value()) > int(before)
