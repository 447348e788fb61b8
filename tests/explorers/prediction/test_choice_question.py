"""Does it raise, and if not, is it right? Which is larger? torch says it, once, when an answer is given."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import nn

from rnnlib import LayerSpec, predict

RAISES, RIGHT, WRONG = "it raises", "it runs, and is right", "it runs, and is wrong"
X = torch.arange(6.0).reshape(3, 2)


def tried(attempt: Any, expected: Any, **more: Any) -> Any:
    return predict(question="What happens?", attempt=attempt, expected=expected, **more)


def truth(attempt: Any, expected: Any) -> tuple[str, str]:
    """What torch says, and why."""
    told = tried(attempt, expected).show()
    return told["truth"], told["said"]


@pytest.mark.parametrize(
    ("attempt", "expected", "says", "why"),
    [
        (
            lambda: X @ X,
            lambda: X,
            RAISES,
            "Why: RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x2 and 3x2).",
        ),
        (lambda: X.T, lambda: X, WRONG, "Why: its shape is (2, 3), not (3, 2)."),
        (lambda: X.view(2, 3), lambda: X.T, WRONG, "Why: its numbers are up to 2 off."),
        (lambda: X + 1e-7, lambda: X, RIGHT, "Why: what comes out equals what is expected."),
        (lambda: (X, X), lambda: (X, X + 0.5), WRONG, "Why: its numbers are up to 0.5 off."),
        (lambda: (X, X), lambda: [X, X], RIGHT, "Why: what comes out equals what is expected."),
        (lambda: (X, X), lambda: (X,), WRONG, "Why: it gives 2 things, not 1."),
        (lambda: X, lambda: (X,), WRONG, None),
        (lambda: torch.tensor(3), lambda: 3, RIGHT, None),
        (lambda: 0.1 + 0.2, lambda: 0.3, RIGHT, None),
        (lambda: 3, lambda: 4, WRONG, "Why: its numbers are up to 1 off."),
        (lambda: "a", lambda: "b", WRONG, "Why: it gives 'a', not 'b'."),
        (lambda: None, lambda: None, RIGHT, None),
        (lambda: torch.tensor([True]), lambda: torch.tensor([False]), WRONG, None),
    ],
)
def test_what_is_tried_is_compared_with_what_is_right(attempt: Any, expected: Any, says: str, why: str | None) -> None:
    assert truth(attempt, expected)[0] == says
    assert why is None or truth(attempt, expected)[1] == why


def test_the_slips_are_the_authors() -> None:
    lstm, h = nn.LSTM(5, 10, batch_first=True), torch.zeros(3, 1, 10)
    card = tried(
        lambda: lstm(torch.zeros(3, 6, 5), (h, h)),
        lambda: lstm(torch.zeros(3, 6, 5)),
        slips={RIGHT: "batch_first never moves a state."},
    )
    feedback = card.answer(" It runs,  and is right. ")
    assert (feedback.right, feedback.said) == (False, "batch_first never moves a state.")
    assert feedback.message.endswith(" torch says it raises.")
    assert card.answer(WRONG).said == "That is not what torch says."
    right = card.answer(RAISES)
    assert right.right
    assert right.said == "Right: RuntimeError: Expected hidden[0] size (1, 3, 10), got [3, 1, 10]."


def test_it_is_tried_once_and_only_when_an_answer_is_given() -> None:
    tries: list[str] = []
    loss = torch.ones(2, requires_grad=True).prod()
    card = tried(lambda: tries.append("it") or loss.backward(), lambda: None)
    repr(card)
    with pytest.raises(ValueError):
        card.answer("banana")
    assert tries == []
    assert [card.answer(choice).right for choice in (RIGHT, RAISES, RIGHT)] == [True, False, True]
    assert tries == ["it"]


def test_random_numbers_are_the_same_on_both_sides_and_go_on_as_before() -> None:
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    assert truth(lambda: torch.rand(2), lambda: torch.rand(2))[0] == RIGHT
    assert torch.equal(torch.rand(3), expected)


def larger(numbers: dict[str, Any], **more: Any) -> Any:
    return predict(question="Which is larger?", larger=numbers, **more)


def weights(layer: nn.Module) -> int:
    return sum(weight.numel() for weight in layer.parameters())


def test_the_largest_is_right_and_every_number_is_told() -> None:
    numbers = {"an LSTM's": lambda: weights(nn.LSTM(5, 40)), "a GRU's": lambda: weights(nn.GRU(5, 40))}
    card = larger(numbers, slips={"a GRU's": "It has three blocks of rows, and an LSTM four."})
    assert repr(card) == "Which is larger?\n  an LSTM's / a GRU's / they are equal"
    assert card.answer("a GRU's").said == "It has three blocks of rows, and an LSTM four."
    assert card.answer("they are equal").said == "That is not what torch says."
    assert card.answer("an LSTM's").message == "Right: an LSTM's: 7,520, a GRU's: 5,640. torch says an LSTM's."


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ({"a": lambda: 1, "b": lambda: 2}, "b"),
        ({"a": lambda: 2, "b": lambda: 2}, "they are equal"),
        ({"a": lambda: torch.tensor(1 / 3), "b": lambda: torch.tensor(1 / 3) + 1e-8}, "they are equal"),
        ({"a": lambda: -5.0, "b": lambda: float("-inf"), "c": lambda: torch.tensor([-4.5])}, "c"),
    ],
)
def test_equal_means_but_for_rounding(numbers: dict[str, Any], says: str) -> None:
    assert larger(numbers).show()["truth"] == says


def test_choices_travel_to_the_front_end_and_the_truth_only_at_the_second_slip() -> None:
    card = larger({"a": lambda: 1, "b": lambda: 2})
    assert (card.choices, card.call, card.field) == (["a", "b", "they are equal"], "", {})
    assert card.reply("a") == {"right": False, "said": "That is not what torch says."}
    assert card.reply("a") == {
        "right": False,
        "said": "That is not what torch says.",
    }  # the same slip again is no second one
    assert card.reply("they are equal") == {
        "right": False,
        "said": "That is not what torch says.",
        "truth": "b",
        "axes": [],
    }


@pytest.mark.parametrize("answer", ["", "raises", "banana", "c" * 5000, None, 3, True, ["it raises"], {}])
def test_what_is_no_choice_gets_one_sentence(answer: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        tried(lambda: 1, lambda: 1).answer(answer)
    assert re.fullmatch(r"[^\n]{20,200}\.", str(raised.value))


@pytest.mark.parametrize(
    ("card", "says"),
    [
        (tried(lambda: 1, lambda: X @ X), "expected raised RuntimeError: mat1 and mat2 shapes cannot be multiplied"),
        (larger({"a": lambda: 1, "b": lambda: 1 / 0}), "b raised ZeroDivisionError: division by zero."),
        (larger({"a": lambda: 1, "b": lambda: "x"}), "b gives 'x', which is no number."),
        (larger({"a": lambda: 1, "b": lambda: float("nan")}), "b gives nan, which is no number."),
        (larger({"a": lambda: 1, "b": lambda: X}), "b gives tensor("),
        (larger({"a": lambda: 1, "b": lambda: 1, "c": lambda: 0}), "a and b are equal, and neither is the largest."),
    ],
)
def test_the_authors_own_error_is_said_to_be(card: Any, says: str) -> None:
    with pytest.raises(ValueError) as raised:
        card.answer(card.choices[0])
    assert str(raised.value).startswith(f"Whoever wrote this card has to mend it: {says}")
    assert re.fullmatch(r"[^\n]{20,260}\.", str(raised.value))


FUNCTIONS = {"attempt": lambda: 1, "expected": lambda: 1}
DEEP = LayerSpec("GRU", 5, 10, 2)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"attempt": lambda: 1}, "attempt and expected go together"),
        ({"expected": lambda: 1}, "attempt and expected go together"),
        (FUNCTIONS | {"question": None}, "attempt needs question="),
        (FUNCTIONS | {"attempt": 3}, "attempt is a function without arguments, such as lambda: layer(x), not 3"),
        (FUNCTIONS | {"slips": {"it": "x"}}, "slips has 'it', which cannot be chosen: 'it raises'"),
        (FUNCTIONS | {"slips": ["it raises"]}, "slips has a sentence for each wrong choice"),
        (FUNCTIONS | {"slips": {RAISES: 3}}, "slips has a sentence for each wrong choice"),
        (FUNCTIONS | {"larger": {}}, "a card asks one thing: give attempt or larger, not both"),
        (FUNCTIONS | {"layer": DEEP}, "attempt says all that is asked, and a layer has no place beside it"),
        (FUNCTIONS | {"batch": 3}, "batch has no place beside it"),
        ({"larger": {"a": lambda: 1}}, "larger names two functions or more"),
        ({"larger": {"a": 1, "b": 2}}, "not ['a', 'b']"),
        ({"larger": [1, 2]}, "not [1, 2]"),
        ({"larger": {"a": lambda: 1, "they are equal": lambda: 1}}, "larger names two functions or more"),
        ({"layer": DEEP, "tensor": "h_n", "seq_len": 3, "slips": {}}, "slips are for attempt and larger"),
        ({"layer": DEEP, "tensor": "h_n", "seq_len": 3, "row": (0, "forward"), "equals": "h_n[-1]"}, "row or equals"),
        ({"layer": DEEP, "tensor": "h_n"}, "seq_len must be a whole number, not None"),
        ({"layer": DEEP, "seq_len": 3}, "tensor is a name such as 'h_n', not None"),
        ({}, "a card asks about a layer: give one"),
    ],
)
def test_what_does_not_go_together_is_refused_in_words(given: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        predict(**({"question": "What happens?"} | given))
    assert says in str(raised.value)
    assert re.fullmatch(r"[^\n]{20,220}\.", str(raised.value))
