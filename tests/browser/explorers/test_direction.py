"""The direction explorer on screen: what is pointed at lights what it has read, by the real layer's own numbers."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from anywidget import AnyWidget
from playwright.sync_api import Locator, Page, expect
from torch import nn

from rnnlib import DirectionExplorer, LayerSpec
from tests.browser.conftest import afresh, shoot
from tests.browser.lab import Notebook
from tests.browser.look import faint, shut_out, theme
from tests.browser.screen import SHOWS, TAB_STOPS, Explorer

STEPS = 12
MADE: dict[str, Callable[[], DirectionExplorer]] = {
    "lesson": lambda: DirectionExplorer(
        "GRU",
        controls=("seq_len", "num_layers", "bidirectional"),
        question="which halves of output have read every step?",
        solution="`forward half of output[-1]` and `backward half of output[0]`.",
    ),
    "all": lambda: DirectionExplorer("LSTM", item=2),
    "packed": lambda: DirectionExplorer("LSTM", packed=True, item=2, unit=1),
    "deep": lambda: DirectionExplorer(LayerSpec("GRU", 12, 4, num_layers=4, bidirectional=True), seq_len=29),
    "long": lambda: DirectionExplorer(nn.GRU(12, 4, bidirectional=True, batch_first=True), torch.randn(1, 200, 12)),
    "given": lambda: DirectionExplorer("RNN", part="h_n"),
}
# Of every input that is drawn: its step, how strongly it is lit, and whether it is marked as read and as a pad.
INPUTS = """(root) => [...root.querySelectorAll(".input")].map((input) => [
    Number(input.dataset.step), Number(input.querySelector(".light")?.style.opacity ?? 0),
    input.classList.contains("read"), Boolean(input.querySelector(".hatch"))])"""
LINE = "(root) => root.querySelector('.line [role=status]').textContent"
# What is lit and said as each thing to choose is pointed at, and how long that took, in milliseconds.
POINT = f"""async (root) => {{
    const seen = {{}};
    for (const place of root.querySelectorAll(".place")) {{
        await new Promise(requestAnimationFrame);
        const before = performance.now();
        place.dispatchEvent(new PointerEvent("pointerover", {{ bubbles: true, clientX: 1, clientY: Math.random() }}));
        const spent = performance.now() - before;
        seen[place.dataset.key] = [({INPUTS})(root), ({LINE})(root), spent]; }}
    return seen; }}"""


@pytest.fixture(scope="module")
def made() -> dict[str, DirectionExplorer]:
    torch.manual_seed(0)
    return {name: make() for name, make in MADE.items()}


@pytest.fixture
def plain(
    page_of: Callable[[Mapping[str, AnyWidget]], Page], made: dict[str, DirectionExplorer]
) -> Callable[..., Page]:
    """Shows those that are named; to show all takes longer than most tests."""
    return lambda *names: page_of({name: made[name] for name in names})


def shown(page: Page, name: str) -> Explorer:
    explorer = Explorer(page, page.locator(f"#{name} .rnnlib"))
    explorer.root.scroll_into_view_if_needed()
    return explorer


def shows(explorer: Explorer, **chosen: Any) -> None:
    """Wait until the picture says that it shows this."""
    explorer.page.wait_for_function(SHOWS, arg=[explorer.diagram.element_handle(), chosen], timeout=15_000)


def thing(explorer: Explorer, key: str) -> Locator:
    """A half of output or a row of h_n, by its key."""
    return explorer.diagram.locator(f'.place[data-key="{key}"]')


def reads(explorer: Explorer, steps: Iterable[int]) -> None:
    """Wait until just these inputs are lit."""
    lit = f"([root, steps]) => String(({INPUTS})(root).filter((input) => input[2]).map(([step]) => step)) === steps"
    explorer.page.wait_for_function(lit, arg=[explorer.root.element_handle(), ",".join(map(str, steps))])


def says(explorer: Explorer, *words: str) -> None:
    """Wait until the line begins with these words."""
    for begin in words:
        expect(explorer.root.locator(".line [role=status]")).to_have_text(re.compile(f"^{re.escape(begin)}"))


def lights_of(explorer: DirectionExplorer, key: str) -> np.ndarray:
    """How strongly each input is to be lit, by the layer's own numbers: of one unit where units can be chosen."""
    part, row, direction = key.split()
    found, half = explorer.who_reads, int(direction)
    directions = 1 + explorer.bidirectional
    if part == "output":
        size = found.output.shape[2] // directions
        moved = found.output[int(row), explorer.item, half * size : (half + 1) * size]
    else:
        moved = found.h_n[int(row) * directions + half, explorer.item]
    moved = moved[explorer.unit] if "unit" in explorer.controls else moved.amax(0)
    moved = moved.numpy()
    return np.where(moved > 0, 0.25 + 0.75 * np.sqrt(moved / (moved.max() or 1)), 0)


@pytest.mark.parametrize("name", ["lesson", "all", "packed", "deep", "long"])
def test_the_lights_are_the_layers_own_numbers(
    plain: Callable[..., Page], made: dict[str, DirectionExplorer], name: str
) -> None:
    page = plain(name)
    explorer, kernel = shown(page, name), made[name]
    seen = explorer.root.evaluate(POINT)
    assert len(seen) >= 2 * 12 + 2
    length = kernel.lengths[kernel.item]
    for key, (inputs, said, _) in seen.items():
        wanted = lights_of(kernel, key)
        for step, light, lit, pad in inputs:
            assert abs(light - wanted[step]) < 2e-3, (key, step)
            assert (lit, pad) == (wanted[step] > 0, step >= length), (key, step)
        count = int((wanted > 0).sum())
        zeros = kernel.packed and key.startswith("output") and int(key.split()[1]) >= length
        of = length if kernel.packed else kernel.seq_len
        assert ("filled with zeros" if zeros else f"{count} of {of} steps") in said, (key, said)
    assert statistics.median(spent for _, _, spent in seen.values()) < 16  # the next frame shows it
    assert not page.evaluate("name => models[name].sent.length", name)


def test_nothing_is_chosen_and_no_answer_is_seen_until_someone_points(plain: Callable[..., Page]) -> None:
    page = plain("lesson", "given")
    explorer = shown(page, "lesson")
    reads(explorer, [])
    says(explorer, "Point at, tap or Tab to any box")
    assert explorer.sizes(explorer.diagram)["chosen"] is False
    assert "of 12" not in explorer.root.inner_text()
    expect(explorer.diagram.locator('.lit path, .seen, [aria-pressed="true"]')).to_have_count(0)
    reads(shown(page, "given"), list(range(STEPS)))  # it was in Python


def test_pointing_shows_a_click_stays_and_leaving_goes_back(plain: Callable[..., Page]) -> None:
    page = plain("lesson")
    explorer = shown(page, "lesson")
    thing(explorer, "output 2 1").hover()
    reads(explorer, list(range(2, STEPS)))
    page.mouse.move(0, 0)
    reads(explorer, [])
    thing(explorer, f"output {STEPS - 1} 1").click()
    shows(explorer, chosen=True, time=STEPS - 1, direction=1)
    says(explorer, "output[-1], backward half, has read x_11 alone: 1 of 12 steps.")
    thing(explorer, "h_n 0 1").hover()
    says(explorer, "h_n[1], layer 0 ←, has read x_0 … x_11: 12 of 12 steps.")
    reads(explorer, list(range(STEPS)))
    page.mouse.move(0, 0)
    reads(explorer, [STEPS - 1])
    says(explorer, "output[-1], backward half")


def test_the_first_box_of_all_can_be_chosen_too(plain: Callable[..., Page]) -> None:
    page = plain("lesson")
    explorer = shown(page, "lesson")
    thing(explorer, "output 0 0").click()  # where the traits stand already
    shows(explorer, chosen=True, time=0, direction=0)
    says(explorer, "output[0], forward half, has read x_0 alone: 1 of 12 steps.")


def test_a_cell_of_the_last_layer_is_its_half_of_output(plain: Callable[..., Page]) -> None:
    page = plain("lesson")
    explorer = shown(page, "lesson")
    explorer.diagram.locator('circle.hit[data-key="output 4 1"]').click()
    shows(explorer, part="output", time=4, direction=1)
    reads(explorer, list(range(4, STEPS)))


def test_an_inputs_number_is_told(plain: Callable[..., Page], made: dict[str, DirectionExplorer]) -> None:
    page = plain("lesson")
    explorer = shown(page, "lesson")
    thing(explorer, "output 5 0").click()
    shows(explorer, time=5)
    moved = made["lesson"].who_reads.output[5, 0, :4].amax(0)
    for step in (0, 4, 5):
        explorer.diagram.locator(f'.input[data-step="{step}"]').hover()
        says(explorer, f"x_{step} moves output[5], forward half, by {moved[step]:.3f} for a change of 1.")
    explorer.diagram.locator(".inputs").focus()
    for step in range(1, 7):
        page.keyboard.press("ArrowRight")
        says(explorer, f"x_{step} {'moves' if step < 6 else 'was not read by'}")


def test_everything_is_chosen_by_keyboard(plain: Callable[..., Page]) -> None:
    page = plain("lesson", "all")
    explorer = shown(page, "lesson")
    thing(explorer, "output 0 0").focus()
    says(explorer, "output[0], forward half, has read")
    for key, expected in (
        ("Enter", {"chosen": True, "time": 0, "direction": 0}),
        ("ArrowRight", {"time": 1}),
        ("ArrowUp", {"direction": 1}),
        ("Home", {"time": 0}),
        ("ArrowLeft", {"part": "h_n", "direction": 1}),
        ("ArrowDown", {"part": "h_n", "direction": 0}),
        ("ArrowLeft", {"part": "output", "time": STEPS - 1}),
    ):
        page.keyboard.press(key)
        shows(explorer, **expected)
        expect(explorer.diagram.locator(".place.chosen")).to_be_focused()
    shown(page, "all").press("unit", "ArrowRight")
    thing(shown(page, "all"), "output 3 0").click()
    says(shown(page, "all"), "unit 1 of output[3], forward half")


def test_after_a_click_the_arrow_keys_are_shown_where_the_pointer_rests(plain: Callable[..., Page]) -> None:
    page = plain("lesson")
    explorer = shown(page, "lesson")
    thing(explorer, "output 5 0").click()
    shows(explorer, time=5, direction=0)
    for time in (4, 3):
        page.keyboard.press("ArrowLeft")
        shows(explorer, time=time)
        page.wait_for_timeout(200)  # in which the browser finds what the pointer rests on
        reads(explorer, list(range(time + 1)))
    thing(explorer, "output 8 0").hover()
    says(explorer, "output[8], forward half")


def test_the_two_summaries_are_compared_when_asked(plain: Callable[..., Page]) -> None:
    page = plain("lesson", "all", "packed")
    verdicts = {
        "lesson": ("≠ No summary of the sequence: its backward half has taken 1 step of 12.", "= Every step of the"),
        "all": ("≠ No summary of the sequence: its backward", "≠ No summary of the sequence: it has read 5 pads."),
        "packed": ("≠ Zeros: this sequence has only 7 steps.", "= Every step of the sequence, read from both ends"),
    }
    for name, said in verdicts.items():
        explorer = shown(page, name)
        panel = explorer.root.locator(".summaries")
        expect(panel).to_be_hidden()
        explorer.root.get_by_role("button", name="Compare two summaries").click()
        for summary, verdict in zip(panel.locator(".summary").all(), said, strict=True):
            expect(summary.locator("p")).to_contain_text(verdict)
    panel = shown(page, "lesson").root.locator(".summaries .summary").first
    panel.get_by_role("button", name="backward half x_11, 1 of 12").click()
    shows(shown(page, "lesson"), part="output", time=STEPS - 1, direction=1)
    reads(shown(page, "lesson"), [STEPS - 1])


def test_a_shown_answer_lights_its_halves(plain: Callable[..., Page]) -> None:
    page = plain("lesson")
    explorer = shown(page, "lesson")
    explorer.root.get_by_role("button", name="Show the answer").click()
    found = explorer.diagram.locator(".found").evaluate_all("all => all.map(e => e.dataset.key)")
    assert sorted(found) == ["output 0 1", "output 11 0"]


def test_a_tab_that_was_hidden_is_drawn_when_it_is_seen(plain: Callable[..., Page]) -> None:
    page = plain("lesson")
    explorer = shown(page, "lesson")
    page.evaluate("document.getElementById('lesson').hidden = true")
    page.evaluate("models.lesson.set('time', 4)")
    page.evaluate("document.getElementById('lesson').hidden = false")
    shows(explorer, time=4, chosen=True)
    reads(explorer, list(range(5)))


@pytest.mark.parametrize("name", ["all", "packed"])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_for_everyone(plain: Callable[..., Page], name: str, dark: bool) -> None:
    page = plain(name)
    theme(page, dark=dark)
    explorer = shown(page, name)
    stops = list(explorer.tab_through())
    names = [stop["name"] for stop in stops]
    assert len(stops) == explorer.root.evaluate(TAB_STOPS), names
    assert all(names), stops
    assert {"seq_len", "num_layers", "unit", "output at step 0, forward half", "Compare two summaries"} <= set(names)
    assert [stop["name"] for stop in stops if not stop["outlined"]] == []
    explorer.root.get_by_role("button", name="Compare two summaries").click()
    thing(explorer, "h_n 0 1").click()
    shows(explorer, part="h_n")
    page.mouse.move(0, 0)
    shoot(explorer.root, f"direction {name} {'dark' if dark else 'light'}")
    assert shut_out(page, f"#{name}") == []
    chosen = explorer.diagram.locator(".place.chosen text").all_text_contents()
    assert set(faint(explorer.root)) <= set(chosen)  # the chosen row stands on its own colour


# With a kernel, in a real JupyterLab.


@pytest.fixture
def explorer(everything: Notebook) -> Explorer:
    """The explorer as it is at first: nothing chosen."""
    explorer = afresh(everything, "direction")
    explorer.page.mouse.move(0, 0)
    shows(explorer, seq_len=STEPS, chosen=False)
    return explorer


def live(explorer: Explorer) -> None:
    explorer.page.wait_for_function("(root) => root.dataset.state === 'live'", arg=explorer.root.element_handle())


def test_controls_ask_the_layer_again_and_what_is_chosen_stays(everything: Notebook, explorer: Explorer) -> None:
    assert explorer.press("seq_len", "ArrowRight") == STEPS + 1
    shows(explorer, seq_len=STEPS + 1, chosen=False)
    live(explorer)
    reads(explorer, [])
    thing(explorer, f"output {STEPS} 1").click()
    shows(explorer, time=STEPS, direction=1)
    everything.run_code("print('the kernel says', direction.part, direction.direction, direction.time)")
    expect(explorer.page.get_by_text("the kernel says output 1 12", exact=True).last).to_be_visible()
    assert explorer.press("seq_len", "ArrowLeft") == STEPS
    shows(explorer, seq_len=STEPS, time=STEPS - 1)  # output[-1] it was, output[-1] it is
    live(explorer)
    reads(explorer, [STEPS - 1])
    assert explorer.press("num_layers", "ArrowRight") == 2
    expect(explorer.root.locator(".line")).to_contain_text("12 of 12 steps; 1 itself, the rest through layer 0.")
    reads(explorer, list(range(STEPS)))
    explorer.root.get_by_role("switch", name="bidirectional").click()
    expect(explorer.diagram.locator(".place")).to_have_count(STEPS + 2)
    explorer.root.get_by_role("combobox", name="sequence").select_option(index=2)
    shows(explorer, item=2)
    explorer.root.get_by_role("radio", name="padded").focus()
    explorer.page.keyboard.press("ArrowRight")
    shows(explorer, packed=True)
    expect(explorer.root.locator(".line")).to_contain_text("filled with zeros")


@pytest.mark.parametrize("typed", ["x", "30", "0", "2.5"])
def test_a_seq_len_that_cannot_be_is_told_and_nothing_is_lost(explorer: Explorer, typed: str) -> None:
    thing(explorer, f"output {STEPS - 1} 1").click()
    explorer.field("seq_len").fill(typed)
    explorer.page.keyboard.press("Enter")
    expect(explorer.problem).not_to_be_empty()
    expect(explorer.field("seq_len")).to_have_value(str(STEPS))
    reads(explorer, [STEPS - 1])
    explorer.field("seq_len").fill("9")
    explorer.page.keyboard.press("Enter")
    shows(explorer, seq_len=9)
    expect(explorer.problem).to_be_empty()
