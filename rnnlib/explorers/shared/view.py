"""The one class that puts a picture on screen: a view is its traits, its front-end file and its text."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import anywidget
import traitlets

log = logging.getLogger(__name__)

SENTENCES = (ValueError, TypeError)  # what rnnlib raises for bad input, in the learner's words
OURS = "This is a fault in rnnlib, not in what you did"
LIBRARIES = {"torch", "traitlets", "ipywidgets", "anywidget", "comm", "ipykernel", "numpy"} | sys.stdlib_module_names


class View(anywidget.AnyWidget):
    """A picture in the notebook. Its repr, in plain text, tells a reader the same without a front end.

    Attributes:
        problem: a sentence about what just went wrong, shown inside the view; empty when nothing did.
    """

    problem = traitlets.Unicode().tag(sync=True)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the front end. What cannot be taken is answered with a sentence in the view.

        An exception that left this method would end in the server's log, where no learner looks.
        The values that still hold are sent back, so that front end and kernel agree again.
        """
        self.problem = ""
        try:
            super().set_state(sync_data)
        except Exception as error:  # noqa: BLE001 - the view is the only place where a learner sees it
            self.report(error)
            self.send_state([name for name in sync_data if name in self.keys])

    def report(self, error: BaseException) -> None:
        """Show an error inside the view: our own sentences as they are, anything else with whose fault it is."""
        yours = _of_your_own(error)
        if isinstance(error, SENTENCES) and not yours:
            self.problem = str(error)
            return
        log.exception("an explorer's callback failed", exc_info=error)
        raised = f"{type(error).__name__}: {error}"
        self.problem = f"{yours} raised {raised}" if yours else f"{OURS}: {raised}"


def _of_your_own(error: BaseException) -> str:
    """What of the learner's own code raised an error; empty where it was ours.

    It is the innermost code of an error's way up that counts: libraries do what they are told.
    """
    called: list[str] = []
    for frame, _ in traceback.walk_tb(error.__traceback__):
        called.append(str(frame.f_globals.get("__name__", "")).partition(".")[0])
    last = max((at for at, name in enumerate(called) if name not in LIBRARIES), default=0)
    if not called or called[last] in (*LIBRARIES, "rnnlib"):
        return ""
    before = next((name for name in reversed(called[:last]) if name in ("torch", "rnnlib", "traitlets")), "")
    return "Your layer's forward(), or a hook of it," if before == "torch" else "A callback of your own"
