"""The step explorer: through time, one step after the other, with every gate and state of a real layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import traitlets
from torch import Tensor, nn

from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.handmade import HANDMADE
from rnnlib.engine.states import State
from rnnlib.engine.trace import trace
from rnnlib.explorers.step_choice import OWN, RANDOM, Choice, brought, choose
from rnnlib.explorers.step_table import step_table, where
from rnnlib.explorers.step_values import traced
from rnnlib.spec import LayerSpec
from rnnlib.view.step_view import CONTROLS, PLACE, TRACED, StepView
from rnnlib.view.view import SENTENCES


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

    Moving in time, or to another unit, layer, direction or sequence, draws from what was traced.

    Raises:
        TypeError, ValueError: a layer, input, name or size that cannot be, in a sentence.

    Example:
        >>> explorer = StepExplorer(weights="latch")
        >>> tuple(explorer.trace.states["c"].shape[:2])
        (1, 1)
    """

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
        super().__init__(
            kind=self._brought.base.kind,
            hidden_size=self._brought.base.hidden_size,
            seq_len=seq_len,
            controls=controls,
            question=question,
            weights=OWN if self._brought.layer is not None else weights,
        )
        self._follow(None)

    @traitlets.observe(*TRACED)
    def _follow(self, change: Any) -> None:
        """Trace again where the sizes, the weights or the input are others now; put them back where it cannot be."""
        with ONE_AT_A_TIME, self.hold_trait_notifications():
            if change is not None and not self.traced:
                return  # still being made
            if self.traced.get("asked") == self._asked():
                return
            try:
                values = self._trace(choose(self._brought, self._asked(), self.traced.get("asked", {})))
            except Exception as error:  # shown in the explorer: JupyterLab shows nothing of it
                if change is None:
                    raise
                for name, value in self.traced["asked"].items():
                    self.set_trait(name, value)
                if isinstance(error, SENTENCES):
                    raise  # to who set it from Python; `set_state` shows it
                self.report(error)
            else:
                self.traced = values | {"asked": self._asked()}
                self.problem = ""
                for name, most in self._most().items():
                    self.set_trait(name, min(getattr(self, name), most))

    @traitlets.observe(*PLACE)
    def _stay(self, change: Any) -> None:
        """Refuse a place where nothing was traced; the one before holds."""
        if self.traced and change.new > (most := self._most()[change.name]):
            self.set_trait(change.name, min(change.old, most))
            raise ValueError(f"{change.name} must be at most {most}, not {change.new}.")

    def _most(self) -> dict[str, int]:
        """The last place on each of the axes that were traced."""
        sizes = self.traced["sizes"]
        names = ("seq_len", "num_layers", "num_directions", "batch", "hidden_size")
        return {place: sizes[name] - 1 for place, name in zip(PLACE, names, strict=True)}

    def _asked(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TRACED}

    def _trace(self, choice: Choice) -> dict[str, Any]:
        """Trace what was chosen, and say what the front end draws from; the traits follow what it really is."""
        with torch.no_grad():
            made = trace(choice.layer, choice.x, choice.hx)
        values = traced(made, choice.layer)
        has = {name: values["sizes"][name] for name in ("seq_len", "hidden_size")}
        fixed = {name: f"the {what} has {name}={has[name]}" if what else "" for name, what in choice.fixed.items()}
        self._check_free(fixed, has)
        self.layer, self.trace = choice.layer, made
        for name in ("weight_names", "sources", "weights", "source"):
            self.set_trait(name, getattr(choice, name))
        for name, size in has.items():
            self.set_trait(name, size)
        handmade = HANDMADE.get(choice.weights)
        return values | {
            "says": f"{handmade.says} {handmade.why}" if handmade else "",
            "note": " ".join(filter(None, (values["note"], choice.note))),
            "least": {"seq_len": 1, "hidden_size": made.spec.proj_size + 1},
            "fixed": fixed,
        }

    def _check_free(self, fixed: dict[str, str], has: dict[str, int]) -> None:
        """Refuse a size that weights or input, if they are those of before, bring with them."""
        before = self.traced.get("asked", {})
        same = all(before.get(name) == getattr(self, name) for name in ("kind", "weights", "source"))
        for name, why in fixed.items():
            wanted = getattr(self, name)
            if same and why and wanted != has[name]:
                raise ValueError(f"{name} cannot be {wanted}: {why}. Choose 'random' to change it.")

    def __repr__(self) -> str:
        place = (self.layer_index, self.direction, self.time, self.item)
        first = f"{self.kind}, weights {self.weights}, input {self.source}: {where(self.trace, place, self.unit)}"
        last = [f"  Find out: {self.question}"] if self.question else []
        return "\n".join([first, *step_table(self.trace, place, self.unit), *last])
