"""One clear sentence for a tensor that is none, or is of the wrong type or in the wrong place."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def check_tensor(name: str, value: Any, dtype: torch.dtype) -> Tensor:
    """Give `value` back if it is an ordinary tensor.

    Raises:
        TypeError: it is none; the message says how to make one of it.
    """
    if not isinstance(value, Tensor):
        numpy = type(value).__module__ == "numpy"
        mend = f": write torch.as_tensor({name}, dtype={dtype})" if _holds_numbers(value) else ""
        given = "a numpy array" if numpy else type(value).__name__
        raise TypeError(f"{name} must be a torch tensor, not {given}{mend}.")
    check_dense(name, value)
    return value


def _holds_numbers(value: Any) -> bool:
    """Whether a list or an array can be made a tensor."""
    try:
        torch.as_tensor(value, device="cpu")
    except (TypeError, ValueError, RuntimeError):
        return False
    return isinstance(value, (list, tuple)) or type(value).__module__ == "numpy"


def check_dense(name: str, tensor: Tensor) -> None:
    """Refuse a tensor that does not hold every number.

    Raises:
        TypeError: it is sparse or nested.
    """
    if tensor.layout != torch.strided or tensor.is_nested:
        mend = f"torch.nested.to_padded_tensor({name}, 0.0)" if tensor.is_nested else f"{name}.to_dense()"
        raise TypeError(f"{name} must be dense, with every number in it: write {mend}.")


def check_type_and_place(name: str, tensor: Tensor, dtype: torch.dtype, device: torch.device) -> None:
    """Refuse a tensor that is not of the layer's dtype or not on its device.

    Raises:
        ValueError: with the line that mends it.
    """
    if tensor.dtype != dtype:
        real = f"{name}.real" if tensor.dtype.is_complex else name
        mend = f"{real}.float()" if dtype == torch.float32 else f"{real}.to({dtype})"
        other = ""
        if tensor.dtype.is_floating_point:
            other = f", or make a layer of your own {named(tensor.dtype)} with layer.to({tensor.dtype})"
        elif name == "x" and not tensor.dtype.is_complex and tensor.dtype != torch.bool:
            other = "; if its numbers stand for words, put nn.Embedding before the layer"
        wanted = f"{named(dtype)}, as the layer's weights are"
        raise ValueError(f"{name} must be {wanted}, not {named(tensor.dtype)}: write {mend}{other}.")
    if tensor.device != device:
        raise ValueError(
            f"{name} is on {tensor.device} and the layer on {device}: write {name}.to({str(device)!r}),"
            " or put the layer where the data is."
        )


def named(dtype: torch.dtype) -> str:
    """A dtype's name, without ``torch.``.

    Example:
        >>> named(torch.float32)
        'float32'
    """
    return str(dtype).removeprefix("torch.")
