"""The speed lab: in a plain page every place by its value, in JupyterLab a measurement, cancelled and taken away."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from anywidget import AnyWidget
from playwright.sync_api import Locator, Page, expect

from rnnlib import SpeedLab
from tests.browser.conftest import afresh, shoot
from tests.browser.lab import Notebook
from tests.browser.look import faint, shut_out, theme
from tests.browser.screen import Explorer

SETTINGS = {"kind": "LSTM", "axis": "seq_len", "batch": 8, "hidden_size": 64, "num_layers": 1}
CHART = {**SETTINGS, "backward": False, "device": "cpu"}
VALUES = (8, 32, 128)
TIMES = {  # setup and value: lower quartile, median, upper quartile, in seconds
    ("layer", 8): (1.5e-4, 2e-4, 4e-4),
    ("cell loop", 8): (9e-4, 1e-3, 1.5e-3),
    ("layer", 32): (3e-4, 4e-4, 5e-4),
    ("cell loop", 32): (2e-3, 4e-3, 6e-3),
    ("layer", 128): (9e-4, 1e-3, 1.2e-3),
    ("cell loop", 128): (1e-2, 1.1e-2, 3e-2),
}
LOW = 0.2  # powers of ten by which the loop's line lies below the layer's before either is moved
FOUND = ["At seq_len 8 to 128, cell loop takes 5.0 to 11 times as long as layer."]


@pytest.fixture
def page(page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> Page:
    lab = SpeedLab("LSTM", values=VALUES, device="cpu", question="how many times as long does the loop take?")
    shown = page_of({"lab": lab})
    shown.set_viewport_size({"width": 1000, "height": 900})
    return shown


@pytest.fixture
def speed(page: Page) -> Explorer:
    """The lab at first, without a kernel: what a kernel would answer is fed to its model."""
    return Explorer(page, page.locator(".rnnlib.speed"))


def feed(speed: Explorer, **state: Any) -> None:
    speed.page.evaluate("(state) => { for (const name in state) models.lab.set(name, state[name]); }", state)


def row(setup: str, value: int) -> dict[str, Any]:
    low, median, high = TIMES[setup, value]
    times = {"median": median, "low": low, "high": high, "iqr": high - low, "tokens_per_second": 1e6}
    more = {"share_of_peak": 0.1, "peak_bytes": 1000, "difference": 0, "holds": True, "note": "", "equal": ""}
    return {**CHART, "seq_len": value, "setup": setup, "value": value, **times, **more}


def answer(speed: Explorer, **changed: Any) -> dict[str, Any]:
    """What the kernel would answer to what is chosen now."""
    now = speed.page.evaluate(
        "() => Object.fromEntries(Object.keys(models.lab.get('answer').asked).map((n) => [n, models.lab.get(n)]))"
    )
    told = speed.page.evaluate("models.lab.get('answer')")
    return told | {"asked": now} | changed


def measured(speed: Explorer, count: int = len(TIMES)) -> None:
    """So many points, the small ones first, as a kernel tells them."""
    rows = [row(*point) for point in list(TIMES)[:count]]
    feed(speed, rows=rows, csv="kind,setup\nLSTM,layer\n")
    feed(speed, answer=answer(speed, chart=CHART, found=FOUND))


def middle(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def label(speed: Explorer, words: str) -> tuple[float, float]:
    return middle(speed.diagram.locator(".axes text", has_text=re.compile(f"^{words}$")))


def height_of(speed: Explorer, seconds: float) -> float:
    """Where a time lies, between the labels of 100 µs and 100 ms: three powers of ten."""
    low, high = label(speed, "100 µs")[1], label(speed, "100 ms")[1]
    return low + (high - low) * (math.log10(seconds) + 4) / 3


def place_of(speed: Explorer, value: int) -> float:
    """Where a size lies, between the labels of 8 and 128."""
    left, right = label(speed, "8")[0], label(speed, "128")[0]
    return left + (right - left) * math.log(value / 8) / math.log(16)


def point(speed: Explorer, setup: str, value: int) -> Locator:
    return speed.diagram.locator(f'.point[data-setup="{setup}"][data-value="{value}"]')


def grip(speed: Explorer, setup: str, name: str) -> Locator:
    return speed.diagram.locator(f'.grip[data-setup="{setup}"][data-grip="{name}"]')


def drag(speed: Explorer, setup: str, name: str, up: float) -> None:
    x, y = middle(grip(speed, setup, name))
    mouse = speed.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 30, y - up, steps=4)
    mouse.up()


def decade(speed: Explorer) -> float:
    return height_of(speed, 1e-3) - height_of(speed, 1e-2)


def said(speed: Explorer) -> str:
    return speed.root.locator(".line").inner_text().strip()


def of_setup(speed: Explorer, setup: str) -> Locator:
    return speed.answer.locator(f'li[data-setup="{setup}"]')


ENDS = """(bar) => {
    const [{ y, height }, { d, f }] = [bar.getBBox(), bar.getScreenCTM()];
    return [y * d + f, (y + height) * d + f]; }"""


def test_before_anything_is_measured_axes_and_named_lines_wait_for_a_prediction(speed: Explorer) -> None:
    names = speed.diagram.locator(".names text")
    assert sorted(names.all_text_contents()) == ["cell loop", "layer"]
    assert sorted(speed.root.locator(".legend").inner_text().split("\n"))[:2] == ["bfloat16", "cell loop"]
    assert speed.diagram.locator(".invitation").all_text_contents() == ["drag to predict", "tilt"]
    assert said(speed) == "Drag the lines to predict, then press Measure."
    assert speed.diagram.locator(".point").count() == 0
    for setup, seconds in (("layer", 1e-3), ("cell loop", 10**-3.2)):  # apart, each beside its name
        height = middle(grip(speed, setup, "move"))[1]
        assert abs(height - height_of(speed, seconds)) < 1
        assert abs(height - middle(speed.diagram.locator(f'.names [data-setup="{setup}"]'))[1]) < 3
    assert "times as long as layer" in of_setup(speed, "cell loop").inner_text()


@pytest.mark.parametrize("width", [360, 848, 1600])
def test_every_point_stands_at_its_median_and_its_bar_ends_at_the_quartiles(speed: Explorer, width: int) -> None:
    speed.page.set_viewport_size({"width": width, "height": 900})
    measured(speed)
    expect(speed.diagram.locator(".point")).to_have_count(6)
    for (setup, value), (low, median, high) in TIMES.items():
        one = point(speed, setup, value)
        x, y = middle(one.locator(".reach"))
        assert abs(x - place_of(speed, value)) < 1, (setup, value)
        assert abs(y - height_of(speed, median)) < 1, (setup, value)
        ends = one.locator(".spread").evaluate(ENDS)
        for end, seconds in zip(ends, (high, low), strict=True):
            assert abs(end - height_of(speed, seconds)) < 1, (setup, value)


def test_a_setup_has_one_colour_and_one_mark_everywhere(speed: Explorer) -> None:
    drag(speed, "cell loop", "move", 30)
    measured(speed, 5)
    colours, forms = set(), set()
    for setup in ("layer", "cell loop"):
        fill = "(e, name) => getComputedStyle(e)[name]"
        here = {
            point(speed, setup, 8).locator(".mark").evaluate(fill, "fill"),
            speed.diagram.locator(f'.trend[data-setup="{setup}"]').evaluate(fill, "stroke"),
            speed.diagram.locator(f'.names [data-setup="{setup}"]').evaluate(fill, "fill"),
            speed.root.locator(f'.chip[data-setup="{setup}"] path').evaluate(fill, "fill"),
        }
        assert len(here) == 1, here
        colours |= here
        forms.add(re.sub(r"[\d. -]+", "", point(speed, setup, 8).locator(".mark").get_attribute("d") or ""))
    assert (len(colours), len(forms)) == (2, 2)
    guess = speed.diagram.locator('.guess[data-setup="cell loop"]').evaluate("(e) => getComputedStyle(e).stroke")
    assert guess in colours


def test_a_line_that_is_dragged_says_the_factor_and_stays_beside_what_is_measured(speed: Explorer) -> None:
    up = decade(speed) * (math.log10(3) + LOW)
    drag(speed, "cell loop", "move", up)
    expect(of_setup(speed, "cell loop")).to_have_text("You predict that cell loop takes 3.0 times as long as layer.")
    assert abs(middle(grip(speed, "cell loop", "move"))[1] - height_of(speed, 3e-3)) < 1.5
    expect(speed.diagram.locator(".invitation")).to_have_count(0)
    guess = speed.diagram.locator('.guess[data-setup="cell loop"]')
    before = guess.get_attribute("d")
    measured(speed, 2)
    expect(of_setup(speed, "cell loop")).to_have_text(
        "You predicted that cell loop takes 3.0 times as long as layer; measured: 5.0."
    )
    measured(speed)
    expect(of_setup(speed, "cell loop")).to_have_text(
        "You predicted that cell loop takes 3.0 times as long as layer; measured: 5.0 and 11 at seq_len 8 and 128."
    )
    assert guess.get_attribute("d") == before
    assert "none" not in guess.evaluate("(e) => getComputedStyle(e).strokeDasharray")
    assert speed.diagram.locator('.guess[data-setup="layer"]').count() == 0  # nobody moved it
    assert speed.diagram.locator(".grip").count() == 0
    expect(speed.answer.locator("li").last).to_have_text(FOUND[0])


def test_tilted_it_keeps_its_left_end(speed: Explorer) -> None:
    x, _ = middle(grip(speed, "layer", "tilt"))
    share = (x - place_of(speed, 8)) / (place_of(speed, 128) - place_of(speed, 8))
    drag(speed, "layer", "tilt", decade(speed) * math.log10(16) * share)
    told = "You predict that layer takes 16 times as long at seq_len 128 as at 8."
    expect(of_setup(speed, "layer")).to_have_text(told)
    drag(speed, "layer", "move", 1000)  # further than the axis reaches
    expect(of_setup(speed, "layer")).to_have_text(told)


def test_by_keyboard_a_tenth_of_half_a_power_of_ten_a_key(speed: Explorer) -> None:
    handle = speed.root.get_by_role("slider", name="predict cell loop", exact=True)
    handle.focus()
    for key, power in (("PageUp", 0.5), ("ArrowUp", 0.55), ("ArrowDown", 0.5), ("ArrowLeft", 0.45)):
        speed.page.keyboard.press(key)
        expect(of_setup(speed, "cell loop")).to_contain_text(f"{10 ** (power - LOW):.1f} times as long as layer.")
    expect(handle).to_be_focused()
    expect(handle).to_have_attribute("aria-valuetext", "cell loop: 1.78 ms")
    assert said(speed) == "cell loop: 1.78 ms"
    grows = speed.root.get_by_role("slider", name="predict how cell loop grows", exact=True)
    grows.focus()
    speed.page.keyboard.press("PageUp")
    ends = [float(n) for n in re.findall(r"([\d.]+) ms", grows.get_attribute("aria-valuetext") or "")]
    assert ends[0] == 1.78
    assert ends[1] > 1.78 * 10**0.5 * 0.99


def test_by_touch(speed: Explorer) -> None:
    touch = speed.page.context.new_cdp_session(speed.page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        x, y = middle(grip(speed, "cell loop", "move"))
        up = decade(speed) * (1 + LOW)
        for kind, places in (("Start", [y]), ("Move", [y - up / 2]), ("Move", [y - up]), ("End", [])):
            touches = [{"x": x, "y": place} for place in places]
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
        expect(of_setup(speed, "cell loop")).to_contain_text("takes 10 times as long as layer")
        measured(speed)
        x, y = middle(point(speed, "layer", 32).locator(".reach"))
        for kind, touches in (("Start", [{"x": x, "y": y}]), ("End", [])):
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
        expect(speed.root.locator(".line")).to_contain_text("layer at seq_len 32: 400 µs, the middle half")
    finally:
        touch.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_a_point_says_its_time_to_pointer_and_keyboard(speed: Explorer) -> None:
    measured(speed)
    point(speed, "cell loop", 128).locator(".mark").hover()
    told = "cell loop at seq_len 128: 11.00 ms, the middle half of the times from 10.00 ms to 30.00 ms."
    assert said(speed) == told
    speed.diagram.hover(position={"x": 5, "y": 5})
    expect(speed.root.locator(".line")).to_have_text("Point at a mark to read its time and its spread.")
    speed.page.mouse.move(2, 2)
    point(speed, "layer", 8).focus()
    expect(speed.root.locator(".line")).to_contain_text("layer at seq_len 8: 200 µs")
    speed.page.keyboard.press("ArrowRight")
    expect(speed.root.locator(".line")).to_contain_text("cell loop at seq_len 8: 1.00 ms")
    assert speed.diagram.locator(".point[tabindex='0']").count() == 1


@pytest.mark.parametrize("width", [360, 530, 848, 1000])
def test_while_it_measures_the_point_and_the_bar_move_and_nothing_else_does(speed: Explorer, width: int) -> None:
    speed.page.set_viewport_size({"width": width, "height": 900})
    drag(speed, "layer", "tilt", 20)
    before = speed.root.bounding_box()
    measures = speed.root.locator(".measure").evaluate("(e) => getComputedStyle(e).backgroundColor")
    at = CHART | {"setup": "cell loop", "value": 32}
    feed(speed, measuring=True, progress={"done": 3, "of": 6, "now": "cell loop at seq_len 32", "at": at})
    measured(speed, 3)
    expect(speed.root.locator(".now")).to_have_text("4 of 6: cell loop at seq_len 32")
    button = speed.root.get_by_role("button", name="Cancel", exact=True)
    assert button.evaluate("(e) => getComputedStyle(e).backgroundColor") != measures
    bar = speed.root.get_by_role("progressbar")
    assert bar.evaluate("(bar) => [bar.value, bar.max]") == [3, 6]
    pulse = speed.diagram.locator(".pulse")
    x, y = middle(pulse)
    assert abs(x - place_of(speed, 32)) < 1
    assert abs(y - height_of(speed, 1e-3)) < 1  # where the setup's last point lies
    assert pulse.evaluate("(e) => getComputedStyle(e).animationName") == "none"  # motion is reduced in this page
    speed.page.emulate_media(reduced_motion="no-preference")
    assert pulse.evaluate("(e) => getComputedStyle(e).animationName") == "rnnlib-pulse"
    speed.page.emulate_media(reduced_motion="reduce")
    assert speed.root.bounding_box() == before
    feed(speed, kind="GRU")  # what is chosen meanwhile is for the next time
    expect(pulse).to_have_count(0)
    feed(speed, measuring=False, kind="LSTM", progress={"done": 6, "of": 6, "now": "Done."})
    measured(speed)
    expect(speed.root.locator(".now")).to_have_text("Done.")
    assert speed.root.bounding_box() == before


OTHERS = [("kind", "GRU", "kind LSTM"), ("hidden_size", 65, "hidden_size 64"), ("backward", True, "backward off")]


@pytest.mark.parametrize(("name", "value", "of"), OTHERS)
def test_with_other_settings_the_points_are_grey_and_it_is_said_of_what_they_are(
    speed: Explorer, name: str, value: Any, of: str
) -> None:
    feed(speed, progress={"done": 6, "of": 6, "now": "Done."})
    measured(speed)
    points = speed.diagram.locator(".points")
    look = "(e) => [getComputedStyle(e).filter, getComputedStyle(e).opacity]"
    assert points.evaluate(look) == ["none", "1"]
    old = speed.page.evaluate(f"models.lab.get('{name}')")
    feed(speed, **{name: value})
    assert points.evaluate(look) == ["grayscale(1)", "0.35"]
    assert said(speed) == f"The grey points are of {of}: measure anew."
    expect(speed.root.locator(".about")).to_contain_text("the grey points: LSTM, forward on cpu")
    expect(speed.root.locator(".now")).to_be_hidden()
    assert speed.diagram.locator(".grip").count() == 4  # to be predicted anew
    assert FOUND[0] not in speed.answer.inner_text()
    feed(speed, **{name: old})
    assert points.evaluate(look) == ["none", "1"]
    expect(speed.root.locator(".now")).to_have_text("Done.")


def test_what_cannot_be_measured_is_told_where_it_was_typed_and_at_its_place(speed: Explorer) -> None:
    why = "this run needs about 9 GB on cpu, and 1 GB are available: choose a smaller batch."
    speed.page.set_viewport_size({"width": 700, "height": 900})
    field = speed.root.get_by_role("textbox", name="values", exact=True)
    expect(field).to_have_attribute("aria-invalid", "false")
    cannot = [{"setup": setup, "value": 128, "why": why} for setup in ("cell loop", "layer")]
    feed(speed, progress={"done": 6, "of": 6, "now": "4 of 6 measured."})
    feed(speed, answer=answer(speed, cannot=cannot))
    expect(field).to_have_attribute("aria-invalid", "true")
    assert said(speed) == f"seq_len 128 cannot be measured: {why}"
    cross = speed.diagram.locator(".refused")
    assert abs(middle(cross)[0] - place_of(speed, 128)) < 1
    told = speed.root.locator(".line [role=status]").bounding_box()
    for words in ("median time of a call", "100 ms"):  # two lines lie over the picture, not over its words
        named = speed.diagram.locator(".axes text", has_text=words).bounding_box()
        assert told
        assert named
        assert named["y"] > told["y"] + told["height"] > told["y"] + 40
    expect(speed.root.locator(".now")).to_have_text("4 of 6 measured.")
    feed(speed, answer=answer(speed, cannot=[]))
    expect(field).to_have_attribute("aria-invalid", "false")


@pytest.mark.parametrize(("typed", "told"), [("", "none is here"), ("x", "whole number"), ("8, 0", "at least 1")])
def test_what_is_no_list_of_numbers_is_said_while_it_is_typed(speed: Explorer, typed: str, told: str) -> None:
    field = speed.root.get_by_role("textbox", name="values", exact=True)
    field.fill(typed)
    expect(speed.problem).to_contain_text(told)
    expect(field).to_have_attribute("aria-invalid", "true")
    speed.page.keyboard.press("Tab")
    expect(field).to_have_value(typed)  # to be mended, not typed anew
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(speed.problem).to_contain_text("They stay 8, 32, 128.")
    assert speed.page.evaluate("models.lab.get('values')") == [8, 32, 128]
    field.fill("4")
    speed.page.keyboard.press("Enter")
    expect(speed.problem).to_be_empty()
    assert speed.page.evaluate("models.lab.get('values')") == [4]


def test_setups_are_chosen_in_the_legend(speed: Explorer) -> None:
    speed.root.get_by_role("checkbox", name="packed").check()
    speed.root.get_by_role("checkbox", name="layer", exact=True).uncheck()
    assert speed.page.evaluate("models.lab.get('compare')") == ["cell loop", "packed"]
    assert sorted(speed.diagram.locator(".names text").all_text_contents()) == ["cell loop", "packed"]


@pytest.mark.parametrize("ended", ["restarted", "shut down"])
def test_a_kernel_that_does_not_answer_is_said_to_be_silent_and_nothing_seems_to_be_measured(
    speed: Explorer, ended: str
) -> None:
    feed(speed, progress={"done": 6, "of": 6, "now": "Done."})
    measured(speed)
    if ended == "restarted":  # ipywidgets tells its models so
        speed.page.evaluate("models.lab.trigger('comm_live_update')")
    speed.root.get_by_role("button", name="Measure", exact=True).click()
    expect(speed.root).to_have_attribute("data-state", "stale")
    expect(speed.root.locator(".line")).to_contain_text("the kernel does not answer")
    expect(speed.root.get_by_role("button", name="Measure", exact=True)).to_be_visible()
    expect(speed.root.locator(".now")).to_be_hidden()
    expect(speed.root.get_by_role("progressbar")).to_be_hidden()
    feed(speed, measuring=True, progress={"done": 0, "of": 6, "now": "Getting ready."})
    feed(speed, answer=answer(speed))  # it was busy, and now it measures
    expect(speed.root.get_by_role("button", name="Cancel", exact=True)).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_reached_by_tab_and_axe_finds_nothing(speed: Explorer, dark: bool) -> None:
    theme(speed.page, dark=dark)
    drag(speed, "cell loop", "move", 20)
    measured(speed, 1)
    for fold in ("Table", "CSV to copy"):
        speed.root.get_by_role("button", name=fold).click()
    stops = list(speed.tab_through())
    assert [stop for stop in stops if not stop["name"]] == []
    wanted = {"LSTM", "axis", "values", "backward", "batch", "Measure", "layer", "predict cell loop", "CSV", "Copy"}
    assert wanted <= {stop["name"].strip() for stop in stops}
    shoot(speed.root, f"speed {'dark' if dark else 'light'}")
    assert shut_out(speed.page, ".rnnlib.speed") == []
    assert faint(speed.root) == []


@pytest.fixture
def live(everything: Notebook) -> Explorer:
    """The lab in JupyterLab as it is at first: nothing measured."""
    return afresh(everything, "speed")


def is_done(live: Explorer) -> None:
    expect(live.root.locator(".now")).to_have_text("Done.", timeout=60_000)
    expect(live.root.get_by_role("button", name="Measure", exact=True)).to_be_visible()


def test_measured_by_keyboard_points_sentences_and_table_appear_and_are_taken_away(live: Explorer) -> None:
    before = live.root.bounding_box()
    live.root.get_by_role("button", name="Measure", exact=True).focus()
    live.page.keyboard.press("Enter")
    expect(live.diagram.locator(".point").first).to_be_visible(timeout=30_000)
    is_done(live)
    after = live.root.bounding_box()
    assert before
    assert after
    assert before["height"] == after["height"]
    expect(live.diagram.locator(".point")).to_have_count(4)
    expect(live.root).to_have_attribute("data-chart", "chosen")
    assert live.answer.locator("li").count() in (3, 4)  # one stretch of the axis or two: times decide
    live.root.get_by_role("button", name="Table").click()
    expect(live.root.locator(".results tbody tr")).to_have_count(4)
    live.root.get_by_role("button", name="CSV to copy").click()
    with live.page.expect_download() as taken:
        live.root.get_by_text("Download as CSV").click()
    assert taken.value.suggested_filename == "rnnlib_speed.csv"
    lines = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text("utf-8"))))
    assert [(line["setup"], line["batch"]) for line in lines] == [
        (setup, batch) for batch in "12" for setup in ("layer", "packed")
    ]
    live.root.get_by_role("radio", name="LSTM").check()
    expect(live.root).to_have_attribute("data-chart", "other")
    expect(live.root).to_have_attribute("data-state", "live")


def test_cancelled_it_stops_and_can_go_on(live: Explorer) -> None:
    field = live.root.get_by_role("textbox", name="values", exact=True)
    field.fill("1, 2, 3, 4, 5, 6, 7, 8")
    live.page.keyboard.press("Enter")
    live.root.get_by_role("button", name="Measure", exact=True).click()
    expect(live.diagram.locator(".point").first).to_be_visible(timeout=30_000)
    live.root.get_by_role("button", name="Cancel", exact=True).click()
    expect(live.root.locator(".now")).to_have_text("Cancelled: what was measured stays.")
    assert 1 <= live.diagram.locator(".point").count() < 16
    field.fill("1")
    live.page.keyboard.press("Enter")
    live.root.get_by_role("button", name="Measure", exact=True).click()
    is_done(live)
