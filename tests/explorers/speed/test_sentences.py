"""What a comparison found: each sentence from the numbers it tells, and never more than the spreads allow."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib.explorers.speed.points import SETUPS
from rnnlib.explorers.speed.sentences import findings


def row(setup: str, value: int, median: float | None, spread: float = 0.01, **more: Any) -> dict[str, Any]:
    if median is None:
        return {"setup": setup, "value": value, "median": None, "low": None, "high": None, **more}
    low, high = median * (1 - spread), median * (1 + spread)
    return {"setup": setup, "value": value, "median": median, "low": low, "high": high, **more}


def test_nothing_measured_is_nothing_found() -> None:
    assert findings([], "batch") == []
    assert findings([row("layer", 1, None)], "batch") == []
    assert findings([row("layer", 1, 1.0)], "batch") == []


def test_the_slower_one_is_said_to_take_longer_at_the_largest_size_both_have() -> None:
    rows = [row("layer", 1, 1.0), row("cell loop", 1, 9.0), row("layer", 8, 4.0), row("cell loop", 8, None)]
    assert findings(rows, "batch")[0] == "At batch 1, cell loop takes 9.0 times as long as layer."
    assert findings([row("layer", 2, 30.0), row("packed", 2, 10.0, tokens=6, seq_len=4, batch=2)], "batch") == [
        "At batch 2, layer takes 3.0 times as long as packed.",
        "packed skips the pads: it runs 75 % of the steps.",
    ]


def test_of_packed_runs_the_one_at_the_largest_size_tells_what_it_skips() -> None:
    sizes = {4: (15, 5), 16: (32, 5), 1: (5, 5)}  # in an order that is neither: 75 %, 40 % and 100 % of the steps
    rows = [row("packed", v, 1.0, tokens=tokens, seq_len=long, batch=v) for v, (tokens, long) in sizes.items()]
    said = "packed skips the pads: it runs 40 % of the steps."
    assert findings(rows, "batch")[-1] == said
    assert findings([*rows, row("packed", 64, None)], "batch")[-1] == said  # what could not be measured tells nothing


def test_what_shares_no_size_is_not_compared() -> None:
    assert findings([row("layer", 1, 1.0), row("cell loop", 2, 9.0)], "batch") == []


@pytest.mark.parametrize(
    ("axis", "words"),
    [
        ("seq_len", "4 times as much work"),
        ("batch", "4 times as much work"),
        ("hidden_size", "4 times as many units"),
        ("num_layers", "4 times as many layers"),
    ],
)
def test_how_it_grows(axis: str, words: str) -> None:
    assert findings([row("layer", 2, 1.0), row("layer", 8, 3.0)], axis) == [
        f"From {axis} 2 to 8, layer takes 3.0 times as long for {words}."
    ]


def test_what_noise_made_is_not_told_as_a_finding() -> None:
    unsteady = [row("layer", 2, 1.0, spread=0.5), row("cell loop", 2, 1.4, spread=0.5), row("layer", 8, 1.1)]
    assert findings(unsteady, "batch") == [
        "At batch 2, cell loop and layer cannot be told apart: their spreads overlap.",
        "From batch 2 to 8, layer takes as long, within its spread, for 4 times as much work.",
    ]
    assert "measure again" in findings([row("layer", 1, 5.0), row("layer", 4, 1.0)], "batch")[0]


times = st.floats(1e-7, 1e3)
pairs = st.tuples(st.sampled_from(list(SETUPS)), st.integers(1, 9))
measured = st.dictionaries(pairs, st.tuples(times, st.floats(0, 0.9)), max_size=12)


@given(measured, st.sampled_from(["seq_len", "batch", "hidden_size", "num_layers"]))
def test_every_ratio_told_is_at_least_one_and_that_of_the_medians(made: dict[Any, Any], axis: str) -> None:
    rows = [
        row(setup, value, median, spread, tokens=1, seq_len=2, batch=1)
        for (setup, value), (median, spread) in made.items()
    ]
    for sentence in findings(rows, axis):
        assert sentence.endswith(".")
        said = rf"At {axis} (\d+)(?: to (\d+))?, (.+) takes ([\d.]+)(?: to ([\d.]+))? times as long as (.+)\."
        if told := re.fullmatch(said, sentence):
            low, slow, fast = int(told[1]), told[3], told[6]
            values = [v for v in range(low, int(told[2] or low) + 1) if (slow, v) in made and (fast, v) in made]
            real = [made[slow, value][0] / made[fast, value][0] for value in values]
            assert min(real) >= 1
            for ratio, wanted in ((told[4], min(real)), (told[5] or told[4], max(real))):
                assert math.isclose(float(ratio), wanted, rel_tol=0.06, abs_tol=0.51 if wanted > 9.4 else 0.051)


def test_where_the_order_turns_is_told() -> None:
    rows = [row("layer", v, t) for v, t in ((1, 1.0), (4, 2.0), (16, 8.0))]
    rows += [row("cell loop", v, t) for v, t in ((1, 3.0), (4, 4.0), (16, 4.0))]
    assert findings(rows, "batch")[:2] == [
        "At batch 1 to 4, cell loop takes 2.0 to 3.0 times as long as layer.",
        "At batch 16, layer takes 2.0 times as long as cell loop.",
    ]
