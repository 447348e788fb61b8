"""The direction explorer in a real JupyterLab: chosen by pointer and by keyboard, in both themes, for everyone."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SHOTS, afresh
from tests.browser.lab import DARK, LIGHT, Lab, Notebook
from tests.browser.screen import SHOWS, TAB_STOPS, Explorer
from tests.browser.stepping import opened
from tests.browser.test_access import CONTRAST

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK])
STEPS = 12
CELLS = (
    "from rnnlib import DirectionExplorer",
    'explorer = DirectionExplorer("LSTM", question="which half of output[-1] has read it all?")\nexplorer',
)

READ = "(root) => [...root.querySelectorAll('.inputs .input')].map((box) => box.classList.contains('read'))"


def shows(explorer: Explorer, **chosen: Any) -> None:
    """Wait until the picture says that it shows this."""
    explorer.page.wait_for_function(SHOWS, arg=[explorer.diagram.element_handle(), chosen], timeout=15_000)


@pytest.fixture(scope="module")
def notebook(lab: Lab, open_notebook: Callable[[str], Notebook]) -> Notebook:
    return opened(lab, open_notebook, "directions.ipynb", CELLS)


@pytest.fixture
def explorer(notebook: Notebook) -> Explorer:
    """The explorer as it is at first: the backward half of output[-1], in the light theme, in view."""
    notebook.theme(LIGHT)
    shown = Explorer(notebook.page, afresh(notebook, 1, "direction"))
    shown.root.scroll_into_view_if_needed()
    shown.page.mouse.move(0, 0)
    shows(shown, seq_len=STEPS, part="output", time=STEPS - 1, direction=1)
    return shown


def thing(explorer: Explorer, key: str) -> Locator:
    """A half of output or a row of h_n, by its key."""
    return explorer.diagram.locator(f'.place[data-key="{key}"]')


def read(explorer: Explorer) -> list[int]:
    """The steps whose inputs are lit."""
    return [step for step, lit in enumerate(explorer.root.evaluate(READ)) if lit]


def words(explorer: Explorer) -> str:
    return explorer.root.locator('.words [role="status"]').inner_text()


def test_a_click_chooses_a_number_and_its_inputs_light_up(notebook: Notebook, explorer: Explorer) -> None:
    assert read(explorer) == [STEPS - 1]
    thing(explorer, "output 5 0").click()
    shows(explorer, time=5, direction=0)
    assert read(explorer) == list(range(6))
    assert "output[5, 0, 0]" in words(explorer)
    assert "6 of 12 steps" in words(explorer)
    thing(explorer, "h_n 0 1").click()
    shows(explorer, part="h_n", direction=1)
    assert read(explorer) == list(range(STEPS))
    assert "h_n[1, 0, 0]" in words(explorer)
    notebook.run_code("print('the kernel says', explorer.part, explorer.direction, explorer.time)")
    expect(explorer.page.get_by_text("the kernel says h_n 1 5", exact=True).last).to_be_visible()


def test_pointing_shows_and_leaving_goes_back(explorer: Explorer) -> None:
    thing(explorer, "output 2 1").hover()
    expect(explorer.root.locator(".words h3")).to_have_text("output[2, 0, 4]")
    assert read(explorer) == list(range(2, STEPS))
    assert explorer.sizes(explorer.diagram)["time"] == STEPS - 1  # it is looked at, not chosen
    explorer.root.locator(".words h3").hover()
    expect(explorer.root.locator(".words h3")).to_have_text(f"output[{STEPS - 1}, 0, 4]")
    assert read(explorer) == [STEPS - 1]


def test_everything_is_chosen_by_keyboard(explorer: Explorer) -> None:
    thing(explorer, f"output {STEPS - 1} 1").focus()
    for key, expected in (
        ("ArrowLeft", {"time": STEPS - 2, "direction": 1}),
        ("ArrowDown", {"direction": 0}),
        ("Home", {"time": 0}),
        ("End", {"time": STEPS - 1}),
        ("ArrowRight", {"part": "h_n", "direction": 0}),
        ("ArrowUp", {"part": "h_n", "direction": 1}),
        ("ArrowLeft", {"part": "output", "time": STEPS - 1}),
    ):
        explorer.page.keyboard.press(key)
        shows(explorer, **expected)
        expect(explorer.diagram.locator(".place.chosen")).to_be_focused()
    assert explorer.press("unit", "ArrowRight") == 1
    shows(explorer, unit=1)
    expect(explorer.root.locator(".words h3")).to_have_text(f"output[{STEPS - 1}, 0, 5]")


def test_after_a_click_the_arrow_keys_are_shown_where_the_pointer_rests(explorer: Explorer) -> None:
    thing(explorer, "output 5 0").click()
    shows(explorer, time=5, direction=0)
    for time in (4, 3):
        explorer.page.keyboard.press("ArrowLeft")
        shows(explorer, time=time)
        explorer.page.wait_for_timeout(200)  # in which the browser finds what the pointer rests on
        assert read(explorer) == list(range(time + 1))
    thing(explorer, "output 8 0").hover()
    expect(explorer.root.locator(".words h3")).to_have_text("output[8, 0, 0]")


def test_pads_are_counted_until_the_batch_is_packed(explorer: Explorer) -> None:
    explorer.root.get_by_role("combobox", name="sequence").select_option(index=2)
    shows(explorer, item=2)
    expect(explorer.root.locator(".pads")).to_have_text("It is a pad: the sequence ends at x_6.")
    expect(explorer.root.locator(".inputs .hatch")).to_have_count(5)
    right = explorer.root.locator(".summary").nth(1)
    expect(right.locator(".verdict")).to_contain_text("✗ No summary of the sequence: it has read 5 pads.")
    explorer.root.get_by_role("radio", name="padded").focus()
    explorer.page.keyboard.press("ArrowRight")
    shows(explorer, packed=True)
    expect(right.locator(".verdict")).to_contain_text("✓ Every step of the sequence")
    expect(explorer.root.locator(".read").first).to_contain_text("zeros")
    assert read(explorer) == []
    right.locator(".strip").nth(1).click()
    shows(explorer, part="h_n", direction=1)
    assert read(explorer) == list(range(7))


def test_sliders_and_switches_draw_another_layer_and_ask_it(explorer: Explorer) -> None:
    assert explorer.press("seq_len", "ArrowRight") == STEPS + 1
    shows(explorer, seq_len=STEPS + 1, time=STEPS)
    expect(explorer.root).not_to_contain_class("waiting")
    assert read(explorer) == [STEPS]
    assert explorer.press("num_layers", "ArrowRight") == 2
    expect(explorer.root.locator(".way")).to_contain_text("Layer 1 ← itself has taken 1 step")
    assert read(explorer) == list(range(STEPS + 1))  # layer 0 told it
    explorer.root.get_by_role("switch", name="bidirectional").click()
    expect(explorer.diagram.locator(".place")).to_have_count(STEPS + 1 + 2)
    expect(explorer.root.locator(".summary").nth(1).locator("code")).to_have_text("h_n[-1]")


@pytest.mark.parametrize("typed", ["0", "-1", "2.5", "x", "", "30", "1e30"])
def test_a_seq_len_that_cannot_be_is_told_and_nothing_is_lost(explorer: Explorer, typed: str) -> None:
    explorer.field("seq_len").fill(typed)
    explorer.page.keyboard.press("Enter")
    expect(explorer.problem).not_to_be_empty()
    expect(explorer.field("seq_len")).to_have_value(str(STEPS))
    expect(explorer.root).not_to_contain_class("waiting")
    assert read(explorer) == [STEPS - 1]
    explorer.field("seq_len").fill("9")
    explorer.page.keyboard.press("Enter")
    shows(explorer, seq_len=9)
    expect(explorer.problem).to_be_empty()


# What the words and the picture show right after the pointer's event, and how long it took, in milliseconds.
HOVER = """async (root) => {
    const frame = () => new Promise(requestAnimationFrame);
    const [picture, heading] = [root.querySelector(".rnnlib-diagram"), root.querySelector(".words h3")];
    const seen = [];
    for (const place of root.querySelectorAll(".place")) {
        await frame();
        const before = performance.now();
        place.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
        const spent = performance.now() - before;
        seen.push([heading.textContent, picture.dataset.shows, spent]); }
    return seen; }"""


def test_pointing_is_drawn_at_once_and_tells_the_kernel_nothing(notebook: Notebook, explorer: Explorer) -> None:
    explorer.press("seq_len", "End")
    shows(explorer, seq_len=29)
    for _ in range(3):
        explorer.press("num_layers", "ArrowRight")
    shows(explorer, num_layers=4)
    expect(explorer.root).not_to_contain_class("waiting")
    seen = explorer.root.evaluate(HOVER)
    assert len({name for name, _, _ in seen}) == len(seen) == 29 * 2 + 8
    assert all(told == lit for told, lit, _ in seen)  # drawn within the event: the next frame shows it
    assert statistics.median(spent for _, _, spent in seen) < 16
    assert json.dumps(explorer.sizes(explorer.diagram)["time"]) == "28"


@THEMES
def test_everything_is_reached_by_tab_and_seen(notebook: Notebook, explorer: Explorer, theme: str) -> None:
    notebook.theme(theme)
    stops = list(explorer.tab_through())
    names = [stop["name"] for stop in stops]
    assert len(stops) == explorer.root.evaluate(TAB_STOPS), names
    assert all(names), stops
    assert {"seq_len", "num_layers", "unit", "bidirectional", f"output at step {STEPS - 1}, backward half"} <= set(
        names
    )
    assert [stop["name"] for stop in stops if not stop["outlined"]] == []


@THEMES
def test_axe_finds_nothing_serious(notebook: Notebook, explorer: Explorer, theme: str) -> None:
    notebook.theme(theme)
    explorer.root.get_by_role("combobox", name="sequence").select_option(index=2)
    thing(explorer, "h_n 0 1").click()
    shows(explorer, part="h_n", item=2)
    explorer.page.mouse.move(0, 0)
    explorer.root.screenshot(path=SHOTS / f"direction {theme}.png")
    found = Axe().run(explorer.page, context=".jp-OutputArea .rnnlib.direction").response
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["help"], [node["target"] for node in v["nodes"]]) for v in serious] == []
    assert found["passes"], "axe looked at nothing"
    chosen = explorer.diagram.locator(".place.chosen text").all_text_contents()
    unread = [said for contrast, said in explorer.root.evaluate(CONTRAST) if contrast < 4.5 and said not in chosen]
    assert unread == []  # axe-core does not look into a drawing; the chosen row stands on its own colour


def test_with_no_kernel_another_number_can_still_be_chosen(notebook: Notebook, explorer: Explorer) -> None:
    notebook.shut_down_kernel()
    thing(explorer, "output 3 0").click()
    shows(explorer, time=3, direction=0)
    assert read(explorer) == [0, 1, 2, 3]
    assert "4 of 12 steps" in words(explorer)
