"""The step explorer on a plain page: what it shows, by value; its size at every width; what it holds back, and when."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from anywidget import AnyWidget
from playwright.sync_api import Page, expect
from torch import nn

from rnnlib import LayerSpec, StepExplorer, trace
from tests.browser.conftest import shoot
from tests.browser.look import faint, shut_out, theme

PageOf = Callable[[Mapping[str, AnyWidget]], Page]


def own(
    kind: str, input_size: int, hidden_size: int, seq_len: int, batch: int = 1, **more: Any
) -> tuple[nn.Module, Any]:
    torch.manual_seed(1)
    return getattr(nn, kind)(input_size, hidden_size, **more), torch.randn(seq_len, batch, input_size)


def packed() -> tuple[nn.Module, Any]:
    layer, x = own("LSTM", 3, 4, 6, 3)
    return layer, nn.utils.rnn.pack_padded_sequence(x, torch.tensor([6, 4, 2]))


LESSONS = {  # as lessons 01, 03 and 04 show them, each with its question
    "cell": lambda: StepExplorer(
        *own("RNNCell", 4, 2, 3), controls=("unit",), question="what goes into the next step?"
    ),
    "latch": lambda: StepExplorer(
        weights="latch", controls=(), question="where does c change?", solution="c changes at step 2, where `i` opens."
    ),
    "own": lambda: StepExplorer(*own("LSTM", 3, 4, 5, 2), controls=("item", "unit"), question="which unit forgets?"),
    "count": lambda: StepExplorer(weights="count", controls=("weights",), question="when does h hardly change?"),
    "fade": lambda: StepExplorer(weights="fade", controls=(), question="how much is left of the first 1?"),
    "copy": lambda: StepExplorer(weights="copy", controls=(), question="what would h be if z were open?"),
    "gru": lambda: StepExplorer(*own("GRU", 3, 2, 9), controls=("unit",), question="where is z largest?"),
}
OTHERS = {
    "all controls": lambda: StepExplorer("LSTM"),
    "stack": lambda: StepExplorer(LayerSpec("LSTM", 12, 16, num_layers=2, bidirectional=True, proj_size=5)),
    "relu": lambda: StepExplorer(LayerSpec("RNN", 3, 4, nonlinearity="relu", bias=False), question="why? " * 20),
    "large": lambda: StepExplorer(LayerSpec("GRU", 12, 160), seq_len=300),
    "packed": lambda: StepExplorer(*packed()),
}
WIDTHS = (360, 530, 700, 848, 1108, 1600)


@pytest.fixture
def shown(page_of: PageOf) -> Callable[..., Page]:
    """Shows one explorer in so much width, after moving traits of its model."""

    def shown(explorer: StepExplorer, width: int = 848, **moved: Any) -> Page:
        page = page_of({"step": explorer})
        page.evaluate("width => { document.getElementById('step').style.width = `${width}px`; }", width)
        for name, value in moved.items():
            page.evaluate("([name, value]) => window.models.step.set(name, value)", [name, value])
        page.wait_for_selector(".step svg")
        page.wait_for_timeout(50)
        return page

    return shown


def move(page: Page, **traits: Any) -> None:
    for name, value in traits.items():
        page.evaluate("([name, value]) => window.models.step.set(name, value)", [name, value])


# Sizes and places: what stands beyond the card, and type that is too small.
FAULTS = """() => {
    const root = document.querySelector(".rnnlib.step");
    const card = root.getBoundingClientRect();
    const faults = [];
    if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
    for (const e of root.querySelectorAll("*")) {
        if (!e.checkVisibility({ visibilityProperty: true }) || e.closest("select")) continue;
        const own = [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        const { left, right, width } = e.getBoundingClientRect();
        const beyond = left < card.left - 1 || right > card.right + 1;
        if (width && beyond) faults.push(`beyond: ${e.outerHTML.slice(0, 80)}`);
        if (!own) continue;
        const svg = e.closest("svg");
        const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
        const size = parseFloat(getComputedStyle(e).fontSize) * scale;
        if (size < 10.95) faults.push(`${size} px: ${e.textContent}`);
        if (svg || e.closest(".line") || getComputedStyle(e).display === "inline") continue;
        if (e.scrollWidth > e.clientWidth + 1) faults.push(`cut: ${e.textContent}`); }
    return faults; }"""
HEIGHT = "() => document.querySelector('.rnnlib.step').getBoundingClientRect().height"


@pytest.mark.parametrize("name", [*LESSONS, *OTHERS])
def test_at_every_width_nothing_is_cut_off_and_no_type_is_small(shown: Callable[..., Page], name: str) -> None:
    page = shown((LESSONS | OTHERS)[name](), time=2, paper=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width + 40, "height": 900})
        page.evaluate("width => { document.getElementById('step').style.width = `${width}px`; }", width)
        page.wait_for_timeout(60)
        assert page.evaluate(FAULTS) == [], width
        shoot(page.locator(".rnnlib.step"), f"step {name} {width}")
    page.set_viewport_size({"width": 1400, "height": 1300})


@pytest.mark.parametrize(("name", "paper"), [*((name, False) for name in LESSONS), ("gru", True)])
def test_a_lessons_explorer_is_whole_on_a_laptop_and_stands_still(
    shown: Callable[..., Page], name: str, paper: bool
) -> None:
    explorer = LESSONS[name]()
    page = shown(explorer, paper=paper)
    heights = set()
    for time in range(explorer.seq_len):
        move(page, time=time)
        heights.add(page.evaluate(HEIGHT))
    assert max(heights) - min(heights) < 1
    assert max(heights) <= 640


# Every part's pixels, row by row from the top, and the value that is said beside it.
PIXELS = """() => Object.fromEntries([...document.querySelectorAll(".step .row")].map((row) => {
    const canvas = row.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return [row.dataset.part, { shape: [canvas.height, canvas.width, 4], data: [...data],
        value: row.querySelector(".value").textContent }]; }))"""
GATES = ("i", "f", "g", "o", "r", "z", "n")


def colours(values: np.ndarray, most: float) -> np.ndarray:
    """What a heat map shows: opacity by magnitude, and whether it is blue; `values` a row a step."""
    picture = np.zeros((*values.T.shape, 2))
    picture[..., 0] = np.round(255 * np.minimum(1, np.abs(values.T) / most) ** 0.7)
    picture[..., 1] = values.T < 0
    return picture[::-1]  # units run up


PLACES = [(0, 0, 0), (1, 1, 2), (1, 0, 1), (0, 1, 2)]


@pytest.mark.parametrize(("layer", "direction", "item"), PLACES)
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_the_score_is_the_traces_numbers(
    shown: Callable[..., Page], kind: str, layer: int, direction: int, item: int
) -> None:
    module, x = own(kind, 3, 4, 6, 3, num_layers=2, bidirectional=True)
    explorer = StepExplorer(module, x)
    unit, steps = 2, 6
    first, last = (steps - 1, 0) if direction else (0, steps - 1)
    page = shown(explorer, time=first, layer_index=layer, direction=direction, item=item, unit=unit)
    move(page, time=abs(first - 3))
    seen = slice(steps - 4, None) if direction else slice(0, 4)
    for now, until in ((abs(first - 3), seen), (last, slice(None))):
        move(page, time=now)
        shows = page.evaluate(PIXELS)
        real = trace(module, x)
        histories = real.gates | real.states | {"x": real.inputs[layer].expand(1, 1, *real.inputs[layer].shape[-3:])}
        assert set(shows) == set(histories)
        for part, history in histories.items():
            whole = history.detach().numpy()
            here = whole[0, 0, :, item] if part == "x" else whole[layer, direction, :, item]
            most = 1 if part in GATES else np.abs(whole).max()
            pixels = np.array(shows[part]["data"]).reshape(shows[part]["shape"])
            wanted = np.zeros_like(colours(here, most))
            wanted[:, until] = colours(here, most)[:, until]
            assert np.abs(pixels[..., 3] - wanted[..., 0]).max() <= 1, part
            blue = (pixels[..., 2] > pixels[..., 0]) & (pixels[..., 3] > 12)
            assert (blue == (wanted[..., 1] > 0) & (pixels[..., 3] > 12)).all(), part
            if part != "x":
                assert float(shows[part]["value"].replace("−", "-")) == pytest.approx(here[now, unit], abs=0.51e-4), (
                    part
                )


def test_a_long_score_of_many_units_shows_those_around_the_chosen_one(shown: Callable[..., Page]) -> None:
    explorer = OTHERS["large"]()
    page = shown(explorer, time=299, unit=140)
    shows = page.evaluate(PIXELS)["h"]
    h = explorer.trace.states["h"].detach().numpy()
    pixels = np.array(shows["data"]).reshape(shows["shape"])
    assert pixels.shape[:2] == (16, 300)
    around = colours(h[0, 0, :, 0, 133:147], np.abs(h).max())
    assert np.abs(pixels[1:-1, :, 3] - around[..., 0]).max() <= 1
    assert (pixels[[0, -1], :, 3] == 0).all()  # more units are left out above and below
    expect(page.locator(".key")).to_contain_text("units 133 to 146 of 160")


# Where the middles of the thumb, of the line and of the chosen cell's column are.
MIDDLES = """([col, cols]) => {
    const middle = (box) => box.left + box.width / 2;
    const range = document.querySelector(".step input[aria-label=time]");
    const box = range.getBoundingClientRect();
    const thumb = 1.2 * parseFloat(getComputedStyle(range).fontSize);
    const share = (range.value - range.min) / Math.max(1, range.max - range.min);
    const canvases = [...document.querySelectorAll(".step .row canvas")].map((e) => e.getBoundingClientRect());
    const line = middle(document.querySelector(".now").getBoundingClientRect());
    return [box.left + thumb / 2 + share * (box.width - thumb), line,
        ...canvases.map(({ left, width }) => left + (width * (col + 0.5)) / cols)]; }"""


@pytest.mark.parametrize("width", [360, 848])
def test_the_sliders_thumb_stands_above_the_chosen_steps_column(shown: Callable[..., Page], width: int) -> None:
    explorers = {"cell": 3, "latch": 20, "large": 300}
    for name, steps in explorers.items():
        page = shown((LESSONS | OTHERS)[name](), width)
        for time in (0, steps // 3, steps - 1):
            move(page, time=time)
            middles = page.evaluate(MIDDLES, [time, steps])
            assert max(middles) - min(middles) < 1, (name, time, middles)


def test_the_circuit_and_the_equations_have_the_traces_numbers(shown: Callable[..., Page]) -> None:
    module, x = own("LSTM", 3, 4, 5, 2)
    page = shown(StepExplorer(module, x), time=3, item=1, unit=2)
    real = trace(module, x)
    f, i, g, o = (real.gates[gate][0, 0, 3, 1, 2].item() for gate in "figo")
    c, h = (real.states[state][0, 0, 3, 1, 2].item() for state in "ch")
    before = real.before["c"][0, 0, 3, 1, 2].item()
    said = [f"{value:.4f}".replace("-", "−") for value in (f, i, g, o, c, h, before, f * before, i * g, np.tanh(c))]
    drawn = page.locator(".step svg .number").all_text_contents()
    assert set(said) <= set(drawn)
    for part, value in zip("figoch", said, strict=False):
        expect(page.locator(f'.rnnlib-numbers p[data-part="{part}"] b')).to_have_text(value)
    sizes = page.locator(".rnnlib-diagram").get_attribute("data-sizes")
    assert sizes == page.locator(".rnnlib-numbers").get_attribute("data-sizes")


def test_the_papers_gru_stands_beside_torchs_with_its_own_numbers(shown: Callable[..., Page]) -> None:
    module, x = own("GRU", 3, 2, 9)
    page = shown(StepExplorer(module, x, controls=("unit",)), time=3, unit=1)
    page.locator(".title .toggle").click()
    expect(page.locator(".step svg")).to_have_count(2)
    expect(page.locator('.step [data-part="difference"]')).to_have_count(2)
    real = trace(module, x)
    r, z, old = real.gates["r"][0, 0, 3, 0], real.gates["z"][0, 0, 3, 0], real.before["h"][0, 0, 3, 0]
    fed = module.weight_hh_l0[4:] @ (r * old) + module.bias_hh_l0[4:]
    n = torch.tanh(real.from_x["n"][0, 0, 3, 0] + fed)
    h = (1 - z) * n + z * old
    results = page.locator(".rnnlib-numbers b").all_text_contents()
    wanted = [real.gates["n"][0, 0, 3, 0, 1], real.states["h"][0, 0, 3, 0, 1], n[1], h[1]]
    assert results == [f"{value.item():.4f}".replace("-", "−") for value in wanted]
    for svg, of in zip(page.locator(".step svg").all(), (wanted[:2], wanted[2:]), strict=True):
        drawn = svg.locator(".number").all_text_contents()
        assert {f"{value.item():.4f}".replace("-", "−") for value in of} <= set(drawn)


@pytest.mark.parametrize("part", ["f", "c", "h"])
def test_what_is_pointed_at_is_lit_in_circuit_equation_and_score(shown: Callable[..., Page], part: str) -> None:
    page = shown(LESSONS["own"](), time=1)
    page.locator(".fold").click()
    page.locator(f'.step svg [data-part="{part}"]').first.hover()
    for within in (".node", ".rnnlib-numbers p", ".row"):
        expect(page.locator(f'{within}[data-part="{part}"]').first).to_contain_class("lit")
    assert set(page.locator(".lit").evaluate_all("all => all.map(e => e.dataset.part)")) == {part}
    expect(page.locator(".line")).to_contain_text(
        {"f": "rows 4–7 of weight_ih", "c": "c = f · c(t−1) + i · g", "h": "h = o"}[part]
    )
    page.get_by_role("heading").hover()
    expect(page.locator(".lit")).to_have_count(0)
    expect(page.locator(".line")).to_contain_text("Step 1: c ")


def test_a_cell_is_read_by_pointer_and_chosen_by_click_and_by_arrow_key(shown: Callable[..., Page]) -> None:
    module, x = own("LSTM", 3, 4, 5, 2)
    page = shown(StepExplorer(module, x), time=4)
    f = trace(module, x).gates["f"][0, 0, :, 0]
    canvas = page.locator('.row[data-part="f"] canvas')
    box = canvas.bounding_box()
    assert box
    at = {"x": box["width"] * 1.5 / 5, "y": box["height"] * (1 - 2.5 / 4)}
    canvas.hover(position=at)
    expect(page.locator(".line")).to_contain_text(f"f[2] at step 1 = {f[1, 2].item():.4f}")
    canvas.click(position=at)
    expect(page.get_by_role("heading")).to_have_text("Unit 2, step 1")
    canvas.focus()
    for key in ("ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading")).to_have_text("Unit 3, step 2")
    expect(page.locator(".line")).to_contain_text(f"f[3] at step 2 = {f[2, 3].item():.4f}")


def test_answers_wait(shown: Callable[..., Page]) -> None:
    """At first nothing of the future is seen or said, and an invitation says what to do."""
    page = shown(LESSONS["latch"]())
    expect(page.locator(".line")).to_contain_text("Press play")
    canvas = page.locator('.row[data-part="c"] canvas')
    box = canvas.bounding_box()
    assert box
    canvas.hover(position={"x": box["width"] - 3, "y": 5})
    expect(page.locator(".line")).to_contain_text("c[0] at step 19: not yet")
    words = page.get_by_text("It remembers the first 1")
    expect(words).to_be_hidden()
    height = page.evaluate(HEIGHT)
    move(page, time=18)
    expect(words).to_be_hidden()
    move(page, time=19)
    expect(words).to_be_visible()
    assert page.evaluate(HEIGHT) == height
    page = shown(LESSONS["latch"]())
    page.get_by_role("button", name="What do these weights do?").click()
    expect(page.get_by_text("It remembers the first 1")).to_be_visible()


def test_the_answer_is_shown_when_asked_with_its_evidence(shown: Callable[..., Page]) -> None:
    page = shown(LESSONS["latch"](), time=1)
    page.get_by_role("button", name="Show the answer").click()
    expect(page.locator(".line")).to_have_text("c changes at step 2, where i opens.")
    assert set(page.locator(".found").evaluate_all("all => all.map(e => e.dataset.part)")) == {"i"}
    alpha = np.array(page.evaluate(PIXELS)["c"]["data"]).reshape(20, 4)[:, 3]
    assert (alpha > 0).tolist() == [False, False] + [True] * 18
    assert page.locator(".later").bounding_box()["width"] > 0  # type: ignore[index]  # seen, and dimmed


def test_what_is_pointed_at_is_said_while_an_answer_is_shown_and_the_answer_returns(
    shown: Callable[..., Page],
) -> None:
    page = shown(LESSONS["latch"](), time=1)
    page.locator('.row[data-part="f"] canvas').focus()
    expect(page.locator(".line")).to_contain_text("f[0] at step 1 = ")
    page.get_by_role("button", name="Show the answer").click()
    answer = "c changes at step 2, where i opens."
    expect(page.locator(".line")).to_have_text(answer)
    page.locator('.row[data-part="f"] canvas').hover(position={"x": 3, "y": 3})
    expect(page.locator(".line")).to_contain_text("f[0] at step 0 = ")
    page.mouse.move(2, 2)
    expect(page.locator(".line")).to_have_text(answer)
    page.locator('.gate[data-part="o"]').focus()
    expect(page.locator(".line")).to_contain_text("o = σ(W_io x")
    page.get_by_role("button", name="Hide the answer").focus()
    expect(page.locator(".line")).to_have_text(answer)


def test_each_row_says_its_scale(shown: Callable[..., Page]) -> None:
    page = shown(LESSONS["own"](), time=4)
    expect(page.locator(".key")).to_contain_text("each row on its own scale")
    with torch.no_grad():
        layer, x = own("LSTM", 3, 4, 5, 2)
        most = trace(layer, x).states["c"].abs().max().item()
    for part, scale in (("f", "0 … 1"), ("g", "−1 … 1"), ("c", f"±{most:.2f}")):
        page.locator(f'.row[data-part="{part}"] canvas').hover()
        expect(page.locator(".line")).to_contain_text(f"(colours: {scale})")


def test_the_focus_ring_of_time_is_whole(shown: Callable[..., Page]) -> None:
    page = shown(LESSONS["latch"]())
    time = page.get_by_role("slider", name="time", exact=True)
    time.focus()
    page.keyboard.press("ArrowRight")
    ring = """(e) => { const { outlineStyle, outlineOffset, outlineWidth } = getComputedStyle(e);
        return [outlineStyle, parseFloat(outlineOffset) + parseFloat(outlineWidth)]; }"""
    style, beyond = time.evaluate(ring)
    assert style == "solid"
    around, staves, line = (box_of(page, name) for name in (".bar input[type=range]", ".staves", ".line"))
    assert line["y"] + line["height"] <= around["y"] - beyond
    assert around["y"] + around["height"] + beyond <= staves["y"]


def box_of(page: Page, name: str) -> Any:
    return page.locator(name).first.bounding_box()


def test_a_trace_that_departs_from_torch_is_told_as_wrong(shown: Callable[..., Page]) -> None:
    page = shown(StepExplorer("LSTM"))
    truth = page.locator(".truth")
    for equal, kind in ((True, "right"), (False, "wrong"), (True, "right")):
        words = f"{'✓' if equal else '✗ not'} equal to torch"
        page.evaluate(
            "([equal, truth]) => models.step.set('answer', { ...models.step.get('answer'), equal, truth })",
            [equal, words],
        )
        expect(truth).to_have_text(words)
        assert truth.evaluate("(e) => ['right', 'wrong'].filter((kind) => e.classList.contains(kind))") == [kind]


def test_nothing_stale_wears_a_tick(shown: Callable[..., Page]) -> None:
    page = shown(OTHERS["all controls"]())
    truth = page.get_by_text(re.compile("✓ equal to torch"))
    expect(truth).to_be_visible()
    page.evaluate("window.models.step.trigger('comm_live_update')")
    expect(truth).to_be_hidden()
    expect(page.locator(".line")).to_contain_text("Not live: the kernel does not answer")
    move(page, time=3)  # what was traced can still be looked at
    expect(page.get_by_role("heading")).to_have_text("Unit 0, step 3")


def test_a_hidden_explorer_is_drawn_once_it_is_shown(shown: Callable[..., Page]) -> None:
    page = shown(LESSONS["gru"]())
    page.evaluate("document.getElementById('step').style.width = '0px'")
    move(page, time=2)
    page.evaluate("document.getElementById('step').hidden = true")
    move(page, time=5)
    page.evaluate("Object.assign(document.getElementById('step'), { hidden: false }).style.width = '848px'")
    page.wait_for_timeout(60)
    expect(page.get_by_role("heading")).to_have_text("Unit 0, step 5")
    assert page.evaluate(FAULTS) == []


@pytest.mark.parametrize("name", ["latch", "gru", "all controls", "relu", "stack"])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(shown: Callable[..., Page], name: str, dark: bool) -> None:
    page = shown((LESSONS | OTHERS)[name](), time=3, paper=True)
    theme(page, dark=dark)
    page.locator(".fold").click()
    shoot(page.locator(".rnnlib.step"), f"step {name} {'dark' if dark else 'light'}")
    assert shut_out(page, ".rnnlib.step") == []
    assert faint(page.locator(".rnnlib.step")) == []


def test_what_the_line_says_of_a_step_is_the_chosen_units(shown: Callable[..., Page]) -> None:
    explorer = LESSONS["own"]()
    page = shown(explorer)
    move(page, time=2)
    traced = trace(*own("LSTM", 3, 4, 5, 2))
    for unit, item in ((0, 0), (3, 0), (3, 1)):
        move(page, unit=unit, item=item)
        h = traced.states["h"][0, 0, 1:3, item, unit]
        expect(page.locator(".line")).to_contain_text(f"h {h[0]:.4f} → {h[1]:.4f}".replace("-", "−"))


def test_an_answer_has_room_until_it_is_hidden(shown: Callable[..., Page]) -> None:
    explorer = StepExplorer("GRU", question="why?", solution="because of all that was said before it. " * 4)
    page = shown(explorer)
    before = page.evaluate(HEIGHT)
    button = page.locator(".question button")
    button.click()
    below = page.locator(".line + *").bounding_box()
    said = page.get_by_role("status").filter(has_text="because").bounding_box()
    assert said
    assert below
    assert said["y"] + said["height"] <= below["y"] + 1
    button.click()
    assert page.evaluate(HEIGHT) == before


def test_a_menu_with_one_entry_is_not_there_and_a_size_that_is_not_free_says_why(shown: Callable[..., Page]) -> None:
    for explorer, count in ((OTHERS["all controls"](), 4), (StepExplorer(weights="latch"), 2), (OTHERS["stack"](), 6)):
        assert shown(explorer).get_by_role("combobox").count() == count
    assert shown(OTHERS["stack"]()).get_by_role("slider", name="hidden_size").get_attribute("min") == "6"
    page = shown(StepExplorer(weights="latch"))
    for name, why in (("seq_len", "'bits'"), ("hidden_size", "'latch'")):
        expect(page.get_by_role("slider", name=name, exact=True)).to_be_disabled()
        assert why in (page.locator(f'.strip .slider[data-symbol="{name}"]').get_attribute("title") or "")
    expect(page.get_by_role("slider", name="time", exact=True)).to_be_enabled()
