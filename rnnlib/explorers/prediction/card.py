"""A prediction card: it asks, and lets torch say the truth only once an answer is given."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from rnnlib.explorers.prediction.answer import MOST_TEXT
from rnnlib.explorers.prediction.misconceptions import Misconception
from rnnlib.explorers.prediction.question import Question, Truth
from rnnlib.explorers.prediction.view import PredictionCardView
from rnnlib.explorers.shared.answers import NO_ANSWER, Answer, append, place_for
from rnnlib.explorers.shared.page.recording import Recording
from rnnlib.explorers.shared.view import SENTENCES
from rnnlib.spec.arguments import brief

LATER = "What is right is told later, with card.reveal()."


@dataclasses.dataclass(frozen=True)
class Feedback:
    """What a learner is told about an answer.

    Attributes:
        right: whether it is what torch says.
        slip: the misconception behind a wrong answer, by a short name that stays; "" of a right one.
        message: in words: the misconception, then what torch says.
        said: the first part of the message, without what torch says.
        truth: what torch says, such as ``"(2, 3, 10) = (num_layers × num_directions, batch, hidden_size)"``.
    """

    right: bool
    slip: str
    message: str
    said: str = dataclasses.field(repr=False)
    truth: str = dataclasses.field(repr=False)


class PredictionCard(PredictionCardView):
    """The card that `predict` makes. In its place, text says the question and never the answer."""

    def __init__(self, asked: Question, answers: Any = None, later: bool = False) -> None:
        names = ("call", "given", "sizes", "field", "oracle")
        traits = {name: getattr(asked, name) for name in names}
        super().__init__(question=asked.text, choices=list(asked.choices), later=later, **traits)
        self._asked = asked
        self._slips: set[Any] = set()  # wrong answers given in the card
        self._open = False  # whether the truth may be told: after a right answer, two slips, or when asked
        self._file = None if answers is None else place_for(answers)
        self._unwritten: list[Answer] = []

    def judge(self, answer: Any) -> Misconception:
        """Which slip an answer is: its short name and its sentence; both are "" where it is right.

        Of what is no answer to what is asked the name is ``"no answer"``, and the sentence says why.

        Example:
            >>> from rnnlib import LayerSpec, predict
            >>> card = predict(LayerSpec("RNN", 5, 10, 2), "h_n", seq_len=6, batch=3)
            >>> card.judge("(6, 3, 10)").name, card.judge("(2, 3, 10)").name, card.judge("two").name
            ('output for a state', '', 'no answer')
        """
        try:
            read = self._asked.read(answer)
        except SENTENCES as error:
            return Misconception(NO_ANSWER, str(error))
        return self._asked.slip(read) or Misconception("", "")

    def answer(self, answer: Any) -> Feedback:
        """Answer from Python.

        Args:
            answer: what would be typed or chosen, as text; a shape may be a tuple, and an index a number.

        Raises:
            TypeError, ValueError: it is no answer to what is asked, or what is right is told later.

        Example:
            >>> from rnnlib import LayerSpec, predict
            >>> card = predict(LayerSpec("RNN", 5, 10, 2), "h_n", seq_len=6, batch=3)
            >>> print(card.answer("(6, 3, 10)").said)
            This is the shape of output, which has h at every step. h_n is the state after the last step, for each
            layer and direction: it has no time axis.
        """
        if self.later:
            raise ValueError(LATER)
        self._asked.read(answer)  # or say that it is none
        slip, truth = self.judge(answer), self._asked.truth
        said = slip.sentence or f"Right: {truth.why}."
        message = f"{said} {self._asked.oracle} says {truth.says}."
        return Feedback(not slip.name, slip.name, message, said, truth.says)

    def reply(self, answer: Any) -> dict[str, Any]:
        """The feedback as plain data for the front end; at a first slip without what torch says."""
        slip = self.judge(answer)
        notice = self._keep(answer, slip)
        if slip.name == NO_ANSWER:
            raise ValueError(slip.sentence)
        if slip.name:
            self._slips.add(self._asked.read(answer))
        self._open |= not slip.name or len(self._slips) > 1
        if self.later:
            return {"kept": True, "said": notice or LATER}
        return self._feedback(slip) | ({"notice": notice} if notice else {})

    def _feedback(self, slip: Misconception) -> dict[str, Any]:
        truth = _told(self._asked.truth) if self._open else {}
        return truth | {"right": not slip.name} | ({"said": slip.sentence} if slip.name else {})

    def _keep(self, answer: Any, slip: Misconception) -> str:
        """Keep an answer, and write it where the lecturer wants it; a sentence if that fails, and it is tried again."""
        typed = (answer if isinstance(answer, str) else brief(answer))[:MOST_TEXT]
        when = datetime.datetime.now(datetime.UTC).isoformat()
        notice = ""
        try:
            self.answers = [*self.answers, {"typed": typed, "when": when, "slip": slip.name}]
        except Exception as error:  # noqa: BLE001 - of a callback of the lecturer's own
            self.report(error)
            notice = self.problem
        if self._file is None:
            return notice
        self._unwritten.append(Answer(typed, when, slip.name, slip.sentence, repr(self)))
        try:
            append(self._file, self._unwritten)
        except OSError as error:
            return f"Your answer is kept here, but cannot be written to {self._file}: {error.strerror or error}."
        self._unwritten = []
        return notice

    def show(self) -> dict[str, Any]:
        """The answer, as plain data for the front end."""
        if self.later:
            raise ValueError(LATER)
        self._open = True
        return _told(self._asked.truth)

    def reveal(self) -> None:
        """Tell what is right, which ``reveal="later"`` kept, wherever the card is shown; and what the last answer was.

        Example:
            >>> from rnnlib import LayerSpec, predict
            >>> card = predict(LayerSpec("RNN", 5, 10, 2), "h_n", seq_len=6, batch=3, reveal="later")
            >>> card.reveal()
            >>> card.answer("(2, 3, 10)").right
            True
        """
        self.later = False
        told = self.show()
        last = next((a["typed"] for a in reversed(self.answers) if a["slip"] != NO_ANSWER), None)
        self.send((told if last is None else self._feedback(self.judge(last))) | {"revealed": True})

    def _recording(self) -> Recording:
        """Its state, and all that a page needs to reply as this card does; where an answer cannot be judged, why."""
        try:
            told = {"problem": LATER} if self.later else {"shown": _told(self._asked.truth), **self._asked.recorded()}
        except SENTENCES as error:
            told = {"problem": str(error)}
        return Recording(self.get_state() | {"recording": told, "answers": []})


def _told(truth: Truth) -> dict[str, Any]:
    return {"said": f"Why: {truth.why}.", "truth": truth.says, "axes": list(truth.axes)}
