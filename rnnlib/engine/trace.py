"""Trace a real layer: every gate and state of every layer, direction and step, beside the layer's own result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.call import Answer, Given, settled
from rnnlib.engine.devices import find
from rnnlib.engine.inputs import Sizes, check_input
from rnnlib.engine.layers import build
from rnnlib.engine.lengths import check_lengths
from rnnlib.engine.own import compare, own_answer
from rnnlib.engine.states import State, check_state
from rnnlib.engine.steps import GATES
from rnnlib.engine.time_major import as_the_layer_gives_it, first_states, time_major
from rnnlib.engine.traced import FiveAxes, Trace
from rnnlib.engine.unroll import Unrolled, unroll
from rnnlib.spec import LayerSpec


def trace(
    layer: LayerSpec | nn.Module,
    x: Tensor | PackedSequence,
    hx: State | None = None,
    *,
    lengths: Any = None,
) -> Trace:
    r"""Run a layer step by step and keep every gate and state; the layer itself is run beside it, to compare.

    Gradients flow through every tensor of it as they flow through the layer. Of a spec the layer is built for this
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

    Source: the equations in the documentation of ``torch.nn.RNN``, ``LSTM`` and ``GRU``: see `rnnlib.engine.steps`.

    Example:
        >>> traced = trace(LayerSpec("LSTM", 12, 16, num_layers=2), torch.zeros(8, 3, 12))
        >>> traced.gates["f"].shape
        torch.Size([2, 1, 8, 3, 16])
        >>> bool((traced.output == traced.states["h"][-1, 0]).all())
        True
    """
    spec = layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
    like = None if isinstance(layer, LayerSpec) else next(layer.parameters())
    _check_dropout(spec, layer)
    where = _place(like, x)
    dtype = torch.float32 if like is None else like.dtype
    sizes = _check_input(spec, x, dtype, where)
    state = check_state(spec, hx, sizes, dtype, where)
    steps = check_lengths(spec, lengths, sizes, isinstance(x, PackedSequence))

    module = build(spec, where).requires_grad_(False) if isinstance(layer, LayerSpec) else layer
    given = Given(x, sizes, state, steps)
    with settled(spec, spec.costs(*sizes).multiply_adds, where, training=False, seeded=False):
        own = own_answer(spec, module, given)
        steps_first, mask = time_major(spec, given)
        unrolled = unroll(spec, module, steps_first, first_states(spec, given), mask)
        answer = as_the_layer_gives_it(spec, given, unrolled, mask)
        with torch.no_grad():
            difference, note = compare(spec, module, answer, own)
        return _traced(spec, unrolled, mask, answer, difference, note)


def _check_dropout(spec: LayerSpec, layer: LayerSpec | nn.Module) -> None:
    random = spec.dropout and spec.num_layers > 1
    if not random or (isinstance(layer, nn.Module) and not layer.training):
        return
    why = f"dropout={spec.dropout} zeroes numbers between the layers at random in training mode"
    if isinstance(layer, LayerSpec):
        raise ValueError(f"{why}, so a spec with it cannot be traced exactly: leave dropout out of the spec.")
    raise ValueError(
        f"{why}, so no trace can equal the layer's own result: write layer.eval() first, which turns it off."
    )


def _place(like: Tensor | None, x: Any) -> torch.device:
    data = x.data if isinstance(x, PackedSequence) else x
    here = like if like is not None else data
    return find(here.device if isinstance(here, Tensor) else "cpu")


def _check_input(spec: LayerSpec, x: Any, dtype: torch.dtype, device: torch.device) -> Sizes:
    """The sizes of x; a cell may have every step of its loop, so x is checked as the layer's of its family."""
    if spec.is_cell and isinstance(x, Tensor) and x.dim() == 3:
        spec = LayerSpec(spec.family, spec.input_size, spec.hidden_size)
    return check_input(spec, x, dtype, device)


def _traced(spec: LayerSpec, unrolled: Unrolled, mask: Tensor, answer: Answer, difference: float, note: str) -> Trace:
    padding = None if bool(mask.all()) else ~mask[..., None]

    def five(parts: Iterable[Tensor]) -> Tensor:
        stacked = torch.stack(list(parts)).view(spec.num_layers, spec.num_directions, *mask.shape, -1)
        return stacked if padding is None else stacked.masked_fill_(padding, torch.nan)

    gates = GATES[spec.family]
    sums = gates or ("h",)

    def by_gate(stacked: Tensor) -> FiveAxes:
        return dict(zip(sums, stacked.chunk(len(sums), dim=-1), strict=True))

    steps, before = unrolled.steps, unrolled.before
    states = ("h", "c") if spec.family == "LSTM" else ("h",)
    inputs = unrolled.inputs if padding is None else [i.masked_fill(padding, torch.nan) for i in unrolled.inputs]
    return Trace(
        spec=spec,
        states={name: five(step.states[i] for step in steps) for i, name in enumerate(states)},
        gates={name: five(step.gates[i] for step in steps) for i, name in enumerate(gates)},
        from_x=by_gate(five(unrolled.from_x)),
        from_h=by_gate(five(step.from_h for step in steps)),
        pre={name: five(step.pre[i] for step in steps) for i, name in enumerate(sums)},
        before={name: five(started[i] for started in before) for i, name in enumerate(states)},
        inputs=tuple(inputs),
        mask=mask,
        output=answer.output,
        h_n=answer.h_n,
        c_n=answer.c_n,
        difference=difference,
        note=note,
    )
