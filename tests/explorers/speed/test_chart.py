"""A chart of times: whole in either theme, each setup in a colour of its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from rnnlib.explorers.speed.chart import THEMES, draw
from rnnlib.explorers.speed.points import SETUPS
from tests.explorers.speed.test_sentences import row


@pytest.mark.parametrize(
    ("values", "median"), [((4,), 1e-6), (tuple(range(1, 17)), 300.0)], ids=["one point", "as many as there can be"]
)
def test_a_chart_is_whole_in_either_theme(values: tuple[int, ...], median: float) -> None:
    rows = [row(setup, value, median * value, 0.3) for setup in SETUPS for value in values]
    drawn = draw([*rows, row("layer", 999, None)], "batch", list(SETUPS), "GRU, forward")
    assert drawn.pop("about") == "GRU, forward"
    assert set(drawn) == set(THEMES) == {"light", "dark"}
    for theme, picture in drawn.items():
        ET.fromstring(picture)
        assert len(picture) < 150_000
        used = set(re.findall(r"stroke: (#\w{6})", picture))
        assert set(THEMES[theme]["lines"]) <= used


def test_a_setup_keeps_its_colour_whatever_else_is_shown() -> None:
    drawn = draw([row("bfloat16", 1, 1.0), row("bfloat16", 2, 2.0)], "batch", list(SETUPS))["light"]
    assert [colour for colour in THEMES["light"]["lines"] if f"stroke: {colour}" in drawn] == ["#9a5b00"]
