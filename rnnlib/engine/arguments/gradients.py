"""Whether a call keeps what ``backward()`` needs, and a clear sentence where torch could not keep it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def are_kept(x: Any, hx: Any, weights: Iterable[Tensor]) -> bool:
    """Whether torch will keep what ``backward()`` needs.

    Args:
        x: a tensor, a PackedSequence, or None.
        hx: a tensor, a pair of them, or None.
        weights: the layer's.

    Raises:
        ValueError: it would have to keep a tensor that was made in ``torch.inference_mode()``.

    Example:
        >>> are_kept(torch.zeros(3, 1, 4), None, torch.nn.GRU(4, 5).parameters())
        True
    """
    states = hx if isinstance(hx, tuple) else (hx,)
    named = [("x", x.data if isinstance(x, PackedSequence) else x), *zip(("h_0", "c_0"), states, strict=False)]
    there = [(name, tensor) for name, tensor in named if tensor is not None]
    there += [("the layer", weight) for weight in weights]
    if not (torch.is_grad_enabled() and any(tensor.requires_grad for _, tensor in there)):
        return False
    for name, tensor in there:
        if tensor.is_inference():
            mend = "make it outside" if " " in name or isinstance(x, PackedSequence) else f"write {name}.clone()"
            raise ValueError(
                f"{name} was made in torch.inference_mode(), and gradients are wanted: {mend}, or run in"
                " torch.inference_mode() too."
            )
    return True
