"""Which slice of output equals a row of h_n: any that holds the same numbers on the real layer."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import LayerSpec, predict
from rnnlib.explorers.prediction.slice_question import MIX_UPS, read_slice

BOTH = LayerSpec("GRU", 5, 10, 2, bidirectional=True)
FIRST = LayerSpec("LSTM", 5, 10, 2, bidirectional=True, batch_first=True)
SIZES = {"seq_len": 6, "batch": 3}


def card(spec: Any, equals: str, **other: Any) -> Any:
    return predict(spec, "output", equals=equals, **(SIZES | other))


@pytest.mark.parametrize("equals", ["h_n[-1]", "h_n[-2]", "h_n[2]", "h_n[3]"])
@pytest.mark.parametrize("spec", [BOTH, FIRST, LayerSpec("LSTM", 5, 12, 2, bidirectional=True, proj_size=10)])
def test_torchs_own_slice_is_right_and_no_other(spec: LayerSpec, equals: str) -> None:
    layer = getattr(nn, spec.kind)(**spec.arguments())
    output, state = layer(torch.randn(6, 3, 5).transpose(0, int(spec.batch_first)))
    wanted = eval(equals, {"h_n": state[0] if spec.kind == "LSTM" else state})
    for asked in (spec, layer):
        question = card(asked, equals)
        for parts in itertools.product(("-1", "0", "2", ":"), ("-1", "0", ":"), (":10", "10:", ":", "3:7")):
            index = f"[{', '.join(parts)}]"
            taken = eval(f"output{index}", {"output": output})
            assert question.answer(index).right == (taken.shape == wanted.shape and torch.equal(taken, wanted)), index


@pytest.mark.parametrize(
    "answer",
    ["output[0, :, 10:]", "[0,:,10:]", "0, :, 10:", "[0][:, 10:]", "[-6, ..., 10:20]", "[:1, :, -10:]", "[0, …, 10:]"],
)
def test_any_indexing_that_gives_the_same_numbers_is_right(answer: str) -> None:
    assert card(BOTH, "h_n[-1]").answer(answer).right


@pytest.mark.parametrize(
    ("spec", "equals", "answer", "slip"),
    [
        (BOTH, "h_n[-1]", "[0]", "both halves"),
        (BOTH, "h_n[-1]", "[0, :, :10]", "other half"),
        (BOTH, "h_n[-1]", "[-1, :, 10:]", "other end"),
        (BOTH, "h_n[-1]", "[-1, :, :10]", "other direction"),
        (BOTH, "h_n[-1]", "[-1]", "both halves, other end"),
        (BOTH, "h_n[-1]", "[:, :, 10:]", "every step"),
        (BOTH, "h_n[-1]", "[:, 0, 10:]", "steps on batch's axis"),
        (BOTH, "h_n[-1]", "[3]", "rows on time's axis"),
        (BOTH, "h_n[-2]", "[2, :, :10]", "rows on time's axis"),
        (FIRST, "h_n[-2]", "[:, 2]", "rows on time's axis"),
        (BOTH, "h_n[-2]", "[-1]", "both halves"),
        (BOTH, "h_n[-2]", "[0, :, :10]", "other end"),
        (FIRST, "h_n[-2]", "[-1, :, :10]", "steps on batch's axis"),
        (FIRST, "h_n[-1]", "[-1]", "steps on batch's axis"),
        (FIRST, "h_n[-1]", "[:, -1]", "both halves, other end"),
        (LayerSpec("RNN", 5, 10), "h_n[-1]", "[0]", "other end"),
        (LayerSpec("RNN", 5, 10), "h_n[-1]", "output", "every step"),
        (LayerSpec("RNN", 5, 10, 2), "h_n[-1]", "[1]", "rows on time's axis"),
        (LayerSpec("RNN", 5, 10, 6), "h_n[-1]", "[0]", "other end"),
        (LayerSpec("RNN", 5, 10, batch_first=True), "h_n[-1]", "[-1]", "steps on batch's axis"),
    ],
)
def test_the_slip_is_named(spec: LayerSpec, equals: str, answer: str, slip: str) -> None:
    way = "forward" if equals == "h_n[-2]" else "backward"
    who = "this direction" if spec.bidirectional else "the layer"
    axes = "(batch, seq_len, …)" if spec.batch_first else "(seq_len, batch, …)"
    feedback = card(spec, equals).answer(answer)
    assert not feedback.right
    assert feedback.said == MIX_UPS[slip].format(name=equals, direction=way, who=who, axes=axes)


def test_what_fits_no_slip_is_told_what_is_so() -> None:
    question = card(BOTH, "h_n[-2]")
    assert question.answer("[2, 1]").said == "Its shape is (20,), and that of h_n[-2] is (3, 10)."
    assert question.answer("[4, :, :10]").said == "The shape is right, and the numbers are not those of h_n[-2]."
    assert question.answer("[99]").said.startswith("output[99] raises IndexError: index 99 is out of bounds")
    assert question.answer("[0, 0, 0, 0]").said.startswith("output[0, 0, 0, 0] raises IndexError: too many indices")
    assert question.answer("[::-1]").said == "output[::-1] raises ValueError: step must be greater than zero."


def test_the_card_asks_and_does_not_answer() -> None:
    question = card(BOTH, "h_n[-1]")
    assert repr(question) == (
        "Which slice of output holds the same numbers as h_n[-1]?\n"
        "  nn.GRU(5, 10, num_layers=2, bidirectional=True) reads x of (6, 3, 5)"
    )
    assert question.answer("[0, :, 10:]").message == (
        "Right: the backward direction ends at step 0, and its half is the second. The layer says output[0, :, 10:]."
    )
    assert card(FIRST, "h_n[-2]").answer("[:, -1, :10]").truth == "output[:, -1, :10]"
    assert card(LayerSpec("RNN", 5, 10), "h_n[-1]", batch=None).answer("-1").truth == "output[-1]"
    assert card(BOTH, "h_n[-1]", batch=None).answer("0, 10:").truth == "output[0, 10:]"


DANGEROUS = [
    *("output.view(3)", "output[output]", "output[-1] + 1", "output[(lambda: 0)()]", "__import__('os')"),
    *("[__import__('os')]", "[[0]]", "[None]", "[True]", "[0.5]", "['a']", "[x]", "[:hidden_size]", "[2*5]"),
    *("outputs[0]", "h_n[-2]", "output)", "output[", "output;output", "[0]\n[1", "\0", "[" * 150, "-" * 150),
    *("banana", "", "  ", "[~0]", "[0 if 1 else 2]", "[f'{0}']", "[i for i in output]", "[0:=1]", "9" * 400),
]


@pytest.mark.parametrize("answer", [*DANGEROUS, None, 3, True, (0, 1), {}])
def test_what_is_no_slice_gets_one_sentence(answer: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        card(BOTH, "h_n[-1]").answer(answer)
    assert re.fullmatch(r"[^\n]{20,200}\.", str(raised.value))
    assert "10:" not in str(raised.value).replace(str(answer), "")  # nothing of the answer


def test_a_slice_is_kept_as_code() -> None:
    assert read_slice(" `output[ -1 ,:, :10 ]` ") == "output[-1, :, :10]"
    assert read_slice("output") == "output"


class Halved(nn.GRU):
    """A layer that gives something else than its kind does."""

    def forward(self, *args: Any) -> Any:
        output, h_n = super().forward(*args)
        return output / 2, h_n


def test_a_layer_that_departs_from_torchs_is_not_asked_about() -> None:
    with pytest.raises(ValueError, match=r"own forward\(\) does not give what torch's does"):
        card(Halved(5, 10), "h_n[-1]").answer("[-1]")


@pytest.mark.parametrize(
    ("spec", "tensor", "equals", "says"),
    [
        (BOTH, "output", "h_n[0]", "h_n[0] is of layer 0, and output shows the last layer alone"),
        (BOTH, "output", "h_n[-3]", "h_n[-3] is of layer 0"),
        (BOTH, "output", "h_n[4]", "h_n[4] is not there: h_n has 4 rows here"),
        (FIRST, "output", "c_n[-1]", "such as \"h_n[-1]\", not 'c_n[-1]'"),
        (BOTH, "output", "h_n", "equals is a row of h_n"),
        (BOTH, "output", 3, "not 3"),
        (BOTH, "h_n", "h_n[-1]", "not of GRU's h_n"),
        (LayerSpec("GRUCell", 5, 10), "h_1", "h_n[-1]", "not of GRUCell's h_1"),
    ],
)
def test_a_bad_question_is_refused_in_words(spec: LayerSpec, tensor: str, equals: Any, says: str) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        predict(spec, tensor, equals=equals, **SIZES)
    assert says in str(raised.value)
    assert re.fullmatch(r"[^\n]{20,200}\.", str(raised.value))


def test_another_default_device_makes_no_difference() -> None:
    asked = card(BOTH, "h_n[-1]")
    with torch.device("meta"):  # as torch.set_default_device("cuda") does, where there is a GPU
        assert not asked.answer("[-1]").right
        assert asked.answer("[0, :, 10:]").right
