"""Predictions: the truth is the real layer's, asked for only once an answer is given."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from rnnlib.explorers.prediction import question as asks
from rnnlib.explorers.prediction.answer import read_shape
from rnnlib.explorers.prediction.predict import predict
from rnnlib.spec import LayerSpec
from tests.strategies import cases

SPEC = LayerSpec("LSTM", 12, 16, num_layers=2, bidirectional=True, batch_first=True)


BRACKETS = ("(5, 3, 20)", "[5, 3, 20]", "torch.Size([5, 3, 20])", " (5 ,3, 20,) ", "（5，3，20）", "5, 3, 20)")
ODD = (
    *("(5, 3, 20).", '"(5, 3, 20)"', "“5, 3, 20”", "5、3、20", "+5,3,20"),
    *(np.array([5, 3, 20]), torch.tensor([5, 3, 20])),
)
BARE = ("5,3,20", "5 3 20", "5x3x20", "5 × 3 × 20", "5; 3; 20")


@pytest.mark.parametrize("text", [*BRACKETS, *BARE, *ODD, (5, 3, 20), [5, 3, 20], torch.Size([5, 3, 20])])
def test_a_shape_is_read_however_it_is_written(text: Any) -> None:
    assert read_shape(text) == (5, 3, 20)


@pytest.mark.parametrize("text", ["(20,)", "20", "(20)", "[20]", "torch.Size([20])", "20,", (20,)])
def test_one_axis_is_read(text: Any) -> None:
    assert read_shape(text) == (20,)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
def test_what_python_prints_is_read(sizes: list[int]) -> None:
    for shown in (tuple(sizes), sizes, torch.Size(sizes)):
        assert read_shape(str(shown)) == read_shape(shown) == tuple(sizes)


NO_SHAPES = {
    "": "nothing was given",
    "  ": "nothing was given",
    "()": "has no axis",
    "(seq_len, batch, 20)": "use numbers",
    "no idea": "use numbers",
    "(5,,20)": "leaves an axis empty",
    "(5.0, 3)": "holds 5.0: every axis is a whole number",
    "(5, -1, 20)": "no negative numbers",
    "(5, 0, 20)": "has an axis of 0",
    "(5, 3, 2*10)": "leaves 2*10 to be worked out",
    "5-3-20": "with commas between",
    "(5, 3, ?)": "with commas between",
    "(5, (3, 20))": "with commas between",
    "1" * 150: "too large",
    "x" * 150: "use numbers",
    "1" * 5000: "too long",
    "1" + " " * 30_000 + "!,": "too long",
    "1," * 10**6: "too long",
    (1,) * 10**6: "too long",
    "5, 4²": "a power to be worked out",
    (5, 3.0): "holds 3.0",
    (5, True): "holds True",
    ("5", "3"): "holds '5'",
    (5, -1): "no negative numbers",
    (): "has no axis",
    None: "not None",
    5: "not 5",
    nn.RNN: "not a type",
}


@pytest.mark.parametrize(("answer", "says"), NO_SHAPES.items(), ids=[str(key)[:20] for key in NO_SHAPES])
def test_what_is_no_shape_gets_one_sentence(answer: Any, says: str) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        predict(SPEC, "h_n", seq_len=8, batch=3).answer(answer)
    sentence = str(raised.value)
    assert says in sentence
    assert re.fullmatch(r"[^\n]{20,170}\.", sentence)
    assert "16" not in sentence  # nothing of the answer, (4, 3, 16), is told


@st.composite
def layers(draw: Any) -> tuple[LayerSpec, int, int | None]:
    size = st.integers(1, 6)
    kind = draw(st.sampled_from(["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"]))
    sizes = {"input_size": draw(size), "hidden_size": draw(size), "bias": draw(st.booleans())}
    if not kind.endswith("Cell"):
        proj_size = draw(st.integers(0, sizes["hidden_size"] - 1)) if kind == "LSTM" else 0
        sizes |= {"num_layers": draw(st.integers(1, 3)), "proj_size": proj_size}
        sizes |= {name: draw(st.booleans()) for name in ("batch_first", "bidirectional")}
    return LayerSpec(kind, **sizes), draw(size), draw(st.none() | size)


def by_torch(spec: LayerSpec, seq_len: int, batch: int | None) -> tuple[nn.Module, dict[str, tuple[int, ...]]]:
    """A real layer and the shape of every tensor around it, by torch alone."""
    layer = getattr(nn, spec.kind)(**spec.arguments())
    time = [] if spec.is_cell else [seq_len]
    batch_axis = [] if batch is None else [batch]
    leading = batch_axis + time if spec.batch_first else time + batch_axis
    x = torch.zeros(*leading, spec.input_size)
    result = layer(x)
    output, states = (None, result) if spec.is_cell else result
    states = states if isinstance(states, tuple) else (states,)
    found = {"input": x} | ({} if output is None else {"output": output}) | dict(layer.named_parameters())
    for state, tensor in zip("hc", states, strict=False):
        found |= {f"{state}_0": tensor, f"{state}_{'1' if spec.is_cell else 'n'}": tensor}
    return layer, {name: tuple(tensor.shape) for name, tensor in found.items()}


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@cases(40)
@given(layers(), st.booleans())
def test_torchs_shape_is_right_and_no_other(question: tuple[LayerSpec, int, int | None], own_layer: bool) -> None:
    spec, seq_len, batch = question
    layer, truth = by_torch(*question)
    for name, sizes in truth.items():
        card = predict(layer if own_layer else spec, name, seq_len=seq_len, batch=batch)
        right, wrong = card.answer(str(sizes)), card.answer((*sizes[:-1], sizes[-1] + 1))
        assert right.right
        assert right.message.startswith("Right: ")
        assert not wrong.right
        assert wrong.truth.startswith(f"{sizes} = (")
        assert f"The layer says {sizes} = (" in wrong.message


def test_the_misconception_comes_first_then_what_the_layer_says() -> None:
    feedback = predict(SPEC, "h_n", seq_len=8, batch=3).answer("3, 4, 16")
    assert feedback.message == (
        "batch_first moves only input and output, never a state. h_n keeps num_layers × num_directions first and batch"
        " second. The layer says (4, 3, 16) = (num_layers × num_directions, batch, hidden_size)."
    )


def test_the_learner_may_try_again() -> None:
    card = predict(SPEC, "output", seq_len=8, batch=3)
    assert [card.answer(text).right for text in ("8 3 32", "3 8 16", "3 8 32", "8 3 32")] == [False, False, True, False]


def test_the_layer_is_asked_only_when_an_answer_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    run = asks.run
    monkeypatch.setattr(asks, "run", lambda *args, **more: asked.append(args) or run(*args, **more))
    card = predict(SPEC, "h_n", seq_len=8, batch=3)
    card.get_state()
    repr(card)
    with pytest.raises(ValueError):
        card.answer("no shape")
    assert asked == []
    card.answer("(4, 3, 16)")
    assert len(asked) == 1


class Halved(nn.GRU):
    """A layer that gives something else than its kind does."""

    def forward(self, *args: Any) -> Any:
        output, h_n = super().forward(*args)
        return output[..., ::2], h_n


def test_the_real_layer_has_the_last_word() -> None:
    card = predict(Halved(3, 8), "output", seq_len=5, batch=2)
    assert card.answer("(5, 2, 4)").right
    by_the_rules = card.answer("(5, 2, 8)")
    assert not by_the_rules.right
    assert by_the_rules.said == "The rules give that; this layer's own forward() does not."


def test_a_weight_that_is_made_of_others_has_its_shape() -> None:
    layer = nn.utils.parametrizations.weight_norm(nn.GRU(3, 8), "weight_hh_l0")
    assert predict(layer, "weight_hh_l0", seq_len=5).answer("(24, 8)").right


def test_where_tensors_hold_no_numbers_it_is_said() -> None:
    card = predict(SPEC, "h_n", seq_len=8, batch=3)
    with FakeTensorMode(), pytest.raises(ValueError, match="leave that mode first"):
        card.answer("(4, 3, 16)")


def test_an_answer_leaves_no_trace_in_torch() -> None:
    layer = nn.LSTM(12, 16, num_layers=2, dropout=0.5)
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    for asked in (layer, LayerSpec.of(layer)):
        assert predict(asked, "output", seq_len=8, batch=3).answer("8 3 16").right
    assert torch.equal(torch.rand(3), expected)
    assert layer.training
    assert all(parameter.requires_grad and parameter.grad is None for parameter in layer.parameters())


def test_what_does_not_fit_in_memory_is_refused_in_words() -> None:
    card = predict(LayerSpec("RNN", 10**6, 10**6), "output", seq_len=10**6, batch=10**6)
    with pytest.raises(ValueError, match=r"needs about .* bytes .* are available"):
        card.answer("5 3 20")


@pytest.mark.parametrize(
    ("layer", "tensor", "more", "says"),
    [
        (SPEC, "hn", {}, "Did you mean 'h_n'?"),
        (SPEC, "weigth_ih_l0", {}, "Did you mean 'weight_ih_l0'?"),
        (SPEC, "zzz", {}, "it has input, h_0, c_0, output, h_n, c_n, weight_ih_l0"),
        (LayerSpec("GRUCell", 3, 2), "h_n", {}, "Did you mean 'h_1'?"),
        (LayerSpec("RNN", 3, 2), "c_n", {}, "it has input, h_0, output, h_n, weight_ih_l0"),
        (LayerSpec("RNN", 3, 2, num_layers=90), "w", {}, "and so on to bias_hh_l89"),
        (SPEC, 3, {}, "tensor is a name such as 'h_n', not 3 (int)"),
        ("LSTM", "h_n", {}, "LayerSpec('LSTM', 12, 16)"),
        (nn.Linear(3, 2), "h_n", {}, "Linear is no recurrent layer"),
        (nn.Sequential(nn.RNN(3, 2)), "h_n", {}, "contains '0'"),
        (SPEC, "h_n", {"seq_len": 0}, "seq_len must be at least 1, not 0"),
        (SPEC, "h_n", {"batch": 2.5}, "batch must be a whole number, not 2.5"),
        (SPEC, "h_n", {"question": 3}, "question is a text, not 3 (int)"),
    ],
)
def test_a_card_that_cannot_be_made_says_why(layer: Any, tensor: Any, more: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        predict(layer, tensor, **({"seq_len": 8, "batch": 3} | more))
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300
