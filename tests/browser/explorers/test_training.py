"""The training lab: in a plain page a recorded run, walked back and forth; in JupyterLab one that runs.

The plain page has no kernel: what it shows is what was synced.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from anywidget import AnyWidget
from playwright.sync_api import Locator, Page, expect

from rnnlib import TrainingLab
from tests.browser.conftest import afresh, shoot
from tests.browser.lab import Notebook
from tests.browser.look import HIGHEST, LAPTOP, WIDTHS, faint, looks, shut_out, theme
from tests.browser.screen import Explorer

STEPS, EPOCHS = 16, 6


@pytest.fixture(scope="module")
def recorded() -> TrainingLab:
    """Two runs of which nothing but what is synced reaches the page."""
    lab = TrainingLab("counting", "GRU", 8, seq_len=6, epochs=EPOCHS, lr=0.02, question="How many ones?")
    for packed in (False, True):
        lab.packed = packed
        lab.start()
        lab.wait()
    assert lab.problem == ""
    return lab


@pytest.fixture
def page(page_of: Callable[[Mapping[str, AnyWidget]], Page], recorded: TrainingLab) -> Page:
    shown = page_of({"lab": recorded})
    shown.set_viewport_size({"width": 900, "height": 900})
    return shown


@pytest.fixture
def training(page: Page) -> Explorer:
    return Explorer(page, page.locator(".rnnlib.training"))


def feed(training: Explorer, **state: Any) -> None:
    training.page.evaluate("(state) => { for (const name in state) models.lab.set(name, state[name]); }", state)


def answer(training: Explorer, **changed: Any) -> dict[str, Any]:
    """What the kernel would answer to what is chosen now."""
    now = training.page.evaluate(
        "() => Object.fromEntries(Object.keys(models.lab.get('answer').asked).map((n) => [n, models.lab.get(n)]))"
    )
    return {"asked": now, "estimate": "about 1 second", "cannot": ""} | changed


def walk(training: Explorer, step: int) -> None:
    training.slider("step").fill(str(step))
    training.shows(training.diagram, step=step)


def panel(training: Explorer, name: str) -> Locator:
    return training.diagram.locator(f".panel.{name}")


def said(training: Explorer) -> str:
    return training.line.inner_text().strip()


def test_every_step_shows_what_was_recorded_then(training: Explorer, recorded: TrainingLab) -> None:
    counts = np.frombuffer(recorded.confusions, np.uint16).reshape(EPOCHS + 1, 5, 5)
    steps = recorded.frames["steps"]
    chances = np.frombuffer(recorded.frames["chances"], np.float32).reshape(len(steps), 5)
    training.shows(training.diagram, run=2, step=EPOCHS * STEPS, packed=True)
    for step in (0, 1, STEPS, 2 * STEPS + 5, EPOCHS * STEPS, 3):
        walk(training, step)
        epoch, place = step // STEPS, max(i for i, at in enumerate(steps) if at <= step)
        _, _, train, loss, test, _ = recorded.scores[epoch]
        expect(panel(training, "accuracy")).to_contain_text(f"test {round(100 * test)} %")
        expect(panel(training, "accuracy")).to_contain_text(f"train {round(100 * train)} %")
        expect(panel(training, "loss")).to_contain_text(f"test {loss:.2f}" if loss >= 0.095 else f"test {loss:.3f}")
        cells = panel(training, "confusion").locator(".axis")
        expect(cells).to_have_count(int((counts[epoch] > 0).sum()))
        row, column = divmod(int(counts[epoch].argmax()), 5)
        largest = panel(training, "confusion").locator(f'.axis[data-key="{row} {column}"]')
        assert (largest.get_attribute("aria-label") or "").startswith(f"{counts[epoch].max()} test sequences")
        taken = int(chances[place].argmax())
        wanted = "it" if taken == recorded.run["label"] else str(taken)
        expect(panel(training, "states").locator("figcaption span")).to_contain_text(
            f"taken for {wanted} ({round(100 * float(chances[place].max()))} %)"
        )
        assert panel(training, "loss").locator(".cursor").count() == (step < EPOCHS * STEPS)


def test_the_states_are_painted_with_the_colours_of_their_numbers(training: Explorer, recorded: TrainingLab) -> None:
    steps = recorded.frames["steps"]
    states = np.frombuffer(recorded.frames["states"], np.int8).reshape(len(steps), 6, 8) / 127
    for step, seen in ((0, states[0]), (EPOCHS * STEPS, states[-1])):
        walk(training, step)
        pixels = np.array(
            training.diagram.locator("canvas").evaluate(
                "(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
            )
        ).reshape(8, 6, 4)[::-1]  # rows run up
        clear = np.abs(seen.T) > 0.1
        assert ((pixels[..., 0] > pixels[..., 2]) == (seen.T > 0))[clear].all()  # red above 0, blue below
        assert np.abs(pixels[..., 3] / 255 - np.abs(seen.T) ** 0.7).max() < 0.02


def test_what_is_pointed_at_is_said_by_mouse_and_by_keyboard(training: Explorer, recorded: TrainingLab) -> None:
    walk(training, EPOCHS * STEPS)
    panel(training, "loss").locator("svg").hover()
    assert re.match(r"Step \d+: of the test sequences [\d.]+ % right, loss", said(training))
    training.page.mouse.move(1, 1)
    reach = np.frombuffer(recorded.now["reach"], np.float32)
    panel(training, "reach").locator("svg").hover()
    time = int(re.match(r"Time step (\d): its reach is ([\d.e-]+)", said(training))[1])
    assert float(re.search(r"reach is ([\d.e-]+[\d])", said(training))[1]) == pytest.approx(reach[time], rel=0.06)
    canvas = training.diagram.locator("canvas")
    canvas.focus()
    training.page.keyboard.press("ArrowRight")
    value = np.frombuffer(recorded.now["states"], np.int8).reshape(6, 8)[1, 0] / 127
    assert said(training) == f"h[0] at time step 1 = {value:.2f}"
    panel(training, "confusion").locator(".axis").first.focus()
    assert "of count 0" in said(training)


def test_it_is_played_without_a_kernel(training: Explorer) -> None:
    training.root.get_by_role("button", name="Play").click()
    expect(training.root.get_by_role("button", name="Stop")).to_be_visible()
    training.page.wait_for_function("() => Number(document.querySelector('.player input').value) > 5")
    training.root.get_by_role("button", name="Stop").click()
    at = training.sizes(training.diagram)["step"]
    assert 5 < at < EPOCHS * STEPS
    assert training.press("step", "ArrowLeft") == at - 1
    training.shows(training.diagram, step=at - 1)


def test_a_run_that_goes_on_is_followed_until_it_is_taken_back(training: Explorer) -> None:
    feed(training, doing="training", progress={"done": 40, "of": 96, "now": "epoch 3 of 6"})
    training.shows(training.diagram, step=40)
    expect(training.root.locator(".at")).to_have_text("step 40 of 96")
    assert said(training) == "epoch 3 of 6"
    walk(training, 7)
    feed(training, progress={"done": 60, "of": 96, "now": "epoch 4 of 6"})
    expect(training.root.locator(".at")).to_have_text("step 7 of 96")
    walk(training, 60)
    feed(training, progress={"done": 80, "of": 96, "now": "epoch 5 of 6"})
    training.shows(training.diagram, step=80)


def test_earlier_runs_are_faint_lines_and_it_is_said_what_was_different(training: Explorer) -> None:
    for name in ("loss", "accuracy", "norm"):
        expect(panel(training, name).locator('.past[data-run="1"]')).to_have_count(1)
    expect(panel(training, "accuracy").locator(".end.past")).to_have_text("run 1")
    expect(training.answer).to_contain_text("Run 2: after 6 epochs")
    expect(training.answer).to_contain_text("Before it, run 1, with packed off,")
    training.root.get_by_role("radio", name="LSTM").check()
    feed(training, answer=answer(training))
    expect(training.line).to_have_text("Shown is run 2, with kind GRU. Start to train what is chosen.")


def test_the_buttons_are_those_of_what_it_does(training: Explorer) -> None:
    button = lambda name: training.root.get_by_role("button", name=name, exact=True)  # noqa: E731
    expect(button("Cancel")).to_be_disabled()
    button("Start").click()
    assert training.page.evaluate("models.lab.get('doing')") == "training"
    for name, doing in (("Pause", "paused"), ("Go on", "training"), ("Step", "step"), ("Anew", "anew"), ("Cancel", "")):
        button(name).click()
        assert training.page.evaluate("models.lab.get('doing')") == doing
    expect(button("Start")).to_be_visible()


def test_what_changes_nothing_is_not_there_to_be_changed(training: Explorer) -> None:
    expect(training.slider("seq_len")).to_be_visible()
    expect(training.root.get_by_label("forget_bias")).to_be_visible()
    training.root.get_by_label("task").select_option("speakers")
    training.root.get_by_role("radio", name="RNN").check()
    expect(training.slider("seq_len")).to_be_hidden()
    expect(training.root.get_by_label("forget_bias")).to_be_hidden()


def test_why_it_cannot_be_trained_is_said_before(training: Explorer) -> None:
    why = "this training would take about 4 minutes, and no more than one minute is waited for: choose fewer epochs."
    feed(training, answer=answer(training, cannot=why, estimate=""))
    expect(training.line).to_have_text(why)
    feed(training, answer=answer(training))
    expect(training.line).to_contain_text("Point at a curve")


@pytest.mark.parametrize("ended", ["restarted", "shut down"])
def test_a_kernel_that_does_not_answer_is_said_to_be_silent_and_the_run_can_still_be_walked(
    training: Explorer, ended: str
) -> None:
    if ended == "restarted":  # ipywidgets tells its models so
        training.page.evaluate("models.lab.trigger('comm_live_update')")
    training.root.get_by_role("button", name="Start", exact=True).click()
    expect(training.root).to_have_attribute("data-state", "stale")
    expect(training.root.locator(".line")).to_contain_text("the kernel does not answer")
    expect(training.root.get_by_role("button", name="Start", exact=True)).to_be_visible()
    walk(training, 9)


@pytest.mark.parametrize("trained", [True, False])
def test_it_is_whole_at_every_width(
    page_of: Callable[[Mapping[str, AnyWidget]], Page], recorded: TrainingLab, trained: bool
) -> None:
    page = page_of({"lab": recorded if trained else TrainingLab(question="Which speakers are confused?")})
    assert {width: found for width in WIDTHS if (found := looks(page, "lab", width))} == {}
    looks(page, "lab", LAPTOP)
    assert page.locator(".rnnlib.training").bounding_box()["height"] <= HIGHEST


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_reached_by_tab_and_axe_finds_nothing(training: Explorer, dark: bool) -> None:
    theme(training.page, dark=dark)
    walk(training, 40)
    training.root.get_by_role("button", name="CSV to copy").click()
    stops = list(training.tab_through())
    assert [stop for stop in stops if not stop["name"]] == []
    wanted = {"task", "GRU", "hidden_size", "packed", "lr", "Start", "Play", "step", "CSV", "Copy"}
    assert wanted <= {stop["name"].strip() for stop in stops}
    shoot(training.root, f"training {'dark' if dark else 'light'}")
    assert shut_out(training.page, ".rnnlib.training") == []
    assert faint(training.root) == []


@pytest.fixture
def live(everything: Notebook) -> Explorer:
    """The lab in JupyterLab as it is at first: nothing trained."""
    return afresh(everything, "training")


def test_trained_by_keyboard_it_is_seen_as_it_learns_and_taken_away(live: Explorer) -> None:
    before = live.root.bounding_box()
    live.root.get_by_role("button", name="Start", exact=True).focus()
    live.page.keyboard.press("Enter")
    expect(live.line).to_contain_text(re.compile(r"epoch \d+ of 30"), timeout=30_000)
    expect(live.line).to_contain_text("Done.", timeout=60_000)
    after = live.root.bounding_box()
    assert before
    assert after
    assert abs(before["height"] - after["height"]) < 1
    live.shows(live.diagram, run=1, step=30 * STEPS)
    expect(live.answer).to_contain_text("Run 1: after 30 epochs")
    assert live.press("step", "Home") == 0
    live.shows(live.diagram, step=0)
    live.root.get_by_role("button", name="CSV to copy").click()
    with live.page.expect_download() as taken:
        live.root.get_by_text("Download as CSV").click()
    assert taken.value.suggested_filename == "rnnlib_training.csv"
    lines = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text("utf-8"))))
    assert [line["epoch"] for line in lines] == [str(epoch) for epoch in range(31)]


def test_paused_stepped_and_cancelled(live: Explorer) -> None:
    button = lambda name: live.root.get_by_role("button", name=name, exact=True)  # noqa: E731
    button("Step").click()
    expect(live.root.locator(".at")).to_have_text("step 1 of 480", timeout=30_000)
    button("Step").click()
    expect(live.root.locator(".at")).to_have_text("step 2 of 480", timeout=30_000)
    expect(live.line).to_contain_text("Paused after step 2.")
    button("Cancel").click()
    expect(live.line).to_contain_text("Cancelled: what was learned stays.")
    expect(button("Start")).to_be_visible()
