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
    named, weights = _named(x, hx), tuple(weights)
    if not (torch.is_grad_enabled() and any(t.requires_grad for t in (*named.values(), *weights))):
        return False
    if any(weight.is_inference() for weight in weights):
        raise ValueError(
            "the layer was made in torch.inference_mode(), and gradients are wanted: make it outside,"
            " or run in torch.inference_mode() too."
        )
    for name, tensor in named.items():
        if tensor.is_inference():
            mend = "x._replace(data=x.data.clone())" if name == "x.data" else f"{name}.clone()"
            raise ValueError(
                f"{name} was made in torch.inference_mode(), and gradients are wanted: write {mend}, or run in"
                " torch.inference_mode() too."
            )
    return True


def _named(x: Any, hx: Any) -> dict[str, Tensor]:
    states = hx if isinstance(hx, tuple) else (hx,)
    named = {"x.data": x.data} if isinstance(x, PackedSequence) else {"x": x}
    named |= dict(zip(("h_0", "c_0"), states, strict=False))
    return {name: tensor for name, tensor in named.items() if tensor is not None}
