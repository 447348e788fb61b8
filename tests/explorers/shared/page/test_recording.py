"""What a page knows: the answers to moves of one control, as the explorer itself gives them, and no more than fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnlib import (
    DirectionExplorer,
    GradientExplorer,
    LayerSpec,
    PackingExplorer,
    ShapeExplorer,
    SpeedLab,
    StepExplorer,
    TrainingLab,
)
from rnnlib.explorers.shared.explorer import Explorer
from rnnlib.explorers.shared.page.recording import Move, Recording, differences, fitting, packed, unpacked

EXPLORERS: dict[str, Callable[[], Explorer]] = {
    "shape": lambda: ShapeExplorer("GRU", controls=("seq_len", "cell", "kind", "bidirectional")),
    "cell": lambda: ShapeExplorer("LSTMCell", controls=("batch", "cell", "kind")),
    "own layer": lambda: ShapeExplorer(nn.LSTM(12, 5, bidirectional=True), controls=("seq_len", "hidden_size")),
    "step": lambda: StepExplorer("GRU", seq_len=5, controls=("kind", "hidden_size"), time=4, unit=3),
    "handmade": lambda: StepExplorer(weights="latch", controls=("weights", "source", "kind"), time=2),
    "direction": lambda: DirectionExplorer("RNN", seq_len=4, controls=("seq_len", "packed", "kind"), time=3),
    "packing": lambda: PackingExplorer(batch=2, controls=("lengths", "batch", "mistake", "draw", "total_length")),
    "gradient": lambda: GradientExplorer(seq_len=10, controls=("forget_bias", "initialisation", "clipping")),
}
DIFFERS = {"seconds", "seconds_padded", "seconds_packed"}  # from run to run


def numbers(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in DIFFERS}


@pytest.fixture(scope="module", params=EXPLORERS)
def recorded(request: pytest.FixtureRequest) -> tuple[Callable[[], Explorer], Recording]:
    make = EXPLORERS[request.param]
    return make, make()._recording()


def test_a_recorded_answer_is_what_the_explorer_answers(
    recorded: tuple[Callable[[], Explorer], Recording],
) -> None:
    make, recording = recorded
    by_control = {tuple(move.moved): move for move in recording.moves}
    assert by_control
    for move in (*by_control.values(), recording.moves[len(recording.moves) // 2]):
        explorer = make()
        for name, value in move.moved.items():
            setattr(explorer, name, value)
        explorer.wait()
        state = explorer.get_state()
        assert numbers(state["answer"]) == numbers(move.after["answer"])
        for name, value in move.after.items():
            assert name == "answer" or state[name] == value
        assert explorer._last_places() == move.most


def test_every_control_that_asks_torch_and_is_shown_was_moved(
    recorded: tuple[Callable[[], Explorer], Recording],
) -> None:
    make, recording = recorded
    moved = {name for move in recording.moves for name in move.moved}
    shown = {"batch": "lengths", "cell": "kind"}
    explorer = make()
    wanted = {shown.get(name, name) if name not in explorer.ASKED else name for name in explorer.controls}
    assert wanted == moved


def test_nothing_is_moved_by_being_recorded() -> None:
    explorer = StepExplorer("LSTM", controls=("seq_len",), time=3, question="Where?")
    heard: list[Any] = []
    explorer.observe(heard.append)
    before = explorer.get_state()
    recording = explorer._recording()
    assert heard == []
    assert explorer.get_state() == before
    same = {name for name in before if name not in ("answer", "layout")}
    assert {name: recording.state[name] for name in same} == {name: before[name] for name in same}
    assert numbers(recording.state["answer"]) == numbers(before["answer"])


def test_what_cannot_be_is_not_recorded() -> None:
    layer = nn.LSTM(3, 4)
    explorer = StepExplorer(layer, torch.ones(2, 1, 3), controls=("seq_len", "hidden_size"))
    assert explorer._recording().moves == []  # both come with what was given


def test_a_lab_records_what_its_start_gives_and_what_it_has() -> None:
    lab = SpeedLab("RNN", compare=["layer"], values=[1, 2], hidden_size=2, batch=1)
    (move,) = lab._recording().moves
    assert move.moved == {"measuring": True}
    assert [row["seq_len"] for row in move.after["rows"]] == [1, 2]
    assert lab.rows == []
    trained = TrainingLab("counting", "RNN", 4, seq_len=3, epochs=2)
    trained.start()
    trained.wait()
    recording = trained._recording()
    assert recording.moves == []
    assert recording.state["scores"] == trained.scores != []


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text()
        | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda key: key != "base64"), inner),
    )
)
@settings(max_examples=50)
def test_what_was_packed_comes_back(data: Any) -> None:
    assert unpacked(packed(data)) == data


def test_a_move_tells_only_what_it_changed() -> None:
    assert differences({"a": {"b": b"1"}, "c": 2}, {"a": {"b": b"1"}, "c": 3}) == {"c": 3}


def test_what_is_too_much_is_thinned_fairly_and_keeps_its_ends() -> None:
    noise = [bytes(torch.randint(256, (800,)).tolist()) for _ in range(90)]
    moves = [Move({"a" if place < 60 else "b": place}, {"answer": some}, {}) for place, some in enumerate(noise)]
    kept = [move.moved for move in fitting(moves, most=40_000)]
    by_name = {name: [move[name] for move in kept if name in move] for name in "ab"}
    assert (by_name["a"][0], by_name["a"][-1], by_name["b"][0], by_name["b"][-1]) == (0, 59, 60, 89)
    assert 5 < len(by_name["a"]) < 30
    assert 5 < len(by_name["b"]) <= 30
    assert fitting(moves, most=10**9) == moves


def test_what_is_no_plain_data_cannot_stand_in_a_page() -> None:
    with pytest.raises(TypeError, match="Tensor cannot stand in a page"):
        packed({"x": torch.ones(1)})


def test_a_deep_layer_is_recorded_by_its_spec() -> None:
    explorer = ShapeExplorer(LayerSpec("LSTM", 3, 4, 2, proj_size=2), controls=("hidden_size",))
    least = min(move.moved["hidden_size"] for move in explorer._recording().moves)
    assert least == 3  # a projection is narrower than what it projects
