"""A checkup's report on screen: every answer, cause, axis and cell of it, chosen by click and by keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
import torch
from anywidget import AnyWidget
from playwright.sync_api import Page, expect
from torch import nn

from rnnlib import checkup
from rnnlib.explorers.checkup.explorer import ShownCheckup
from tests.browser.conftest import afresh, shoot
from tests.browser.lab import Notebook
from tests.browser.look import HIGHEST, LAPTOP, SMALLEST, WIDTHS, faint, looks, shut_out, theme
from tests.browser.screen import SHOWS, TAB_STOPS, Explorer
from tests.engine.checkup.zoo import SICK, Made

SHOWN = ("without_batch_first", "both_directions_read_pads", "layers_in_a_list", "a_tuple_into_a_linear")
MARKS = {True: "✓", False: "✗", None: "–"}


def large() -> ShownCheckup:
    """Many layers and sequences, long names, and several results."""
    parts = {f"recurrent_layer_{i}": nn.GRU(6, 6, batch_first=i % 2 == 0) for i in range(6)}

    def forward(model: nn.Module, x: torch.Tensor) -> dict[str, torch.Tensor]:
        for name in parts:
            x = getattr(model, name)(x)[0]
        return {"logits of every step": x, "attention": x.transpose(1, 2)}

    return checkup(Made(forward, **parts), torch.randn(70, 40, 6))


@pytest.fixture(scope="module")
def made() -> dict[str, ShownCheckup]:
    torch.manual_seed(0)
    cases = {name: SICK[name][1]() for name in SHOWN}
    reports = {name: checkup(case.model, case.x, *case.more, **case.options) for name, case in cases.items()}
    sound = checkup(nn.LSTM(3, 4, batch_first=True, bidirectional=True), torch.randn(3, 5, 3))
    return reports | {"sound": sound, "large": large()}


@pytest.fixture
def plain(page_of: Callable[[Mapping[str, AnyWidget]], Page], made: dict[str, ShownCheckup]) -> Callable[..., Page]:
    """Shows those that are named; to show all takes longer than most tests."""
    return lambda *names: page_of({name: made[name].view for name in names})


def shown(page: Page, name: str) -> Explorer:
    explorer = Explorer(page, page.locator(f"#{name} .rnnlib"))
    explorer.root.scroll_into_view_if_needed()
    return explorer


def choose(explorer: Explorer, question: str) -> None:
    explorer.root.get_by_role("radio", name=re.compile(f"^{question}:")).check()
    explorer.page.wait_for_function(SHOWS, arg=[explorer.diagram.element_handle(), {"chosen": question}])


@pytest.mark.parametrize("name", [*SHOWN, "sound", "large"])
def test_every_finding_and_every_cause_is_on_screen(
    plain: Callable[..., Page], made: dict[str, ShownCheckup], name: str
) -> None:
    page = plain(name)
    explorer, report = shown(page, name), made[name]
    spans = explorer.root.locator(".choice label span").all_inner_texts()
    assert [said.split() for said in spans] == [[MARKS[f.holds], f.name] for f in report.findings]
    causes = explorer.root.locator(".diagnosis li")
    expect(causes).to_have_count(len(report.causes))
    for said, cause in zip(causes.all(), report.causes, strict=True):
        expect(said.locator(".cause p")).to_have_text(cause.sentence)
        expect(said.locator("code" if cause.is_code else ".do")).to_have_text(cause.write)
        expect(said.get_by_role("button", name="Copy")).to_have_count(int(cause.is_code))
        expect(said.locator("a")).to_have_text(f"Lesson {cause.lesson[:2]}")
        expect(said.locator("a")).to_have_attribute("title", cause.lesson)
    for finding in report.findings:
        choose(explorer, finding.name)
        told = explorer.root.locator(".finding")
        expect(told).to_contain_text(finding.sentence)
        if finding.holds is False:
            href = told.locator("a").get_attribute("href")
            assert href
            assert href.startswith(f"{finding.lesson.partition(',')[0]}.ipynb#")
            assert finding.cure in told.inner_text() + explorer.root.locator(".diagnosis").inner_text()


def test_every_cell_says_what_was_seen(plain: Callable[..., Page], made: dict[str, ShownCheckup]) -> None:
    """All cells of the matrix and of the steps, by the arrow keys, against the report's own tensors."""
    page = plain("without_batch_first")
    explorer, report = shown(page, "without_batch_first"), made["without_batch_first"]
    moved, steps = report["batch"].evidence.moved.tolist(), report["every_step"].evidence
    grid = explorer.root.get_by_label("Who moves whom")
    grid.focus()
    for j in range(5):
        for i in range(5):
            own = f"Changing sequence {j} moves its own result."
            other = f"moves the result of sequence {i}." if moved[i][j] else f"leaves the result of sequence {i}"
            expect(explorer.line).to_contain_text(own if i == j and moved[i][j] else f"Changing sequence {j} {other}")
            page.keyboard.press("ArrowDown")
        for key in ("ArrowUp",) * 5 + ("ArrowRight",):
            page.keyboard.press(key)
    grid = explorer.root.get_by_label("Which steps count")
    grid.focus()
    for step in range(9):
        count = "counts." if steps.counts[0, step] else "moves no result."
        expect(explorer.line).to_have_text(f"Step {step} of sequence 0 {count}")
        for _ in range(5):
            page.keyboard.press("ArrowDown")
        gradient = f"{float(steps.gradient[:, step].max()):.2g}"
        expect(explorer.line).to_contain_text(f"towards step {step} is {gradient},")
        for key in ("ArrowUp",) * 5 + ("ArrowRight",):
            page.keyboard.press(key)
    grid.blur()
    expect(explorer.line).to_contain_text("Choose a question")


def test_a_cell_is_read_where_it_is_pointed_at(plain: Callable[..., Page]) -> None:
    page = plain("without_batch_first")
    explorer = shown(page, "without_batch_first")
    svg = explorer.root.get_by_label("Who moves whom")
    box, drawn = svg.bounding_box(), svg.locator(".wrong").bounding_box()
    assert box
    assert drawn
    page.mouse.move(drawn["x"] + 4, drawn["y"] + drawn["height"] - 4)
    expect(explorer.line).to_have_text("Changing sequence 0 moves the result of sequence 4.")
    mark = svg.locator(".mark").bounding_box()
    assert mark
    assert abs(mark["x"] - drawn["x"]) < 4
    page.mouse.move(0, 0)
    expect(explorer.line).to_contain_text("Choose a question")


def test_the_axes_stand_as_the_layer_reads_them(plain: Callable[..., Page]) -> None:
    page = plain("without_batch_first", "sound", "large")
    layer = shown(page, "without_batch_first").root.locator(".layers li")
    rows = [row.locator(".chip").all_inner_texts() for row in layer.locator(".axes").all()]
    assert rows == [["5 batch", "9 seq_len", "6"], [], ["5 seq_len", "9 batch", "6 input_size"]]
    expect(shown(page, "sound").root.locator(".axes .chip")).to_have_text(["3 batch", "5 seq_len", "3 input_size"])
    names = shown(page, "large").root.locator(".layers li p > b").all_inner_texts()
    assert [name[-1] for name in names] == list("135024"), "what is at fault comes first"
    assert [name[0] for name in names] == list("✗✗✗rrr")


def test_the_arrow_keys_go_through_the_questions(plain: Callable[..., Page], made: dict[str, ShownCheckup]) -> None:
    page = plain("both_directions_read_pads")
    explorer = shown(page, "both_directions_read_pads")
    assert explorer.sizes(explorer.diagram) == {"chosen": "padding"}
    explorer.root.get_by_role("radio", name=re.compile("^alone")).focus()
    for question in ("order", "padding", "every_step", "directions"):
        page.keyboard.press("ArrowRight")
        explorer.shows(explorer.diagram, chosen=question)
    assert page.evaluate("models.both_directions_read_pads.get('chosen')") == "directions"
    expect(explorer.root.locator(".more figure")).to_have_count(2)
    grid = explorer.root.get_by_label("gru: backward half: 5 used too early")
    grid.focus()
    page.keyboard.press("End")
    expect(explorer.line).to_have_text("The backward half of step 0 of sequence 0 is not used.")
    page.keyboard.press("ArrowUp")
    assert explorer.sizes(explorer.diagram) == {"chosen": "directions"}, "a grid's keys choose no question"


def test_what_to_write_is_copied(plain: Callable[..., Page], made: dict[str, ShownCheckup]) -> None:
    page = plain("without_batch_first")
    explorer = shown(page, "without_batch_first")
    page.evaluate(
        "navigator.clipboard ??= {}; navigator.clipboard.writeText = async (words) => { window.copied = words }"
    )
    explorer.root.get_by_role("button", name="Copy").click()
    expect(explorer.root.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("copied") == "self.lstm = nn.LSTM(6, 8, batch_first=True)"


@pytest.mark.parametrize("name", [*SHOWN, "sound", "large"])
def test_it_is_whole_at_every_width(plain: Callable[..., Page], name: str) -> None:
    page = plain(name)
    explorer, wrong = Explorer(page, page.locator(f"#{name} .rnnlib")), {}
    for width in WIDTHS:
        for dark in (False, True) if width == LAPTOP else (False,):
            if found := [one for one in looks(page, name, width, dark=dark) if width >= SMALLEST or "px" not in one]:
                wrong[width] = found
        if width == LAPTOP:
            box = explorer.root.bounding_box()
            assert box
            assert box["height"] <= HIGHEST
            shoot(explorer.root, f"checkup {name}")
    for question in ("runs", "alone", "directions", "future", "trained", "layers"):
        choose(explorer, question)
        if found := looks(page, name, LAPTOP):
            wrong[question] = found
    assert wrong == {}


@pytest.mark.parametrize("name", ["without_batch_first", "both_directions_read_pads", "large"])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_for_everyone(plain: Callable[..., Page], name: str, dark: bool) -> None:
    page = plain(name)
    theme(page, dark=dark)
    explorer = shown(page, name)
    stops = list(explorer.tab_through())
    names = [stop["name"] for stop in stops]
    assert len(stops) == explorer.root.evaluate(TAB_STOPS), names
    assert all(names), stops
    assert [stop["name"] for stop in stops if not stop["outlined"]] == []
    for question in ("every_step", "directions"):
        choose(explorer, question)
        assert shut_out(page, f"#{name}") == []
    assert faint(explorer.root) == []


def test_a_notebook_shows_it(everything: Notebook) -> None:
    explorer = afresh(everything, "checkup")
    choose(explorer, "trained")
    everything.run_code("print('the kernel says', checkup.view.chosen, checkup.ok)")
    expect(explorer.page.get_by_text("the kernel says trained False", exact=True).last).to_be_visible()
    everything.run_code("checkup.view.chosen = 'layers'")
    explorer.shows(explorer.diagram, chosen="layers")
