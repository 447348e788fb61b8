"""The step explorer: through time, one step after the other, with every gate and state of a real layer."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import traitlets
from torch import Tensor, nn

from rnnlib.engine.arguments.states import State
from rnnlib.engine.call import ONE_AT_A_TIME, in_background
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import available, check_device, find, name_of
from rnnlib.engine.handmade import HANDMADE
from rnnlib.engine.layers import is_plain
from rnnlib.engine.trace.trace import trace
from rnnlib.engine.trace.value import Trace
from rnnlib.engine.weights import like
from rnnlib.explorers.shared.background import Background, Job
from rnnlib.explorers.shared.traits import Checked
from rnnlib.explorers.shared.view import SENTENCES
from rnnlib.explorers.step.choice import OWN, RANDOM, Choice, brought, choose
from rnnlib.explorers.step.payload import last_places, traced
from rnnlib.explorers.step.table import step_table, where
from rnnlib.explorers.step.view import CONTROLS, PLACE, TRACED, StepView
from rnnlib.spec import LayerSpec


class Made(NamedTuple):
    """A trace that was made, with its layer and what the front end draws from."""

    layer: nn.Module
    trace: Trace
    values: dict[str, Any]


class StepExplorer(StepView):
    """A layer's gates and states, step by step, as numbers and as colour, equal to torch's own.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module with its own weights.
        x: its input, ``(seq_len, batch, input_size)`` as the layer takes it; None offers some to choose from.
        hx: the state before the first step of `x`, as the layer takes it; None is zeros.
        weights: ``"random"``, or the name of a hand-made set that is worth watching; then leave `layer` out.
        seq_len: steps of the inputs offered.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.

    Attributes:
        layer: the real layer that was traced.
        trace: its `Trace`.

    Moving in time, or to another unit, layer, direction or sequence, draws from what was traced. A trace that would
    make a slider stutter is made in the background until a newer choice takes its place; meanwhile the last one stays:
    ``explorer.wait()`` waits for it. A layer with code of its own, which may draw random numbers, is traced at once.

    Raises:
        TypeError, ValueError: a layer, input, name or size that cannot be, in a sentence.

    Example:
        >>> explorer = StepExplorer(weights="latch")
        >>> tuple(explorer.trace.states["c"].shape[:2])
        (1, 1)
    """

    device = Checked("cpu", lambda _, value: check_device(value)).tag(sync=True)

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module | None = None,
        x: Tensor | None = None,
        hx: State | None = None,
        *,
        weights: str = RANDOM,
        seq_len: int = 12,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
    ) -> None:
        self._brought = brought(layer, x, hx, weights)
        self._chosen: dict[str, Any] = {}  # what was asked for last and can be traced, whether it is yet or not
        self._background = Background()
        own = self._brought.layer
        super().__init__(
            kind=self._brought.base.kind,
            hidden_size=self._brought.base.hidden_size,
            seq_len=seq_len,
            device="cpu" if own is None else name_of(like(own).device),
            devices=list(available()),
            controls=controls,
            question=question,
            weights=weights if own is None else OWN,
        )
        choice = choose(self._brought, self._asked(), {})
        choice.estimate()
        self._taken(choice, _traced(choice))

    @traitlets.observe(*TRACED)
    def _follow(self, _change: Any) -> None:
        """Trace again where the sizes, the weights or the input are others now; put them back where it cannot be."""
        with ONE_AT_A_TIME, self.hold_trait_notifications():
            if not self._chosen or self._chosen == self._asked():
                return  # still being made, or nothing new
            try:
                choice = choose(self._brought, self._asked(), self._chosen)
                self._check_free(choice)
                self._trace(choice)
            except Exception as error:  # shown in the explorer: JupyterLab shows nothing of it
                self._put_back(self._chosen)
                if isinstance(error, SENTENCES):
                    raise  # to who set it from Python; `set_state` shows it
                self.report(error)

    def _trace(self, choice: Choice) -> None:
        """Trace what was chosen, now or in the background."""
        needed = choice.estimate()
        own = self._brought.layer
        if needed.is_quick or (choice.weights == OWN and own is not None and not is_plain(choice.spec, own)):
            made = _traced(choice)
            self._background.drop()
            self._taken(choice, made)
            return
        self._accept(choice)
        self.running = {"asked": self._chosen, "says": f"{needed.words.rstrip(',')} take a moment."}

        def work(_: Job) -> Made:
            with in_background():
                return _traced(choice)

        failed = functools.partial(self._fail, self._chosen)
        self._background.ask(work, functools.partial(self._show, self._chosen), failed)

    def _taken(self, choice: Choice, made: Made) -> None:
        self._accept(choice)
        self._show(self._chosen, made)

    def _accept(self, choice: Choice) -> None:
        """Let the traits say what is traced, which is what was asked for but for what gave way."""
        self._chosen = {}  # nothing is followed meanwhile
        for name in ("weight_names", "sources", "weights", "source"):
            self.set_trait(name, getattr(choice, name))
        for name in ("seq_len", "hidden_size", "device"):
            self.set_trait(name, choice.sizes[name])
        self._chosen = self._asked()

    def _put_back(self, held: dict[str, Any]) -> None:
        self._chosen = {}  # nothing is followed meanwhile
        for name, value in held.items():
            self.set_trait(name, value)
        self._chosen = held

    def _show(self, chosen: dict[str, Any], made: Made) -> None:
        """Show a trace, unless something newer was asked for meanwhile."""
        with ONE_AT_A_TIME:
            if chosen is not self._chosen:
                return
            self.layer, self.trace = made.layer, made.trace
            for name, most in last_places(made.values["sizes"]).items():
                self.set_trait(name, min(getattr(self, name), most))
            self.answer = made.values | {"asked": chosen}
            self.running = {}
            self.problem = ""

    def _fail(self, chosen: dict[str, Any], error: BaseException) -> None:
        """Say why a trace in the background came to nothing; the last one holds."""
        with ONE_AT_A_TIME:
            if chosen is self._chosen:
                self._put_back(self.answer["asked"])
                self.running = {}
                self.report(error)

    def wait(self) -> None:
        """Wait until nothing is traced in the background: `trace` then belongs to what was chosen last.

        Example:
            >>> explorer = StepExplorer("GRU")
            >>> explorer.hidden_size = 1500
            >>> explorer.wait()
            >>> explorer.trace.states["h"].shape
            torch.Size([1, 1, 12, 3, 1500])
        """
        self._background.wait()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the front end, and none from the background meanwhile."""
        with ONE_AT_A_TIME:
            super().set_state(sync_data)

    @traitlets.observe(*PLACE)
    def _stay(self, change: Any) -> None:
        """Refuse a place where nothing was traced; the one before holds."""
        if self.answer and change.new > (most := last_places(self.answer["sizes"])[change.name]):
            self.set_trait(change.name, min(change.old, most))
            raise ValueError(f"{change.name} must be at most {most}, not {change.new}.")

    def _asked(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TRACED}

    def _check_free(self, choice: Choice) -> None:
        """Refuse a size that weights or input, if they are those of before, bring with them."""
        same = all(self._chosen[name] == getattr(self, name) for name in ("kind", "weights", "source"))
        for name, what in choice.fixed.items():
            wanted, has = getattr(self, name), choice.sizes[name]
            if same and what and wanted != has:
                raise ValueError(
                    f"{name} cannot be {wanted}: the {what} has {name}={has}. Choose 'random' to change it."
                )

    def __repr__(self) -> str:
        asked = self.answer["asked"]
        place = (self.layer_index, self.direction, self.time, self.item)
        shown = where(self.trace, place, self.unit)
        first = f"{asked['kind']}, weights {asked['weights']}, input {asked['source']}: {shown}"
        last = [f"  Find out: {self.question}"] if self.question else []
        return "\n".join([first, *step_table(self.trace, place, self.unit), *last])


def _traced(choice: Choice) -> Made:
    """Trace what was chosen, and say what the front end draws from."""
    with torch.no_grad(), in_words(find(choice.sizes["device"])):
        layer, x, hx = choice.make()
        made = trace(layer, x, hx)
        values = traced(made, layer)
    has = values["sizes"] | {"device": choice.sizes["device"]}
    handmade = HANDMADE.get(choice.weights)
    return Made(
        layer,
        made,
        values
        | {
            "says": f"{handmade.says} {handmade.why}" if handmade else "",
            "note": " ".join(filter(None, (values["note"], choice.note))),
            "least": {"seq_len": 1, "hidden_size": made.spec.proj_size + 1},
            "fixed": {
                name: f"the {what} has {name}={has[name]}" if what else "" for name, what in choice.fixed.items()
            },
        },
    )
