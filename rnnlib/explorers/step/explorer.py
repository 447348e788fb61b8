"""The step explorer: through time, one step after the other, with every gate and state of a real layer."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from rnnlib.engine.arguments.states import State
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import available, find, name_of
from rnnlib.engine.handmade_weights import HANDMADE
from rnnlib.engine.trace.trace import Trace, trace
from rnnlib.explorers.shared.explorer import Explorer, Plan, plan
from rnnlib.explorers.shared.traits import Checked
from rnnlib.explorers.step.choice import RANDOM, YOURS, Choice, brought, choose
from rnnlib.explorers.step.payload import answer, last_places
from rnnlib.explorers.step.table import step_table, where
from rnnlib.explorers.step.view import CONTROLS, PLACE, TRACED, StepView
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief

STEPS = 12  # to begin with


class Made(NamedTuple):
    """A trace that was made, with its layer and what the front end draws from."""

    layer: nn.Module
    trace: Trace
    values: dict[str, Any]


class StepExplorer(Explorer, StepView):
    """A layer's gates and states, step by step, as numbers and as colour, equal to torch's own.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module with its own weights.
        x: its input, ``(seq_len, batch, input_size)`` as the layer takes it; None offers some to choose from.
        hx: the state before the first step of `x`, as the layer takes it; None is zeros.
        weights: ``"random"``, or the name of a hand-made set that is worth watching; then leave `layer` out.
        seq_len: steps of the inputs offered; None is 12, or those of what comes with a length of its own.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.
        traits: any other of its traits to begin with, as in ``time=3``.

    Attributes:
        layer: the real layer that was traced.
        trace: its `Trace`.

    Of a subclass with a ``forward()`` of its own it says whether that is equal to torch; else the first step and unit
    at which it departs from torch's equations, and the gate, where one change of them explains it.

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

    ASKED = (*TRACED, "weight_names", "sources")
    FOLLOWS = ("weight_names", "sources")
    LOOKED_AT = PLACE
    RECORDED: ClassVar = {"seq_len": range(1, 31), "hidden_size": range(1, 17)}

    device = Checked("cpu", lambda _, value: name_of(value)).tag(sync=True)

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module | None = None,
        x: Tensor | None = None,
        hx: State | None = None,
        *,
        weights: str = RANDOM,
        seq_len: int | None = None,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
        **traits: Any,
    ) -> None:
        start = self._brought = brought(layer, x, hx, weights)
        begin = {
            "kind": start.spec.kind,
            "hidden_size": start.spec.hidden_size,
            "seq_len": STEPS if seq_len is None else seq_len,
            "device": "cpu" if start.weight is None else name_of(start.weight.device),
            "devices": list(available()),
            "controls": controls,
            "question": question,
            "weights": weights if start.module is None else YOURS,
        }
        super().__init__(**begin | traits)
        self._check_given(traits if seq_len is None else traits | {"seq_len": seq_len})

    def _plan(self, before: dict[str, Any]) -> Plan:
        choice = choose(self._brought, self._choice(), before)
        if before:
            self._check_free(choice, before)
        needed = choice.estimate()
        for name in ("weight_names", "sources", "weights", "source"):  # what did not go with the others gave way
            self.set_trait(name, getattr(choice, name))
        for name in ("seq_len", "hidden_size", "device"):
            self.set_trait(name, choice.sizes[name])
        module = self._brought.module if choice.weights == YOURS else None
        return plan(functools.partial(_traced, choice), needed, before, module)

    def _show(self, asked: dict[str, Any], made: Made) -> None:
        self.layer, self.trace = made.layer, made.trace
        for name, most in last_places(made.values["sizes"]).items():
            self.set_trait(name, min(getattr(self, name), most))
        self.answer = made.values | {"asked": asked}

    def _last_places(self) -> dict[str, int]:
        return last_places(self.answer["sizes"])

    def _recorded(self) -> dict[str, Iterable[Any]]:
        names = {"weights": self.weight_names, "source": self.sources}
        return dict(super()._recorded()) | {name: of for name, of in names.items() if name in self.controls}

    def _check_given(self, given: dict[str, Any]) -> None:
        """Refuse an argument that had to give way: to weights or an input of the learner's own, say."""
        for name in given.keys() & set(TRACED):
            if given[name] != getattr(self, name):
                comes_with = self.answer["fixed"].get(name) or f"here it is {getattr(self, name)!r}"
                raise ValueError(f"{name} cannot be {brief(given[name])}: {comes_with}. Leave it out.")

    def _check_free(self, choice: Choice, before: dict[str, Any]) -> None:
        """Refuse a size that weights or input, if they are those of before, bring with them."""
        same = all(before[name] == getattr(self, name) for name in ("kind", "weights", "source"))
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
        table = self._standing("picture", step_table(self.trace, place, self.unit))
        return "\n".join([first, *table, *self._noted()])


def _traced(choice: Choice) -> Made:
    """Trace what was chosen, and say what the front end draws from."""
    with torch.no_grad(), in_words(find(choice.sizes["device"])):
        layer, x, hx = choice.make()
        made = trace(layer, x, hx)
        values = answer(made, layer)
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
