"""Trace a real layer: every gate and state of every layer, direction and step, beside the layer's own result."""

from __future__ import annotations

import dataclasses
import math
import pickle
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.gradients import are_kept
from rnnlib.engine.arguments.states import State
from rnnlib.engine.call import Inputs, Outputs, keeping_torch_settings
from rnnlib.engine.check_call import check_call, check_real, placed
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.layers import build
from rnnlib.engine.limits import as_layer
from rnnlib.engine.overrides import is_plain
from rnnlib.engine.trace.comparison import compare, is_loop, own_answer, own_steps
from rnnlib.engine.trace.departure import Compared, Departure, departure
from rnnlib.engine.trace.memory import check_trace
from rnnlib.engine.trace.not_finite import not_finite_note
from rnnlib.engine.trace.time_major import as_the_layer_gives_it, first_states, time_major
from rnnlib.engine.trace.unroll import FiveAxes, Parts, side_by_side, unroll
from rnnlib.engine.weights import changed_in_place, weights_of
from rnnlib.spec import LayerSpec


@dataclasses.dataclass(frozen=True, eq=False)
class Trace:
    """Every number inside a recurrent layer, step by step. Its repr lists what there is, and no number.

    The tensors from `states` to `gates` have five axes, ``(num_layers, num_directions, seq_len, batch, size)``,
    whatever batch_first is; an unbatched input is a batch of 1 in them. Where `mask` is False they hold nan: such a
    step is padding, and the layer never takes it. In the backward direction too a step stands where its input stands.

    Attributes:
        spec: the layer.
        mask: ``(seq_len, batch)``, True where a step is the sequence's own.
        states: ``"h"``, and ``"c"`` of an LSTM: the state after each step.
        before: likewise, the state that each step started from.
        from_x: by gate (``"h"`` of RNN): ``W_i x_t + b_i``, what the input says.
        from_h: by gate (``"h"`` of RNN): ``W_h h_{t-1} + b_h``, what the state says.
        pre: by gate (``"h"`` of RNN): what its sigmoid or tanh is taken of. It is ``from_x + from_h``; of GRU's n it
            is ``from_x + r * from_h``.
        gates: by name in torch's order: ``"i", "f", "g", "o"`` of LSTM, ``"r", "z", "n"`` of GRU, none of RNN.
        inputs: by layer, ``(seq_len, batch, width)``: what it read, x or what the layer below put out.
        output: as the layer itself gives it, padded with zeros or packed.
        h_n: as the layer itself gives it; of a cell ``h_1``.
        c_n: likewise; None but for LSTM and LSTMCell.
        difference: the largest between a number of output, h_n or c_n and the layer's own; nan where the layer gave
            nothing that can be compared.
        equal: whether that difference is no more than rounding.
        departure: where it is more, the first step and unit at which it is so, the layer's number there and that of
            torch's equations, and the gate, where one change of the equations explains all of it; None where that
            cannot be told.
        note: a sentence or two where something must be said, else "".
    """

    spec: LayerSpec
    mask: Tensor
    states: FiveAxes
    before: FiveAxes
    from_x: FiveAxes
    from_h: FiveAxes
    pre: FiveAxes
    gates: FiveAxes
    inputs: tuple[Tensor, ...]
    output: Any  # a Tensor, or a PackedSequence where x was one
    h_n: Tensor
    c_n: Tensor | None
    difference: float
    equal: bool
    departure: Departure | None
    note: str

    def __deepcopy__(self, _memo: Any) -> Any:
        return pickle.loads(pickle.dumps(self))  # torch deepcopies no tensor that gradients flow through

    def __repr__(self) -> str:
        lines = [f"{self.spec.kind}, every step: (num_layers, num_directions, seq_len, batch, size)"]
        lines.append("states  " + ", ".join(f"{name} {tuple(state.shape)}" for name, state in self.states.items()))
        if self.gates:
            lines.append(f"gates   {', '.join(self.gates)} {tuple(next(iter(self.gates.values())).shape)}")
        padding = int((~self.mask).sum())
        if padding:
            lines.append(f"mask    {padding} of {self.mask.numel()} steps are padding")
        return "\n".join([*lines, self.note or "equal to the layer's own result, but for rounding"])


def trace(
    layer: LayerSpec | nn.Module,
    x: Tensor | PackedSequence,
    hx: State | None = None,
    *,
    lengths: Any = None,
) -> Trace:
    r"""Follow a layer step by step and keep every gate and state; the layer itself is run beside it, to compare.

    Gradients flow through every tensor of it as they flow through the layer; call ``backward()`` before you change
    weights or x. All is made in the dtype of the weights: autocast has no say. Of a spec the layer is built for this
    trace, with the same weights every time. Your random state is the same afterwards.

    Args:
        layer: a spec, or a real ``nn.RNN``, ``nn.LSTM``, ``nn.GRU``, cell or subclass of one; in eval mode if it has
            dropout.
        x: :math:`(L, N, H_{in})`, or :math:`(N, L, H_{in})` with batch_first, or :math:`(L, H_{in})`; or a
            PackedSequence. A cell takes one step, :math:`(N, H_{in})` or :math:`(H_{in})`, or every step of the loop
            that you write around it, :math:`(L, N, H_{in})`.
        hx: ``h_0``, or ``(h_0, c_0)`` for LSTM and LSTMCell; None is zeros.
        lengths: how many steps of each sequence are its own, in any order; the rest is padding.

    Returns:
        A `Trace`.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence: before the layer is called.

    Source: the equations in the documentation of ``torch.nn.RNN``, ``LSTM`` and ``GRU``: see `rnnlib.engine.equations`.

    Example:
        >>> traced = trace(LayerSpec("LSTM", 12, 16, num_layers=2), torch.zeros(8, 3, 12))
        >>> traced.gates["f"].shape
        torch.Size([2, 1, 8, 3, 16])
        >>> bool((traced.output == traced.states["h"][-1, 0]).all())
        True
    """
    spec, dtype, where = placed(layer, x)
    _check_dropout(spec, layer)
    check_real(dtype)
    given = check_call(spec, x, dtype, where, hx, lengths, loop=True)
    weights = () if isinstance(layer, LayerSpec) else tuple(weights_of(spec, layer).values())
    kept = are_kept(x, given.hx, weights)
    with in_words(where):
        check_trace(spec, given, dtype, where, kept)
        multiply_adds = as_layer(spec).costs(*given.sizes).multiply_adds  # of every step of a cell's loop too
        module = build(spec, where, dtype).requires_grad_(False) if isinstance(layer, LayerSpec) else layer
        with keeping_torch_settings(spec, multiply_adds), torch.autocast(where.type, enabled=False):
            return _traced(spec, module, given)


def _traced(spec: LayerSpec, module: nn.Module, given: Inputs) -> Trace:
    x, mask = time_major(spec, given)
    x, first = x.clone(), first_states(spec, given)  # you may change yours later
    at_once = is_loop(spec, given) and is_plain(spec, module)
    with changed_in_place(spec, module) as changed:
        own = None if at_once else own_answer(spec, module, given)
    weights = weights_of(spec, module)  # as the layer has just used them: it may make them anew at each call
    unrolled = unroll(spec, weights, x, first, mask)
    parts, answer = side_by_side(spec, unrolled), as_the_layer_gives_it(spec, given, unrolled, mask)
    own = own_steps(spec, module, given, x, parts.before) if own is None else own
    difference, equal, said = compare(spec, module, given, answer, own)
    not_finite = not_finite_note(spec, weights, unrolled.inputs[0], first, parts.states, mask)
    each = f"Each call of it changes {', '.join(changed)} in place: the next begins from others." if changed else ""
    departs = None
    if isinstance(own, Outputs) and not equal and not math.isnan(difference) and not changed:
        departs = departure(module, Compared(spec, given, weights, x, first, mask, answer, own))
    said = " ".join(filter(None, (not_finite, said, departs and str(departs), each)))
    inputs = unrolled.inputs
    if not bool(mask.all()):
        parts = Parts(*({name: _nan_where_padded(t, mask) for name, t in part.items()} for part in parts))
        inputs = [_nan_where_padded(read, mask) for read in inputs]
    return Trace(spec, mask, *parts, tuple(inputs), *answer, difference, equal, departs, said)


def _nan_where_padded(tensor: Tensor, mask: Tensor) -> Tensor:
    return tensor.masked_fill(~mask[..., None], torch.nan)


def _check_dropout(spec: LayerSpec, layer: LayerSpec | nn.Module) -> None:
    random = spec.dropout and spec.num_layers > 1
    if not random or (isinstance(layer, nn.Module) and not layer.training):
        return
    mend = "leave dropout out of the spec" if isinstance(layer, LayerSpec) else "write layer.eval() first"
    raise ValueError(
        f"dropout={spec.dropout} zeroes numbers between the layers at random in training mode, so no trace can equal"
        f" the layer's own result: {mend}."
    )
