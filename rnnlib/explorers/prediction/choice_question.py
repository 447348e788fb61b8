"""A choice among a few: does it raise, and if not, is it right? Which is larger?"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.closeness import close, difference
from rnnlib.explorers.prediction.answer import quoted
from rnnlib.explorers.prediction.misconceptions import Misconception
from rnnlib.explorers.prediction.question import Question, Truth
from rnnlib.spec.arguments import brief

RAISES, RIGHT, WRONG = "it raises", "it runs, and is right", "it runs, and is wrong"
EQUAL = "they are equal"
AUTHOR = "Whoever wrote this card has to mend it:"  # so begins what no answer can be blamed for


class ChoiceQuestion(Question):
    """A question whose answer is one of a few, and whose author knows the slip behind each wrong one."""

    oracle = "torch"

    def __init__(self, text: str, choices: list[str], slips: Mapping[str, str] | None) -> None:
        self.text, self.choices = text, choices
        self.slips = check_slips(choices, slips)

    def read(self, answer: Any) -> str:
        """The choice, however it is written."""
        if not isinstance(answer, str):
            raise TypeError(f"an answer is one of the choices, as text, not {brief(answer)}.")
        given = " ".join(answer.split()).rstrip(".").casefold()
        for choice in self.choices:
            if given == choice.casefold():
                return choice
        raise ValueError(self._none.format(shown=quoted(answer)))

    @property
    def _none(self) -> str:
        return f"{{shown}} is none of the choices: {', '.join(map(repr, self.choices))}."

    def slip(self, answer: str) -> Misconception | None:
        """What its author says of a wrong choice; the choice itself is the slip's name."""
        if answer == self.truth.says:
            return None
        return Misconception(answer, self.slips.get(answer, "That is not what torch says."))

    def recorded(self) -> dict[str, Any]:
        """The right choice, and what to say to the others."""
        right = self.truth.says
        wrong = {choice: self.slip(choice) for choice in self.choices if choice != right}
        return {"kind": "choice", "problems": {"none": self._none}, "right": right, "wrong": wrong}


class AttemptQuestion(ChoiceQuestion):
    """Does it raise, and if not, is it right?"""

    def __init__(self, text: str, attempt: Any, expected: Any, slips: Any) -> None:
        for name, given in (("attempt", attempt), ("expected", expected)):
            if not callable(given):
                raise TypeError(
                    f"{name} is a function without arguments, such as lambda: layer(x), not {brief(given)}."
                )
        super().__init__(text, [RAISES, RIGHT, WRONG], slips)
        self.attempt, self.expected = attempt, expected

    @functools.cached_property
    def truth(self) -> Truth:
        """What came of it. It is tried once: what ``backward()`` can do once would raise when tried again."""
        right = _of_the_author("expected", self.expected)
        try:
            given = _quietly(self.attempt)
        except Exception as error:  # noqa: BLE001 - whether it raises is what is asked
            said = " ".join(str(error).split()).rstrip(".")
            return Truth(RAISES, f"{type(error).__name__}: {said[:160]}")
        apart = _of_the_author("comparing attempt with expected", lambda: _apart(given, right))
        return Truth(WRONG, apart) if apart else Truth(RIGHT, "what comes out equals what is expected")


class LargerQuestion(ChoiceQuestion):
    """Which of a few numbers is the largest?"""

    def __init__(self, text: str, larger: Any, slips: Any) -> None:
        named = isinstance(larger, Mapping) and all(isinstance(n, str) and callable(f) for n, f in larger.items())
        if not named or len(larger) < 2 or EQUAL in larger:
            given = [*larger] if isinstance(larger, Mapping) else larger
            raise TypeError(f'larger names two functions or more: {{"LSTM": lambda: 4, …}}, not {brief(given)}.')
        super().__init__(text, [*larger, EQUAL], slips)
        self.larger: dict[str, Callable[[], Any]] = dict(larger)

    @functools.cached_property
    def truth(self) -> Truth:
        """The largest, and every number."""
        numbers = {name: _number(name, _of_the_author(name, function)) for name, function in self.larger.items()}
        most = max(numbers.values(), key=float)
        first = [name for name, number in numbers.items() if not _apart(number, most)]
        if 1 < len(first) < len(numbers):
            raise ValueError(f"{AUTHOR} {' and '.join(first)} are equal, and neither is the largest.")
        said = ", ".join(f"{name}: {_shown(float(number))}" for name, number in numbers.items())
        return Truth(first[0] if len(first) == 1 else EQUAL, said)


def check_slips(choices: list[str], slips: Any) -> dict[str, str]:
    """The sentence to each wrong choice, where there is one.

    Raises:
        TypeError, ValueError: they are no sentences, or to what cannot be chosen.
    """
    slips = {} if slips is None else slips
    if not isinstance(slips, Mapping) or not all(isinstance(said, str) for said in slips.values()):
        raise TypeError(
            f'slips has a sentence for each wrong choice, such as {{"{choices[0]}": "…"}}, not {brief(slips)}.'
        )
    for choice in slips:
        if choice not in choices:
            raise ValueError(f"slips has {brief(choice)}, which cannot be chosen: {', '.join(map(repr, choices))}.")
    return dict(slips)


def _quietly(function: Callable[[], Any]) -> Any:
    """What a function gives; torch's random numbers go on as if it had not been called."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        return function()


def _of_the_author(name: str, function: Callable[[], Any]) -> Any:
    try:
        return _quietly(function)
    except Exception as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise ValueError(f"{AUTHOR} {name} raised {type(error).__name__}: {said[:160]}.") from error


def _apart(given: Any, right: Any) -> str:
    """In what way two results differ, in words; "" where they are equal but for rounding."""
    if isinstance(given, (tuple, list)) and isinstance(right, (tuple, list)):
        if len(given) != len(right):
            return f"it gives {len(given)} things, not {len(right)}"
        return next(filter(None, map(_apart, given, right)), "")
    if not all(isinstance(value, (Tensor, int, float)) for value in (given, right)):
        same = type(given) is type(right) and bool(given == right)
        return "" if same else f"it gives {brief(given)}, not {brief(right)}"
    a, b = _tensor(given), _tensor(right)
    if a.shape != b.shape:
        return f"its shape is {tuple(a.shape)}, not {tuple(b.shape)}"
    return "" if close(a, b) else f"its numbers are up to {difference(a, b):.2g} off"


def _tensor(value: Any) -> Tensor:
    tensor = value if isinstance(value, Tensor) else torch.tensor(value, dtype=torch.float64, device="cpu")
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.double()


def _number(name: str, value: Any) -> Tensor:
    number = _tensor(value) if isinstance(value, (Tensor, int, float)) else torch.tensor(math.nan)
    if number.numel() != 1 or number.isnan().any():
        raise ValueError(f"{AUTHOR} {name} gives {brief(value)}, which is no number.")
    return number.reshape(())


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number.is_integer() else f"{number:.4g}"
