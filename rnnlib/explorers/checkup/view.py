"""What a checkup's report looks like: plain data, and which question is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from rnnlib.explorers.shared.traits import Checked
from rnnlib.explorers.shared.view import View
from rnnlib.spec.arguments import brief

ASKS = {  # what each question asks, said so that yes is as it should be
    "runs": "does it run?",
    "batch": "does a result depend on its own sequence alone?",
    "alone": "is it the same alone, cut to its own length?",
    "order": "do results go along when the batch is permuted?",
    "padding": "are the pads left unread?",
    "every_step": "does every own step count?",
    "directions": "has each half that is used read more than one step?",
    "future": "does a step's result depend on no later step?",
    "twice": "does the same input give the same again?",
    "backward": "can it train two steps?",
    "trained": "does every parameter get a gradient?",
    "layers": "does each layer read the axes for what they are?",
}


def _check_question(_: str, value: Any) -> str:
    if not isinstance(value, str) or value not in ASKS:
        raise ValueError(f"there is no question {brief(value)}: the questions are {', '.join(ASKS)}.")
    return value


class CheckupView(View):
    """The report of a checkup. It was made once; another question chosen draws from it, and asks nothing.

    Attributes:
        found: all of it, as `rnnlib.explorers.checkup.payload.as_data` tells it.
        chosen: the question whose finding is shown.
        text: what the picture says, in plain text.
    """

    FOLDER = Path(__file__).parent

    found = traitlets.Dict().tag(sync=True)
    chosen = Checked("runs", _check_question).tag(sync=True)
    text = traitlets.Unicode()

    def __repr__(self) -> str:
        return self.text
