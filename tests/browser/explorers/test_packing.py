"""The packing explorer: in a plain page what is on screen, by its value, and in a real JupyterLab that it is live."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import pytest
from anywidget import AnyWidget
from playwright.sync_api import Locator, Page, expect

from rnnlib import PackingExplorer
from rnnlib.explorers.packing.view import STAGES
from tests.browser.conftest import afresh
from tests.browser.lab import Notebook
from tests.browser.look import faint, shut_out, theme
from tests.browser.screen import TAB_STOPS, Explorer

LENGTHS = [17, 12, 22, 17]
QUESTION = "which sequence does padding leave as it is?"

# Where a row, a cell of data or a mark is on the page, without what still glides.
BOX = "(e) => { const { x, y, width, height } = e.getBoundingClientRect(); return [x, y, width, height]; }"

# By sequence: what stands at its row, whether it holds, and how long its bar and the outline behind it are.
OFFS = """(root) => Object.fromEntries([...root.querySelectorAll(".rnnlib-numbers .row")].map((row) => {
    const long = (name) => row.querySelector(name).getBoundingClientRect().width;
    return [row.dataset.item, [row.textContent, row.dataset.holds, long(".bar"), long(".ghost")]]; }))"""


# Whether the picture is drawn for the width that it has.
FITS = """() => { const picture = document.querySelector("#packing .rnnlib-diagram");
    return Math.abs(picture.firstChild?.viewBox.baseVal.width - picture.clientWidth) < 2; }"""


@pytest.fixture
def plain(page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> Callable[..., Explorer]:
    """Shows a packing explorer without a kernel; still frames."""

    def plain(width: int = 848, **given: Any) -> Explorer:
        page = page_of({"packing": PackingExplorer(**{"layer": "LSTM"} | given)})
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.body.style.margin = 0")
        page.wait_for_function(FITS)
        return Explorer(page, page.locator("#packing .rnnlib"))

    return plain


def to_stage(explorer: Explorer, stage: str) -> None:
    slider = explorer.slider("stages")
    slider.fill(str(STAGES.index(stage)))
    expect(slider).to_have_attribute("aria-valuetext", stage)


def box(part: Locator) -> list[float]:
    return part.evaluate(BOX)


def at(explorer: Explorer, item: int, time: float) -> tuple[float, float]:
    """Where on the page a step of a sequence is drawn, by its row's cells."""
    x, y, width, height = box(explorer.diagram.locator(f'.row[data-item="{item}"] .own'))
    steps = explorer.sizes(explorer.diagram)["lengths"][item]
    return x + (time + 0.5) * (width + 2) / steps, y + height / 2


def line(explorer: Explorer) -> Locator:
    return explorer.root.locator(".line [role=status]")


def inside(mark: Locator, x: float, y: float) -> bool:
    left, top, width, height = box(mark)
    return left <= x <= left + width and top <= y <= top + height


@pytest.mark.parametrize("width", [360, 848])
def test_a_step_is_followed_through_all_stages(plain: Callable[..., Explorer], width: int) -> None:
    explorer = plain(width)
    assert line(explorer).inner_text().startswith("Choose a wrong setting")
    explorer.page.mouse.click(*at(explorer, 0, 3))
    said = {
        "padded": "Step 3 of sequence 0 is padded[3, 0].",
        "sorted": "Step 3 of sequence 0 is in row 1 now: the longest come first, and sorted_indices[1] is 0.",
        "packed": "Step 3 of sequence 0 is data[13]: after 13 rows, the second of the 4 that batch_sizes[3] counts.",
        "unpacked": "output[3, 0] is what the layer gave at step 3 of sequence 0, in its old row.",
    }
    for stage in (*STAGES, *STAGES[::-1]):
        to_stage(explorer, stage)
        expect(line(explorer)).to_have_text(said[stage])
        assert inside(explorer.diagram.locator(".mark.cell"), *at(explorer, 0, 3))
        tops = {item: at(explorer, item, 0)[1] for item in range(4)}
        order = [0, 1, 2, 3] if stage in ("padded", "unpacked") else [2, 0, 3, 1]
        assert sorted(tops, key=lambda item: tops[item]) == order
        shown = explorer.diagram.locator(".mark.data").evaluate("(e) => getComputedStyle(e).opacity")
        assert shown == ("1" if stage == "packed" else "0")
        if stage == "packed":
            x, y, wide, high = box(explorer.diagram.locator('[data-index="13"]'))
            assert inside(explorer.diagram.locator(".mark.data"), x + wide / 2, y + high / 2)
            column = explorer.diagram.locator(".mark.column")
            assert [inside(column, *at(explorer, item, 3)) for item in (2, 0, 3, 1)] == [True] * 4


def test_data_is_drawn_in_the_order_in_which_the_layer_reads_it(plain: Callable[..., Explorer]) -> None:
    explorer = plain()
    to_stage(explorer, "packed")
    cells = explorer.diagram.locator(".cells [data-index]")
    drawn = cells.evaluate_all(
        "(all) => all.map((e) => [e.getBoundingClientRect().x, +e.dataset.item, +e.dataset.time])"
    )
    order = [(time, item) for time in range(22) for item in (2, 0, 3, 1) if time < LENGTHS[item]]
    assert [(time, item) for _, item, time in sorted(drawn)] == order
    explorer.page.mouse.move(
        *[n + half / 2 for n, half in zip(*np.split(np.array(box(cells.nth(23))), 2), strict=True)]
    )
    expect(line(explorer)).to_have_text(
        "Step 5 of sequence 1 is data[23]: after 23 rows, the fourth of the 4 that batch_sizes[5] counts."
    )


@pytest.mark.parametrize("stage", STAGES)
def test_how_far_off_stands_at_the_very_row(plain: Callable[..., Explorer], stage: str) -> None:
    explorer = plain(layer="GRU")
    to_stage(explorer, stage)
    answer = PackingExplorer("GRU").answer
    off = {name: np.frombuffer(answer[f"off_{name}"], "<f4") for name in ("padded", "packed")}
    way = "padded" if stage in STAGES[:2] else "packed"
    full = max(bar for *_, bar, ghost in explorer.root.evaluate(OFFS).values() for bar in (bar, ghost))
    for item, (words, holds, bar, ghost) in explorer.root.evaluate(OFFS).items():
        item, sign = int(item), "=" if answer[f"holds_{way}"][int(item)] else "≠"
        assert (words[0], holds) == (sign, str(sign == "=").lower())
        assert math.isclose(float(words[2:]), off[way][item], abs_tol=6e-4)
        share = 0 if answer["holds_padded"][item] else off["padded"][item] / off["padded"].max()
        assert (bar if way == "padded" else ghost) == pytest.approx(share * full, abs=1)
        assert (ghost if way == "padded" else bar) == 0


def test_the_answer_waits_until_it_is_asked_for(plain: Callable[..., Explorer]) -> None:
    given = {"layer": "GRU", "stages": ["padded"], "controls": ["batch", "lengths"], "question": QUESTION}

    def known(explorer: Explorer) -> bool:
        words = {words for words, *_ in explorer.root.evaluate(OFFS).values()}
        return words != {"?"}

    explorer = plain(**given)
    assert not known(explorer)
    expect(explorer.answer.locator(".head")).to_have_text("h_n off by")
    expect(explorer.root.locator(".facts")).to_have_text("4 recorded utterances (Japanese vowels)")  # no time yet
    explorer.page.mouse.move(*at(explorer, 1, 3))
    assert not known(explorer)
    assert "pack" not in explorer.root.inner_text().lower()
    explorer.root.get_by_role("button", name="Run the layer").press("Enter")
    assert known(explorer)
    expect(explorer.root.locator(".facts")).to_contain_text(re.compile(r"\d (µs|ms|s)"))
    expect(explorer.root.get_by_role("button", name="Run the layer")).to_be_hidden()
    explorer = plain(**given)
    explorer.press("batch", "ArrowLeft")
    assert known(explorer)
    explorer = plain(**given, solution="The longest, `sequence 2`.")
    explorer.root.get_by_role("button", name="Show the answer").click()
    assert known(explorer)
    expect(explorer.diagram.locator(".found")).to_have_attribute("data-item", "2")


@pytest.mark.parametrize("more", [{"stages": STAGES}, {"controls": ["mistake"]}], ids=["stages", "mistake"])
def test_where_something_else_is_asked_nothing_at_the_rows_is_held_back(
    plain: Callable[..., Explorer], more: dict[str, Any]
) -> None:
    explorer = plain(**{"stages": ["padded"], "controls": ["stages"], "question": "where is it?"} | more)
    expect(explorer.root.get_by_role("button", name="Run the layer")).to_be_hidden()
    assert {words[0] for words, *_ in explorer.root.evaluate(OFFS).values()} == {"=", "≠"}


def test_what_is_pointed_at_is_said_while_an_answer_is_shown_and_the_answer_returns(
    plain: Callable[..., Explorer],
) -> None:
    explorer = plain(question="where?", solution="At `data[15]`.")
    explorer.page.mouse.click(*at(explorer, 1, 2))
    explorer.root.get_by_role("button", name="Show the answer").click()
    expect(line(explorer)).to_have_text("At data[15].")
    explorer.page.mouse.move(*at(explorer, 0, 3))
    expect(line(explorer)).to_contain_text("Step 3 of sequence 0 is data[13]")
    explorer.page.mouse.move(2, 2)
    expect(line(explorer)).to_have_text("At data[15].")
    explorer.root.get_by_role("button", name="Hide the answer").click()
    expect(line(explorer)).to_contain_text("Step 2 of sequence 1 is data[")  # the step that was chosen before


# The words of a text that begin on one line and end on another.
BROKEN = """(pre) => {
    const node = pre.querySelector("code").firstChild, broken = [];
    for (const { 0: word, index } of node.data.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(word); }
    return broken; }"""


@pytest.mark.parametrize("width", [360, 530, 848])
def test_no_name_in_the_code_is_in_two_pieces(plain: Callable[..., Explorer], width: int) -> None:
    explorer = plain(width, mistake="enforce_sorted")
    for code in explorer.root.locator(".tried pre").all():
        assert "pack_padded_sequence" in code.inner_text()
        assert code.evaluate(BROKEN) == []


BUG = {
    "name": "bug",
    "title": "what is wrong",
    "code": "output, states = layer(padded)\nlast = output[-1]",
    "cure": "last = output[lengths - 1, range(len(lengths))]",
    "why": "Each ends at its own last step.",
}


@pytest.mark.parametrize("show", [("picture", "says", "code"), ()], ids=["parts", "no part"])
@pytest.mark.parametrize("width", [360, 848])
def test_a_bug_to_find_stands_without_its_menu_and_its_cure_waits(
    plain: Callable[..., Explorer], width: int, show: tuple[str, ...]
) -> None:
    explorer = plain(width, mistakes=[BUG, "zero_length"], mistake="bug", controls=("lengths",), show=show)
    wrong = explorer.root.locator(".wrong-way")
    expect(wrong.locator("pre")).to_have_text(BUG["code"])
    expect(wrong.locator(".error")).to_have_text(
        re.compile("^no exception, but 24 of the 32 numbers in last are wrong")
    )
    said = explorer.root.inner_text()
    assert [words for words in (BUG["cure"], BUG["why"], BUG["title"]) if words in said] == []
    expect(explorer.root.locator("select[aria-label='a wrong setting']")).to_have_count(0)
    if show:
        expect(line(explorer)).to_contain_text("Point at a step")
    high = explorer.root.bounding_box()
    explorer.root.get_by_role("button", name="Show the cure").press("Enter")
    expect(explorer.root.locator(".right-way pre")).to_have_text(BUG["cure"])
    expect(explorer.root.locator(".right-way .cured")).to_have_text("last (4, 8)")
    expect(explorer.root.locator(".why")).to_have_text(BUG["why"])
    expect(explorer.root.get_by_role("button", name="Show the cure")).to_have_count(0)
    assert explorer.root.bounding_box() == high


def test_a_cure_that_fails_is_told_at_once_to_who_wrote_it(plain: Callable[..., Explorer]) -> None:
    explorer = plain(mistakes=[BUG | {"cure": "last = nowhere"}], mistake="bug", controls=())
    expect(explorer.root.locator(".cured")).to_have_text("The cure raised NameError: name 'nowhere' is not defined")
    expect(explorer.root.locator(".right-way pre")).to_be_hidden()


def test_without_a_mistake_and_its_menu_there_is_no_room_for_one(plain: Callable[..., Explorer]) -> None:
    expect(plain(controls=()).root.locator(".mistakes")).to_be_hidden()


def test_the_stage_that_was_given_is_shown(plain: Callable[..., Explorer]) -> None:
    explorer = plain(stage="packed")
    expect(explorer.slider("stages")).to_have_attribute("aria-valuetext", "packed")
    expect(explorer.diagram.locator("[data-stage]").first).to_have_attribute("data-stage", "packed")
    assert plain(stages=("packed",), controls=()).diagram.get_attribute("aria-label").startswith("the batch, packed")


def test_an_answer_in_data_is_shown_where_data_is(plain: Callable[..., Explorer]) -> None:
    explorer = plain(question="where?", solution="At `data[15]`, one of `batch_sizes[3]`.")
    explorer.root.get_by_role("button", name="Show the answer").click()
    expect(explorer.slider("stages")).to_have_attribute("aria-valuetext", "packed")
    parts = explorer.diagram.locator(".found").evaluate_all("(all) => all.map((e) => e.dataset.part).sort()")
    assert parts == ["batch_sizes[3]", "data[15]"]


def test_the_arrow_keys_follow_a_step_and_change_a_length(plain: Callable[..., Explorer]) -> None:
    explorer = plain()
    explorer.diagram.focus()
    keys = explorer.page.keyboard
    for key, said in (
        ("Right", "[0, 0]"),
        ("Right", "[1, 0]"),
        ("Down", "[1, 1]"),
        ("Left", "[0, 1]"),
        ("Left", "[0, 1]"),
    ):
        keys.press(f"Arrow{key}")
        expect(line(explorer)).to_contain_text(f"padded{said}")
    keys.press("Shift+ArrowLeft")
    assert explorer.sizes(explorer.diagram)["lengths"] == [17, 11, 22, 17]
    expect(explorer.root.get_by_role("textbox", name="lengths")).to_have_value("17, 11, 22, 17")
    to_stage(explorer, "sorted")
    explorer.diagram.focus()
    for row in (2, 1, 0, 0):  # up by what is seen there, and no further than the first
        keys.press("ArrowUp")
        expect(line(explorer)).to_contain_text(f"in row {row} now")


@pytest.mark.parametrize("stage", STAGES)
def test_a_rows_end_is_pulled(plain: Callable[..., Explorer], stage: str) -> None:
    explorer = plain()
    to_stage(explorer, stage)
    mouse = explorer.page.mouse
    mouse.move(*at(explorer, 1, 11.5))
    expect(explorer.diagram).to_contain_class("end-near")
    mouse.down()
    for time in (10.6, 8.5, 7.5):
        mouse.move(*at(explorer, 1, time))
    mouse.up()
    assert explorer.sizes(explorer.diagram)["lengths"] == [17, 8, 22, 17]
    mouse.move(*at(explorer, 0, 3))
    mouse.down()
    mouse.move(*at(explorer, 0, 6))
    mouse.up()
    assert explorer.sizes(explorer.diagram)["lengths"] == [17, 8, 22, 17]


def test_a_pad_is_said_to_be_one_and_a_click_keeps_its_step(plain: Callable[..., Explorer]) -> None:
    explorer = plain()
    explorer.page.mouse.click(*at(explorer, 1, 2))
    expect(line(explorer)).to_have_text("Step 2 of sequence 1 is padded[2, 1].")
    explorer.page.mouse.move(*at(explorer, 1, 15))
    expect(line(explorer)).to_have_text(
        "padded[15, 1] is a pad: sequence 1 has 12 steps. The layer reads it all the same."
    )
    explorer.slider("stages").hover()  # which lies above its stops
    expect(line(explorer)).to_have_text("Step 2 of sequence 1 is padded[2, 1].")


def test_touch_alone_follows_a_step(plain: Callable[..., Explorer]) -> None:
    explorer = plain(360)
    x, y = at(explorer, 2, 7)
    explorer.page.evaluate(
        """([x, y]) => { const e = document.elementFromPoint(x, y);
        for (const name of ["pointerdown", "pointerup", "click"])
            e.dispatchEvent(new PointerEvent(name,
                { clientX: x, clientY: y, bubbles: true, pointerType: "touch", pointerId: 5 })); }""",
        [x, y],
    )
    expect(line(explorer)).to_have_text("Step 7 of sequence 2 is padded[7, 2].")
    explorer.root.locator(".stop", has_text="sorted").click()
    expect(line(explorer)).to_contain_text("in row 0 now")
    style = explorer.diagram.evaluate("(e) => getComputedStyle(e).touchAction")
    assert style == "pan-y"  # the page scrolls by a finger on the grid, and a row is pulled sideways


def test_nothing_stale_wears_a_sign_and_nothing_moves(plain: Callable[..., Explorer]) -> None:
    explorer = plain()
    signs = """(root) => [...root.querySelectorAll(".rnnlib-numbers tspan, td span")]
        .map((e) => getComputedStyle(e).visibility)"""
    explorer.root.get_by_role("button", name="Numbers of each sequence").click()
    assert explorer.root.evaluate(signs) == ["visible"] * 12  # at four rows, and padded and packed in the table
    high = explorer.root.bounding_box()
    explorer.press("batch", "ArrowRight")
    assert explorer.root.evaluate(signs) == ["hidden"] * 12
    assert explorer.root.bounding_box() == high
    explorer.press("batch", "End")
    assert explorer.root.bounding_box() == high
    expect(explorer.root).to_have_attribute("data-state", "stale")
    expect(line(explorer)).to_contain_text("the kernel does not answer")


def test_batch_first_turns_the_words_and_leaves_the_drawing(plain: Callable[..., Explorer]) -> None:
    explorer = plain()
    title, own = explorer.diagram.locator(".title"), explorer.diagram.locator(".row .own")
    expect(title).to_have_text("padded (22, 4, 12)")
    before = [box(row) for row in own.all()]
    explorer.root.get_by_role("switch", name="batch_first").press("Space")
    expect(title).to_have_text("padded (4, 22, 12)")
    assert [box(row) for row in own.all()] == before
    explorer.page.mouse.move(*at(explorer, 1, 5))
    expect(line(explorer)).to_have_text("Step 5 of sequence 1 is padded[1, 5].")


def test_rows_glide_unless_motion_is_reduced(plain: Callable[..., Explorer]) -> None:
    explorer = plain()
    seconds = "(e) => getComputedStyle(e).transitionDuration"
    row = explorer.diagram.locator('.row[data-item="1"]').first
    for motion, some in (("no-preference", True), ("reduce", False)):
        explorer.page.emulate_media(reduced_motion=motion)
        to_stage(explorer, "packed" if some else "padded")
        assert ("0.5s" in row.evaluate(seconds)) == some
    explorer.page.emulate_media(reduced_motion="no-preference")
    explorer.page.wait_for_timeout(700)
    explorer.page.mouse.move(*at(explorer, 1, 5))
    assert "0.5s" not in explorer.diagram.locator(".mark.cell").evaluate(
        seconds
    )  # the outline keeps up with the pointer
    explorer.page.emulate_media(reduced_motion="reduce")


@pytest.mark.parametrize("dark", [False, True])
def test_everything_is_reached_by_tab_and_axe_finds_nothing(plain: Callable[..., Explorer], dark: bool) -> None:
    explorer = plain(question=QUESTION, solution="The longest.", mistake="last_step")
    theme(explorer.page, dark=dark)
    for name in ("Code", "Numbers of each sequence"):
        explorer.root.get_by_role("button", name=name).click()
    stops = list(explorer.tab_through())
    assert len(stops) == explorer.root.evaluate(TAB_STOPS)
    assert [stop for stop in stops if not stop["outlined"]] == []
    assert shut_out(explorer.page, "#packing .rnnlib") == []
    for stage in STAGES:
        to_stage(explorer, stage)
        assert faint(explorer.root) == []


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
    const { left, top, width } = diagram.getBoundingClientRect();
    const scale = width / diagram.firstChild.viewBox.baseVal.width;
    for (let i = 0; i < 15; i++) {
        const mark = () => diagram.querySelector(".mark.cell").style.transform, before = mark();
        const start = performance.now();
        const point = { clientX: left + scale * (120 + 19 * i), clientY: top + scale * 60 };
        diagram.dispatchEvent(new PointerEvent("pointermove", { ...point, bubbles: true }));
        if (mark() !== before) took.hover.push(performance.now() - start); }
    return took; }"""


def test_the_picture_follows_at_once_and_hover_asks_the_kernel_nothing(plain: Callable[..., Explorer]) -> None:
    explorer = plain()
    took = explorer.root.evaluate(FOLLOWS)
    assert {name: len(times) for name, times in took.items()} == {"slider": 20, "hover": 15}  # drawn before it returns
    assert max(sorted(times)[len(times) // 2] for times in took.values()) < 16, (
        took
    )  # a frame; the other is the browser's
    assert explorer.page.evaluate("models.packing.sent") == []


@pytest.fixture
def explorer(everything: Notebook) -> Explorer:
    """The explorer as it is at first in JupyterLab: four utterances, live."""
    shown = afresh(everything, "packing")
    is_live(shown, LENGTHS)
    return shown


def is_live(explorer: Explorer, lengths: list[int]) -> None:
    """Wait until picture and numbers both belong to these lengths."""
    expect(explorer.diagram).to_have_attribute("data-sizes", re.compile(re.escape(str(lengths).replace(" ", ""))))
    expect(explorer.answer).to_have_attribute("data-sizes", re.compile(re.escape(str(lengths).replace(" ", ""))))
    expect(explorer.root).to_have_attribute("data-state", "live")


def test_lengths_are_typed_and_what_is_none_is_told(explorer: Explorer) -> None:
    field, held = explorer.root.get_by_role("textbox", name="lengths"), LENGTHS
    for typed in ("0", "3, -1", "2.5", "x", "", "9, 30", "1000000000"):
        field.fill(typed)
        field.press("Enter")
        expect(explorer.problem).to_contain_text("length")
        expect(field).to_have_value(typed)  # to be mended, not typed anew
        expect(field).to_have_attribute("aria-invalid", "true")
        field.fill("9 20, 3")
        field.press("Enter")
        held = [9, 20, 3]
        is_live(explorer, held)
        expect(explorer.problem).to_be_empty()


def test_the_controls_move_the_picture_and_the_real_layer(explorer: Explorer) -> None:
    assert explorer.press("batch", "ArrowRight") == 5
    is_live(explorer, [*LENGTHS, 16])
    assert explorer.press("batch", "Home") == 1
    is_live(explorer, LENGTHS[:1])
    explorer.field("batch").fill("13")
    explorer.page.keyboard.press("Enter")
    expect(explorer.problem).to_contain_text("at most 12")
    assert explorer.press("batch", "End") == 12
    expect(explorer.answer.locator(".row")).to_have_count(12)
    assert explorer.press("total_length", "ArrowRight") == 23
    to_stage(explorer, "unpacked")
    expect(explorer.diagram.locator(".title")).to_have_text("output (23, 12, 8)")
    explorer.root.get_by_role("radio", name="LSTM").focus()
    explorer.page.keyboard.press("ArrowRight")
    expect(explorer.answer.locator(".head")).to_have_text("h_n off by, packed")
    explorer.root.get_by_role("button", name="Other utterances").press("Enter")
    expect(explorer.root.get_by_role("textbox", name="lengths")).not_to_have_value(re.compile("^17, 12, 22, 17"))
    expect(explorer.root).to_have_attribute("data-state", "live")


# How high an explorer is, and where in it its picture stands: the page around it may scroll.
STANDS = """(root) => {
    const [whole, picture] = [root, root.querySelector(".rnnlib-diagram")].map((e) => e.getBoundingClientRect());
    return [whole.height, picture.y - whole.y]; }"""


def test_a_mistake_is_chosen_and_torch_answers(explorer: Explorer) -> None:
    menu = explorer.root.get_by_role("combobox", name="a wrong setting")
    menu.select_option("enforce_sorted")
    expect(explorer.root.locator(".error")).to_contain_text("RuntimeError: `lengths` array must be sorted")
    expect(explorer.root.locator(".cured")).to_contain_text("packed.data (68, 12)")
    stands = explorer.root.evaluate(STANDS)
    menu.select_option("last_step")
    expect(explorer.root.locator(".error")).to_contain_text("no exception, but")
    tried = menu.locator("option").filter(has_text="raised").all_inner_texts()
    assert [words.split(" · ")[0] for words in tried] == ["raised", "raised nothing"]
    assert explorer.root.evaluate(STANDS) == stands
    menu.select_option("")
    expect(explorer.root.locator(".tried")).to_be_hidden()


def test_the_snippet_is_copied_current_and_runs(explorer: Explorer) -> None:
    explorer.press("batch", "ArrowLeft")
    is_live(explorer, LENGTHS[:3])
    explorer.root.get_by_role("button", name="Code").click()
    explorer.root.get_by_role("button", name="Copy").press("Enter")
    expect(explorer.root.get_by_role("button", name="Copied")).to_be_visible()
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(explorer.page.evaluate("navigator.clipboard.readText()"), "snippet", "exec"), {})
    assert printed.getvalue() == "torch.Size([22, 3, 12])\ntorch.Size([22, 3, 8])\n"
