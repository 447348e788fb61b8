"""The one class that puts a picture on screen: a view is its traits, its front-end file and its text."""

from __future__ import annotations

import dataclasses
import logging
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, Self

import anywidget
import traitlets

from rnnlib.explorers.shared import front_end
from rnnlib.explorers.shared.page import html
from rnnlib.explorers.shared.page.recording import Recording
from rnnlib.explorers.shared.traits import Checked, check_text
from rnnlib.spec.arguments import brief
from rnnlib.spec.kinds import families

log = logging.getLogger(__name__)

SENTENCES = (ValueError, TypeError)  # what rnnlib raises for bad input, in the learner's words
OURS = "This is a fault in rnnlib, not in what you did"
RAISED = " raised this."  # so ends the note of an error that says in whose code it arose


class View(anywidget.AnyWidget):
    """A picture in the notebook. Its repr, in plain text, tells a reader the same without a front end.

    Attributes:
        problem: a sentence about what just went wrong, shown inside the view; empty when nothing did.
        solution: the answer to what is asked, shown when the learner wants it; names in backticks are lit then.
        families: what each family of layers is: its states, its gates, what can be chosen of it.
    """

    FOLDER: ClassVar[Path]  # where its view.js and view.css lie

    problem = traitlets.Unicode().tag(sync=True)
    solution = Checked("", check_text).tag(sync=True)
    families = traitlets.Dict(families(), read_only=True).tag(sync=True)

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """Keep what it is made from, so that a twin of it can be made."""
        made: Self = super().__new__(cls, *given, **named)
        made._made_from = given, named
        return made

    def __init__(self, **traits: Any) -> None:
        unknown = [name for name in traits if not self.has_trait(name)]
        if unknown:
            raise TypeError(
                f"{type(self).__name__} has no argument {brief(unknown[0])}: any of its traits can be given."
            )
        super().__init__(**traits)

    @property
    def _esm(self) -> str:  # read when a view is made, as is its style: to read all of them would make an import slow
        return front_end.module(self.FOLDER / "view.js")

    @property
    def _css(self) -> str:
        return front_end.style(self.FOLDER / "view.css")

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the front end. What cannot be taken is answered with a sentence in the view.

        An exception that left this method would end in the server's log, where no learner looks.
        The values that still hold are sent back, so that front end and kernel agree again.
        """
        self.problem = ""
        try:
            super().set_state(sync_data)
        except BaseException as error:
            self.send_state([name for name in sync_data if name in self.keys])
            if not isinstance(error, Exception):  # the learner's interrupt
                raise
            self.report(error)

    def save(self, path: str | Path) -> Path:
        """Write it as one HTML file that is alive without a kernel: nothing is fetched, and it opens from disk.

        What the browser can draw by itself follows every control. What only torch can answer is recorded: for one
        control at a time, moved from where it stands now, at each of its values, or at some of them where that would
        be too much for a page. Anywhere else the page says that the numbers are not known there.

        Args:
            path: of the file. One that is there is written over if it was saved so, too.

        Returns:
            The path.

        Raises:
            ValueError: it cannot be written there, or is too large for a page.

        Example:
            >>> import tempfile
            >>> from rnnlib import ShapeExplorer
            >>> path = ShapeExplorer("GRU").save(f"{tempfile.mkdtemp()}/gru.html")
            >>> path.name, "recorded: torch" in path.read_text("utf-8"), path.stat().st_size < 400_000
            ('gru.html', False, True)
        """
        if any(isinstance(one, _Callback) for of in self._trait_notifiers.values() for one in of.get("change", ())):
            warnings.warn(
                "what you gave to observe(…) is Python, and no page can run it: it is not saved.", stacklevel=2
            )
        return html.save(path, self._title(), self.as_html())

    def as_html(self) -> str:
        """What `save` writes, as a fragment that a page of your own can hold."""
        return html.fragment(self.FOLDER.name, self._recording(), repr(self))

    def _title(self) -> str:
        return repr(self).partition("\n")[0]

    def _twin(self, names: Iterable[str]) -> Self:
        """Another that is made from the same, and stands as this does in the traits named: it can be moved unseen."""
        given, named = self._made_from
        twin = type(self)(*given, **named)
        for name in ("question", "solution", "controls", "show", *names):
            if self.has_trait(name):
                twin.set_trait(name, getattr(self, name))
        return twin

    def _standing(self, part: str, lines: Iterable[str]) -> list[str]:
        """What the text says of a part, where a lecturer lets that stand."""
        return list(lines) if part in self.show else []

    def _recording(self) -> Recording:
        """What a page of it knows."""
        return Recording(self.get_state())

    def report(self, error: BaseException) -> None:
        """Show an error inside the view: our own sentences as they are, anything else with whose code raised it."""
        notes = [note for note in getattr(error, "__notes__", ()) if note.endswith(RAISED)]
        if isinstance(error, SENTENCES) and not notes:
            self.problem = str(error)
            return
        log.exception("an explorer's callback failed", exc_info=error)
        raised = f"{type(error).__name__}: {error}"
        self.problem = f"{notes[0].removesuffix(RAISED)} raised {raised}" if notes else f"{OURS}: {raised}"

    def observe(self, handler: Callable[..., Any], names: Any = traitlets.All, type: Any = "change") -> None:
        """Call `handler` when a trait changes, as traitlets does. What a learner's own raises is told as such."""
        ours = (getattr(handler, "__module__", None) or "").startswith(("rnnlib.", "traitlets."))
        super().observe(handler if ours else _Callback(handler), names, type)


@dataclasses.dataclass(frozen=True, eq=False)
class _Callback:
    """A learner's own callback. It equals what it calls, so that `unobserve` finds it."""

    handler: Callable[..., Any]

    def __call__(self, change: Any) -> None:
        try:
            self.handler(change)
        except Exception as error:
            if not hasattr(error, "__notes__"):
                error.add_note(f"A callback of your own{RAISED}")
            raise

    def __eq__(self, other: object) -> bool:
        return bool(self.handler == getattr(other, "handler", other))

    def __hash__(self) -> int:
        return hash(self.handler)
