"""Every prediction card of the course: its sizes tell the slips apart, so that a wrong answer has one cause."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Hashable, Iterator
from typing import Any

import nbformat
import pytest
from torch import nn

from rnnlib import LayerSpec, predict
from rnnlib.explorers.prediction.axes import NUMBERS, X_AND_H
from rnnlib.explorers.prediction.card import PredictionCard
from rnnlib.explorers.prediction.choice_question import ChoiceQuestion
from rnnlib.explorers.prediction.row_question import RowQuestion
from rnnlib.explorers.prediction.shape_question import ShapeQuestion
from rnnlib.explorers.prediction.slice_question import SliceQuestion
from rnnlib.explorers.prediction.slips import slips
from rnnlib.spec import shapes
from rnnlib.spec.shapes import value_of
from tests.notebooks.lessons import LESSONS

# Sizes of which no product is another's.
PRIMES = {"seq_len": 101, "batch": 103, "input_size": 107, "hidden_size": 109, "proj_size": 113, X_AND_H: 139}
PRIMES |= {"num_layers": 127, "num_directions": 131, "num_gates": 137} | NUMBERS


def cards() -> Iterator[Any]:
    for path in LESSONS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code" or "predict(" not in cell.source:
                continue
            for call in ast.walk(ast.parse(cell.source)):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "predict":
                    source = ast.unparse(call)
                    card = eval(source, {"predict": predict, "LayerSpec": LayerSpec, "nn": nn})
                    yield pytest.param(card, id=f"{path.stem}-{cell.id}")


def beliefs(card: PredictionCard) -> Iterator[tuple[str, Hashable, Hashable]]:
    """Each slip, the answer that it leads to, and what it comes to at whatever sizes; the truth is "right"."""
    asked = card._asked
    if isinstance(asked, ShapeQuestion):
        spec, tensors = asked.spec, shapes(asked.spec, asked.seq_len, asked.batch)
        alone = {name: 1 for name in ("num_layers", "num_directions", "num_gates") if getattr(spec, name) == 1}
        right = tensors[asked.tensor]
        for name, change in [("right", lambda axes: axes), *slips(spec, right, tensors)]:
            axes = change(right.axes)
            yield name, sizes_of(card, axes), tuple(value_of(axis, PRIMES | alone) for axis in axes)
    elif isinstance(asked, RowQuestion):
        yield "right", asked._row, "right"
        yield from ((name, row, name) for name, row in asked.slips())
    elif isinstance(asked, SliceQuestion):
        for name, code in [("right", asked.truth.says), *asked.slips()]:
            yield name, eval(code, {"output": asked.result.output}).numpy().tobytes(), name


def sizes_of(card: PredictionCard, axes: tuple[str, ...]) -> tuple[int, ...]:
    """What axes come to at the card's own sizes."""
    asked = card._asked
    spec, tensor = asked.spec, asked.tensor
    there = shapes(spec, asked.seq_len, asked.batch)
    both = [t.sizes[-1] for t in there.values() if t.name in (f"weight_ih{tensor[9:]}", f"weight_hh{tensor[9:]}")]
    names = ("input_size", "hidden_size", "proj_size", "num_layers", "num_directions", "num_gates")
    values = {name: getattr(spec, name) for name in names} | {"seq_len": asked.seq_len, "batch": asked.batch or 0}
    return tuple(value_of(axis, values | {X_AND_H: sum(both)} | NUMBERS) for axis in axes)


@pytest.mark.parametrize("card", list(cards()))
def test_no_two_slips_lead_to_one_answer_and_none_to_the_right_one(card: PredictionCard) -> None:
    """But for those that are the same whatever the sizes: they are one slip under two names."""
    same = [
        (one, other, answer)
        for (one, answer, anywhere), (other, other_answer, elsewhere) in itertools.combinations(beliefs(card), 2)
        if answer == other_answer and anywhere != elsewhere
    ]
    assert same == [], "choose other sizes, or another row"


@pytest.mark.parametrize("card", list(cards()))
def test_every_wrong_choice_but_one_has_its_slip(card: PredictionCard) -> None:
    """The one is right; that it is that one, the driven views see."""
    asked = card._asked
    if isinstance(asked, ChoiceQuestion):
        assert len(asked.slips) == len(asked.choices) - 1
        assert len(set(asked.slips.values())) == len(asked.slips)
