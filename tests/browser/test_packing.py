"""The packing explorer in a real JupyterLab: one step followed through all stages, lengths pulled, typed and slid."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SHOTS, afresh
from tests.browser.lab import DARK, LIGHT, Lab, Notebook
from tests.browser.screen import TAB_STOPS, Explorer
from tests.browser.stepping import opened
from tests.browser.test_access import CONTRAST

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK])
STAGES = ("padded", "sorted", "packed", "unpacked")
LENGTHS = [17, 12, 22, 17]
MARKS = {"padded": 1, "sorted": 1, "packed": 2, "unpacked": 1}  # packed: in the staircase and in data
WIDE, LEFT, TOP, HIGH = 512 / 22, 40, 26, 40  # of a picture that is 560 wide
CELLS = ("from rnnlib import PackingExplorer", "explorer = PackingExplorer('LSTM')\nexplorer")

SHOWS = """([part, lengths]) =>
    JSON.stringify(JSON.parse(part.dataset.sizes ?? "{}").lengths) === JSON.stringify(lengths)"""


@pytest.fixture(scope="module")
def notebook(lab: Lab, open_notebook: Callable[[str], Notebook]) -> Notebook:
    return opened(lab, open_notebook, "packing.ipynb", CELLS)


@pytest.fixture
def explorer(notebook: Notebook) -> Explorer:
    """The explorer as it is at first: four utterances, in the light theme, in view."""
    notebook.theme(LIGHT)
    shown = Explorer(notebook.page, afresh(notebook, 1, "packing"))
    shown.root.scroll_into_view_if_needed()
    is_live(shown, LENGTHS)
    return shown


def is_live(explorer: Explorer, lengths: list[int]) -> None:
    """Wait until pictures and numbers both belong to these lengths."""
    for part in (explorer.diagram, explorer.answer):
        explorer.page.wait_for_function(SHOWS, arg=[part.element_handle(), lengths], timeout=15_000)
    expect(explorer.answer).to_have_attribute("data-state", "live")


def picture(explorer: Explorer, stage: str) -> Locator:
    return explorer.root.locator(f".panel.{stage} .picture")


def at(explorer: Explorer, stage: str, row: float, time: float) -> tuple[float, float]:
    """Where on the page the step in a row of a picture is."""
    box = picture(explorer, stage).bounding_box()
    assert box
    scale = box["width"] / 560
    return box["x"] + scale * (LEFT + time * WIDE), box["y"] + scale * (TOP + (row + 0.5) * HIGH)


def caption(explorer: Explorer) -> Locator:
    return explorer.root.locator(".caption")


def assert_lit(explorer: Explorer, where: str) -> None:
    """The caption and every picture's name say where it is, and every stage has its mark."""
    expect(caption(explorer)).to_contain_text(where)
    for stage in STAGES:
        expect(picture(explorer, stage)).to_have_accessible_name(f"{stage}: {caption(explorer).inner_text()}")
        expect(picture(explorer, stage).locator(".followed rect")).to_have_count(MARKS[stage])


@pytest.mark.parametrize(("stage", "row"), [("padded", 1), ("sorted", 3), ("packed", 3), ("unpacked", 1)])
def test_a_step_pointed_at_is_lit_at_every_stage(explorer: Explorer, stage: str, row: int) -> None:
    explorer.page.mouse.move(*at(explorer, stage, row, 5.5))
    assert_lit(explorer, "padded[5, 1] is step 5 of sequence 1 → row 3 of the sorted batch → data[23]")
    expect(explorer.answer.locator("tr.lit")).to_have_attribute("data-item", "1")
    expect(explorer.answer.locator(".lasts")).to_contain_text("output[11, 1], its last step")


def test_a_row_of_data_pointed_at_is_found_in_the_batch(explorer: Explorer) -> None:
    box = picture(explorer, "packed").bounding_box()
    assert box
    scale = box["width"] / 560
    explorer.page.mouse.move(box["x"] + scale * (LEFT + 23.5 * 512 / 68), box["y"] + scale * 284)
    assert_lit(explorer, "padded[5, 1] is step 5 of sequence 1")


def test_a_pad_pointed_at_is_said_to_be_one(explorer: Explorer) -> None:
    explorer.page.mouse.move(*at(explorer, "padded", 1, 15.5))
    expect(caption(explorer)).to_contain_text("padded[15, 1] is a pad, as sequence 1 has 12 steps.")
    expect(picture(explorer, "packed").locator(".followed rect")).to_have_count(0)


def test_the_arrow_keys_follow_a_step_through_all_stages(explorer: Explorer) -> None:
    keys = explorer.page.keyboard
    picture(explorer, "padded").focus()
    for key, where in (("ArrowRight", "padded[1, 0]"), ("ArrowDown", "padded[1, 1]"), ("ArrowLeft", "padded[0, 1]")):
        keys.press(key)
        assert_lit(explorer, f"{where} is step")
    for _ in range(30):
        keys.press("ArrowDown")
    assert_lit(explorer, "padded[0, 3] is step")
    picture(explorer, "sorted").focus()
    for where in ("row 1", "row 0", "row 0"):  # up by what is seen there, and no further than the first
        keys.press("ArrowUp")
        assert_lit(explorer, where)
    expect(picture(explorer, "sorted")).to_be_focused()


def test_shift_and_an_arrow_change_a_length(explorer: Explorer) -> None:
    picture(explorer, "padded").focus()
    explorer.page.keyboard.press("Shift+ArrowLeft")
    is_live(explorer, [16, 12, 22, 17])
    explorer.page.keyboard.press("Shift+ArrowRight")
    explorer.page.keyboard.press("Shift+ArrowRight")
    is_live(explorer, [18, 12, 22, 17])
    expect(explorer.root.get_by_role("textbox", name="lengths")).to_have_value("18, 12, 22, 17")
    expect(picture(explorer, "padded")).to_be_focused()


def test_a_rows_end_is_pulled(explorer: Explorer) -> None:
    mouse = explorer.page.mouse
    mouse.move(*at(explorer, "padded", 1, 12))
    expect(picture(explorer, "padded")).to_contain_class("end-near")
    mouse.down()
    for time in (11, 9, 8):
        mouse.move(*at(explorer, "padded", 1, time))
    mouse.up()
    is_live(explorer, [17, 8, 22, 17])
    mouse.move(*at(explorer, "padded", 0, 3.5))
    is_live(explorer, [17, 8, 22, 17])
    expect(caption(explorer)).to_contain_text("padded[3, 0]")


def test_a_press_elsewhere_pulls_nothing(explorer: Explorer) -> None:
    mouse = explorer.page.mouse
    mouse.move(*at(explorer, "padded", 0, 3.5))
    mouse.down()
    mouse.move(*at(explorer, "padded", 0, 6.5))
    mouse.up()
    is_live(explorer, LENGTHS)


def type_lengths(explorer: Explorer, typed: str) -> None:
    explorer.root.get_by_role("textbox", name="lengths").fill(typed)
    explorer.page.keyboard.press("Enter")


def test_lengths_are_typed_and_what_is_none_is_told(explorer: Explorer) -> None:
    held = LENGTHS
    for typed in ("0", "3, -1", "2.5", "x", "", "9, 30", "1000000000"):
        type_lengths(explorer, typed)
        expect(explorer.problem).to_contain_text("length")
        expect(explorer.root.get_by_role("textbox", name="lengths")).to_have_value(", ".join(map(str, held)))
        type_lengths(explorer, "9 20, 3")
        held = [9, 20, 3]
        is_live(explorer, held)
        expect(explorer.problem).to_be_empty()


@THEMES
def test_the_sliders_move_the_pictures_and_the_numbers(notebook: Notebook, explorer: Explorer, theme: str) -> None:
    notebook.theme(theme)
    assert explorer.press("batch", "ArrowRight") == 5
    is_live(explorer, [*LENGTHS, 16])
    assert explorer.press("batch", "Home") == 1
    is_live(explorer, LENGTHS[:1])
    assert explorer.press("batch", "End") == 12
    expect(explorer.answer.locator("tbody tr")).to_have_count(12)
    explorer.field("batch").fill("13")
    explorer.page.keyboard.press("Enter")
    expect(explorer.problem).to_contain_text("at most 12")
    expect(explorer.field("batch")).to_have_value("12")
    assert explorer.press("total_length", "ArrowRight") == 23
    explorer.shows(explorer.diagram, batch=12, total_length=23)
    expect(explorer.root.locator(".panel.unpacked h3")).to_contain_text("(23, 12, 8)")


def test_the_choices_change_the_real_layer(explorer: Explorer) -> None:
    explorer.root.get_by_role("radio", name="LSTM").focus()
    explorer.page.keyboard.press("ArrowRight")
    expect(explorer.answer.get_by_role("table")).to_contain_text("How far h_n is")
    explorer.root.get_by_role("switch", name="batch_first").press("Space")
    expect(caption(explorer)).to_contain_text("output[0, 0]")
    expect(explorer.root.locator(".panel.padded h3")).to_have_text("padded (4, 22, 12)")
    explorer.root.get_by_role("switch", name="sorted").press("Space")
    expect(picture(explorer, "sorted")).to_be_hidden()
    explorer.root.get_by_role("button", name="Other utterances").press("Enter")
    expect(explorer.root.get_by_role("textbox", name="lengths")).not_to_have_value("17, 12, 22, 17")
    expect(explorer.answer).to_have_attribute("data-state", "live")


def test_a_mistake_is_chosen_and_torch_answers(explorer: Explorer) -> None:
    menu = explorer.root.get_by_role("combobox", name="a wrong setting")
    menu.select_option("enforce_sorted")
    met = explorer.root.locator(".tried")
    expect(met.locator(".wrong-way .answer")).to_contain_text("RuntimeError: `lengths` array must be sorted")
    expect(met.locator(".right-way .answer")).to_contain_text("packed.data (68, 12)")
    menu.select_option("")
    expect(met).to_be_empty()


def test_the_snippet_is_copied_current_and_runs(explorer: Explorer) -> None:
    explorer.press("batch", "ArrowLeft")
    is_live(explorer, LENGTHS[:3])
    explorer.root.get_by_role("button", name="Copy").press("Enter")
    expect(explorer.root.get_by_role("button", name="Copied")).to_be_visible()
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(explorer.page.evaluate("navigator.clipboard.readText()"), "snippet", "exec"), {})
    assert printed.getvalue() == "torch.Size([22, 3, 12])\ntorch.Size([22, 3, 8])\n"


SENT = """() => {
    if (!window.sent) {
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (data) { window.sent.push(String(data)); return send.call(this, data); }; }
    window.sent = []; }"""

# How long a picture takes to follow, milliseconds: the slider's own event, and the pointer's, to the last mark drawn.
FOLLOWS = """(root) => {
    const range = root.querySelector('input[type=range][aria-label=batch]');
    const diagram = root.querySelector(".rnnlib-diagram");
    const took = { slider: [], hover: [] };
    for (let i = 0; i < 20; i++) {
        const count = 1 + (i % 12), start = performance.now();
        range.value = count;
        range.dispatchEvent(new Event("input", { bubbles: true }));
        if (JSON.parse(diagram.dataset.sizes).batch === count) took.slider.push(performance.now() - start); }
    const picture = root.querySelector(".panel.padded .picture");
    const { left, top, width } = picture.getBoundingClientRect();
    for (let i = 0; i < 20; i++) {
        const start = performance.now(), before = picture.querySelector(".followed").innerHTML;
        const point = { clientX: left + (width / 560) * (75 + 24 * i), clientY: top + (width / 560) * 34 };
        picture.dispatchEvent(new PointerEvent("pointermove", { ...point, bubbles: true }));
        if (picture.querySelector(".followed").innerHTML !== before) took.hover.push(performance.now() - start); }
    return took; }"""


def test_pictures_follow_at_once_and_hover_asks_the_kernel_nothing(explorer: Explorer) -> None:
    took = explorer.root.evaluate(FOLLOWS)
    assert {name: len(times) for name, times in took.items()} == {"slider": 20, "hover": 20}  # drawn before it returns
    middle = {name: sorted(times)[10] for name, times in took.items()}
    assert max(middle.values()) < 16, took  # a frame; the other is the browser's
    expect(explorer.answer).to_have_attribute("data-state", "live")
    explorer.page.evaluate(SENT)
    for time in range(12):
        explorer.page.mouse.move(*at(explorer, "unpacked", 0, time + 0.5))
    picture(explorer, "packed").focus()
    explorer.page.keyboard.press("ArrowRight")
    explorer.page.wait_for_timeout(300)
    assert [said for said in explorer.page.evaluate("window.sent") if "comm_msg" in said] == []


@THEMES
def test_everything_is_reached_by_tab_and_seen_and_axe_finds_nothing(
    notebook: Notebook, explorer: Explorer, theme: str
) -> None:
    notebook.theme(theme)
    stops = list(explorer.tab_through())
    names = [stop["name"] for stop in stops]
    assert len(stops) == explorer.root.evaluate(TAB_STOPS), names
    assert all(names), stops
    assert {"batch", "lengths", "Other utterances", "total_length", "a wrong setting", "Copy"} <= set(names)
    assert [stop["name"] for stop in stops if not stop["outlined"]] == []
    explorer.root.get_by_role("combobox", name="a wrong setting").select_option("last_step")
    expect(explorer.root.locator(".tried .answer")).to_have_count(2)
    explorer.root.screenshot(path=SHOTS / f"packing {theme}.png")
    found = Axe().run(notebook.page, context=".jp-OutputArea .rnnlib.packing").response
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["help"], [node["target"] for node in v["nodes"]]) for v in serious] == []
    assert found["passes"], "axe looked at nothing"
    unread = [words for contrast, words in explorer.root.evaluate(CONTRAST) if contrast < 4.5]
    assert unread == []  # axe-core does not look into a drawing


def test_with_no_kernel_the_pictures_still_follow_and_the_numbers_say_so(notebook: Notebook) -> None:
    notebook.run_all()
    explorer = Explorer(notebook.page, notebook.views("packing").first)
    is_live(explorer, LENGTHS)
    notebook.shut_down_kernel()
    explorer.press("batch", "ArrowLeft")
    explorer.page.wait_for_function(SHOWS, arg=[explorer.diagram.element_handle(), LENGTHS[:3]])
    explorer.page.mouse.move(*at(explorer, "padded", 1, 5.5))
    expect(caption(explorer)).to_contain_text("padded[5, 1]")
    expect(explorer.answer).to_have_attribute("data-state", "stale")
    expect(explorer.answer.get_by_role("status")).to_contain_text("Not live: the kernel does not answer.")
    notebook.start_kernel()
    old = explorer.root.element_handle()
    notebook.run_all()
    notebook.page.wait_for_function("(old) => !old.isConnected", arg=old)
    is_live(Explorer(notebook.page, notebook.views("packing").first), LENGTHS)
