"""What every explorer does with a choice: ask the real layer and show what it answers, or put back what could be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import traitlets
from torch import nn

from rnnlib.engine.call import ONE_AT_A_TIME, check_numbers, in_background
from rnnlib.engine.limits import Estimate
from rnnlib.engine.overrides import is_plain
from rnnlib.explorers.shared.background import Background, Job, uninterrupted
from rnnlib.explorers.shared.page.recording import Move, Recording, differences, fitting
from rnnlib.explorers.shared.view import SENTENCES, View
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief
from rnnlib.spec.kinds import LAYERS


class Plan(NamedTuple):
    """How a choice is answered.

    Attributes:
        work: asks the real layer, and sets no trait.
        says: what takes its time, where it is to be done in the background; "" to do it now.
    """

    work: Callable[[], Any]
    says: str = ""


def plan(work: Callable[[], Any], needed: Estimate, before: dict[str, Any], module: nn.Module | None) -> Plan:
    """Answer later what would make a slider stutter, but for a first choice, and for a layer with code of its own.

    That may draw random numbers, which are put back: never beside a cell that draws some too.
    """
    has_code = module is not None and not is_plain(LayerSpec.of(module), module)
    return Plan(work, "" if needed.is_quick or has_code or not before else needed.words)


class Explorer(View):
    """A view that asks a real layer again whenever one of the traits in `ASKED` is another.

    A subclass says in `_plan` how, and in `_show` what becomes of the answer. Where a choice cannot be, for whatever
    reason, the last one that could is put back.

    Attributes:
        answer: what the real layer gave, with the choice that was ``asked``.
        running: what is made in the background: as ``asked``, and ``says``, how much that is; empty when nothing is.
    """

    ASKED: ClassVar[tuple[str, ...]] = ()
    LOOKED_AT: ClassVar[tuple[str, ...]] = ()  # traits that say where in the answer to look
    RECORDED: ClassVar[Mapping[str, Iterable[Any]]] = {}  # by trait, the values that a page records an answer to
    FOLLOWS: ClassVar[tuple[str, ...]] = ()  # those in `ASKED` that nobody chooses: they follow from the others
    SNAPS: ClassVar[bool] = True  # whether a page of it can draw nothing but what was recorded

    answer = traitlets.Dict().tag(sync=True)
    running = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._background = Background()
        self._asked: dict[str, Any] = {}  # the choice that was asked last, whether it is answered yet or not
        self._shown: dict[str, Any] = {}  # the choice that the answer belongs to
        looked_at = {name: traits.pop(name) for name in self.LOOKED_AT if name in traits}
        with ONE_AT_A_TIME:  # the background tells nothing before the front end is there to hear it
            super().__init__(**traits)
            self._first()
        self.observe(self._follow, self.ASKED)
        self.observe(self._stay, self.LOOKED_AT)
        for name, value in looked_at.items():
            setattr(self, name, value)

    def _plan(self, before: dict[str, Any]) -> Plan:
        """How to answer what the traits now say; those that do not go with it may give way.

        Args:
            before: the choice before; empty at first.

        Raises:
            TypeError, ValueError: it cannot be, in a sentence.
        """
        raise NotImplementedError

    def _show(self, asked: dict[str, Any], made: Any) -> None:
        """Set the traits that tell an answer."""
        raise NotImplementedError

    def _first(self) -> None:
        self._follow()

    def _follow(self, _change: Any = None) -> None:
        """Answer the choice: once, however many traits changed together. Where it cannot be, put the last one back."""
        with ONE_AT_A_TIME, self.hold_trait_notifications():
            before = self._asked
            if self._choice() == before:
                return
            try:
                check_numbers()
                planned = self._plan(before)
                made = None if planned.says else planned.work()
            except BaseException:  # an interrupt too
                self._put_back(before)
                raise  # to who set it from Python; `set_state` shows it
            with uninterrupted():  # what is chosen and what is shown change together
                asked = self._asked = self._choice()  # with what gave way
                if planned.says:
                    self._answer_later(planned, asked)
                else:
                    self._background.drop()
                    self._tell(asked, made)

    def notify_change(self, change: Any) -> None:
        """Tell a change; one that is interrupted before it was followed is put back."""
        try:
            super().notify_change(change)
        except BaseException:
            self._put_back_unfollowed()
            raise

    def _put_back_unfollowed(self) -> None:
        if self._asked and self._choice() != self._asked:
            self._put_back(self._asked)

    def _answer_later(self, planned: Plan, asked: dict[str, Any]) -> None:
        def work(_: Job) -> Any:
            with in_background():
                return planned.work()

        self._background.ask(work, lambda made: self._tell(asked, made), self._fail)
        self.running = {"asked": self._told(asked), "says": f"{planned.says.rstrip(',')} take a moment."}

    def _tell(self, asked: dict[str, Any], made: Any) -> None:
        self._show(asked, made)
        self._shown = asked
        self.running = {}
        self.problem = ""

    def _fail(self, error: BaseException) -> None:
        """Say why nothing came of what was made in the background; the last answer holds."""
        self._put_back(self._shown)
        self.running = {}
        self.report(error)

    def _put_back(self, choice: dict[str, Any]) -> None:
        with self.hold_trait_notifications():  # all of them first, or some of them would be followed
            self._asked = choice
            for name, value in choice.items():
                self.set_trait(name, value)

    def _stay(self, change: Any) -> None:
        """Refuse a place that is not in the answer; the one before holds."""
        most = self._last_places().get(change.name)
        if most is not None and change.new > most:
            self.set_trait(change.name, min(change.old, most))
            raise ValueError(f"{change.name} must be at most {most}, not {brief(change.new)}.")

    def _last_places(self) -> dict[str, int]:
        """The last place that the answer has, by each of the traits in `LOOKED_AT` that count."""
        return {}

    def _choice(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.ASKED}

    def _noted(self) -> list[str]:
        """What the text ends with: a note on the answer, where there is one, and what is asked."""
        note = self._standing("says", [f"  Note: {self.answer['note']}"] if self.answer["note"] else [])
        return [*note, *([f"  Find out: {self.question}"] if self.question else [])]

    def _told(self, choice: dict[str, Any]) -> dict[str, Any]:
        """A choice as the front end is told it."""
        return choice

    def _recorded(self) -> Mapping[str, Iterable[Any]]:
        """The values that a page records, by the traits of the controls that are shown."""
        shown = [name for name in self.ASKED if name in self.controls]
        switches = {name: (False, True) for name in shown if isinstance(getattr(self, name), bool)}
        kinds = {"kind": LAYERS} if "kind" in shown else {}
        return {name: values for name, values in self.RECORDED.items() if name in shown} | switches | kinds

    def _recording(self) -> Recording:
        """Its state, and what a twin of it answers to each move of one control: nothing is moved here."""
        twin = self._twin((*self.ASKED, *self.LOOKED_AT))
        try:
            twin.wait()
            begun, most = twin._choice(), twin._last_places()
            state = twin.get_state()
            moves = [move for choice in self._moves() if (move := twin._moved(choice, state, begun))]
        finally:
            twin.close()
        asked = [name for name in self.ASKED if name not in self.FOLLOWS]
        return Recording(state, asked, self.LOOKED_AT, (), fitting(moves), most, self.SNAPS)

    def _moves(self) -> Iterable[dict[str, Any]]:
        """Each move that a page records: one control, and what must go with it."""
        every = ({name: value} for name, values in self._recorded().items() for value in values)
        return (move for move in every if any(value != getattr(self, name) for name, value in move.items()))

    def _moved(self, move: dict[str, Any], state: dict[str, Any], begun: dict[str, Any]) -> Move | None:
        """What becomes of the state where a move is made, which then is put back; None where it cannot be."""
        answer, places = self.answer, {place: getattr(self, place) for place in self.LOOKED_AT}
        try:
            with self.hold_trait_notifications():
                for name, value in move.items():
                    setattr(self, name, value)
            self.wait()
            if self._shown != self._choice() or self._shown == begun:
                return None
            after = differences(state, self.get_state())
            return Move({name: after.pop(name) for name in move if name in after}, after, self._last_places())
        except SENTENCES:
            return None
        finally:
            self._put_back(begun)
            self.answer, self._shown = answer, begun
            for place, at in places.items():
                self.set_trait(place, at)

    def wait(self) -> None:
        """Wait until nothing is made in the background: `answer` then belongs to what was chosen last.

        Example:
            >>> from rnnlib import LayerSpec, ShapeExplorer
            >>> explorer = ShapeExplorer(LayerSpec("LSTM", 12, 1500), seq_len=4)
            >>> explorer.wait()
            >>> explorer.answer["rows"][3]["shape"]
            (4, 3, 1500)
        """
        self._background.wait()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the front end, and none from the background meanwhile."""
        with ONE_AT_A_TIME:
            try:
                super().set_state(sync_data)
            except BaseException:
                self._put_back_unfollowed()
                raise

    def close(self) -> None:
        """Take the explorer off the screen; what is made in the background is told no more."""
        if "_background" in vars(self):  # else it was refused while it was made
            self._background.drop()
            if self.running:
                self._put_back(self._shown)
                self.running = {}
        super().close()
