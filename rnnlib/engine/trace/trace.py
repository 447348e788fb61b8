"""Trace a real layer: every gate and state of every layer, direction and step, beside the layer's own result."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.gradients import are_kept
from rnnlib.engine.arguments.inputs import Sizes, check_input
from rnnlib.engine.arguments.lengths import lengths_for
from rnnlib.engine.arguments.states import State, check_state
from rnnlib.engine.call import Inputs, Outputs, call, keeping_torch_settings
from rnnlib.engine.closeness import rounding
from rnnlib.engine.devices import find
from rnnlib.engine.equations import States
from rnnlib.engine.layers import build, dtype_for, is_plain
from rnnlib.engine.trace.comparison import (
    Comparison,
    compare,
    is_loop,
    judge,
    own_answer,
    own_steps,
)
from rnnlib.engine.trace.memory import check_trace, multiply_adds
from rnnlib.engine.trace.not_finite import not_finite_note
from rnnlib.engine.trace.read_off import farthest_step, hides_nothing, read_off
from rnnlib.engine.trace.time_major import as_the_layer_gives_it, first_states, time_major
from rnnlib.engine.trace.unroll import Unrolled, unroll
from rnnlib.engine.trace.value import Trace
from rnnlib.engine.weights import weights_of
from rnnlib.spec import LayerSpec

Followed = tuple[Unrolled, Outputs, Comparison]


def trace(
    layer: LayerSpec | nn.Module,
    x: Tensor | PackedSequence,
    hx: State | None = None,
    *,
    lengths: Any = None,
) -> Trace:
    r"""Follow a layer step by step and keep every gate and state; the layer itself is run beside it, to compare.

    One layer of RNN or GRU puts every state out: there they are read off its own output, and each step is compared.
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
    spec = layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
    weights = () if isinstance(layer, LayerSpec) else tuple(weights_of(layer).values())
    weight = weights[0] if weights else None
    _check_dropout(spec, layer)
    where = _place(weight, x)
    dtype = dtype_for(x) if weight is None else weight.dtype
    _check_real(dtype)
    sizes = _check_input(spec, x, dtype, where)
    state = check_state(spec, hx, sizes, dtype, where)
    steps = lengths_for(spec, x, lengths, sizes)

    given = Inputs(x, sizes, state, steps)
    gradients = are_kept(x, state, weights)
    check_trace(spec, given, dtype, where, gradients)

    module = build(spec, where, dtype).requires_grad_(False) if isinstance(layer, LayerSpec) else layer
    with keeping_torch_settings(spec, multiply_adds(spec, sizes)), torch.autocast(where.type, enabled=False):
        x, mask = time_major(spec, given)
        first = first_states(spec, given)
        follow = _read_off if hides_nothing(spec, module, given, gradients) else _unrolled
        unrolled, answer, (difference, equal, said) = follow(spec, module, given, x, first, mask)
        notes = (not_finite_note(spec, unrolled, mask), said)
        return Trace(spec, mask, *answer, difference, equal, " ".join(filter(None, notes)), unrolled)


def _read_off(spec: LayerSpec, module: nn.Module, given: Inputs, x: Tensor, first: States, mask: Tensor) -> Followed:
    """The states are the layer's own, and every step of it is compared with the equations."""
    own, _ = call(spec, module, given)
    output, _ = time_major(spec, given._replace(x=own.output))
    unrolled = read_off(spec, module, x, first, output)
    difference = farthest_step(spec, unrolled)
    equal = difference <= rounding(output)
    differs = "At some step the layer's own state differs from what the equations make of the one before"
    return unrolled, own, judge(spec, module, own, difference, equal, differs)


def _unrolled(spec: LayerSpec, module: nn.Module, given: Inputs, x: Tensor, first: States, mask: Tensor) -> Followed:
    """The states are those of the equations, step after step, and the result is compared with the layer's own."""
    later = is_loop(spec, given) and is_plain(spec, module)
    own = None if later else own_answer(spec, module, given)
    unrolled = unroll(spec, module, x, first, mask)
    answer = as_the_layer_gives_it(spec, given, unrolled, mask)
    own = own_steps(spec, module, given, unrolled, mask) if own is None else own
    return unrolled, answer, compare(spec, module, answer, own)


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


def _check_real(dtype: torch.dtype) -> None:
    if dtype.is_complex:
        said = str(dtype).removeprefix("torch.")
        raise ValueError(f"the layer's weights are {said}, and a trace follows real numbers: make the layer float32.")


def _place(like: Tensor | None, x: Any) -> torch.device:
    data = x.data if isinstance(x, PackedSequence) else x
    here = like if like is not None else data
    return find(here.device if isinstance(here, Tensor) else "cpu")


def _check_input(spec: LayerSpec, x: Any, dtype: torch.dtype, device: torch.device) -> Sizes:
    """The sizes of x; a cell may have every step of its loop, so x is checked as the layer's of its family."""
    if spec.is_cell and isinstance(x, Tensor) and x.dim() == 3:
        if x.shape[-1] != spec.input_size:
            raise ValueError(
                f"x must be input_size={spec.input_size} wide on its last axis (axis 2), not {x.shape[-1]}: x has shape"
                f" {tuple(x.shape)}, and a loop over {spec.kind} reads it as (seq_len, batch, input_size)."
            )
        spec = LayerSpec(spec.family.name, spec.input_size, spec.hidden_size)
    if spec.is_cell and isinstance(x, Tensor) and x.dim() > 3:
        raise ValueError(
            f"x must have 3 axes, (seq_len, batch, input_size), for a loop over {spec.kind}, or 2 or 1 for one step,"
            f" not {x.dim()}, {tuple(x.shape)}: merge extra batch axes into one, and never merge seq_len."
        )
    return check_input(spec, x, dtype, device)
