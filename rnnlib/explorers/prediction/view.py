"""What a prediction card looks like: the question, the call, a place to answer. Never the answer itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from rnnlib.explorers.shared.view import SENTENCES, View
from rnnlib.spec.shapes import value_of
from rnnlib.spec.snippet import FIELD


class PredictionCardView(View):
    """A question, and a field or a few buttons for the answer.

    An answer comes as a message ``{"answer": "(2, 3, 10)", "id": …}``, the wish to be told as ``{"show": true,
    "id": …}``, and the feedback goes back as another, so that what is right is never part of the state that a notebook
    stores.

    Attributes:
        question: what is asked.
        call: the code of the layer, with a field such as ``{hidden_size}`` where a size goes; "" of no layer.
        given: what the layer reads, with fields too.
        sizes: the numbers of those fields, by symbol.
        field: of what is typed, the words ``before`` and ``after`` it, its ``placeholder``, and what it ``invites`` to.
        choices: the answers to choose from, where none is typed.
        oracle: who says the truth.
        answers: what was answered in the card, one after the other: what was ``typed``, ``when`` (in UTC), and which
            ``slip`` it was by its short name, "" where it was right, "no answer" where it was none.
        later: whether it is not yet told what is right.
    """

    FOLDER = Path(__file__).parent

    question = traitlets.Unicode().tag(sync=True)
    call = traitlets.Unicode().tag(sync=True)
    given = traitlets.Unicode().tag(sync=True)
    sizes = traitlets.Dict().tag(sync=True)
    field = traitlets.Dict().tag(sync=True)
    choices: traitlets.List[str] = traitlets.List().tag(sync=True)
    oracle = traitlets.Unicode().tag(sync=True)
    answers: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)
    later = traitlets.Bool().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._hear)

    def reply(self, answer: Any) -> dict[str, Any]:
        """What to tell of an answer: whether it is ``right``, what is ``said``, and once it may be known the ``truth``.

        Raises:
            TypeError, ValueError: it is no answer; the card shows the sentence.
        """
        raise NotImplementedError

    def show(self) -> dict[str, Any]:
        """What to tell who asks for the answer: what is ``said``, and the ``truth``."""
        raise NotImplementedError

    def _hear(self, _: Any, content: Any, __: Any) -> None:
        asked = content if isinstance(content, dict) else {}
        try:
            told = self.show() if asked.get("show") is True else self.reply(asked.get("answer"))
        except SENTENCES as error:
            told = {"problem": str(error)}
        except Exception as error:  # noqa: BLE001 - the card is the only place where a learner sees it
            self.report(error)
            told = {"problem": self.problem}
        self.send(told | {"id": asked.get("id")})

    def __repr__(self) -> str:
        lines = [self.question]
        lines += [f"{self._filled(self.call)} reads {self._filled(self.given)}"] if self.call else []
        lines += [" / ".join(self.choices)] if self.choices else []
        return "\n  ".join(lines)

    def _filled(self, line: str) -> str:
        return FIELD.sub(lambda field: str(value_of(field[1], self.sizes)), line)
