"""The step explorer in a real JupyterLab, by keyboard and by pointer: time, places, gates, themes."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import STEPS, afresh
from tests.browser.lab import DARK, LIGHT, Notebook
from tests.browser.screen import TAB_STOPS, Explorer, part_of

PLAYED = 8  # of them; to play them all would show no more


@pytest.fixture
def explorer(everything: Notebook) -> Explorer:
    """The explorer as it is at first, at step 0."""
    shown = afresh(everything, "step")
    shown.shows(shown.diagram, time=0, seq_len=STEPS)
    return shown


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_time_slider_moves_picture_equations_and_history(
    everything: Notebook, explorer: Explorer, theme: str
) -> None:
    everything.theme(theme)
    seen = set()
    for key, time in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", STEPS - 1), ("Home", 0)):
        assert explorer.press("time", key) == time
        explorer.shows(explorer.diagram, time=time)
        expect(explorer.slider("time")).to_be_focused()
        expect(explorer.field("time")).to_have_value(str(time))
        expect(explorer.root.get_by_role("heading")).to_contain_text(f"step {time}")
        seen.add(explorer.answer.inner_text())
    assert len(seen) == 4  # step 1 was visited twice


RECORD = """(root) => {
    window.steps = [];
    const part = root.querySelector(".rnnlib-diagram");
    const note = () => {
        const { time } = JSON.parse(part.dataset.sizes);
        if (window.steps.at(-1)?.[0] !== time) window.steps.push([time, performance.now()]); };
    new MutationObserver(note).observe(part, { attributes: true, attributeFilter: ["data-sizes"] });
    note(); }"""


def test_play_steps_to_the_end_of_time_drops_none_and_stops_there(everything: Notebook, explorer: Explorer) -> None:
    first = STEPS - PLAYED
    everything.run_code(f"step.time = {first}")
    explorer.shows(explorer.diagram, time=first)
    explorer.root.evaluate(RECORD)
    play = explorer.root.get_by_role("button", name="play")
    play.focus()
    explorer.page.keyboard.press("Enter")
    expect(explorer.root.get_by_role("button", name="pause")).to_be_focused()
    explorer.page.wait_for_function("(last) => window.steps.at(-1)[0] === last", arg=STEPS - 1, timeout=30_000)
    expect(explorer.root.get_by_role("button", name="play")).to_be_focused()
    explorer.page.wait_for_timeout(700)  # longer than a step takes: nothing comes after
    steps = explorer.page.evaluate("window.steps")
    assert [step for step, _ in steps] == list(range(first, STEPS))
    apart = [later[1] - sooner[1] for sooner, later in itertools.pairwise(steps)]
    assert sorted(apart)[-2] < 2 * sorted(apart)[len(apart) // 2], apart  # one may be late on a busy machine
    everything.run_code("print('the kernel says', step.time)")
    said = explorer.page.get_by_text(f"the kernel says {STEPS - 1}", exact=True)
    expect(said.last).to_be_visible(timeout=3000)  # no backlog


def test_play_can_be_paused_and_begins_anew_at_the_end(explorer: Explorer) -> None:
    explorer.press("time", "End")
    explorer.root.get_by_role("button", name="play").focus()
    explorer.page.keyboard.press("Space")
    explorer.shows(explorer.diagram, time=0)
    explorer.shows(explorer.diagram, time=2)
    explorer.page.keyboard.press("Space")
    stood = explorer.sizes(explorer.diagram)["time"]
    explorer.page.wait_for_timeout(700)
    assert explorer.sizes(explorer.diagram)["time"] == stood


def test_a_tap_or_a_click_on_the_score_goes_there(explorer: Explorer) -> None:
    canvas = part_of(explorer, ".row", "f").locator("canvas")
    box = canvas.bounding_box()
    assert box
    column, row = 7, 2  # rows run up, 12 of them
    canvas.click(position={"x": (column + 0.5) * box["width"] / STEPS, "y": box["height"] * (1 - (row + 0.5) / 12)})
    explorer.shows(explorer.diagram, time=column, unit=row)
    expect(explorer.root.get_by_role("heading")).to_have_text(f"Unit {row}, step {column}")


def test_arrow_keys_on_the_score_choose_time_and_unit(explorer: Explorer) -> None:
    for part, row in (("f", "f[1] at step 1 ="), ("c", "c[2] at step 2 ="), ("x", "x[1] at step 3 =")):
        canvas = part_of(explorer, ".row", part).locator("canvas")
        canvas.focus()
        for key in ("ArrowRight", "ArrowUp"):
            explorer.page.keyboard.press(key)
        expect(canvas).to_be_focused()
        expect(explorer.root.locator(".line")).to_contain_text(row)
    explorer.shows(explorer.diagram, time=3, unit=2)
    expect(explorer.root.get_by_role("heading")).to_have_text("Unit 2, step 3")


@pytest.mark.parametrize("gate", ["i", "f", "g", "o"])
def test_a_gate_that_has_the_keyboard_lights_its_equation_weight_rows_and_score(explorer: Explorer, gate: str) -> None:
    explorer.root.get_by_role("button", name="Weights").click()
    part_of(explorer, ".gate", gate).focus()
    for within in (".gate", ".rnnlib-numbers p", ".row"):
        expect(part_of(explorer, within, gate)).to_contain_class("lit")
    rows = part_of(explorer, ".rows span", gate)
    expect(rows).to_have_count(2)  # of weight_ih and of weight_hh
    for row in rows.all():
        expect(row).to_contain_class("lit")
        expect(row).to_contain_text(f"{12 * 'ifgo'.index(gate)}–{12 * 'ifgo'.index(gate) + 11}")
    assert set(explorer.root.locator(".lit").evaluate_all("(all) => all.map((e) => e.dataset.part)")) == {gate}


def test_a_gate_keeps_the_keyboard_and_its_light_while_time_moves(explorer: Explorer) -> None:
    explorer.root.get_by_role("button", name="play").click()
    part_of(explorer, ".gate", "f").focus()
    explorer.shows(explorer.diagram, time=explorer.sizes(explorer.diagram)["time"] + 2)
    expect(part_of(explorer, ".gate", "f")).to_be_focused()
    expect(part_of(explorer, ".rnnlib-numbers p", "f")).to_contain_class("lit")


def test_the_backward_direction_comes_from_the_step_after(explorer: Explorer) -> None:
    expect(explorer.diagram).to_contain_text("t−1")
    explorer.root.get_by_role("combobox", name="direction").select_option(label="←")
    explorer.shows(explorer.diagram, direction=1)
    expect(explorer.diagram).to_contain_text("t+1")
    expect(explorer.diagram).not_to_contain_text("t−1")


def test_another_kind_or_size_is_traced_and_drawn(explorer: Explorer) -> None:
    explorer.root.get_by_role("radio", name="LSTM").focus()
    explorer.page.keyboard.press("ArrowRight")
    expect(part_of(explorer, ".gate", "z")).to_be_visible()
    expect(explorer.root.locator(".truth")).to_contain_text("✓ equal to torch")
    explorer.shows(explorer.diagram, seq_len=explorer.press("seq_len", "ArrowLeft"))
    explorer.shows(explorer.diagram, hidden_size=explorer.press("hidden_size", "ArrowRight"))


def test_a_large_trace_is_made_in_the_background(explorer: Explorer) -> None:
    """Meanwhile time moves on in the last one, and nothing says that it is the new one."""
    explorer.field("hidden_size").fill("800")
    explorer.page.keyboard.press("Enter")
    expect(explorer.root).to_have_attribute("data-state", "running")
    expect(explorer.root.locator(".truth")).to_be_hidden()
    expect(explorer.root.locator(".line")).to_contain_text("Running in the background")
    explorer.shows(explorer.diagram, hidden_size=12, time=explorer.press("time", "ArrowRight"))
    explorer.shows(explorer.diagram, hidden_size=800, time=1)
    expect(explorer.root.locator(".truth")).to_have_text(re.compile("✓ equal to torch"))
    expect(explorer.root.locator(".truth")).to_be_visible()
    expect(explorer.problem).to_be_empty()


@pytest.mark.parametrize("typed", ["x", "30", "-1", "2.5", "", "1e30"])
def test_a_step_that_is_none_is_told_and_nothing_is_lost(explorer: Explorer, typed: str) -> None:
    explorer.press("time", "ArrowRight")
    explorer.field("time").fill(typed)
    explorer.page.keyboard.press("Enter")
    expect(explorer.problem).to_contain_text("time")
    expect(explorer.field("time")).to_have_value("1")
    explorer.shows(explorer.diagram, time=1)
    explorer.field("time").fill("4")
    explorer.page.keyboard.press("Enter")
    explorer.shows(explorer.diagram, time=4)
    expect(explorer.problem).to_be_empty()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_everything_is_reached_by_tab_and_seen(everything: Notebook, explorer: Explorer, theme: str) -> None:
    everything.theme(theme)
    stops = list(explorer.tab_through())
    names = [stop["name"] for stop in stops]
    assert len(stops) == explorer.root.evaluate(TAB_STOPS), names
    assert all(names), stops
    assert {"time", "play", "seq_len", "hidden_size", "f, forget gate: σ"} <= set(names)
    assert [stop["name"] for stop in stops if not stop["outlined"]] == []
