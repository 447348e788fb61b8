"""A whole call of a layer checked: what it is, where it runs, and its input, first state and lengths."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.inputs import check_agreement, check_input, check_sizes
from rnnlib.engine.arguments.lengths import lengths_for
from rnnlib.engine.arguments.states import check_state
from rnnlib.engine.arguments.tensors import named
from rnnlib.engine.call import Inputs, check_numbers
from rnnlib.engine.devices import find
from rnnlib.engine.layers import dtype_for
from rnnlib.engine.limits import as_layer
from rnnlib.engine.weights import like
from rnnlib.spec import LayerSpec


def placed(
    layer: LayerSpec | nn.Module, x: Any, device: str | torch.device | None = None
) -> tuple[LayerSpec, torch.dtype, torch.device]:
    """What a layer is, its dtype and its device: a layer's own; of a spec those of x, which it is built for.

    Raises:
        TypeError: it is no recurrent layer.
        ValueError: the device that is asked for is not there, or the layer is elsewhere.

    Example:
        >>> placed(LayerSpec("GRU", 3, 2), torch.zeros(9, 3, dtype=torch.float64))[1:]
        (torch.float64, device(type='cpu'))
    """
    check_numbers()
    if isinstance(layer, LayerSpec):
        data = x.data if isinstance(x, PackedSequence) else x
        there = data.device if isinstance(data, Tensor) else "cpu"
        return layer, dtype_for(x), find(there if device is None else device)
    spec, weight = LayerSpec.of(layer), like(layer)
    where = find(weight.device if device is None else device)
    if device is not None and weight.device != where:
        raise ValueError(f"the layer is on {weight.device}, not on {where}: write layer.to({str(where)!r}) first.")
    return spec, weight.dtype, where


def check_call(
    spec: LayerSpec,
    x: Any,
    dtype: torch.dtype,
    device: torch.device,
    hx: Any = None,
    lengths: Any = None,
    *,
    seq_len: Any = None,
    batch: Any = None,
    loop: bool = False,
    random: bool = False,
) -> Inputs:
    """Give back what a layer is to be called on, if it fits.

    Args:
        spec: the layer's.
        x: the input.
        dtype: of the layer's weights.
        device: where it is.
        hx: the first state, or None.
        lengths: of a padded batch, or None.
        seq_len: the steps that x has, or is to have; None where x says it.
        batch: its sequences, likewise.
        loop: a cell may be given every step of the loop that calls it.
        random: x may be None, and is made of random numbers then.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence.

    Example:
        >>> check_call(LayerSpec("GRU", 3, 2), torch.zeros(9, 4, 3), torch.float32, torch.device("cpu")).sizes
        Sizes(seq_len=9, batch=4)
    """
    reader = as_layer(spec) if loop and spec.is_cell and getattr(x, "ndim", 0) > 2 else spec
    if random and x is None:
        sizes = check_sizes(reader, seq_len, batch)
    else:
        sizes = check_input(reader, x, dtype, device)
        check_agreement(reader, sizes, seq_len, batch)
    return Inputs(x, sizes, check_state(spec, hx, sizes, dtype, device), lengths_for(spec, x, lengths, sizes))


def check_real(dtype: torch.dtype) -> None:
    """Refuse complex weights, where every number is to be followed.

    Raises:
        ValueError: they are complex.
    """
    if dtype.is_complex:
        raise ValueError(f"the layer's weights are {named(dtype)}, and only real ones are followed: make it float32.")
