"""Every gate and state of one run, as a value."""

from __future__ import annotations

import dataclasses
from typing import Any

from torch import Tensor

from rnnlib.spec import LayerSpec

FiveAxes = dict[str, Tensor]  # by gate or state: (num_layers, num_directions, seq_len, batch, size)


@dataclasses.dataclass(frozen=True, eq=False)
class Trace:
    """Every number inside a recurrent layer, step by step. Its repr lists what there is, and no number.

    The tensors from `states` to `before` have five axes, ``(num_layers, num_directions, seq_len, batch, size)``,
    whatever batch_first is; an unbatched input is a batch of 1 in them. Where `mask` is False they hold nan: such a
    step is padding, and the layer never takes it. Backward direction: a step stands where its input stands.

    Attributes:
        spec: the layer.
        states: ``"h"``, and ``"c"`` of an LSTM: the state after each step.
        gates: by name in torch's order: ``"i", "f", "g", "o"`` of LSTM, ``"r", "z", "n"`` of GRU, none of RNN.
        from_x: by gate (``"h"`` of RNN): ``W_i x_t + b_i``, what the input says.
        from_h: by gate (``"h"`` of RNN): ``W_h h_{t-1} + b_h``, what the state says.
        pre: by gate (``"h"`` of RNN): what goes into the sigmoid or tanh: ``from_x + from_h``; of GRU's n
            ``from_x + r * from_h``.
        before: ``"h"``, and ``"c"`` of an LSTM: the state that each step started from.
        inputs: by layer, ``(seq_len, batch, width)``: what it read, x or what the layer below put out.
        mask: ``(seq_len, batch)``, True where a step is the sequence's own.
        output: as the layer itself gives it, padded with zeros or packed.
        h_n: as the layer itself gives it; of a cell ``h_1``.
        c_n: likewise; None but for LSTM and LSTMCell.
        difference: the largest between a number of output, h_n and c_n and the layer's own; nan where the layer gave
            nothing that can be compared.
        note: a sentence or two where something must be said, else "".
    """

    spec: LayerSpec
    states: FiveAxes
    gates: FiveAxes
    from_x: FiveAxes
    from_h: FiveAxes
    pre: FiveAxes
    before: FiveAxes
    inputs: tuple[Tensor, ...]
    mask: Tensor
    output: Any  # a Tensor, or a PackedSequence where x was one
    h_n: Tensor
    c_n: Tensor | None
    difference: float
    note: str

    def __repr__(self) -> str:
        axes = "(num_layers, num_directions, seq_len, batch, size)"
        named = {"states": self.states, "gates": self.gates, "pre": self.pre}
        lines = [f"{self.spec.kind}, every step, {axes}"]
        lines += [f"{name:<7} {', '.join(parts)}  {_shapes(parts)}" for name, parts in named.items() if parts]
        if not bool(self.mask.all()):
            lines.append(f"mask    {int((~self.mask).sum())} of {self.mask.numel()} steps are padding")
        return "\n".join([*lines, self.note or "equal to the layer's own result, but for rounding"])


def _shapes(parts: FiveAxes) -> str:
    return " and ".join(dict.fromkeys(str(tuple(part.shape)) for part in parts.values()))
