"""The prediction card in a real JupyterLab, answered by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from anywidget import AnyWidget
from playwright.sync_api import Browser, Locator, Page, expect

from rnnlib import LayerSpec, predict
from tests.browser.conftest import afresh, shoot
from tests.browser.lab import Notebook
from tests.browser.look import shut_out


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
    expect(card.locator(".line")).to_have_text("✓ Right.")
    expect(card.get_by_role("textbox")).to_be_focused()
    shoot(card, "card right")


def test_a_wrong_answer_is_told_its_misconception_and_can_be_mended(card: Locator) -> None:
    answer(card, "(5, 3, 10)")  # output's shape
    expect(card.locator(".line")).to_contain_text("✗ Not yet. Try once more")
    expect(card).to_contain_text("This is the shape of output")
    expect(card).not_to_contain_text("The layer says")
    shoot(card, "card wrong")
    answer(card, "banana")
    expect(card.get_by_role("alert")).to_contain_text("banana")
    expect(card).to_contain_text("This is the shape of output")  # nonsense changes nothing
    answer(card, "(3, 2, 10)")
    expect(card).to_contain_text("The layer says (2, 3, 10)")
    answer(card, "2 3 10")
    expect(card.locator(".line")).to_have_text("✓ Right.")


@pytest.mark.parametrize("typed", ["banana", "(0, 3, 10)", "", "(2, 3", "2.5, 3, 10"])
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
    for width, most in ((848, 260), (360, 430)):
        page.evaluate("width => { document.getElementById('card').style.width = `${width}px`; }", width)
        heights = {card.bounding_box()["height"]}
        for typed, told in (("(12, 3, 16)", False), ("(2, 3, 8)", True), ("(4, 3, 8)", True)):
            answer(card, typed)
            page.evaluate(REPLY, ["card", kernel.reply(typed)])
            assert ("(4, 3, 8)" in card.inner_text()) == (told or width == 360)
            heights.add(card.bounding_box()["height"])
        assert len(heights) == 1 or width == 360  # a long hint takes more lines there
        assert max(heights) <= most


DEEP = LayerSpec("GRU", 12, 8, num_layers=2, bidirectional=True)
CHOOSE = {"2 × 3": lambda: 6, "7": lambda: 7}
KINDS = [
    ("row", predict(DEEP, "h_n", row=(1, "forward"), seq_len=12, batch=3), "1", "-2", "h_n[2], or h_n[-2]"),
    ("slice", predict(DEEP, "output", equals="h_n[-1]", seq_len=12, batch=3), "[-1]", "[0, :, 8:]", "output[0, :, 8:]"),
    (
        "attempt",
        predict(question="And?", attempt=lambda: 1, expected=lambda: 2),
        "it raises",
        "it runs, and is wrong",
        "",
    ),
    ("larger", predict(question="Which is larger?", larger=CHOOSE), "2 × 3", "7", "7"),
]


@pytest.mark.parametrize("width", [848, 360])
@pytest.mark.parametrize(("kind", "kernel", "wrong", "right", "truth"), KINDS, ids=[kind for kind, *_ in KINDS])
def test_each_kind_of_question(  # by keyboard where one types, by touch's own size of button where one chooses
    page_of: Callable[[Mapping[str, AnyWidget]], Page],
    kind: str,
    kernel: Any,
    wrong: str,
    right: str,
    truth: str,
    width: int,
) -> None:
    page = page_of({"card": kernel})
    page.evaluate("width => { document.getElementById('card').style.width = `${width}px`; }", width)
    card = page.locator("#card .rnnlib")
    line = card.locator(".line")
    for given, says in ((wrong, "✗ Not yet. Try once more"), (right, "✓ Right.")):
        if kernel.choices:
            card.get_by_role("button", name=given, exact=True).focus()
            page.keyboard.press("Enter")
        else:
            answer(card, given)
        expect(line).to_have_text("Checking…")
        assert page.evaluate("models.card.sent.at(-1).answer") == given
        page.evaluate(REPLY, ["card", kernel.answer(given).__dict__ | {"truth": "", "axes": []}])
        expect(line).to_contain_text(says)
        shoot(page, f"card {kind} {width} {says[0]}")
    card.evaluate("(card) => { if (card.scrollWidth > card.clientWidth) throw Error('it is cut'); }")
    page.get_by_role("button", name="Show the answer").click()
    page.evaluate(REPLY, ["card", kernel.show()])
    expect(card.locator(".layer")).to_contain_text(truth)
    assert card.evaluate("(card) => card.contains(document.activeElement)")
    assert shut_out(page, "#card") == []


def test_what_is_told_comes_into_sight(page_of: Callable[[Mapping[str, AnyWidget]], Page]) -> None:
    kernel = predict(DEEP, "h_n", row=(1, "forward"), seq_len=12, batch=3)
    page = page_of({"card": kernel})
    page.evaluate("document.getElementById('card').style.marginTop = '1220px'")  # the fold is at 1300
    page.locator("#card input").focus()
    page.mouse.wheel(0, -2000)
    answer(page.locator("#card .rnnlib"), "1")
    page.evaluate(REPLY, ["card", kernel.reply("1")])
    expect(page.locator("#card .told")).to_be_in_viewport(ratio=1)


def test_a_saved_card_replies_by_itself_and_does_not_give_the_answer_away(browser: Browser, tmp_path: Path) -> None:
    saved = predict(DEEP, "h_n", seq_len=12, batch=3).save(tmp_path / "card.html")
    assert "4, 3, 8" not in saved.read_text("utf-8")
    page = browser.new_page(reduced_motion="reduce")
    page.goto(saved.as_uri())
    card = page.locator(".rnnlib")
    answer(card, "(12, 3, 16)")
    expect(card).to_contain_text("This is the shape of output")
    expect(card).not_to_contain_text("The layer says")
    answer(card, "banana")
    expect(card.get_by_role("alert")).to_contain_text('"banana" is not all numbers')
    answer(card, "2x3x8")
    expect(card).to_contain_text("You left num_directions out of h_n.")
    expect(card).to_contain_text("The layer says (4, 3, 8)")
    shoot(page, "card saved")
    answer(card, "4 3 8")
    expect(card.locator(".line")).to_have_text("✓ Right.")
    page.close()
