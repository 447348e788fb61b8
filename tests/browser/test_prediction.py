"""The prediction card in a real JupyterLab, answered by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from anywidget import AnyWidget
from playwright.sync_api import Locator, Page, expect

from rnnlib import LayerSpec, predict
from tests.browser.conftest import SHOTS, afresh
from tests.browser.lab import Notebook


@pytest.fixture
def card(everything: Notebook) -> Locator:
    """The card as it is at first: ``h_n`` of two layers, 10 wide, for a batch of 3."""
    return afresh(everything, "prediction").root


def answer(card: Locator, typed: str) -> None:
    card.get_by_role("textbox").focus()
    card.page.keyboard.press("Home")
    card.page.keyboard.press("Shift+End")
    card.page.keyboard.type(typed)
    card.page.keyboard.press("Enter")


def test_the_answer_is_hidden_until_one_is_given(card: Locator) -> None:
    expect(card).to_contain_text("h_n")
    expect(card).not_to_contain_text("2, 3, 10")
    assert "2, 3, 10" not in card.evaluate("(card) => card.outerHTML")


def test_a_right_answer_by_keyboard(card: Locator) -> None:
    answer(card, "(2, 3, 10)")
    expect(card.get_by_role("img", name="right", exact=True)).to_be_visible()
    expect(card).to_contain_text("Right")
    expect(card.get_by_role("textbox")).to_be_focused()
    card.screenshot(path=SHOTS / "card right.png")


def test_a_wrong_answer_is_told_its_misconception_and_can_be_mended(card: Locator) -> None:
    answer(card, "(5, 3, 10)")  # output's shape
    expect(card.get_by_role("img", name="wrong", exact=True)).to_be_visible()
    expect(card).to_contain_text("This is the shape of output")
    expect(card).not_to_contain_text("The layer says")
    card.screenshot(path=SHOTS / "card wrong.png")
    answer(card, "banana")
    expect(card.get_by_role("alert")).to_contain_text("banana")
    expect(card).to_contain_text("This is the shape of output")  # nonsense changes nothing
    answer(card, "(3, 2, 10)")
    expect(card).to_contain_text("The layer says (2, 3, 10)")
    answer(card, "2 3 10")
    expect(card.get_by_role("img", name="right", exact=True)).to_be_visible()


@pytest.mark.parametrize("typed", ["", "banana", "(2, 3", "2.5, 3, 10", "(0, 3, 10)"])
def test_what_is_no_shape_gets_a_sentence_and_the_next_answer_works(card: Locator, typed: str) -> None:
    answer(card, typed)
    if typed != "(2, 3":  # a bracket left open is read all the same
        expect(card.get_by_role("alert")).not_to_be_empty()
        expect(card).to_have_attribute("data-state", "asked")
        expect(card).not_to_contain_text("2, 3, 10)")
    answer(card, "(2, 3, 10)")
    expect(card).to_have_attribute("data-state", "right")
    expect(card.locator(".rnnlib-problem")).to_be_empty()


def test_the_answer_is_shown_to_who_asks_by_keyboard(card: Locator) -> None:
    card.get_by_role("textbox").focus()
    card.page.keyboard.press("Shift+Tab")
    card.page.keyboard.press("Enter")
    expect(card).to_contain_text("The layer says (2, 3, 10)")
    expect(card.get_by_role("textbox")).to_be_focused()
    expect(card.get_by_role("button", name="Show the answer")).to_have_count(0)


REPLY = """([name, reply]) => {
    const { id } = models[name].sent.at(-1);
    models[name].trigger("msg:custom", { ...reply, id }); }"""


def test_a_card_is_whole_and_stands_still(page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> None:
    """With no kernel: the card itself is asked here, and what it replies is handed to the page."""
    kernel = predict(LayerSpec("GRU", 12, 8, num_layers=2, bidirectional=True), "h_n", seq_len=12, batch=3)
    page = page_of({"card": kernel})
    card = page.locator("#card .rnnlib")
    for width, most in ((848, 260), (360, 400)):
        page.evaluate("width => { document.getElementById('card').style.width = `${width}px`; }", width)
        heights = {card.bounding_box()["height"]}
        for typed, told in (("(12, 3, 16)", False), ("(2, 3, 8)", True), ("(4, 3, 8)", True)):
            answer(card, typed)
            page.evaluate(REPLY, ["card", kernel.reply(typed)])
            assert ("(4, 3, 8)" in card.inner_text()) == (told or width == 360)
            heights.add(card.bounding_box()["height"])
        assert len(heights) == 1 or width == 360  # a long hint takes more lines there
        assert max(heights) <= most
