"""The gradient explorer on screen: its curves and what it says are the kernel's numbers; by pointer and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from anywidget import AnyWidget
from playwright.sync_api import Page, expect

from rnnlib import GradientExplorer
from tests.browser.conftest import shoot
from tests.browser.look import WIDTHS, faint, looks, shut_out

KINDS = ("RNN", "LSTM", "GRU")
FLOOR = 2.0**-149  # the smallest number of float32


@pytest.fixture(scope="module")
def made() -> dict[str, GradientExplorer]:
    return {
        "all": GradientExplorer(seq_len=200, question="what is left of x[0]?", solution="of an RNN, nothing"),
        "clipped": GradientExplorer(seq_len=9, factor=4, clipping=True, max_norm=0.5),
    }


@pytest.fixture
def page(page_of: Callable[[Mapping[str, AnyWidget]], Page], made: dict[str, GradientExplorer]) -> Page:
    page = page_of(made)
    page.set_viewport_size({"width": 900, "height": 900})
    return page


def line(page: Page, name: str) -> str:
    return page.locator(f"#{name} .line [role=status]").inner_text()


def numbers(words: str) -> list[float]:
    """What a sentence says of each kind."""
    return [float(re.search(rf"{kind} ([\d.e-]+)", words)[1].rstrip(".")) for kind in KINDS]  # type: ignore[index]


@pytest.mark.parametrize("name", ["all", "clipped"])
def test_every_point_of_a_curve_stands_where_its_number_is(
    page: Page, made: dict[str, GradientExplorer], name: str
) -> None:
    """Its distance from the line of 1, in the distance between two of the axis' powers."""
    ticks = {}
    for text in page.locator(f"#{name} svg text").all():
        said = text.text_content() or ""
        if re.fullmatch(r"1e-?\d+|1|10", said) and text.get_attribute("text-anchor") == "start":
            ticks[float(said)] = float(text.get_attribute("y") or 0) - 4
    (low, high) = min(ticks), max(ticks)
    decade = (ticks[low] - ticks[high]) / (np.log10(high) - np.log10(low))
    for kind in KINDS:
        path = page.locator(f"#{name} .curve[data-kind={kind}]").get_attribute("d") or ""
        drawn = np.array([[float(number) for number in point.split()] for point in re.split("[ML]", path)[1:]])
        expected = np.log10(made[name].found[kind].x.numpy())
        np.testing.assert_allclose((ticks[high] - drawn[:, 1]) / decade + np.log10(high), expected, atol=0.2 / decade)
        assert (np.diff(drawn[:, 0]) > 0).all()


def test_a_step_that_is_pointed_at_is_said_and_so_it_is_by_keyboard(
    page: Page, made: dict[str, GradientExplorer]
) -> None:
    picture = page.locator("#all .rnnlib-diagram")
    box = picture.locator("svg").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    expect(page.locator("#all .dot")).to_have_count(3)
    said = line(page, "all")
    step = int(re.match(r"x\[(\d+)\]", said)[1])  # type: ignore[index]
    expected = [float(made["all"].found[kind].x[step]) for kind in KINDS]
    np.testing.assert_allclose(numbers(said), expected, rtol=0.05)
    page.mouse.move(0, 0)
    expect(page.locator("#all .dot")).to_have_count(0)
    picture.focus()
    for key, at in (("Home", 0), ("ArrowRight", 1), ("End", 199), ("ArrowRight", 199), ("ArrowLeft", 198)):
        page.keyboard.press(key)
        said = line(page, "all")
        assert said.startswith(f"x[{at}],")
        expected = [float(made["all"].found[kind].x[at]) for kind in KINDS]
        np.testing.assert_allclose(numbers(said), expected, rtol=0.05)


def test_what_arrives_and_the_norms_are_the_kernels(page: Page, made: dict[str, GradientExplorer]) -> None:
    for kind in KINDS:
        arrives = page.locator(f"#all .arrives[data-kind={kind}]").text_content()
        assert float(arrives or "nan") == pytest.approx(float(made["all"].found[kind].x[0]), rel=0.05)
        way = made["clipped"].found[kind]
        before, after = page.locator(f"#clipped .norm[data-kind={kind}]").inner_text().removeprefix(kind).split(" → ")
        assert float(before) == pytest.approx(way.norm, rel=0.05)
        assert float(after) == pytest.approx(0.5)
    share = float(made["clipped"].found["RNN"].saturated.mean())
    expect(page.locator("#clipped .strip-of[data-kind=RNN]")).to_contain_text(f"{round(100 * share)} %")
    assert share > 0


def test_an_answer_of_the_kernel_is_drawn_and_float32s_end_with_it(
    page: Page, made: dict[str, GradientExplorer]
) -> None:
    expect(page.locator("#all .floor")).to_have_count(1)
    expect(page.locator("#clipped .floor")).to_have_count(0)
    before = page.locator("#clipped .curve[data-kind=RNN]").get_attribute("d")
    page.evaluate("() => { models.clipped.set('answer', { ...models.all.get('answer') }); }")
    expect(page.locator("#clipped .floor")).to_have_count(1)
    assert page.locator("#clipped .curve[data-kind=RNN]").get_attribute("d") != before
    assert float(made["all"].found["RNN"].x[0]) < FLOOR


def test_it_is_whole_at_every_width_in_both_themes_and_accessible(page: Page) -> None:
    for name in ("all", "clipped"):
        for dark in (False, True):
            for width in WIDTHS[1:]:
                assert looks(page, name, width, dark=dark) == [], (name, width, dark)
                if name == "all":
                    theme = "dark" if dark else "light"
                    shoot(page.locator("#all .rnnlib"), f"gradient {width} {theme}")
            assert shut_out(page, f"#{name}") == []
            assert faint(page.locator(f"#{name} .rnnlib")) == []
