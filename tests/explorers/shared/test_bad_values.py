"""What no explorer takes: it is told in one sentence, by Python and on the screen alike, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

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
    reach,
    run,
    shapes,
)
from rnnlib.explorers.step.choice import BATCH
from tests.strategies import is_sentence, refused

Row = tuple[str, Any, str]  # a trait, a value that it cannot take, and what the sentence says of it


def each(names: str, *values: Any) -> list[Row]:
    return [(name, value, name) for name in names.split() for value in values]


SHOW: list[Row] = [
    ("show", ["x"], "there is no part 'x': the parts are picture, says, "),
    ("show", "picture", "show must be several names, as in show=('picture',)"),
    *each("show", None, 3),
    ("show", [[]], "there is no part"),
]
SAME: list[Row] = [
    *SHOW,
    ("kind", "LTSM", "Did you mean 'LSTM'"),
    *each("kind", "lstm", "", None, 3),
    *each("question", None),
    *each("controls", ["x"], "batch", None, [[]]),
]
NO_CELL: Row = ("kind", "LSTMCell", "choose 'LSTM'")
COUNT = (0, -1, 2.5, "x", None, True, [], {})
BAD: dict[Callable[[], Any], list[Row]] = {
    lambda: ShapeExplorer("GRU"): [
        *SHOW,
        *each("ranges", None, "seq_len"),
        ("ranges", {"seq": (1, 2)}, "there is no size 'seq': the sizes are seq_len, batch, "),
        *(("ranges", {"batch": ends}, "the range of batch") for ends in (5, (1,), (0, 3), (2.5, 3), (3, 3), ("1", 2))),
        ("kind", "LTSM", "Did you mean 'LSTM'"),
        *each("seq_len batch input_size hidden_size num_layers", *COUNT),
        *each("device", "cuda:7", "tpu", "", None, 0),
        ("bidirectional", 1, "True or False"),
        ("batch_first", "yes", "True or False"),
    ],
    lambda: StepExplorer("LSTM"): [
        *SAME,
        *each("seq_len hidden_size", *COUNT),
        *each("time unit item layer_index direction", -1, 2.5, "x", None, True),
        ("time", 12, "at most 11"),
        ("unit", 4, "at most 3"),
        ("item", BATCH, f"at most {BATCH - 1}"),
        ("layer_index", 1, "at most 0"),
        ("seq_len", 10**9, "too many to show"),
        ("hidden_size", 10**18, "smaller hidden_size"),
        ("weights", "late", "latch"),
        ("weights", "copy", "latch"),
        ("source", "bits", "utterance"),
        *each("weights source", 3, None),
    ],
    lambda: PackingExplorer("GRU", total_length=25): [
        *SAME,
        NO_CELL,
        *(("lengths", bad, "length") for bad in ([0], [3, -1], [2.5], ["3"], "3, 4", [], None, [None], [True], 3, {})),
        *(("lengths", bad, "length") for bad in ([10**9], [10**30], [7] * 1001)),
        ("lengths", [30], "the longest recorded utterance has 29"),
        *each("total_length", 1, 0, -1, 2.5, "x", True, 100_001, 10**12, 10**30),
        *each("padding_value", "x", None, True, [], 1e300, 10**400),
        *each("draw", -1, 1.5, "x", None, True),
        *each("mistake", "nonsense", 3, None, []),
        *each("mistakes", "last_step", None, 3, {}),
        ("mistakes", ["nonsense"], "there is no mistake 'nonsense'"),
        ("mistakes", [{"name": "mine"}], "lacks its title"),
        *each("stages", ["x"], "padded", None, 3, [[]], [None]),
        *each("stage", "x", None, 3, []),
        *each("num_layers", *COUNT),
        ("num_layers", 10**9, "choose fewer layers"),
        ("bidirectional", 1, "True or False"),
        ("batch_first", "yes", "True or False"),
    ],
    lambda: DirectionExplorer("LSTM"): [
        *SAME,
        NO_CELL,
        *each("seq_len num_layers", *COUNT),
        *each("time unit item layer_index direction", -1, 2.5, "x", None, True),
        ("time", 12, "at most 11"),
        ("time", 10**400, "torch cannot count, not a number of 401 digits"),
        ("unit", 4, "at most 3"),
        ("item", 3, "at most 2"),
        ("layer_index", 1, "at most 0"),
        *(("part", value, "'output' or 'h_n'") for value in ("c_n", None, ["h_n"])),
        ("chosen", 1, "True or False"),
        ("seq_len", 30, "29"),
        ("seq_len", 10**18, "too much to ask about"),
        ("num_layers", 10**9, "too much to ask about"),
        ("bidirectional", "yes", "True or False"),
        ("packed", 1, "True or False"),
    ],
    lambda: GradientExplorer(seq_len=9, hidden_size=4): [
        *SHOW,
        *each("question", None),
        *each("controls", ["x"], "seq_len", None, [[]]),
        *each("seq_len hidden_size", *COUNT),
        ("seq_len", 10**9, "take too long"),
        ("hidden_size", 10**7, "take too long"),
        *each("factor forget_bias max_norm", "x", None, True, [], float("nan"), float("inf"), -11),
        ("factor", 10.5, "from 0 to 10"),
        ("max_norm", 0, "from 1e-06"),
        *(("initialisation", value, "'torch' or 'orthogonal'") for value in ("xavier", None, [])),
        *each("clipping", "yes", 1, None),
    ],
    lambda: SpeedLab("GRU", compare=["layer", "packed"], axis="batch", values=[1, 2], device="cpu"): [
        *SAME,
        NO_CELL,
        *each("compare", "layer", None, 3, ["x"], [3], [None], [[]], {}, [{}]),
        *each("axis", "x", None, 3, [], {}, "kind"),
        *each("values", "1, 2", None, 3, [], [0], [-1], [2.5], ["2"], [True], [None], {}, list(range(1, 18))),
        *each("seq_len batch hidden_size num_layers", *COUNT),
        *each("device", "cuda:99", "gpu", "", None, 3),
        *each("backward measuring", "yes", 1, None),
    ],
    lambda: TrainingLab("counting", seq_len=5): [
        *SAME,
        NO_CELL,
        *each("seq_len hidden_size num_layers epochs", *COUNT),
        *each("lr", 0, -1.0, float("nan"), float("inf"), 10**400, "x", None, True, []),
        *each("max_norm", 0, -1, float("nan"), "x", True, {}),
        *each("forget_bias", 11, float("nan"), 10**400, "x", True, []),
        *each("seed", -1, 2.5, "x", None, True),
        *each("task", "speaker", "", None, 3, []),
        *each("summary", "last", "", None, 3, {}),
        *each("device", "cuda:99", "gpu", "", None, 3),
        *each("bidirectional packed", "yes", 1, None),
        *each("doing", "x", None, 3, True),
    ],
}


def rows() -> Iterator[Any]:
    for make, bad in BAD.items():
        kind = type(make()).__name__
        for name, value, words in bad:
            yield pytest.param(make, name, value, words, id=f"{kind}-{name}-{value!r:.20}")


def shown(explorer: Any) -> tuple[dict[str, Any], Any]:
    """All that a front end knows, but for what went wrong; the answer itself, not one like it."""
    state = {k: v for k, v in explorer.get_state().items() if k[0] != "_" and k not in ("problem", "answer")}
    return state, id(explorer.answer)


def without_memory(sentence: str) -> str:
    """Without how much memory is free, which differs from one moment to the next."""
    return re.sub(r"[\d.]+ GB are available", "", sentence)


@pytest.mark.parametrize(("make", "name", "bad", "words"), [*rows()])
def test_a_bad_value_is_told_in_a_sentence_and_loses_nothing(
    make: Callable[[], Any], name: str, bad: Any, words: str
) -> None:
    explorer = make()
    before = shown(explorer)
    sentence = refused(lambda: setattr(explorer, name, bad), words)
    assert shown(explorer) == before
    explorer.set_state({name: bad})  # what a front end's message does
    assert is_sentence(explorer.problem)
    assert without_memory(explorer.problem) == without_memory(sentence)
    assert shown(explorer) == before
    good, value = ("kind", "RNN") if explorer.has_trait("kind") else ("forget_bias", 2.0)
    explorer.set_state({good: value})
    assert (explorer.problem, getattr(explorer, good), explorer.answer["asked"][good]) == ("", value, value)


@pytest.mark.parametrize("make", [ShapeExplorer, StepExplorer])
def test_values_that_do_not_go_together_are_put_back(make: Callable[..., Any]) -> None:
    explorer = make(LayerSpec("LSTM", 12, 16, proj_size=7))
    before = shown(explorer)
    refused(lambda: setattr(explorer, "hidden_size", 7), "proj_size=7")
    assert shown(explorer) == before
    explorer.set_state({"hidden_size": 7, "seq_len": 5})
    assert "proj_size=7" in explorer.problem
    assert shown(explorer) == before
    explorer.set_state({"hidden_size": 8})
    assert (explorer.problem, explorer.answer["asked"]["hidden_size"]) == ("", 8)


FAULTS = {
    ShapeExplorer: "rnnlib.explorers.shape.explorer.answer",
    StepExplorer: "rnnlib.explorers.step.explorer.trace",
    DirectionExplorer: "rnnlib.explorers.direction.explorer.who_reads",
}


@pytest.mark.parametrize("make", FAULTS)
def test_a_fault_of_our_own_is_called_one_and_the_next_value_works(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = make("GRU")
    before = shown(explorer)
    with monkeypatch.context() as broken:
        broken.setattr(FAULTS[make], lambda *_, **__: 1 / 0)
        explorer.set_state({"seq_len": 7})
        assert explorer.problem == "This is a fault in rnnlib, not in what you did: ZeroDivisionError: division by zero"
        with pytest.raises(ZeroDivisionError):
            explorer.seq_len = 7
    assert shown(explorer) == before
    explorer.seq_len = 6
    assert (explorer.problem, explorer.answer["asked"]["seq_len"]) == ("", 6)


LARGE = 10**400
SPEC = LayerSpec("GRU", 3, 4)


@pytest.mark.parametrize(
    "give",
    [
        lambda: shapes(LARGE, 5),
        lambda: run(SPEC, seq_len=5, batch=2, device=LARGE),
        lambda: reach(SPEC, torch.zeros(5, 2, 3), step=LARGE),
        lambda: predict(SPEC, "h_n", question=LARGE, seq_len=5, batch=2),
        lambda: predict(SPEC, "h_n", seq_len=5, batch=2).answer(LARGE),
        lambda: StepExplorer("GRU", source=LARGE),
    ],
)
def test_a_number_of_hundreds_of_digits_does_not_stand_whole(give: Callable[[], Any]) -> None:
    refused(give, "a number of 401 digits")
