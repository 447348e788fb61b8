"""Every explorer of every lesson, whole on a laptop's screen and good at every other width."""

from __future__ import annotations

import ast
import contextlib
import functools
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from anywidget import AnyWidget
from playwright.sync_api import Page

from rnnlib.explorers.checkup.explorer import ShownCheckup
from rnnlib.explorers.shared.view import View
from tests.browser.conftest import SHOTS
from tests.browser.look import HIGHEST, LAPTOP, SMALLEST, WIDTHS, looks
from tests.notebooks.lessons import LESSONS, untrained

# Of every ring of an answer that is shown: the words that it runs through, and the rows of colour beside it.
RINGS = """(name) => {
    const root = document.querySelector(`#${name} .rnnlib`);
    const shown = [...root.querySelectorAll("*")].filter((e) => e.checkVisibility() && !e.closest(".line"));
    const words = shown.flatMap((e) =>
        [...e.childNodes].filter((node) => node.nodeType === 3 && node.data.trim()).map((node) => {
            const range = document.createRange();
            range.selectNodeContents(node);
            const { left, right, top, height } = range.getBoundingClientRect();
            return { said: node.data.trim(), left, right, top: top + height / 5, bottom: top + 0.8 * height }; }));
    const rows = [...root.querySelectorAll("canvas")].map((e) => e.getBoundingClientRect()).map(
        ({ left, right, top, bottom }) => ({ said: "colours", left, right, top: top + 0.1, bottom: bottom - 0.1 }));
    const through = [];
    for (const ring of root.querySelectorAll(".found")) {
        const { outlineStyle, outlineOffset, outlineWidth } = getComputedStyle(ring);
        if (outlineStyle === "none") continue;
        const box = ring.getBoundingClientRect();
        const [inner, outer] = [parseFloat(outlineOffset), parseFloat(outlineOffset) + parseFloat(outlineWidth)];
        for (const one of [...words, ...rows]) {
            const meets = one.right > box.left - outer && one.left < box.right + outer
                && one.bottom > box.top - outer && one.top < box.bottom + outer;
            const within = one.left >= box.left - inner - 0.5 && one.right <= box.right + inner + 0.5
                && one.top >= box.top - inner - 0.5 && one.bottom <= box.bottom + inner + 0.5;
            if (meets && !within) through.push(`${ring.dataset.part ?? ring.dataset.symbol}: ${one.said}`);
        } }
    return [root.querySelectorAll(".found").length, through]; }"""

# The lit parts of drawings that neither a line below their words nor a stroke in ink shows, or that have a ring:
# around a part of a drawing Firefox draws one elsewhere.
UNMARKED = """(name) => {
    const root = document.querySelector(`#${name} .rnnlib`), ink = getComputedStyle(root).color;
    const marks = (e) => {
        const { textDecorationLine, stroke } = getComputedStyle(e);
        return stroke === ink || (textDecorationLine === "underline" && e.textContent); };
    return [...root.querySelectorAll("svg .found:not(.block)")]
        .filter((e) => getComputedStyle(e).outlineStyle !== "none" || ![e, ...e.querySelectorAll("*")].some(marks))
        .map((e) => e.outerHTML.slice(0, 80)); }"""


@functools.cache  # a lesson runs once, for all that is asked of its views
def views_of(lesson: Path) -> dict[str, AnyWidget]:
    """The views that a lesson's cells show, by the cell's place and name, as they first stand."""
    names: dict[str, Any] = {"__name__": "__main__"}
    views: dict[str, AnyWidget] = {}
    dtype = torch.get_default_dtype()
    try:
        for place, cell in enumerate(nbformat.read(lesson, as_version=4).cells):
            if cell.cell_type != "code":
                continue
            *steps, last = ast.parse(untrained(cell.source)).body or [ast.Pass()]
            with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
                exec(compile(ast.Module(steps, []), lesson.name, "exec"), names)
                if isinstance(last, ast.Expr):
                    shown = eval(compile(ast.Expression(last.value), lesson.name, "eval"), names)
                    shown = shown.view if isinstance(shown, ShownCheckup) else shown
                    if isinstance(shown, View):
                        views[f"cell{place}"] = shown
                else:
                    exec(compile(ast.Module([last], []), lesson.name, "exec"), names)
        return views
    finally:
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(True)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_view_of_a_lesson_is_whole(lesson: Path, page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> None:
    views = views_of(lesson)
    assert views
    page = page_of(views)
    wrong, high = {}, {}
    for name, view in views.items():
        for width in WIDTHS:
            where = f"{name} {type(view).__name__} {width}"
            if found := [one for one in looks(page, name, width) if width >= SMALLEST or "px high" not in one]:
                wrong[where] = found
            if width == LAPTOP and not getattr(view, "weights", False):  # what is unfolded may be more
                high[where] = page.locator(f"#{name} .rnnlib").bounding_box()["height"]
    assert wrong == {}
    assert {where: height for where, height in high.items() if height > HIGHEST} == {}


@pytest.mark.parametrize("width", [LAPTOP, 360])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_no_ring_of_an_answer_runs_through_its_neighbours(
    lesson: Path, width: int, page_of: Callable[[Mapping[str, AnyWidget]], Page]
) -> None:
    views = views_of(lesson)
    page = page_of(views)
    through = {}
    for name, view in views.items():
        looks(page, name, width)
        answer = page.locator(f"#{name}").get_by_role("button", name="Show the answer")
        if answer.count():
            answer.click()
        count, found = page.evaluate(RINGS, name)
        assert count or "`" not in (getattr(view, "solution", "") or "")
        assert page.evaluate(UNMARKED, name) == []
        if found:
            through[name] = found
    assert through == {}


@pytest.mark.long
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_pictures_to_look_at(lesson: Path, page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> None:
    """Every view of every lesson, at every width and in both themes, into build/screens."""
    views = views_of(lesson)
    page = page_of(views)
    for name, view in views.items():
        for width in WIDTHS:
            for theme in ("light", "dark"):
                looks(page, name, width, dark=theme == "dark")
                taken = page.locator(f"#{name} .rnnlib").screenshot(animations="disabled")
                file = SHOTS / f"{lesson.stem} {name} {type(view).__name__} {width} {theme}.png"
                assert file.write_bytes(taken) > 1000
