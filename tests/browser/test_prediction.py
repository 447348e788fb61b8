"""The prediction card in a real JupyterLab, answered by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SHOTS, afresh
from tests.browser.lab import LIGHT, Notebook


@pytest.fixture
def card(everything: Notebook) -> Locator:
    """The card as it is at first: ``h_n`` of two layers, 10 wide, for a batch of 3."""
    everything.theme(LIGHT)
    return afresh(everything, 3, "prediction")


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
    expect(card).to_contain_text("output")
    card.screenshot(path=SHOTS / "card wrong.png")
    answer(card, "2 3 10")
    expect(card.get_by_role("img", name="right", exact=True)).to_be_visible()


@pytest.mark.parametrize("typed", ["", "banana", "(2, 3", "2.5, 3, 10", "(0, 3, 10)"])
def test_what_is_no_shape_gets_a_sentence_and_the_next_answer_works(card: Locator, typed: str) -> None:
    answer(card, typed)
    if typed != "(2, 3":  # a bracket left open is read all the same
        expect(card).to_have_attribute("data-state", "problem")
        expect(card).not_to_contain_text("2, 3, 10)")
    answer(card, "(2, 3, 10)")
    expect(card).to_have_attribute("data-state", "right")
