"""A saved page, opened from disk: at a recorded value it shows what the kernel shows there, elsewhere nothing stale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from anywidget import AnyWidget
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
)
from rnnlib.explorers.shared.page.html import NO_SCRIPTS

# How an explorer is made, a control of its, where that begins, and where it is moved.
MOVES: dict[str, tuple[Callable[..., Any], str, int, int]] = {
    "shape": (lambda **at: ShapeExplorer("GRU", controls=("seq_len", "batch"), **at), "seq_len", 6, 11),
    "step": (lambda **at: StepExplorer(LayerSpec("LSTM", 12, 2), controls=("seq_len",), **at), "seq_len", 4, 9),
    "direction": (lambda **at: DirectionExplorer("GRU", controls=("seq_len",), **at), "seq_len", 5, 8),
    "packing": (lambda **at: PackingExplorer("RNN", controls=("num_layers", "batch"), **at), "num_layers", 1, 3),
    "gradient": (lambda **at: GradientExplorer(controls=("forget_bias", "seq_len"), **at), "forget_bias", 1, 5),
}
SAID = """root => [...root.querySelectorAll(".rnnlib-diagram, .rnnlib-numbers")].map((part) => part.innerHTML)"""


class Saved:
    """Pages that were saved and are opened from disk; no request leaves them, and nothing is complained of."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.page = browser.new_page(viewport={"width": 1000, "height": 800}, reduced_motion="reduce")
        self.folder = folder
        self.wrong: list[str] = []
        self.page.on("console", lambda said: said.type == "error" and self.wrong.append(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.wrong.append(request.url) if "http" in request.url[:4] else None)

    def open(self, view: AnyWidget) -> Locator:
        self.page.goto(view.save(self.folder / "page.html").as_uri())  # type: ignore[attr-defined]
        root = self.page.locator(".rnnlib")
        expect(root.locator(".rnnlib-diagram").first).not_to_be_empty()
        expect(self.page.locator(".rnnlib-text")).to_be_hidden()
        return root


@pytest.fixture(scope="module")
def saved(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    saved = Saved(browser, tmp_path_factory.mktemp("saved"))
    yield saved
    assert saved.wrong == []
    saved.page.close()


def moved(root: Locator, name: str, to: int) -> None:
    """Move a slider, or choose in a menu."""
    slider = root.get_by_role("slider", name=name, exact=True)
    if slider.count():
        slider.fill(str(to))
    else:
        root.get_by_role("combobox", name=name).select_option(label=str(to))


def shown(root: Locator) -> list[str]:
    """What picture and numbers say, but for times, which differ from run to run."""
    return [re.sub(r"[\d.]+ (µs|ms|s)\b", "", part) for part in root.evaluate(SAID)]


@pytest.mark.parametrize("name", MOVES)
def test_at_a_recorded_value_it_shows_what_the_kernel_shows_there(saved: Saved, name: str) -> None:
    make, control, begin, end = MOVES[name]
    there = shown(saved.open(make(**{control: end})))
    root = saved.open(make(**{control: begin}))
    before = shown(root)
    assert before != there
    moved(root, control, end)
    expect(root).to_have_attribute("data-state", "live")
    assert shown(root) == there
    moved(root, control, begin)
    assert shown(root) == before
    expect(root.get_by_text(re.compile(r"^recorded: torch 2\.\d+\.\d+, \d+ \w+ 20\d\d$"))).to_be_visible()


def test_what_was_not_recorded_is_not_shown_and_there_is_a_way_back(saved: Saved) -> None:
    root = saved.open(ShapeExplorer("GRU", controls=("seq_len", "batch")))
    begun = shown(root)
    moved(root, "seq_len", 5)
    moved(root, "batch", 2)
    expect(root.get_by_text("Not known here: recorded is one control at a time")).to_be_visible()
    assert root.locator(".rnnlib-diagram").get_attribute("data-sizes").count('"seq_len":5,"batch":2') == 1  # type: ignore[union-attr]
    for stale in root.locator(".fades").all():
        expect(stale).to_be_hidden()
    assert "✓" not in root.locator(".rnnlib-diagram").inner_text()
    root.get_by_role("button", name="Back").click()
    both = "seq_len 5 → 8, batch 2 → 3 changed the shape of input, h_0, output and h_n."
    expect(root.get_by_text(both, exact=True)).to_be_visible()
    assert shown(root) == begun
    expect(root).to_have_attribute("data-state", "live")


def test_an_answer_is_read_where_nothing_is_known_too(saved: Saved) -> None:
    asked = {"question": "Which grow?", "solution": "`input` and `output` do."}
    root = saved.open(ShapeExplorer("GRU", controls=("seq_len", "batch"), **asked))
    moved(root, "seq_len", 5)
    moved(root, "batch", 2)
    root.get_by_role("button", name="Show the answer").click()
    expect(root.locator(".line")).to_contain_text("input and output do. Not known here: recorded is one control")
    root.get_by_role("button", name="Hide the answer").click()
    expect(root.locator(".line")).not_to_contain_text("input and output do.")


def test_where_nothing_can_be_drawn_without_torch_the_other_control_goes_back(saved: Saved) -> None:
    root = saved.open(StepExplorer("GRU", seq_len=4, controls=("seq_len", "hidden_size")))
    moved(root, "seq_len", 7)
    moved(root, "hidden_size", 6)
    expect(root.get_by_text("seq_len is back at 4: on this page one control moves at a time.")).to_be_visible()
    expect(root.get_by_role("slider", name="seq_len")).to_have_value("4")
    expect(root).to_have_attribute("data-state", "live")
    time = root.get_by_role("slider", name="time")
    time.fill("3")
    expect(root.get_by_text("Unit 0, step 3")).to_be_visible()


def test_a_training_that_was_recorded_is_played_and_another_needs_torch(saved: Saved) -> None:
    root = saved.open(TrainingLab("counting", "RNN", 8, seq_len=6, epochs=8, lr=0.01, controls=("kind",)))
    root.get_by_role("button", name="Start").click()
    step = root.get_by_role("slider", name="step", exact=True)
    expect(step).not_to_have_value("0")
    for later in (root.locator(".findings li").first, root.locator(".later").first):  # it is watched as it comes
        expect(later).to_be_hidden()
    expect(root.get_by_role("button", name=re.compile("^(Start|Step|Cancel|Anew)$"))).to_have_count(0)
    root.get_by_role("button", name="Stop").click()
    expect(root.locator(".line")).to_contain_text("Stopped")
    expect(root.locator(".later").first).to_be_hidden()
    step.fill(step.get_attribute("max") or "")
    expect(root.locator(".findings li").first).to_be_visible()
    root.get_by_role("radio", name="GRU").click(force=True)
    expect(root.locator(".line")).to_contain_text("recorded is one run.")
    expect(root.locator(".line")).to_contain_text("So kind is back at RNN.")
    expect(root.get_by_role("radio", name="RNN")).to_be_checked()
    expect(root.locator(".findings li").first).to_be_visible()


def test_a_comparison_that_was_recorded_is_shown_once_it_is_asked_for(saved: Saved) -> None:
    lab = SpeedLab("RNN", compare=["layer"], values=[1, 2], hidden_size=2, batch=1, controls=("values",))
    root = saved.open(lab)
    expect(root.locator(".points circle, .points path")).to_have_count(0)
    root.get_by_role("button", name="Measure").click()
    expect(root.locator(".findings li").first).to_be_visible()
    expect(root.get_by_text(lab.about, exact=True)).to_be_visible()
    expect(root.get_by_role("button", name="Measure")).to_be_visible()
    values = root.get_by_role("textbox", name="values")
    values.fill("3, 4")
    values.press("Enter")
    expect(root.locator(".line")).to_contain_text("So values is back at 1, 2.")
    expect(values).to_have_value("1, 2")
    expect(root.locator(".findings li").first).to_be_visible()


def test_a_key_moves_a_slider_from_one_recorded_value_to_the_next(saved: Saved) -> None:
    root = saved.open(GradientExplorer(seq_len=8, hidden_size=4, controls=("forget_bias",)))
    slider = root.get_by_role("slider", name="forget_bias")
    slider.press("ArrowRight")
    expect(root).to_have_attribute("data-state", "live")
    first = float(slider.input_value())
    slider.press("ArrowRight")
    assert 0 < first < float(slider.input_value())
    expect(root).to_have_attribute("data-state", "live")
    slider.press("ArrowLeft")
    expect(slider).to_have_value(str(first).removesuffix(".0"))


def test_a_bug_to_find_is_one_on_a_page_too(saved: Saved) -> None:
    bug = {"name": "bug", "title": "wrong", "code": "last = padded[-1]", "cure": "last = padded[lengths - 1, range(4)]"}
    given = {"mistakes": [bug, "not_packed"], "mistake": "bug", "show": ("picture",)}
    root = saved.open(PackingExplorer("GRU", controls=(), **given))
    expect(root.locator(".wrong-way pre")).to_have_text(bug["code"])
    expect(root.locator(".right-way pre")).to_be_hidden()
    expect(root.locator(".fold, .says, .facts")).to_have_count(0)
    expect(root.get_by_text(re.compile(r"^recorded: torch "))).to_be_visible()
    root = saved.open(PackingExplorer("GRU", controls=("mistake",), **given))
    root.get_by_role("combobox", name="a wrong setting").select_option("not_packed")
    expect(root.locator(".error")).to_have_text(re.compile("^no exception, but 24 of the 32 numbers in h_n are wrong"))


def test_of_a_mistake_that_was_not_recorded_no_verdict_is_told(saved: Saved) -> None:
    root = saved.open(PackingExplorer("GRU", controls=("mistake", "kind")))
    menu = root.get_by_role("combobox", name="a wrong setting")
    menu.select_option("not_packed")
    tried = menu.locator("option:checked")
    expect(tried).to_have_text(re.compile("^raised nothing · "))
    root.get_by_role("radio", name="RNN").click(force=True)
    expect(root).to_have_attribute("data-state", "unknown")
    expect(tried).not_to_have_text(re.compile("raised"))
    expect(root.locator(".error")).to_be_hidden()
    root.get_by_role("button", name="Back").click()
    expect(root.locator(".tried")).to_be_hidden()
    expect(root).to_have_attribute("data-state", "live")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_light_or_dark_as_the_reader_has_it_or_the_page_says(saved: Saved, scheme: Any) -> None:
    other = {"light": "dark", "dark": "light"}[scheme]
    saved.page.emulate_media(color_scheme=scheme)
    root = saved.open(ShapeExplorer("RNN", controls=()))
    expect(root).to_have_css("color-scheme", scheme)
    saved.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", other)
    expect(root).to_have_css("color-scheme", other)
    saved.page.emulate_media(color_scheme="light")


def test_without_scripts_it_is_a_text_that_says_why(browser: Browser, tmp_path: Path) -> None:
    page: Page = browser.new_page(java_script_enabled=False)
    page.goto(ShapeExplorer("RNN", seq_len=3, controls=()).save(tmp_path / "rnn.html").as_uri())
    expect(page.get_by_text(NO_SCRIPTS)).to_be_visible()
    expect(page.get_by_text("RNN, seq_len 3, batch 3: 480 parameters")).to_be_visible()
    page.close()
