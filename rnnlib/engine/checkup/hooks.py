"""Every call of a recurrent layer inside a model, caught by hooks; and inside which module an error arose."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.spec.kinds import CELLS
from rnnlib.spec.modules import kind_of_class


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """One call of a recurrent layer or cell.

    Attributes:
        path: of the layer in the model.
        kind: such as ``LSTM``.
        layer: the module.
        x: what it read; of what is packed, padded again, time first.
        hx: the state that it was given, or None.
        packed: whether x was a PackedSequence.
        lengths: of what was packed, else None.
        output: as the layer gave it.
        states: h_n, and c_n of an LSTM.
    """

    path: str
    kind: str
    layer: nn.Module
    x: Tensor
    hx: Any
    lengths: Tensor | None
    output: Tensor | PackedSequence
    states: tuple[Tensor, ...]

    @property
    def is_cell(self) -> bool:
        """Whether it takes one step at a call."""
        return self.kind in CELLS

    @property
    def axes(self) -> tuple[str, ...]:
        """What the layer takes the axes of x for."""
        if self.is_cell:
            return ("batch", "input_size")[-self.x.dim() :]
        if self.x.dim() == 2:
            return ("seq_len", "input_size")
        batch_first = bool(getattr(self.layer, "batch_first", False)) and self.lengths is None
        return ("batch", "seq_len", "input_size") if batch_first else ("seq_len", "batch", "input_size")

    @property
    def steps(self) -> int:
        """How many steps it took."""
        return 1 if self.is_cell else self.x.shape[self.axes.index("seq_len")]

    def output_time_first(self, tensor: Tensor) -> Tensor:
        """The output, or a gradient towards its data, as ``(seq_len, batch, …)``."""
        if isinstance(self.output, PackedSequence):
            return pad_packed_sequence(self.output._replace(data=tensor))[0]
        return tensor.transpose(0, 1) if self.axes[0] == "batch" else tensor


@contextlib.contextmanager
def watched(modules: list[tuple[str, nn.Module]], path: list[str]) -> Iterator[list[Call]]:
    """The recurrent layers' calls inside, in their order; `path` ends in the module that is running."""
    calls: list[Call] = []
    handles: list[Any] = []
    try:
        for name, module in modules:
            if isinstance(module, torch.jit.ScriptModule):  # it takes no such hooks
                continue
            handles.append(module.register_forward_pre_hook(lambda *_, name=name: path.append(name)))
            handles.append(module.register_forward_hook(_caught(name, calls, path), with_kwargs=True))
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def _caught(name: str, calls: list[Call], path: list[str]) -> Any:
    def hook(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        path.pop()
        kind = kind_of_class(type(module))
        if kind is None or (kind not in CELLS and not (isinstance(result, tuple) and len(result) == 2)):
            return  # no recurrent layer, or a subclass or a hook gives something else
        x = args[0] if args else kwargs.get("input")
        hx = args[1] if len(args) > 1 else kwargs.get("hx")
        output, states = (result, result) if kind in CELLS else result
        states = states if isinstance(states, tuple) else (states,)
        padded, lengths = pad_packed_sequence(x) if isinstance(x, PackedSequence) else (x, None)
        if isinstance(padded, Tensor) and all(isinstance(state, Tensor) for state in states):
            calls.append(Call(name, kind, module, padded, hx, lengths, states[0] if kind in CELLS else output, states))

    return hook
