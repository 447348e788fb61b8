"""What a speed lab compares: every point once, the small ones first, each with a layer of its own sizes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from rnnlib import LayerSpec
from rnnlib.engine.timing.workload import VARIANTS
from rnnlib.explorers.speed.points import SETUPS, SIZES, VALUES, points
from rnnlib.explorers.speed.rows import COLUMNS, machine, measure
from rnnlib.spec.kinds import LAYERS
from tests.strategies import specs

EIGHT = dict.fromkeys(SIZES, 8)


@given(specs(kinds=LAYERS), st.sampled_from(LAYERS), st.lists(st.sampled_from(list(SETUPS))), st.sampled_from(SIZES))
def test_every_case_is_there_once_and_the_small_ones_come_first(
    base: LayerSpec, kind: str, compare: list[str], axis: str
) -> None:
    assume(base.proj_size < EIGHT["hidden_size"])  # no layer projects h up
    compare = [setup for setup in SETUPS if setup in compare]
    made = points(kind, compare, axis, [64, 16, 16], EIGHT, False, "cpu")
    assert [(point.setup, point.value) for point in made] == [(setup, at) for at in (16, 64) for setup in compare]
    for point in made:
        spec, sizes = point.spec(base), EIGHT | {axis: point.value}
        assert (spec.kind, spec.hidden_size, spec.num_layers) == (kind, sizes["hidden_size"], sizes["num_layers"])
        assert spec.input_size == base.input_size
        assert spec.bidirectional == (base.bidirectional or point.setup == "two directions")
        assert spec.dropout == 0


def test_a_chart_holds_what_differs_along_its_axis_alone() -> None:
    def chart(**changed: object) -> object:
        made = {"kind": "GRU", "axis": "batch", "sizes": EIGHT, "backward": False, "device": "cpu"} | changed
        (point,) = points(compare=["layer"], values=[4], **made)  # type: ignore[arg-type]
        return tuple(point.settings.items())

    assert chart() == chart(sizes=EIGHT | {"batch": 9})
    others = ({"kind": "RNN"}, {"axis": "seq_len"}, {"sizes": EIGHT | {"seq_len": 9}}, {"backward": True})
    assert len({chart(), *(chart(**other) for other in others), chart(device="cuda")}) == 6


@pytest.mark.parametrize("axis", SIZES)
def test_every_axis_has_values_that_grow(axis: str) -> None:
    assert list(VALUES[axis]) == sorted(set(VALUES[axis]))


def test_every_setup_is_one_that_can_be_timed() -> None:
    assert {setup.variant for setup in SETUPS.values()} == set(VARIANTS)
    assert next(iter(SETUPS.values())) == ("layer", False, torch.float32)  # the others are compared with it


@pytest.mark.parametrize("setup", ["layer", "cell loop", "packed", "two directions", "bfloat16"])
@pytest.mark.parametrize("backward", [False, True])
def test_what_is_measured_is_what_was_asked(setup: str, backward: bool) -> None:
    """Really measured, if only for a moment; of the numbers no more is asked than that they belong together."""
    (point,) = points("LSTM", [setup], "seq_len", [3], EIGHT | {"num_layers": 2, "batch": 4}, backward, "cpu")
    row = measure(point, LayerSpec("LSTM", 5, 8), lambda: False, min_run_time=1e-4)
    assert set(COLUMNS) <= set(row)
    assert (row["setup"], row["value"], row["num_layers"], row["bidirectional"]) == (
        *(setup, 3, 2),
        setup == "two directions",
    )
    assert row["low"] <= row["median"] <= row["high"]
    assert row["holds"]
    assert row["tokens_per_second"] == row["tokens"] / row["median"]
    assert row["tokens"] == 12 if setup != "packed" else 4 <= row["tokens"] < 12


def test_a_projection_has_no_cell_and_the_row_says_so() -> None:
    (point,) = points("LSTM", ["cell loop"], "seq_len", [3], EIGHT, False, "cpu")
    row = measure(point, LayerSpec("LSTM", 5, 8, proj_size=2), lambda: False)
    assert (row["median"], row["low"], row["tokens_per_second"]) == (None, None, None)
    assert "proj_size" in row["note"]


@pytest.mark.parametrize(("hidden_size", "threads"), [(8, 1), (4096, None)])
def test_what_is_small_has_one_thread(monkeypatch: pytest.MonkeyPatch, hidden_size: int, threads: int | None) -> None:
    asked: dict[str, object] = {}

    def refuse(spec: LayerSpec, **given: object) -> None:
        asked.update(given)
        raise ValueError("enough is known.")

    monkeypatch.setattr("rnnlib.explorers.speed.rows.time_layer", refuse)
    (point,) = points("LSTM", ["layer"], "hidden_size", [hidden_size], EIGHT, False, "cpu")
    measure(point, LayerSpec("LSTM", 5, 8), lambda: False)
    assert asked["num_threads"] == threads


def test_what_it_is_measured_on_is_told() -> None:
    assert f"torch {torch.__version__}, " in machine()
    assert "processors, " in machine()
