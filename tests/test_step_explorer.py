"""The step explorer without a browser: what it traces, when it traces, and what it does with bad values."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rnnlib import LayerSpec
from rnnlib.data import japanese_vowels
from rnnlib.engine.handmade import HANDMADE
from rnnlib.engine.trace import trace
from rnnlib.engine.traced import Trace
from rnnlib.explorers.step_explorer import BATCH, MOST_FRAMES, StepExplorer
from rnnlib.explorers.step_values import count, traced
from rnnlib.spec.kinds import KINDS
from rnnlib.view.step_view import PLACE

SPECS = [
    *(LayerSpec(kind, 3, 4) for kind in KINDS),
    LayerSpec("RNN", 3, 4, nonlinearity="relu", bias=False),
    LayerSpec("LSTM", 3, 5, num_layers=2, bidirectional=True, proj_size=2),
    LayerSpec("GRU", 3, 4, num_layers=3, bidirectional=True, batch_first=True),
    LayerSpec("LSTM", 3, 4, batch_first=True, bias=False),
]


def sent(explorer: StepExplorer, **values: Any) -> None:
    """What a front end's message does."""
    explorer.set_state(values)


def decoded(explorer: StepExplorer) -> dict[str, np.ndarray]:
    """The arrays as the front end reads them."""
    arrays = explorer.traced["arrays"]
    return {name: np.frombuffer(a["values"], dtype="<f4").reshape(a["dims"]) for name, a in arrays.items()}


def expected_of(whole: Trace) -> dict[str, Tensor]:
    """What must be among the arrays, from a trace."""
    expected = whole.states | whole.gates | {f"{state} before": tensor for state, tensor in whole.before.items()}
    for gate in whole.from_x:
        expected |= {f"{gate} from_x": whole.from_x[gate], f"{gate} from_h": whole.from_h[gate]}
    return expected | {f"x of layer {index}": x[None, None] for index, x in enumerate(whole.inputs)}


def assert_shows(explorer: StepExplorer, whole: Trace) -> None:
    """The arrays are the trace's numbers, and nothing but the biases is there besides."""
    arrays, expected = decoded(explorer), expected_of(whole)
    assert {name for name in arrays if "bias" not in name} == set(expected)
    for name, tensor in expected.items():
        assert arrays[name].shape == tuple(tensor.shape), name
        np.testing.assert_array_equal(arrays[name], tensor.detach().float().numpy(), name)
    assert sum(array.size for array in arrays.values()) == count(whole.spec, *whole.mask.shape)


def module_of(spec: LayerSpec, dtype: torch.dtype = torch.float32) -> nn.Module:
    return getattr(nn, spec.kind)(**spec.arguments(), dtype=dtype)


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[Trace]:
    """Every trace that explorers make from here on."""
    made: list[Trace] = []

    def counted(*arguments: Any, **named: Any) -> Trace:
        made.append(trace(*arguments, **named))
        return made[-1]

    monkeypatch.setattr("rnnlib.explorers.step_explorer.trace", counted)
    return made


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_a_module_of_ones_own_is_shown_number_for_number(spec: LayerSpec, dtype: torch.dtype) -> None:
    layer = module_of(spec, dtype)
    x = torch.randn(2, 7, 3, dtype=dtype) if spec.batch_first else torch.randn(7, 2, 3, dtype=dtype)
    explorer = StepExplorer(layer, x)
    assert explorer.layer is layer
    assert (explorer.weights, explorer.source, explorer.seq_len) == ("your own", "your own", 7)
    assert explorer.traced["sizes"]["batch"] == 2
    assert_shows(explorer, trace(layer, x))


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_every_kind_of_layer_is_traced_and_equals_torch(spec: LayerSpec) -> None:
    explorer = StepExplorer(spec, seq_len=5)
    assert_shows(explorer, explorer.trace)
    assert explorer.trace.difference < 1e-5
    assert explorer.traced["equal"]
    assert explorer.traced["truth"].startswith("✓ equal to torch")
    assert {name: explorer.traced["sizes"][name] for name in ("seq_len", "input_size", "hidden_size")} == {
        "seq_len": 5,
        "input_size": 3,
        "hidden_size": spec.hidden_size,
    }


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_biases_are_the_layers_own(spec: LayerSpec) -> None:
    explorer = StepExplorer(spec, seq_len=2)
    arrays, gates = decoded(explorer), list(explorer.trace.from_x)
    for index in range(spec.num_layers):
        for direction in range(spec.num_directions):
            suffix = "" if spec.is_cell else f"_l{index}" + ("_reverse" if direction else "")
            for name in ("bias_ih", "bias_hh"):
                shown = np.concatenate([arrays[f"{gate} {name}"][index, direction, 0, 0] for gate in gates])
                bias = getattr(explorer.layer, name + suffix, None)
                wanted = torch.zeros(len(shown)) if bias is None else bias.detach()
                np.testing.assert_array_equal(shown, wanted.numpy())


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_alone_is_enough(kind: str) -> None:
    explorer = StepExplorer(kind)
    assert (explorer.kind, explorer.weights, explorer.source) == (kind, "random", "utterance")
    assert explorer.trace.spec.kind == kind


def test_nothing_at_all_is_an_lstm() -> None:
    assert StepExplorer().kind == "LSTM"


@pytest.mark.parametrize("batch_first", [True, False])
def test_a_module_of_ones_own_without_x_gets_an_input(batch_first: bool) -> None:
    layer = nn.GRU(5, 3, batch_first=batch_first, dtype=torch.float64)
    explorer = StepExplorer(layer, seq_len=6)
    assert (explorer.layer, explorer.source, explorer.sources) == (layer, "random", ["random"])
    assert tuple(explorer.trace.mask.shape) == (6, BATCH)
    explorer.hidden_size = 3  # as it is
    assert explorer.weights == "your own"


def test_a_cell_takes_one_step_or_all_of_its_loop() -> None:
    cell = nn.LSTMCell(3, 4)
    assert StepExplorer(cell, torch.randn(2, 3)).seq_len == 1
    assert StepExplorer(cell, torch.randn(9, 2, 3)).seq_len == 9


def test_an_unbatched_input_is_a_batch_of_one() -> None:
    explorer = StepExplorer(nn.GRU(3, 4), torch.randn(6, 3))
    assert (explorer.seq_len, explorer.traced["sizes"]["batch"]) == (6, 1)


def test_a_real_utterance_is_among_the_inputs_where_it_fits() -> None:
    explorer = StepExplorer("LSTM", seq_len=12)
    assert "utterance" in explorer.sources
    utterances = japanese_vowels()
    first = next(u for u in range(len(utterances.lengths)) if utterances.lengths[u] >= 12)
    np.testing.assert_array_equal(decoded(explorer)["x of layer 0"][0, 0, :, 0], utterances[first][:12])
    assert "utterance" not in StepExplorer(nn.LSTM(11, 4)).sources


def test_what_is_called_an_utterance_is_never_random_numbers() -> None:
    assert sorted(japanese_vowels().lengths)[-BATCH] == MOST_FRAMES
    explorer = StepExplorer("GRU", seq_len=MOST_FRAMES)
    assert explorer.source == "utterance"
    explorer.seq_len = MOST_FRAMES + 1
    assert (explorer.source, explorer.sources, explorer.problem) == ("random", ["random"], "")


@pytest.mark.parametrize("name", HANDMADE)
def test_weights_worth_watching_bring_their_kind_and_their_input(name: str) -> None:
    explorer = StepExplorer(weights=name)
    assert (explorer.kind, explorer.weights) == (HANDMADE[name].kind, name)
    assert {h for h in HANDMADE if HANDMADE[h].kind == explorer.kind} < set(explorer.weight_names)
    assert explorer.traced["equal"]
    assert_shows(explorer, trace(explorer.layer, explorer.trace.inputs[0]))


def test_moving_looks_at_another_place_and_traces_nothing(traces: list[Trace]) -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 3, 4, num_layers=2, bidirectional=True), seq_len=5)
    before = explorer.traced
    for name, count_there in zip(PLACE, (5, 2, 2, BATCH, 4), strict=True):
        for value in range(count_there):
            setattr(explorer, name, value)
            sent(explorer, **{name: value})
            assert explorer.problem == ""
    assert len(traces) == 1
    assert explorer.traced is before


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
    assert explorer.traced["sizes"]["hidden_size"] == explorer.hidden_size


def test_values_that_arrive_together_are_one_trace(traces: list[Trace]) -> None:
    explorer = StepExplorer("LSTM")
    sent(explorer, kind="RNN", seq_len=4, hidden_size=6)
    assert len(traces) == 2
    assert tuple(traces[-1].states["h"].shape) == (1, 1, 4, BATCH, 6)


def test_another_kind_keeps_what_it_can() -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 12, 5, num_layers=2, bidirectional=True), seq_len=4)
    explorer.kind = "GRU"
    assert explorer.trace.spec == LayerSpec("GRU", 12, 5, num_layers=2, bidirectional=True)
    assert explorer.weights == "random"
    assert explorer.seq_len == 4


def test_weights_and_input_that_another_kind_lacks_give_way() -> None:
    explorer = StepExplorer(weights="latch")
    explorer.kind = "GRU"
    assert (explorer.weights, explorer.problem) == ("random", "")
    assert "latch" not in explorer.weight_names
    layer = nn.LSTM(3, 4)
    own = StepExplorer(layer, torch.randn(5, 2, 3))
    own.kind = "RNN"
    assert (own.weights, own.source) == ("random", "your own")
    own.kind = "LSTM"
    own.weights = "your own"
    assert own.layer is layer


@pytest.mark.parametrize("name", ["seq_len", "hidden_size"])
def test_a_size_that_weights_or_input_bring_with_them_says_so(name: str) -> None:
    for explorer in (StepExplorer(weights="latch"), StepExplorer(nn.GRU(3, 4), torch.randn(5, 2, 3))):
        had = getattr(explorer, name)
        with pytest.raises(ValueError, match=f"{name}={had}.*'random'"):
            setattr(explorer, name, had + 1)
        assert getattr(explorer, name) == had


def test_an_x_of_ones_own_is_offered_to_every_layer_that_it_fits() -> None:
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    explorer = StepExplorer(nn.LSTM(3, 4, dtype=torch.float64), x)
    for name, value in (("weights", "random"), ("kind", "GRU"), ("kind", "LSTMCell")):
        sent(explorer, **{name: value})
        assert (explorer.source, explorer.problem) == ("your own", "")
        np.testing.assert_array_equal(decoded(explorer)["x of layer 0"][0, 0], x.float().numpy())
    sent(explorer, kind="LSTM", weights="latch")
    assert (explorer.weights, explorer.problem) == ("latch", "")
    assert "your own" not in explorer.sources


def test_hand_made_weights_take_their_size_with_them() -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 12, 6, proj_size=5))
    for name in ("latch", "random"):
        sent(explorer, weights=name)
        assert (explorer.weights, explorer.problem) == (name, "")
    assert explorer.trace.spec.hidden_size == explorer.hidden_size == 6


def test_the_place_stays_within_what_was_traced() -> None:
    explorer = StepExplorer("LSTM", seq_len=12)
    explorer.time, explorer.unit = 11, 3
    sent(explorer, seq_len=5, hidden_size=2)
    assert (explorer.time, explorer.unit, explorer.problem) == (4, 1, "")


BAD = [
    ("time", -1, ValueError, "at least 0"),
    ("time", 12, ValueError, "at most 11"),
    ("time", 2.5, TypeError, "whole number"),
    ("unit", 4, ValueError, "at most 3"),
    ("unit", "x", TypeError, "whole number"),
    ("item", BATCH, ValueError, f"at most {BATCH - 1}"),
    ("layer_index", 1, ValueError, "at most 0"),
    ("direction", True, TypeError, "whole number"),
    ("seq_len", 0, ValueError, "at least 1"),
    ("seq_len", 10**9, ValueError, "too many to show"),
    ("hidden_size", 10**30, ValueError, "smaller hidden_size"),
    ("hidden_size", 2.5, TypeError, "whole number"),
    ("kind", "LTSM", ValueError, "Did you mean 'LSTM'"),
    ("weights", "late", ValueError, "latch"),
    ("weights", "copy", ValueError, "latch"),
    ("source", "bits", ValueError, "utterance"),
    ("weights", 3, TypeError, "one of the names"),
    ("source", None, TypeError, "one of the names"),
]


@pytest.mark.parametrize(("name", "value", "error", "words"), BAD)
def test_a_bad_value_from_python_raises_a_sentence(name: str, value: Any, error: type, words: str) -> None:
    explorer = StepExplorer("LSTM")
    before = getattr(explorer, name), explorer.traced
    with pytest.raises(error, match=words):
        setattr(explorer, name, value)
    assert (getattr(explorer, name), explorer.traced) == before


@pytest.mark.parametrize(("name", "value", "error", "words"), BAD)
def test_a_bad_value_from_a_control_is_said_inside(name: str, value: Any, error: type, words: str) -> None:
    explorer = StepExplorer("LSTM")
    before = getattr(explorer, name), explorer.traced
    sent(explorer, **{name: value})
    assert words in explorer.problem
    assert explorer.problem
    assert "fault in rnnlib" not in explorer.problem
    assert (getattr(explorer, name), explorer.traced) == before
    sent(explorer, seq_len=6)
    assert explorer.problem == ""
    assert explorer.traced["sizes"]["seq_len"] == 6


def test_values_that_do_not_go_together_are_put_back() -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 12, 16, proj_size=7))
    before = explorer.traced
    sent(explorer, hidden_size=7, seq_len=5)
    assert "proj_size=7" in explorer.problem
    assert (explorer.hidden_size, explorer.seq_len, explorer.traced) == (16, 12, before)
    sent(explorer, hidden_size=8)
    assert (explorer.problem, explorer.traced["sizes"]["hidden_size"]) == ("", 8)


def test_a_fault_is_shown_and_the_next_value_works(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = StepExplorer("GRU")
    before = explorer.traced
    with monkeypatch.context() as broken:
        broken.setattr("rnnlib.explorers.step_explorer.trace", lambda *_: 1 / 0)
        explorer.seq_len = 7
    assert "ZeroDivisionError" in explorer.problem
    assert (explorer.seq_len, explorer.traced) == (12, before)
    explorer.seq_len = 6
    assert explorer.problem == ""


def test_too_much_to_show_is_refused_before_anything_is_made(traces: list[Trace]) -> None:
    with pytest.raises(ValueError, match="at most 26315 steps"):
        StepExplorer("LSTM", seq_len=10**7)
    with pytest.raises(ValueError, match="smaller hidden_size"):
        StepExplorer(LayerSpec("LSTM", 12, 200_000))
    assert traces == []


def test_an_x_of_ones_own_that_is_too_much_to_show_is_refused() -> None:
    with pytest.raises(ValueError, match="too many to show: choose at most"):
        StepExplorer(nn.RNN(1, 64), torch.zeros(30, 1000, 1))


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
    ],
)
def test_a_bad_argument_raises_a_sentence(arguments: dict[str, Any], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        StepExplorer(**arguments)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_what_is_no_number_in_x_is_shown_and_noted(bad: float) -> None:
    x = torch.zeros(5, 2, 12)
    x[3, 1, 0] = bad
    explorer = StepExplorer("RNN", x)
    assert_shows(explorer, trace(explorer.layer, x))
    assert explorer.traced["note"] == explorer.trace.note
    assert "step 3" in explorer.traced["note"]
    assert explorer.traced["equal"]


def test_a_subclass_that_computes_something_else_gets_a_cross() -> None:
    class Doubled(nn.LSTM):
        def forward(self, x: Tensor, hx: Any = None) -> Any:
            output, states = super().forward(x, hx)
            return 2 * output, states

    explorer = StepExplorer(Doubled(3, 4), torch.randn(5, 2, 3))
    assert not explorer.traced["equal"]
    assert explorer.traced["truth"].startswith("✗ not equal to torch")
    assert explorer.traced["note"]


def test_large_numbers_are_equal_but_for_their_rounding() -> None:
    layer = nn.RNN(3, 4, nonlinearity="relu")
    small, large = (trace(layer, scale * torch.ones(5, 2, 3)) for scale in (1, 1e6))
    assert large.states["h"].max() > 1e4
    assert traced(dataclasses.replace(large, difference=0.1), layer)["equal"]
    assert not traced(dataclasses.replace(small, difference=0.1), layer)["equal"]
    assert not traced(dataclasses.replace(small, difference=torch.nan), layer)["equal"]


def test_controls_and_question_are_what_was_chosen() -> None:
    explorer = StepExplorer(controls=("unit", "seq_len"), question="When does f close?")
    assert explorer.controls == ["unit", "seq_len"]
    assert explorer.question == "When does f close?"


def test_its_repr_is_the_chosen_units_step() -> None:
    explorer = StepExplorer("LSTM", seq_len=6, question="When does f close?")
    explorer.time, explorer.unit, explorer.item = 2, 1, 1
    lines = repr(explorer).splitlines()
    assert lines[0] == "LSTM, weights random, input utterance: unit 1 at step 2 of 6"
    values = {name: float(explorer.trace.gates[name][0, 0, 2, 1, 1]) for name in "ifgo"}
    values |= {name: float(explorer.trace.states[name][0, 0, 2, 1, 1]) for name in "hc"}
    assert lines[1:-1] == [f"  {name}  {value:7.4f}" for name, value in values.items()]
    assert lines[-1] == "  Find out: When does f close?"


def test_its_repr_of_a_unit_that_h_does_not_have() -> None:
    explorer = StepExplorer(LayerSpec("LSTM", 3, 4, proj_size=2))
    explorer.unit = 3
    assert "  h  -" in repr(explorer).splitlines()
