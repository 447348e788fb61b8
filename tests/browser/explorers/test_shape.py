"""The explorer in a real JupyterLab: what happens when a control is moved."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout

import pytest
from anywidget import AnyWidget
from playwright.sync_api import Page, expect

from rnnlib import ShapeExplorer
from tests.browser.conftest import cell_of, shoot
from tests.browser.lab import DARK, LIGHT, Notebook
from tests.browser.screen import SLIDERS, Explorer, stands_still


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_slider_moves_the_diagram_and_the_numbers(everything: Notebook, explorer: Explorer, theme: str) -> None:
    everything.theme(theme)
    for name in SLIDERS:
        for key, step in (("ArrowRight", 1), ("ArrowRight", 1), ("ArrowLeft", -1)):
            before = int(explorer.slider(name).input_value())
            assert explorer.press(name, key) == before + step
            explorer.is_live(**{name: before + step})
            expect(explorer.slider(name)).to_be_focused()
            expect(explorer.field(name)).to_have_value(str(before + step))
    shoot(explorer.root, f"moved {theme}")


def test_the_choices_move_them_too(explorer: Explorer) -> None:
    explorer.root.get_by_role("radio", name="LSTM").focus()
    explorer.page.keyboard.press("ArrowRight")
    explorer.is_live(kind="GRU")
    for name, value in (("batch_first", True), ("bidirectional", False)):
        explorer.root.get_by_role("switch", name=name).focus()
        explorer.page.keyboard.press("Space")
        explorer.is_live(**{name: value})


def test_the_shapes_are_torchs_and_each_has_its_tick(explorer: Explorer) -> None:
    explorer.press("num_layers", "End")
    explorer.is_live(num_layers=4)
    for shape in ("(8, 3, 12)", "(8, 3, 32)", "(8, 3, 16)"):  # input, output = 2 * 16, h_n and c_n = 4 * 2
        expect(explorer.diagram).to_contain_text(shape)
    ticks = explorer.diagram.locator("[data-tick]")
    expect(ticks).to_have_text(["✓"] * 4)  # input, h_0 and c_0, output, h_n and c_n
    for tick in ticks.all():
        expect(tick).to_be_visible()


# The kernel's answer once more, as it would be if the layer had given one tensor another shape than is drawn.
DEPARTS = """(name) => {
    const answer = structuredClone(models.shape.get("answer"));
    Object.assign(answer.rows.find((row) => row.name === name), { agrees: false, shape: [5, 7] });
    models.shape.set("answer", answer); }"""


@pytest.mark.parametrize("name", ["input", "h_0", "output", "h_n"])
def test_a_shape_that_is_not_as_drawn_wears_no_tick_but_what_it_is(
    page_of: Callable[[Mapping[str, AnyWidget]], Page], name: str
) -> None:
    page = page_of({"shape": ShapeExplorer("LSTM")})
    ticks = page.locator("#shape [data-tick]")
    expect(ticks).to_have_text(["✓"] * 4)
    page.evaluate(DEPARTS, name)
    worn = {"input": "✓", "h_0": "✓", "output": "✓", "h_n": "✓"} | {name: "✗ 5, 7"}
    for tensor, words in worn.items():
        tick = page.locator(f'#shape [data-tick="{tensor}"]')
        expect(tick).to_have_text(words)
        expect(tick).to_be_visible()
        expect(tick).to_contain_class("right" if words == "✓" else "wrong")
        expect(tick).not_to_contain_class("wrong" if words == "✓" else "right")


def test_the_sizes_can_be_set_from_a_cell(everything: Notebook, explorer: Explorer) -> None:
    everything.run_code("shape.seq_len = 7")
    expect(explorer.slider("seq_len")).to_have_value("7")
    explorer.is_live(seq_len=7)


def test_a_large_size_can_be_typed(explorer: Explorer) -> None:
    """It runs in the background, from where its result comes; what is too large for that is refused."""
    for typed, state, said in (
        ("1024", "running", "million parameters"),
        ("100000", "refused", "choose a smaller|in a cell"),
        ("5", "live", ""),
        ("1000", "running", "million parameters"),
    ):
        explorer.field("hidden_size").fill(typed)
        explorer.page.keyboard.press("Enter")
        explorer.shows(explorer.diagram, hidden_size=int(typed))
        expect(explorer.root).to_have_attribute("data-state", state)
        if said:
            expect(explorer.line).to_contain_text(re.compile(said))
    explorer.is_live(hidden_size=1000)
    expect(explorer.diagram).to_contain_text("(8, 3, 2000)")
    expect(explorer.line).not_to_contain_text("Running")


@pytest.mark.parametrize("typed", ["x", "1e30", "0", "-1", "2.5", ""])
def test_a_bad_value_typed_is_told_and_nothing_is_lost(explorer: Explorer, typed: str) -> None:
    before = explorer.sizes(explorer.diagram)
    explorer.field("batch").fill(typed)
    explorer.page.keyboard.press("Enter")
    expect(explorer.problem).to_contain_text("batch")
    expect(explorer.field("batch")).to_have_value(str(before["batch"]))
    explorer.is_live(**before)
    explorer.field("batch").fill("5")
    explorer.page.keyboard.press("Enter")
    explorer.is_live(batch=5)
    expect(explorer.problem).to_be_empty()


def test_the_page_stands_still_while_sizes_change(explorer: Explorer) -> None:
    explorer.root.evaluate("""(root) => {
        window.heights = new Set();
        new ResizeObserver(() => window.heights.add(root.getBoundingClientRect().height)).observe(root); }""")
    for name in SLIDERS:
        for key in ("Home", "End"):
            explorer.is_live(**{name: explorer.press(name, key)})
    assert len(explorer.page.evaluate("[...window.heights]")) == 1


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_an_axis_pointed_at_lights_its_symbol_everywhere(explorer: Explorer, by: str) -> None:
    axis = explorer.diagram.locator('[data-tensor="output"] .axis[data-symbol="seq_len"]')
    axis.hover() if by == "pointer" else axis.focus()
    opacity = "(e) => Number(getComputedStyle(e).opacity)"
    same = explorer.root.locator('.size[data-symbol="seq_len"]').all()
    other = explorer.root.locator('.size[data-symbol="batch"]').all()
    assert same
    assert other
    for mark in same:
        assert mark.evaluate(opacity) == 1
    for mark in other:
        assert mark.evaluate(opacity) < 0.6
    explorer.page.mouse.move(0, 0)
    explorer.slider("batch").evaluate("(e) => e.blur()")


def test_the_snippet_is_copied_current_and_runs(explorer: Explorer) -> None:
    explorer.is_live(seq_len=explorer.press("seq_len", "ArrowRight"))
    explorer.root.get_by_role("button", name="Code").click()
    explorer.root.get_by_role("button", name="Copy").focus()
    explorer.page.keyboard.press("Enter")
    expect(explorer.root.get_by_role("button", name="Copied")).to_be_visible()
    code = explorer.page.evaluate("navigator.clipboard.readText()")
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(code, "snippet", "exec"), {})
    for shape in ("(9, 3, 32)", "(4, 3, 16)"):
        assert shape in printed.getvalue().replace("torch.Size([", "(").replace("])", ")")


def test_the_numbers_on_a_face_are_the_layers(everything: Notebook, explorer: Explorer) -> None:
    """Read by keyboard: the first step's first feature, then the step to its right and the feature above."""
    explorer.diagram.locator('[data-tensor="output"] image.face').focus()
    told = []
    for key in (None, "ArrowRight", "ArrowUp"):
        if key:
            explorer.page.keyboard.press(key)
        told.append(explorer.line.inner_text())
    asked = (
        "import torch; output = torch.frombuffer(bytearray(shape.answer['faces'][1]['values']), dtype=torch.float32)"
    )
    everything.run_code(
        f"{asked}.view(32, 8); shape.question = f'{{output[0, 0]:.4f}} {{output[0, 1]:.4f}} {{output[1, 1]:.4f}}'"
    )
    question = everything.views("shape").locator(".question p")
    expect(question).not_to_contain_text("sliders")
    numbers = question.inner_text().removeprefix("Find out: ").split()
    assert told == [f"output[{at}] = {n}" for at, n in zip(("0, 0, 0", "1, 0, 0", "1, 0, 1"), numbers, strict=True)]


@pytest.mark.parametrize("kind", ["shape", "checkup"])
def test_what_was_just_run_comes_into_sight_from_its_top(everything: Notebook, kind: str) -> None:
    """On a laptop's screen, after Shift+Enter, which goes on to the next cell while the view has no height yet."""
    page, view = everything.page, everything.views(kind)
    page.set_viewport_size({"width": 1280, "height": 800})
    try:
        for _ in range(2):  # the second time with a view in its place already
            old = view.element_handle()
            everything.select_cell(cell_of(kind))
            page.keyboard.press("Shift+Enter")
            page.wait_for_function("(old) => !old.isConnected", arg=old)
            expect(view).to_be_visible()
            stands_still(view)
            pane = page.locator(".jp-WindowedPanel-outer").bounding_box()
            shown = view.bounding_box()
            assert pane["y"] - 1 <= shown["y"], (pane, shown)
            assert shown["y"] + shown["height"] <= pane["y"] + pane["height"] + 1, (pane, shown)
    finally:
        page.set_viewport_size({"width": 1400, "height": 1300})
