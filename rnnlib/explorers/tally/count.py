"""Answers counted by slip, the commonest misconception first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from rnnlib.explorers.shared.answers import NO_ANSWER, Answer, read

RIGHT = "right"  # what "" is called where answers are counted


class Count(NamedTuple):
    """How often a slip was made.

    Attributes:
        slip: by its short name; `RIGHT` where none was, `NO_ANSWER` where it was no answer.
        number: of answers.
        said: the sentence to it.
        typed: what was typed most often.
    """

    slip: str
    number: int
    said: str
    typed: str


def count(answers: Iterable[Answer]) -> list[Count]:
    """Count answers by slip: misconceptions by how common they are, then what is right, then what is no answer.

    Example:
        >>> one = Answer("3 4", "", "transposed", "You turned it round.", "")
        >>> count([one._replace(slip=""), one, one, one._replace(typed="no")])[0]
        Count(slip='transposed', number=3, said='You turned it round.', typed='3 4')
    """
    slips: dict[str, list[Answer]] = {}
    for answer in answers:
        slips.setdefault(answer.slip or RIGHT, []).append(answer)

    def place(slip: str) -> tuple[int, int, str]:
        return (RIGHT, NO_ANSWER).index(slip) + 1 if slip in (RIGHT, NO_ANSWER) else 0, -len(slips[slip]), slip

    return [_counted(slip, slips[slip]) for slip in sorted(slips, key=place)]


def _counted(slip: str, answers: Sequence[Answer]) -> Count:
    typed = Counter(" ".join(answer.typed.split()) for answer in answers).most_common(1)[0][0]
    said = "" if slip in (RIGHT, NO_ANSWER) else next((answer.said for answer in answers if answer.said), "")
    return Count(slip, len(answers), said, typed)


def first_of_each(files: Iterable[Path], card: str = "") -> tuple[list[Answer], list[str]]:
    """The first answer in each file to one card, before its feedback was read; and what is wrong, a sentence a file.

    Args:
        files: one of each learner.
        card: the question, as a card's text has it; "" is the one that most files answer.
    """
    told = {file: read(file) for file in dict.fromkeys(files)}
    asked = Counter(name for answers, _ in told.values() for name in {answer.card for answer in answers})
    card = card or max(asked, key=lambda name: asked[name], default="")
    first: dict[tuple[str, str], Path] = {}
    found, problems = [], []
    for file, (answers, problem) in told.items():
        answer = next((answer for answer in answers if answer.card == card), None)
        if answer is None:
            problem = f'{file} answers another card, "{_question(answers[0])}".' if answers else problem
        elif twin := first.get((answer.typed, answer.when)):
            problem = f"{file} is {twin} once more, to the microsecond: it counts once."
        else:
            first[answer.typed, answer.when] = file
            found.append(answer)
        problems += [problem] if problem else []
    return found, problems


def _question(answer: Answer) -> str:
    return answer.card.partition("\n")[0]
