"""One clear sentence for a tensor that is none, or is of the wrong type or in the wrong place."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def check_tensor(name: str, value: Any) -> Tensor:
    """Give `value` back if it is an ordinary tensor.

    Raises:
        TypeError: it is none; the message says how to make one of it.
    """
    if not isinstance(value, Tensor):
        given, mend = type(value).__name__, ""
        if type(value).__module__ == "numpy":
            given, mend = "a numpy array", f": write torch.from_numpy({name}).float()"
        elif isinstance(value, list):
            mend = f": write torch.tensor({name}, dtype=torch.float32)"
        elif isinstance(value, tuple):
            mend = ": give an input and a state one after the other, as in run(layer, x, hx)"
        raise TypeError(f"{name} must be a torch tensor, not {given}{mend}.")
    if value.layout != torch.strided or value.is_nested:
        raise TypeError(f"{name} must be a dense tensor, with every number in it, not a sparse or nested one.")
    return value


def check_type_and_place(name: str, tensor: Tensor, dtype: torch.dtype, device: torch.device) -> None:
    """Refuse a tensor that is not of the layer's dtype or not on its device.

    Raises:
        ValueError: with the line that mends it.
    """
    if tensor.dtype != dtype:
        mend = f"{name}.float()" if dtype == torch.float32 else f"{name}.to({dtype})"
        other = ""
        if tensor.dtype.is_floating_point:
            other = f", or make a layer of your own {_said(tensor.dtype)} with layer.to({tensor.dtype})"
        elif not tensor.dtype.is_complex:
            other = "; if its numbers stand for words, put nn.Embedding before the layer"
        wanted = f"{_said(dtype)}, as the layer's weights are"
        raise ValueError(f"{name} must be {wanted}, not {_said(tensor.dtype)}: write {mend}{other}.")
    if tensor.device != device:
        raise ValueError(
            f"{name} is on {tensor.device} and the layer on {device}: write {name}.to({str(device)!r}),"
            " or put the layer where the data is."
        )


def _said(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
