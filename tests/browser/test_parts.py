"""Which parts of an explorer stand is the lecturer's choice; what stands is whole, and what does not is nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from anywidget import AnyWidget
from playwright.sync_api import Locator, Page, expect

from rnnlib import (
    DirectionExplorer,
    GradientExplorer,
    PackingExplorer,
    ShapeExplorer,
    SpeedLab,
    StepExplorer,
    TrainingLab,
)

EXPLORERS: dict[str, Callable[..., Any]] = {
    "shape": lambda **given: ShapeExplorer("GRU", **given),
    "step": lambda **given: StepExplorer("GRU", **given),
    "packing": lambda **given: PackingExplorer("GRU", **given),
    "direction": lambda **given: DirectionExplorer("GRU", **given),
    "gradient": lambda **given: GradientExplorer(seq_len=9, hidden_size=4, **given),
    "speed": lambda **given: SpeedLab("GRU", **given),
    "training": lambda **given: TrainingLab("counting", seq_len=5, **given),
}

# Whether the explorer is as high as what stands in it, one below the other, and nothing is wider than it.
WHOLE = """(root) => {
    const boxes = [...root.children].filter((e) => getComputedStyle(e).position !== "absolute")
        .map((e) => e.getBoundingClientRect()).filter((box) => box.height);
    const { top, bottom } = root.getBoundingClientRect();
    const follow = boxes.every((box, i) => Math.abs(box.top - (boxes[i - 1]?.bottom ?? top)) < 3);
    return follow && Math.abs(boxes.at(-1).bottom - bottom) < 3 && root.scrollWidth <= root.clientWidth; }"""


def folds(root: Locator) -> list[str]:
    """Those that stand, by the names that `show` has for them."""
    return [words.split()[0].lower() for words in root.locator(".fold").all_inner_texts()]


@pytest.mark.parametrize("name", EXPLORERS)
def test_what_is_left_out_is_nowhere_and_what_stands_is_whole(
    page_of: Callable[[Mapping[str, AnyWidget]], Page], name: str
) -> None:
    make = EXPLORERS[name]
    parts = tuple(make().show)
    shown = {"all": parts, "none": ()} | {part: (part,) for part in parts}
    page = page_of({which: make(show=show) for which, show in shown.items()})
    there = set(folds(page.locator("#all")))
    assert there | {"recorded"} == {*parts[2:], "recorded"}  # that one only where a run was stored
    said = page.locator("#all :is(.says, .facts)").count()
    for which, show in shown.items():
        root = page.locator(f"#{which} .rnnlib")
        assert set(folds(root)) == there & set(show)
        for picture in root.locator(".rnnlib-diagram").all():
            expect(picture).to_be_visible(visible="picture" in show)
        expect(root.locator(":is(.says, .facts)")).to_have_count(said if "says" in show else 0)
        assert root.evaluate(WHOLE), which
        for fold in root.locator(".fold").all():
            fold.click()
            expect(root.locator(".unfolded:visible")).to_have_text(re.compile(r"\S"))
            fold.click()


def test_what_was_left_out_can_be_shown_afterwards(page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> None:
    page = page_of({"here": ShapeExplorer("GRU", show=("picture",), controls=("batch",))})
    root = page.locator("#here .rnnlib")
    expect(root.get_by_text("output[-1] equals h_n[-1]")).to_have_count(0)
    page.evaluate("models.here.set('show', ['picture', 'says'])")
    expect(root.get_by_text("output[-1] equals h_n[-1]")).to_be_visible()
    expect(root.locator(".fold")).to_have_count(0)


def test_without_the_picture_nobody_is_invited_to_point_at_it_and_keys_do_not_stop_there(
    page_of: Callable[[Mapping[str, AnyWidget]], Page],
) -> None:
    page = page_of({"here": PackingExplorer("GRU", show=("code",), controls=("batch",))})
    root = page.locator("#here .rnnlib")
    expect(root.locator(".line")).to_have_text("")
    root.get_by_role("slider", name="batch").press("ArrowLeft")
    expect(root.locator(".unfolded pre")).to_contain_text("lengths = [17, 12, 22]")
    page.keyboard.press("Tab")
    expect(root.get_by_role("button", name="Code")).to_be_focused()
