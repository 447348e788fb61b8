"""A tally in a plain page: a bar for each slip, as long as its share, and its words whole at every width."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from anywidget import AnyWidget
from playwright.sync_api import Page, expect

from rnnlib import LayerSpec, predict, tally
from tests.browser.conftest import shoot
from tests.browser.look import shut_out, theme

CARD = predict(LayerSpec("LSTM", 11, 17, 2, bidirectional=True, batch_first=True), "h_n", seq_len=7, batch=3)
ROOM = ["3 7 34"] * 14 + ["3, 4, 17"] * 7 + ["2 3 17", "4 3 34", "8, 3, 17"] + ["4 3 17"] * 21 + ["banana"]
MEASURED = "bars => bars.map((bar) => Math.round(bar.getBoundingClientRect().width))"


@pytest.mark.parametrize("width", [900, 360])
def test_a_bar_is_as_long_as_its_share(page_of: Callable[[Mapping[str, AnyWidget]], Page], width: int) -> None:
    told = tally([*ROOM, {}, {}], CARD)
    page = page_of({"tally": told})
    page.evaluate("width => { document.getElementById('tally').style.width = `${width}px`; }", width)
    root = page.locator("#tally .rnnlib")
    expect(root).to_contain_text("46 answers")
    rows = root.locator("ol > li")
    assert [row.split("\n")[0] for row in rows.all_inner_texts()] == [str(number) for number in told.counts.values()]
    assert [name.strip() for name in root.locator(".name").all_inner_texts()] == list(told.counts)
    expect(rows.first).to_contain_text("3 7 34")
    expect(rows.first).to_contain_text("This is the shape of output, which has h at every step.")
    lengths = root.locator(".bar").evaluate_all(MEASURED)
    longest = max(lengths)
    assert all(abs(got - longest * n / 21) <= 3 for got, n in zip(lengths, told.counts.values(), strict=True))
    expect(root.locator("details li").first).to_be_hidden()
    expect(root.locator("summary")).to_have_text("Not counted, or not whole: 2")
    root.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(root.locator("details li").first).to_contain_text("is none that this card has kept")
    root.evaluate("(root) => { if (root.scrollWidth > root.clientWidth) throw Error('it is cut'); }")
    for dark in (False, True):
        theme(page, dark=dark)
        shoot(page, f"tally {width} {'dark' if dark else 'light'}")
        assert shut_out(page, "#tally") == []
