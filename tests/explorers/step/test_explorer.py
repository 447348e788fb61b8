"""The step explorer without a browser: when it traces, and what it does with bad values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch._subclasses import FakeTensorMode
from torch.nn.utils.rnn import pack_sequence

from rnnlib import LayerSpec
from rnnlib.engine.trace.trace import Trace, trace
from rnnlib.explorers.step.choice import BATCH
from rnnlib.explorers.step.explorer import StepExplorer
from rnnlib.explorers.step.view import PLACE
from tests.explorers.step.stepping import assert_shows, sent
from tests.strategies import refused


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[Trace]:
    """Every trace that explorers make from here on."""
    made: list[Trace] = []

    def counted(*arguments: Any, **named: Any) -> Trace:
        made.append(trace(*arguments, **named))
        return made[-1]

    monkeypatch.setattr("rnnlib.explorers.step.explorer.trace", counted)
    return made


def test_moving_looks_at_another_place_and_traces_nothing(traces: list[Trace]) -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 3, 4, num_layers=2, bidirectional=True), seq_len=5)
    before = explorer.answer
    for name, count_there in zip(PLACE, (5, 2, 2, BATCH, 4), strict=True):
        for value in range(count_there):
            setattr(explorer, name, value)
            sent(explorer, **{name: value})
            assert explorer.problem == ""
    assert len(traces) == 1
    assert explorer.answer is before


def test_other_sizes_weights_or_inputs_are_traced_once_each(traces: list[Trace]) -> None:
    explorer = StepExplorer("LSTM", seq_len=5)
    changed = [("kind", "GRU"), ("seq_len", 7), ("hidden_size", 3), ("source", "random"), ("weights", "copy")]
    for number, (name, value) in enumerate(changed, start=2):
        sent(explorer, **{name: value})
        assert len(traces) == number, name
        assert explorer.problem == ""
        assert_shows(explorer, traces[-1])
        sent(explorer, **{name: value})
        assert len(traces) == number, f"{name}: the same again is no change"
    assert explorer.answer["sizes"]["hidden_size"] == explorer.hidden_size


def test_values_that_arrive_together_are_one_trace(traces: list[Trace]) -> None:
    explorer = StepExplorer("LSTM")
    sent(explorer, kind="RNN", seq_len=4, hidden_size=6)
    assert len(traces) == 2
    assert tuple(traces[-1].states["h"].shape) == (1, 1, 4, BATCH, 6)


def test_the_place_stays_within_what_was_traced() -> None:
    explorer = StepExplorer("LSTM", seq_len=12)
    explorer.time, explorer.unit = 11, 3
    sent(explorer, seq_len=5, hidden_size=2)
    assert (explorer.time, explorer.unit, explorer.problem) == (4, 1, "")


def test_too_much_to_show_is_refused_before_anything_is_made(traces: list[Trace]) -> None:
    with pytest.raises(ValueError, match="choose at most 78946 steps"):
        StepExplorer("LSTM", seq_len=10**7)
    with pytest.raises(ValueError, match="smaller hidden_size"):
        StepExplorer(LayerSpec("LSTM", 12, 2_000_000))
    assert traces == []


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"layer": "LTSM"}, ValueError, "Did you mean 'LSTM'"),
        ({"layer": 3}, TypeError, "no recurrent layer"),
        ({"layer": nn.Linear(3, 2)}, TypeError, "Linear"),
        ({"layer": nn.LSTM}, TypeError, "class"),
        ({"layer": nn.LSTM(3, 4, 2, dropout=0.5)}, ValueError, r"layer\.eval\(\)"),
        ({"x": [1.0]}, TypeError, "tensor"),
        ({"x": torch.zeros(3, 2, 5)}, ValueError, "12"),
        ({"weights": "late"}, ValueError, "latch"),
        ({"weights": 3}, ValueError, "latch"),
        ({"layer": "LSTM", "weights": "latch"}, ValueError, "leave layer out"),
        ({"weights": "latch", "x": torch.zeros(3, 2, 5)}, ValueError, "input_size=1"),
        ({"seq_len": 0}, ValueError, "seq_len"),
        ({"seq_len": 2.5}, TypeError, "seq_len"),
        ({"controls": ("seqlen",)}, ValueError, "seqlen"),
        ({"controls": "seq_len"}, TypeError, "several"),
        ({"question": None}, TypeError, "question must be a text, not None"),
        ({"question": 3}, TypeError, "question must be a text, not 3"),
    ],
)
def test_a_bad_argument_raises_a_sentence(arguments: dict[str, Any], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        StepExplorer(**arguments)


def test_controls_and_question_are_what_was_chosen() -> None:
    explorer = StepExplorer(controls=("unit", "seq_len"), question="When does f close?")
    assert explorer.controls == ["unit", "seq_len"]
    assert explorer.question == "When does f close?"


def test_the_papers_gru_is_drawn_on_demand() -> None:
    explorer = StepExplorer("GRU")
    assert explorer.paper is False
    sent(explorer, paper=True)
    assert (explorer.paper, explorer.problem) == (True, "")
    sent(explorer, paper="yes")
    assert explorer.paper is True
    assert "paper" in explorer.problem


class Normed(nn.LSTMCell):
    """A cell of one's own, with layer norm."""

    def forward(self, *given: Any) -> Any:
        h, c = super().forward(*given)
        return nn.functional.layer_norm(h, h.shape[-1:]), c


class OutputOnly(nn.LSTM):
    """An LSTM of one's own that returns only its output."""

    def forward(self, *given: Any) -> Any:
        return super().forward(*given)[0]


@pytest.mark.parametrize("layer", [Normed(3, 4), OutputOnly(3, 4)], ids=["layer norm", "output only"])
def test_a_note_stands_on_screen_and_in_the_text(layer: nn.Module) -> None:
    explorer = StepExplorer(layer, torch.randn(5, 2, 3))
    assert type(layer).__name__ in explorer.answer["note"]
    assert f"  Note: {explorer.answer['note']}" in repr(explorer).splitlines()


def test_one_step_is_told_in_the_singular() -> None:
    assert repr(StepExplorer("GRU", seq_len=1)).splitlines()[0].endswith("step 0 of 1")
    assert repr(StepExplorer("GRU", seq_len=2)).splitlines()[0].endswith("steps 0 to 1 of 2")


GIVES_WAY: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "hidden_size": (lambda: StepExplorer(nn.GRU(12, 5), hidden_size=9), ["hidden_size cannot be 9", "hidden_size=5"]),
    "source": (lambda: StepExplorer("GRU", source="rando"), ["source cannot be 'rando'", "utterance"]),
    "seq_len": (lambda: StepExplorer("GRU", torch.ones(5, 2, 12), seq_len=9), ["seq_len cannot be 9", "seq_len=5"]),
    "of hand-made weights": (lambda: StepExplorer(weights="latch", hidden_size=3), ["hidden_size=1"]),
}


@pytest.mark.parametrize(("make", "words"), GIVES_WAY.values(), ids=GIVES_WAY)
def test_an_argument_that_does_not_go_with_the_others_is_refused(make: Callable[[], Any], words: list[str]) -> None:
    refused(make, *words, "Leave it out")
    assert StepExplorer(nn.GRU(12, 5), hidden_size=5, seq_len=7).seq_len == 7


def test_what_is_packed_is_looked_at_first() -> None:
    packed = pack_sequence([torch.ones(4, 12), torch.ones(2, 12)])
    for wrong in (torch.tensor([[2], [2]]), torch.tensor([], dtype=torch.int64), [2, 2, 1, 1]):
        refused(lambda: StepExplorer("GRU", packed._replace(batch_sizes=wrong)), "do not go with its data")  # noqa: B023
    many = pack_sequence([torch.ones(160, 40)] * 4)
    refused(lambda: StepExplorer(nn.LSTM(40, 256, 3), many), "at most 116 steps, or pack 2 of the sequences.")
    with FakeTensorMode():
        refused(lambda: StepExplorer(weights="latch"), "leave that mode")


class Sigmoid(nn.LSTMCell):
    """An LSTM of one's own, with a slip in g."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        h, c = (x.new_zeros(len(x), self.hidden_size),) * 2 if hx is None else hx
        said = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = torch.sigmoid(said).chunk(4, -1)
        c = f * c + i * g
        return o * torch.tanh(c), c


def test_a_wrong_subclass_is_told_its_first_step_unit_and_gate_where_equality_is_told() -> None:
    explorer = StepExplorer(Sigmoid(3, 4), torch.randn(5, 2, 3))
    apart = f"{explorer.trace.difference:.0e}"
    assert explorer.answer["truth"] == f"✗ not equal to torch: apart by {apart}, first at step 0, unit 0: look at g"
    note = repr(explorer).splitlines()[-1]
    assert note.startswith("  Note: Sigmoid has a forward() of its own")
    assert note.endswith("With one change they give the layer's own result at every step: σ in place of tanh in g.")
    assert "Note" not in repr(StepExplorer(Sigmoid(3, 4), torch.randn(5, 2, 3), show=("picture",)))
