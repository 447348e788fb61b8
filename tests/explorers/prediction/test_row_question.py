"""Which row of a state is whose: torch's layers, taken apart by hand, say it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import LayerSpec, predict
from rnnlib.explorers.prediction.row_question import MIX_UPS, read_index

DEEP = LayerSpec("GRU", 5, 10, 3, bidirectional=True)
SIZES = {"seq_len": 6, "batch": 4}


def rows_by_hand(layer: nn.GRU, x: torch.Tensor) -> list[tuple[int, str]]:
    """Whose each row of h_n is, found by layers of one layer and one direction with the same weights."""
    below, whose = x, {}
    for at in range(layer.num_layers):
        outputs = []
        for direction, suffix in (("forward", f"_l{at}"), ("backward", f"_l{at}_reverse")):
            one = nn.GRU(below.shape[-1], layer.hidden_size)
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                setattr(one, f"{name}_l0", getattr(layer, name + suffix))
            output, h = one(below if direction == "forward" else below.flip(0))
            whose[at, direction] = h[0]
            outputs.append(output if direction == "forward" else output.flip(0))
        below = torch.cat(outputs, dim=-1)
    h_n = layer(x)[1]
    return [next(place for place, h in whose.items() if torch.allclose(h, row, atol=1e-6)) for row in h_n]


def test_the_row_is_the_one_found_by_hand() -> None:
    layer = nn.GRU(5, 10, 3, bidirectional=True)
    for row, place in enumerate(rows_by_hand(layer, torch.randn(6, 4, 5))):
        for asked in (DEEP, layer):
            card = predict(asked, "h_n", row=place, **SIZES)
            assert [i for i in range(-6, 6) if card.answer(i).right] == [row - 6, row]


@pytest.mark.parametrize("batch", [None, 4])
@pytest.mark.parametrize("tensor", ["h_0", "c_0", "h_n", "c_n"])
@pytest.mark.parametrize("more", [{}, {"batch_first": True}, {"proj_size": 3}, {"dropout": 0.5}])
def test_every_state_has_its_rows_in_the_same_order(tensor: str, batch: int | None, more: dict[str, Any]) -> None:
    spec = LayerSpec("LSTM", 5, 10, 2, bidirectional=True, **more)
    card = predict(spec, tensor, row=(1, "forward"), seq_len=6, batch=batch)
    assert [i for i in range(4) if card.answer(i).right] == [2]


@pytest.mark.parametrize(
    ("row", "answer", "slip"),
    [
        ((1, "forward"), 1, "one row a layer"),
        ((2, "forward"), -4, "one row a layer"),
        ((0, "backward"), 0, "one row a layer"),
        ((0, "backward"), 3, "directions first"),
        ((1, "forward"), 0, "layer forgotten"),
        ((2, "backward"), 1, "layer forgotten"),
        ((0, "backward"), 2, "counted from 1"),
        ((2, "forward"), -1, "counted from 1"),
        ((2, "backward"), 6, "counted from 1"),
    ],
)
def test_the_slip_is_named(row: tuple[int, str], answer: int, slip: str) -> None:
    assert predict(DEEP, "h_n", row=row, **SIZES).answer(answer).said == MIX_UPS[slip].format(name="h_n")


def test_where_two_slips_lead_to_one_row_it_is_said_whose_it_is() -> None:
    card = predict(DEEP, "h_n", row=(1, "backward"), **SIZES)
    assert card.answer(1).said == "Row 1 of h_n is layer 0, backward."
    assert card.answer(4).said == "Row 4 of h_n is layer 2, forward."


def test_another_row_is_said_to_be_whose_it_is() -> None:
    card = predict(DEEP, "h_n", row=(1, "forward"), **SIZES)
    assert card.answer(5).said == "Row 5 of h_n is layer 2, backward."
    assert card.answer(-7).said == "h_n has 6 rows: 0 to 5, or -6 to -1 from the end."
    one_way = predict(LayerSpec("RNN", 5, 10, 3), "h_n", row=(1, "forward"), **SIZES)
    assert one_way.answer(0).said == "Row 0 of h_n is layer 0."


def test_the_card_asks_and_does_not_answer() -> None:
    card = predict(DEEP, "h_n", row=(1, "forward"), **SIZES)
    assert repr(card) == (
        "Which row of h_n is layer 1, forward? Layer 0 reads x.\n"
        "  nn.GRU(5, 10, num_layers=3, bidirectional=True) reads x of (6, 4, 5)"
    )
    assert card.answer("2").message == (
        "Right: h_n goes layer by layer, and forward comes before backward. The layer says h_n[2], or h_n[-4]."
    )


@pytest.mark.parametrize("text", ["-2", "h_n[-2]", "[-2]", " h_n[ -2 ] ", "−2", "-2.", -2])
def test_an_index_is_read_however_it_is_written(text: Any) -> None:
    assert read_index(text, "h_n") == -2


@pytest.mark.parametrize("answer", ["", "banana", "1.5", "1, 2", "c_n[1]", "h_n", "9" * 400, None, True, 1.5, [1], {}])
def test_what_is_no_index_gets_one_sentence(answer: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        predict(DEEP, "h_n", row=(1, "forward"), **SIZES).answer(answer)
    assert re.fullmatch(r"[^\n]{20,170}\.", str(raised.value))


class Turned(nn.GRU):
    """A layer whose states come out in the opposite order."""

    def forward(self, *args: Any) -> Any:
        output, h_n = super().forward(*args)
        return output, h_n.flip(0)


def test_a_layer_that_departs_from_torchs_is_not_asked_about() -> None:
    card = predict(Turned(5, 10, 2), "h_n", row=(1, "forward"), **SIZES)
    with pytest.raises(ValueError, match=r"own forward\(\) does not give what torch's does"):
        card.answer(1)


@pytest.mark.parametrize(
    ("spec", "tensor", "row", "says"),
    [
        (DEEP, "h_n", (3, "forward"), "there is no layer 3, as num_layers=3 are counted from 0"),
        (DEEP, "h_n", (-1, "forward"), "the layer in row must be at least 0, not -1"),
        (DEEP, "h_n", ("1", "forward"), "the layer in row must be a whole number, not '1'"),
        (DEEP, "h_n", (1, "up"), 'row is a layer and a direction, such as (1, "backward")'),
        (DEEP, "h_n", 1, 'such as (1, "backward") or (0, "forward"), not 1'),
        (DEEP, "h_n", (1, "forward", 0), "row is a layer and a direction"),
        (DEEP, "output", (1, "forward"), "not of GRU's output"),
        (DEEP, "weight_ih_l0", (1, "forward"), "not of GRU's weight_ih_l0"),
        (LayerSpec("GRU", 5, 10), "h_n", (0, "backward"), "Make it with bidirectional=True"),
        (LayerSpec("GRUCell", 5, 10), "h_1", (0, "forward"), "not of GRUCell's h_1"),
    ],
)
def test_a_row_that_is_not_there_is_refused_in_words(spec: LayerSpec, tensor: str, row: Any, says: str) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        predict(spec, tensor, row=row, **SIZES)
    assert says in str(raised.value)
    assert re.fullmatch(r"[^\n]{20,200}\.", str(raised.value))
