"""What all explorers have in common: a choice is answered, or what could be is put back, whatever comes between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from rnnlib import (
    DirectionExplorer,
    GradientExplorer,
    LayerSpec,
    PackingExplorer,
    ShapeExplorer,
    SpeedLab,
    StepExplorer,
    TrainingLab,
    predict,
)
from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.explorers.shared.explorer import Explorer
from tests.explorers.shared.interrupt import Interrupt
from tests.strategies import refused

KINDS = (ShapeExplorer, StepExplorer, PackingExplorer, DirectionExplorer)
MOVES: dict[Any, list[dict[str, Any]]] = {
    PackingExplorer: [{"lengths": [9, 5]}, {"lengths": [3]}, {"num_layers": 2, "bidirectional": True}],
    StepExplorer: [{"seq_len": 9}, {"hidden_size": 3}, {"seq_len": 4, "kind": "LSTM"}],
}
OTHERS = [{"seq_len": 9}, {"num_layers": 2}, {"seq_len": 4, "kind": "LSTM"}]


def moves(make: Any) -> list[dict[str, Any]]:
    return MOVES.get(make, OTHERS)


def assert_agrees(explorer: Any) -> None:
    """The traits say what the answer belongs to, and nothing is under way."""
    assert explorer.running == {}
    asked = explorer.answer["asked"]
    assert {name: getattr(explorer, name) for name in asked} == asked


def choose(explorer: Any, move: dict[str, Any]) -> None:
    for name, value in move.items():
        setattr(explorer, name, value)


@pytest.mark.parametrize("by", [choose, lambda explorer, move: explorer.set_state(move)], ids=["Python", "a control"])
@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("blink", [1, 0], ids=["at once", "in the background"])
def test_an_interrupt_anywhere_leaves_the_choice_and_the_answer_together(
    make: Any, by: Callable[..., None], blink: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next move is answered."""
    explorer = make("GRU")
    monkeypatch.setattr("rnnlib.engine.limits.BLINK", blink)
    for move in moves(make):
        before = {name: getattr(explorer, name) for name in move}
        at = 1
        while True:
            with Interrupt(at, Explorer.notify_change, Explorer.set_state) as interrupt:
                by(explorer, move)
            explorer.wait()
            assert_agrees(explorer)
            if not interrupt.done:
                break
            choose(explorer, before)  # where it was only printed, as in a generator, the move was made
            explorer.wait()
            at += 1 + at // 10
        assert {name: getattr(explorer, name) for name in move} == move
        assert explorer.problem == ""


@pytest.mark.parametrize("make", [kind for kind in KINDS if kind is not DirectionExplorer])  # which answers at once
def test_closed_while_an_answer_is_made_it_stands_where_its_answer_does(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer = make("GRU")
    monkeypatch.setattr("rnnlib.engine.limits.BLINK", 0)
    with ONE_AT_A_TIME:  # nothing is told before
        choose(explorer, moves(make)[0])
        assert explorer.running
        explorer.close()
    explorer.wait()
    assert_agrees(explorer)


@pytest.mark.parametrize("make", KINDS)
def test_what_is_superseded_is_never_the_last_word(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is large enough for the background, and the second is answered at once; or both are large."""
    for blinks in ((0, 1), (0, 0)):
        explorer = make("GRU")
        for move, blink in zip(moves(make), blinks, strict=False):
            monkeypatch.setattr("rnnlib.engine.limits.BLINK", blink)
            explorer.set_state(move)
        explorer.wait()
        assert_agrees(explorer)
        assert {name: getattr(explorer, name) for name in moves(make)[1]} == moves(make)[1]
        assert explorer.problem == ""


class Failing(nn.LSTM):
    """A layer of the learner's own that can be told to fail."""

    error: BaseException | None = None

    def forward(self, *given: Any) -> Any:
        if self.error:
            raise self.error
        return super().forward(*given)


@pytest.mark.parametrize("error", [KeyError("mine"), ValueError("mine"), RuntimeError("mine")])
@pytest.mark.parametrize("make", [kind for kind in KINDS if kind is not StepExplorer])  # trace goes on without it
def test_a_layer_of_ones_own_that_fails_is_said_to_and_the_last_choice_holds(make: Any, error: Exception) -> None:
    layer = Failing(12, 4)
    explorer = make(layer)
    layer.error = error
    name, value = next(iter(moves(make)[0].items()))
    explorer.set_state({name: value})
    raised = f"{type(error).__name__}: {error}"
    assert explorer.problem == f"Your layer's forward(), or a hook of it, raised {raised}"
    assert_agrees(explorer)
    with pytest.raises(type(error), match="mine"):
        setattr(explorer, name, value)
    assert_agrees(explorer)
    layer.error = None
    setattr(explorer, name, value)
    assert_agrees(explorer)
    assert explorer.problem == ""


def test_what_torch_has_not_is_no_fault_of_rnnlib() -> None:
    """Some processors have it: then there is no problem."""
    explorer = ShapeExplorer("LSTM")
    problem = ""
    with torch.autocast("cpu", dtype=torch.float16), torch.no_grad():
        explorer.set_state({"seq_len": 5})
        try:
            nn.LSTM(3, 4)(torch.zeros(5, 2, 3))
        except RuntimeError:
            problem = "torch has no LSTM in float16 on cpu under torch.autocast: "
    assert explorer.problem.startswith(problem)
    assert bool(explorer.problem) == bool(problem)
    assert_agrees(explorer)


def a_callback(_: Any) -> None:
    raise KeyError("mine")


@pytest.mark.parametrize("make", [*KINDS, SpeedLab])
def test_an_error_of_ones_own_callback_is_said_to_be_that_until_it_is_taken_away(make: Any) -> None:
    explorer = make("GRU")
    explorer.observe(a_callback, "kind")
    explorer.observe(a_callback, "kind")  # once is enough
    explorer.set_state({"kind": "RNN"})
    assert explorer.problem == "A callback of your own raised KeyError: 'mine'"
    explorer.unobserve(a_callback, "kind")
    explorer.set_state({"kind": "LSTM"})
    assert explorer.problem == ""


def test_a_sentence_of_another_explorer_that_is_linked_is_told_as_it_is() -> None:
    one, other = ShapeExplorer("LSTM"), ShapeExplorer(LayerSpec("LSTM", 12, 16, proj_size=7))
    ipywidgets.link((one, "hidden_size"), (other, "hidden_size"))
    one.set_state({"hidden_size": 5})
    assert one.problem.startswith("proj_size=7 must be smaller than hidden_size=5")


@pytest.mark.parametrize("make", KINDS)
def test_where_tensors_hold_no_numbers_that_is_said(make: Any) -> None:
    explorer = make("GRU")
    with FakeTensorMode():
        explorer.set_state(moves(make)[0])
        assert explorer.problem == "tensors hold no numbers here, as they are made a FakeTensor: leave that mode first."
    assert_agrees(explorer)
    explorer.set_state(moves(make)[0])
    assert explorer.problem == ""


@pytest.mark.parametrize("make", KINDS)
def test_defaults_of_ones_own_change_nothing(make: Any) -> None:
    def shown() -> dict[str, Any]:
        return {name: value for name, value in make(LayerSpec("GRU", 3, 2)).answer.items() if "seconds" not in name}

    expected = shown()
    for change, back in ((torch.set_default_device, None), (torch.set_default_dtype, torch.float32)):
        change("meta" if back is None else torch.float64)
        try:
            assert shown() == expected
        finally:
            change(back)


BEGIN: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "a mistake": (PackingExplorer, {"mistake": "zero_length"}),
    "lengths": (PackingExplorer, {"lengths": [20, 7]}),
    "a draw": (PackingExplorer, {"draw": 3}),
    "a stage": (PackingExplorer, {"stage": "packed", "stages": ["sorted", "packed"], "show": ["picture"]}),
    "a layer": (PackingExplorer, {"num_layers": 2, "bidirectional": True, "batch_first": True, "kind": "RNN"}),
    "a number": (DirectionExplorer, {"part": "h_n", "direction": 1, "item": 2, "unit": 3}),
    "the first number": (DirectionExplorer, {"part": "output", "time": 0, "chosen": True}),
    "another layer": (DirectionExplorer, {"num_layers": 3, "layer_index": 2, "bidirectional": False, "packed": True}),
    "gradients": (GradientExplorer, {"factor": 2.0, "forget_bias": 1.0, "clipping": True, "max_norm": 0.5}),
    "another start": (GradientExplorer, {"seq_len": 9, "hidden_size": 3, "initialisation": "orthogonal"}),
    "padding": (PackingExplorer, {"padding_value": 1.0, "total_length": 29}),
    "a step": (StepExplorer, {"time": 5, "unit": 1, "item": 2}),
    "the paper's": (StepExplorer, {"kind": "GRU", "paper": True}),
    "a size": (StepExplorer, {"hidden_size": 7}),
    "sizes": (ShapeExplorer, {"hidden_size": 7, "num_layers": 2, "weights": True}),
    "a cell": (ShapeExplorer, {"kind": "GRUCell", "input_size": 3, "show": ["picture", "code"]}),
}


@pytest.mark.parametrize(("make", "given"), BEGIN.values(), ids=BEGIN)
def test_what_is_a_trait_is_an_argument_too(make: Callable[..., Any], given: dict[str, Any]) -> None:
    explorer = make(**given)
    assert {name: getattr(explorer, name) for name in given} == given
    assert_agrees(explorer)


def test_the_number_that_is_given_is_chosen_whichever_it_is() -> None:
    assert not DirectionExplorer(packed=True, unit=2).chosen
    assert DirectionExplorer(time=0).chosen
    assert DirectionExplorer(part="output").chosen


def test_a_slider_reaches_as_far_as_it_is_let() -> None:
    ranges = ShapeExplorer(ranges={"seq_len": (2, 12)}).ranges
    assert (ranges["seq_len"], ranges["batch"]) == ([2, 12], [1, 16])


def test_a_lab_can_begin_at_once() -> None:
    lab = SpeedLab("GRU", compare=["layer"], values=[1], hidden_size=2, batch=1, device="cpu", measuring=True)
    lab.wait()
    assert [row["seq_len"] for row in lab.rows] == [1]
    training = TrainingLab("counting", "RNN", 4, seq_len=3, epochs=2, doing="training")
    training.wait()
    assert training.progress["done"] == training.progress["of"] > 0


@pytest.mark.parametrize("make", [*KINDS, SpeedLab])
def test_what_is_no_trait_and_what_no_trait_can_be_is_refused(make: Any) -> None:
    refused(lambda: make("GRU", hidden="x"), "no argument 'hidden'", "any of its traits")
    refused(lambda: make("GRU", kind="LTSM"), "Did you mean 'LSTM'")
    refused(lambda: make("GRU", question=3), "question must be a text")
    refused(lambda: make("GRU", solution=3), "solution must be a text")
    if make in (StepExplorer, DirectionExplorer):
        refused(lambda: make("GRU", time=99), "time must be at most")


def test_the_front_end_is_told_what_a_family_is() -> None:
    for view in (ShapeExplorer("GRU"), SpeedLab("GRU"), predict(LayerSpec("GRU", 3, 2), "h_n", seq_len=3, batch=1)):
        told = view.get_state(["families"])["families"]
        assert list(told) == ["RNN", "LSTM", "GRU"]
        assert (list(told["LSTM"]["states"]), told["GRU"]["cell"]) == (["h", "c"], "GRUCell")


@pytest.mark.parametrize("make", KINDS)
def test_the_text_says_no_more_than_stands(make: Any) -> None:
    """Where pictures are not shown the text is: it must not give away what a lecturer left out."""
    whole = repr(make("GRU", question="Where?")).splitlines()
    assert len(whole) > 3
    assert repr(make("GRU", question="Where?", show=("says",))).splitlines() == [whole[0], whole[-1]]


NOTED: dict[str, Callable[..., Any]] = {
    "step": lambda **show: StepExplorer(Passed(12, 4), **show),
    "packing": lambda **show: PackingExplorer("GRU", [torch.zeros(5, 2), torch.ones(3, 2)], **show),
}


@pytest.mark.parametrize("make", NOTED.values(), ids=NOTED)
def test_a_note_is_not_told_where_its_place_is_left_out(make: Callable[..., Any]) -> None:
    note = make().answer["note"]
    assert len(note) > 20
    assert note in repr(make())
    assert note not in repr(make(show=("picture",)))


class Passed(nn.GRU):
    """A subclass that changes nothing, which is noted."""

    def forward(self, *given: Any) -> Any:
        return super().forward(*given)
