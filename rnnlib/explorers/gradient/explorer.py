"""The gradient explorer: what reaches back through an RNN, an LSTM and a GRU, asked of the real layers by autograd."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from rnnlib.data import FEATURES
from rnnlib.engine.call import check_numbers
from rnnlib.engine.check_call import check_call, check_real
from rnnlib.engine.limits import Estimate, estimate
from rnnlib.engine.reach.way_back import WayBack, begun, input_for, way_back
from rnnlib.engine.weights import like
from rnnlib.explorers.gradient.payload import YOURS, curves, table
from rnnlib.explorers.gradient.view import ASKED, CONTROLS, INITIALISATIONS, GradientView
from rnnlib.explorers.shared.explorer import Explorer, Plan, plan
from rnnlib.explorers.shared.start import start_from
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief
from rnnlib.spec.kinds import LAYERS

PASSES = 4  # of a forward pass in float32: forth and back, in float64


class GradientExplorer(Explorer, GradientView):
    """How much of each input reaches ``output[-1]``, of RNN, LSTM and GRU side by side, by the real layers' gradient.

    All is computed in float64, of one sequence of random numbers: float32 ends at 1.4e-45, which is drawn.

    Args:
        layer: None, or a `LayerSpec` whose sizes are taken; or a real module, whose own curve is drawn beside the
            three, with its weights and in its dtype as they are.
        x: its input, ``(seq_len, 1, input_size)`` as the module takes it, which all read then; None is random numbers.
        seq_len: steps; None is 100, or those of x.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.
        traits: any other of its traits to begin with, as in ``forget_bias=5``.

    Attributes:
        found: by kind, and of a module of yours as "yours", its `WayBack`.

    Raises:
        TypeError, ValueError: a layer, input, name or size that cannot be, in a sentence.

    Example:
        >>> explorer = GradientExplorer(seq_len=50)
        >>> bool(explorer.found["RNN"].x[0] < explorer.found["RNN"].x[-1] / 1e6)
        True
    """

    ASKED = ASKED
    RECORDED: ClassVar = {
        "seq_len": (1, 2, 5, *range(10, 201, 10)),
        "hidden_size": (1, 2, 4, *range(8, 65, 8)),
        "factor": [quarter / 4 for quarter in range(17)],
        "forget_bias": [half / 2 for half in range(17)],
        "initialisation": INITIALISATIONS,
        "max_norm": (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    }

    def __init__(
        self,
        layer: LayerSpec | nn.Module | None = None,
        x: Tensor | None = None,
        *,
        seq_len: int | None = None,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
        **traits: Any,
    ) -> None:
        spec = LayerSpec("RNN", FEATURES, 32)
        self._start = start_from(spec if layer is None else layer, cells=False, input_size=FEATURES, hidden_size=32)
        check_numbers()
        self._x = None if x is None else self._taken(x)
        begin = {
            "seq_len": (100 if self._x is None else len(self._x)) if seq_len is None else seq_len,
            "hidden_size": self._start.spec.hidden_size,
            "controls": controls,
            "question": question,
        }
        super().__init__(**begin | traits)

    def _taken(self, x: Any) -> Tensor:
        """The learner's input, checked: one sequence, time first."""
        module = self._start.module
        weight = torch.zeros((), dtype=torch.float64) if module is None else like(module)
        check_real(weight.dtype)
        sizes = check_call(self._start.spec, x, weight.dtype, weight.device).sizes
        if not isinstance(x, Tensor) or sizes.batch not in (None, 1):
            one = "x[:1]" if self._start.spec.batch_first else "x[:, :1]"
            raise ValueError(f"x must be one sequence, as a tensor, not a batch of {sizes.batch}: write {one}.")
        if sizes.batch is None:
            return x.detach()[:, None]
        return x.detach().transpose(0, 1) if self._start.spec.batch_first else x.detach()

    def _plan(self, before: dict[str, Any]) -> Plan:
        if self._x is not None and self.seq_len != len(self._x):
            raise ValueError(
                f"seq_len cannot be {brief(self.seq_len)}: the x that you gave has seq_len={len(self._x)}."
            )
        specs = [LayerSpec(kind, self._start.spec.input_size, self.hidden_size) for kind in LAYERS]
        parts = [estimate(spec, self.seq_len, 1, "cpu", built=False, passes=PASSES) for spec in specs]
        needed = Estimate(sum(part.seconds for part in parts), max(parts, key=lambda part: part.seconds).words)
        if needed.is_too_long:
            raise ValueError(
                f"hidden_size {brief(self.hidden_size)} and seq_len {brief(self.seq_len)} take too long to follow back:"
                f" {needed.words} in the largest of the three. Choose smaller ones."
            )
        max_norm = self.max_norm if self.clipping else None
        begin = (self.initialisation, self.factor, self.forget_bias)
        return plan(functools.partial(self._made, specs, begin, max_norm), needed, before, self._start.module)

    def _made(
        self, specs: list[LayerSpec], begin: tuple[str, float, float], max_norm: float | None
    ) -> dict[str, WayBack]:
        module = self._start.module
        layers: dict[str, nn.Module] = {spec.kind: begun(spec, *begin) for spec in specs}
        if module is not None:
            layers[YOURS] = module
        x = input_for(next(iter(layers.values())), self.seq_len) if self._x is None else self._x
        found = {}
        for name, layer in layers.items():
            weight = like(layer)
            found[name] = way_back(layer, x.to(weight.device, weight.dtype), max_norm)
        return found

    def _show(self, asked: dict[str, Any], made: dict[str, WayBack]) -> None:
        self.found = made
        read = "random numbers" if self._x is None else "your x"
        self.answer = {
            "curves": curves(made),
            "input_size": self._start.spec.input_size,
            "facts": f"float64 · one sequence of {read}",
            "asked": asked,
        }

    def _moves(self) -> Iterable[dict[str, Any]]:
        """As of others; and the norms to which the gradient is clipped, which show nothing while it is not."""
        clipped = self.RECORDED["max_norm"] if "max_norm" in self.controls and "clipping" in self.controls else ()
        return [*super()._moves(), *({"clipping": True, "max_norm": norm} for norm in clipped if not self.clipping)]

    def __repr__(self) -> str:
        lines = [
            f"How much of each input reaches output[-1]: seq_len {self.seq_len}, hidden_size {self.hidden_size}",
            *self._standing("picture", table(self.found)),
            *([f"  Find out: {self.question}"] if self.question else []),
        ]
        return "\n".join(lines)
