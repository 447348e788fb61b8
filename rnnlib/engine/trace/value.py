"""Every gate and state of one run, as a value."""

from __future__ import annotations

import dataclasses
import functools
import pickle
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import torch
from torch import Tensor

from rnnlib.engine.equations import States, Step, step_of, what_h_says, what_x_says
from rnnlib.engine.trace.unroll import Unrolled, started_from
from rnnlib.spec import LayerSpec

T = TypeVar("T")
FiveAxes = dict[str, Tensor]  # by gate or state: (num_layers, num_directions, seq_len, batch, size)


def _as_it_was(part: Callable[[Trace], T]) -> Callable[[Trace], T]:
    """Make a part as it would have been made with the trace, whatever mode is on when it is asked for.

    Gradients are noted down, which has no effect where the trace was made without; autocast has no say.
    """

    @functools.wraps(part)
    def made(traced: Trace) -> T:
        device = traced.mask.device.type
        with torch.inference_mode(False), torch.enable_grad(), torch.autocast(device, enabled=False):
            return part(traced)

    return made


@dataclasses.dataclass(frozen=True, eq=False)
class Trace:
    """Every number inside a recurrent layer, step by step. Its repr lists what there is, and no number.

    The tensors from `states` to `before` have five axes, ``(num_layers, num_directions, seq_len, batch, size)``,
    whatever batch_first is; an unbatched input is a batch of 1 in them. Where `mask` is False they hold nan: such a
    step is padding, and the layer never takes it. In the backward direction too a step stands where its input stands.

    Attributes:
        spec: the layer.
        mask: ``(seq_len, batch)``, True where a step is the sequence's own.
        output: as the layer itself gives it, padded with zeros or packed.
        h_n: as the layer itself gives it; of a cell ``h_1``.
        c_n: likewise; None but for LSTM and LSTMCell.
        difference: the largest between a number of output, h_n or c_n and the layer's own; nan where the layer gave
            nothing that can be compared. Where one layer of RNN or GRU puts every state out, and they are taken from
            there, the largest between a state and what the equations make of the one before.
        equal: whether that difference is no more than rounding.
        note: a sentence or two where something must be said, else "".
        unrolled: what the tensors below are made from, when they are first asked for.
    """

    spec: LayerSpec
    mask: Tensor
    output: Any  # a Tensor, or a PackedSequence where x was one
    h_n: Tensor
    c_n: Tensor | None
    difference: float
    equal: bool
    note: str
    unrolled: Unrolled

    @cached_property
    @_as_it_was
    def states(self) -> FiveAxes:
        """``"h"``, and ``"c"`` of an LSTM: the state after each step."""
        return self._states(self.unrolled.after)

    @cached_property
    @_as_it_was
    def before(self) -> FiveAxes:
        """``"h"``, and ``"c"`` of an LSTM: the state that each step started from."""
        return self._states(self._started_from)

    @cached_property
    @_as_it_was
    def from_x(self) -> FiveAxes:
        """By gate (``"h"`` of RNN): ``W_i x_t + b_i``, what the input says."""
        return self._by_gate(self._from_x)

    @cached_property
    @_as_it_was
    def from_h(self) -> FiveAxes:
        """By gate (``"h"`` of RNN): ``W_h h_{t-1} + b_h``, what the state says."""
        return self._by_gate(self._from_h)

    @cached_property
    @_as_it_was
    def pre(self) -> FiveAxes:
        """By gate (``"h"`` of RNN): what its sigmoid or tanh is taken of.

        It is ``from_x + from_h``; of GRU's n it is ``from_x + r * from_h``.
        """
        return dict(zip(self._sums, self._steps.pre, strict=True))

    @cached_property
    @_as_it_was
    def gates(self) -> FiveAxes:
        """By name in torch's order: ``"i", "f", "g", "o"`` of LSTM, ``"r", "z", "n"`` of GRU, none of RNN."""
        return dict(zip(self.spec.family.gates, self._steps.gates, strict=True))

    @cached_property
    @_as_it_was
    def inputs(self) -> tuple[Tensor, ...]:
        """By layer, ``(seq_len, batch, width)``: what it read, x or what the layer below put out."""
        return tuple(map(self._own_alone, self.unrolled.inputs))

    def __deepcopy__(self, memo: dict[int, Any]) -> Trace:
        """A copy as pickle makes it: torch's own deepcopy takes no tensor through which gradients flow."""
        copied: Trace = pickle.loads(pickle.dumps(self))
        return copied

    def __repr__(self) -> str:
        spec = self.spec
        axes = (spec.num_layers, spec.num_directions, *self.mask.shape)
        sizes = {"h": spec.proj_size or spec.hidden_size} | (
            {"c": spec.hidden_size} if "c" in spec.family.states else {}
        )
        lines = [
            f"{spec.kind}, every step: (num_layers, num_directions, seq_len, batch, size)",
            "states  " + ", ".join(f"{name} {(*axes, size)}" for name, size in sizes.items()),
        ]
        if spec.family.gates:
            lines.append(f"gates   {', '.join(spec.family.gates)} {(*axes, spec.hidden_size)}")
        padding = int((~self.mask).sum())
        if padding:
            lines.append(f"mask    {padding} of {self.mask.numel()} steps are padding")
        return "\n".join([*lines, self.note or "equal to the layer's own result, but for rounding"])

    @property
    def _sums(self) -> tuple[str, ...]:
        return self.spec.family.blocks

    @cached_property
    @_as_it_was
    def _from_x(self) -> Tensor:
        inputs = [x for x in self.unrolled.inputs for _ in range(self.spec.num_directions)]
        return self._five_axes(list(map(what_x_says, inputs, self.unrolled.weights)))

    @cached_property
    @_as_it_was
    def _from_h(self) -> Tensor:
        before = [states[0] for states in self._started_from]
        return self._five_axes(list(map(what_h_says, before, self.unrolled.weights)))

    @cached_property
    @_as_it_was
    def _started_from(self) -> list[States]:
        return started_from(self.spec, self.unrolled, self.mask)

    @cached_property
    @_as_it_was
    def _steps(self) -> Step:
        """All steps at once, by the same equations: each from what it was told and the states it started from."""
        take_step = step_of(self.spec.family.name, self.spec.nonlinearity)
        return take_step(self._from_x, self._from_h, *self.before.values())

    def _states(self, by_row: Sequence[States]) -> FiveAxes:
        return {name: self._five_axes(parts) for name, parts in zip("hc", zip(*by_row, strict=True), strict=False)}

    def _by_gate(self, side_by_side: Tensor) -> FiveAxes:
        return dict(zip(self._sums, side_by_side.chunk(len(self._sums), dim=-1), strict=True))

    def _five_axes(self, parts: Sequence[Tensor]) -> Tensor:
        axes = (self.spec.num_layers, self.spec.num_directions, *self.mask.shape, -1)
        return self._own_alone(torch.stack(tuple(parts)).view(axes))

    def _own_alone(self, tensor: Tensor) -> Tensor:
        return tensor if bool(self.mask.all()) else tensor.masked_fill(~self.mask[..., None], torch.nan)
