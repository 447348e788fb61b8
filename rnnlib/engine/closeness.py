"""When two tensors are equal but for rounding: the one rule, which knows the dtype and the scale of the numbers."""

from __future__ import annotations

import math

import torch
from torch import Tensor

EXPONENT = 0.6  # rounding adds up over a step's sums and over steps: 7e-5 of the largest number in float32
TF32_EPS = 2.0**-10  # of what an NVIDIA GPU from Ampere on multiplies in, unless it is told not to


def close(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors are equal in shape and, but for rounding, in every number; nan equals nan.

    Args:
        a: any tensor.
        b: what it is compared with: how large its numbers are says how much rounding may change.

    Example:
        >>> close(torch.tensor([1000.0, 1.0]), torch.tensor([1000.001, 1.001]))
        True
        >>> close(torch.zeros(3), torch.zeros(3, 1))
        False
    """
    return difference(a, b) <= rounding(b, a)


def difference(a: Tensor, b: Tensor) -> float:
    """The largest between two numbers in the same place; infinite where the shapes differ.

    nan is no different from nan, nor infinity from the same infinity; from any other number both are infinitely far.

    Example:
        >>> difference(torch.tensor([1.0, torch.nan]), torch.tensor([1.5, torch.nan]))
        0.5
    """
    if a.shape != b.shape:
        return math.inf
    if not a.numel():
        return 0.0
    a, b = a.detach(), b.detach()
    if not (a.is_floating_point() or a.is_complex()):  # whole numbers may overflow, and bool has no minus
        a, b = a.double(), b.double()
    apart = a - b  # in the finer of the two dtypes
    largest = _largest(apart)
    if math.isfinite(largest):
        return largest
    apart = torch.where((a == b) | (a.isnan() & b.isnan()), 0, apart.abs())
    return float(apart.nan_to_num(math.inf, math.inf).max())


def rounding(reference: Tensor, *others: Tensor) -> float:
    """By how much rounding alone may change numbers as large as these, computed in the coarsest dtype at work.

    Args:
        reference: what others are compared with.
        others: what was compared, if it may be of a coarser dtype.

    Example:
        >>> f"{rounding(torch.tensor([0.5, -1000.0])):.2g}, {rounding(torch.tensor([0.5], dtype=torch.bfloat16)):.2g}"
        '0.07, 0.027'
    """
    eps, _ = _precision(reference, *others)
    if not eps or not reference.numel():
        return 0.0
    largest = _largest(reference.detach())
    if not math.isfinite(largest):
        largest = _largest(reference.detach().nan_to_num(0, 0, 0))
    return float(eps**EXPONENT * largest + torch.finfo(reference.dtype).tiny)


def last_digit(*numbers: Tensor) -> float:
    """By what share a number changes when its last digit does, in the coarsest dtype at work.

    Example:
        >>> last_digit(torch.zeros(3, dtype=torch.bfloat16))
        0.0078125
    """
    return _precision(*numbers)[0]


def named(reference: Tensor, *others: Tensor) -> str:
    """What the numbers are rounded to, where it is coarser than float32: "bfloat16", say, or "TF32", else "".

    Example:
        >>> named(torch.zeros(3)), named(torch.zeros(3, dtype=torch.float16))
        ('', 'float16')
    """
    return _precision(reference, *others)[1]


def multiplies_in_tf32(device: torch.device) -> bool:
    """Whether cuDNN's recurrent layers multiply float32 in TF32 on this device.

    Example:
        >>> multiplies_in_tf32(torch.device("cpu"))
        False
    """
    if device.type != "cuda" or torch.version.hip or torch.cuda.get_device_capability(device) < (8, 0):
        return False
    precision = getattr(getattr(torch.backends.cudnn, "rnn", None), "fp32_precision", None)
    if precision is not None:
        return bool(precision == "tf32")
    return bool(torch.backends.cudnn.allow_tf32)


def _precision(*tensors: Tensor) -> tuple[float, str]:
    """The coarsest rounding that these numbers went through: its eps, and its name where it is below float32."""
    dtypes = {tensor.dtype for tensor in tensors if tensor.dtype.is_floating_point or tensor.dtype.is_complex}
    device = tensors[0].device
    if dtypes and torch.is_autocast_enabled(device.type):
        dtypes.add(torch.get_autocast_dtype(device.type))
    if not dtypes:
        return 0.0, ""
    eps, coarsest = max((torch.finfo(dtype).eps, str(dtype).removeprefix("torch.")) for dtype in dtypes)
    if coarsest == "float32" and multiplies_in_tf32(device):
        return TF32_EPS, "TF32"
    return eps, coarsest if eps > torch.finfo(torch.float32).eps else ""


def _largest(numbers: Tensor) -> float:
    """The largest absolute value; nan where one is nan."""
    low, high = (numbers.abs() if numbers.is_complex() else numbers).aminmax()
    return max(float(high), -float(low))  # -0.0 is no less than 0.0
