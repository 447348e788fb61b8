"""The façade's `tally`: what a room answered, on the wall."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rnnlib.explorers.shared.answers import ENDING, Answer
from rnnlib.explorers.tally.count import count, first_of_each
from rnnlib.explorers.tally.view import TallyView
from rnnlib.spec.arguments import brief

NO_CARD = "what was typed is judged by its card: give it too, as in tally(answers, card)."


def tally(answers: Any, card: Any = None) -> TallyView:
    """Count a room's answers to a prediction card by slip, and draw them, the commonest misconception first.

    Of a file that a card has written, one of each learner, the first answer to the card counts: those after it were
    given with its hint in mind. What is damaged, empty, of another card or there twice is told in ``problems``, and
    nothing else is lost by it.

    Args:
        answers: a folder with the files that ``predict(…, answers=folder)`` wrote; a file; a pattern such as
            ``"answers/*.jsonl"``; a list of files; a card's ``answers``; or a list of what was typed in the room.
        card: the card that was answered; without it, it is the one that most files answer.

    Returns:
        The picture. Its ``counts`` are the numbers by slip.

    Raises:
        TypeError, ValueError: no answers, no card, or no card to judge what was typed.

    Example:
        >>> from rnnlib import LayerSpec, predict
        >>> card = predict(LayerSpec("RNN", 5, 10, 2), "h_n", seq_len=6, batch=3)
        >>> tally(["2 3 10", "(6, 3, 10)", "(2,3,10)", "6 3 10", "?"], card)
        Predict the shape of h_n
          nn.RNN(5, 10, num_layers=2) reads x of (6, 3, 5)
          5 answers
             2  output for a state  (6, 3, 10)  This is the shape of output, which has h at every step. h_n is ...
             2  right  2 3 10
             1  no answer  ?
    """
    if card is not None and not callable(getattr(card, "judge", None)):
        raise TypeError(f"card is what predict(…) gives, not {brief(card)}.")
    asked = "" if card is None else repr(card)
    files, others, problems = _sorted_out(answers)
    found, wrong = first_of_each(files, asked)
    for at, one in enumerate(others, start=1):
        try:
            found.append(_answer(one, card, asked))
        except LookupError:
            wrong.append(f"answer {at}, {brief(one)}, is none that this card has kept.")
    text = asked or (found[0].card if found else "")
    return TallyView(card=text, rows=[row._asdict() for row in count(found)], problems=problems + wrong)


def _sorted_out(answers: Any) -> tuple[list[Path], list[Any], list[str]]:
    """The files among what was given, what else was given, and a sentence for each place that holds no file."""
    alone = isinstance(answers, str | Path)
    given = [answers] if alone else answers
    if not isinstance(given, Iterable) or isinstance(given, Mapping | bytes):
        raise TypeError(f"answers are a folder, files, or a list of what was typed, not {brief(answers)}.")
    files: list[Path] = []
    others, problems = [], []
    for one in given:
        if alone or isinstance(one, Path) or (isinstance(one, str) and one.endswith(ENDING)):
            try:
                found = _files(Path(one).expanduser())
            except (OSError, ValueError, RuntimeError):  # too long, a pattern that is none, the home of nobody
                problems.append(f"{brief(one)} names no folder, file or pattern.")
                continue
            files += found
            problems += [] if found else [f"{one} holds no file of answers: their names end in {ENDING}."]
        else:
            others.append(one)
    return files, others, problems


def _files(place: Path) -> Sequence[Path]:
    if place.is_dir():
        return sorted(place.glob(f"*{ENDING}"))
    if glob.has_magic(str(place)) and not place.exists():
        return sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
    return [place]


def _answer(given: Any, card: Any, asked: str) -> Answer:
    """One answer, judged by the card where it was only typed.

    Raises:
        LookupError: a dict that is no answer to it.
    """
    if isinstance(given, Mapping):
        kept = Answer(*(given.get(name, "") for name in Answer._fields))
        if not {"typed", "slip"} <= given.keys() or not all(isinstance(part, str) for part in kept):
            raise LookupError
        if kept.card not in ("", asked) and asked:
            raise LookupError
        return kept if kept.said or card is None else kept._replace(said=card.judge(kept.typed).sentence)
    if card is None:
        raise TypeError(NO_CARD)
    slip = card.judge(given)
    return Answer(given if isinstance(given, str) else brief(given), "", slip.name, slip.sentence, asked)
