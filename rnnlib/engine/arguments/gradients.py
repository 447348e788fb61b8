"""Whether a call keeps what ``backward()`` needs, and a clear sentence where torch could not keep it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor


def are_kept(x: Any, hx: Any, weights: Iterable[Tensor]) -> bool:
    """Whether torch will keep what ``backward()`` needs.

    Args:
        x: a tensor, a PackedSequence, or None.
        hx: a tensor, a pair of them, or None.
        weights: the layer's.

    Example:
        >>> are_kept(torch.zeros(3, 1, 4), None, torch.nn.GRU(4, 5).parameters())
        True
    """
    return torch.is_grad_enabled() and any(t.requires_grad for t in (*_given(x, hx).values(), *weights))


def check_inference(x: Any, hx: Any, weights: Iterable[Tensor]) -> None:
    """Refuse a tensor made in ``torch.inference_mode()`` where gradients are wanted: torch could not keep it.

    Args:
        x: a tensor, a PackedSequence, or None.
        hx: a tensor, a pair of them, or None.
        weights: the layer's.

    Raises:
        ValueError: with the line that mends it.
    """
    weights = tuple(weights)
    if not are_kept(x, hx, weights):
        return
    if any(weight.is_inference() for weight in weights):
        raise ValueError(
            "the layer was made in torch.inference_mode(), and gradients are wanted: make it outside,"
            " or run in torch.inference_mode() too."
        )
    for name, tensor in _given(x, hx).items():
        if tensor.is_inference():
            wants = "the layer's weights want" if any(w.requires_grad for w in weights) else "another tensor wants"
            raise ValueError(
                f"{name} was made in torch.inference_mode(), and {wants} gradients:"
                f" write {name}.clone(), or run in torch.inference_mode() too."
            )


def _given(x: Any, hx: Any) -> dict[str, Tensor]:
    return dict(_named(x, hx))


def _named(x: Any, hx: Any) -> Iterator[tuple[str, Tensor]]:
    if x is not None:
        yield "x", x.data if not isinstance(x, Tensor) else x  # of a PackedSequence
    for name, state in zip(("h_0", "c_0"), hx if isinstance(hx, tuple) else (hx,), strict=False):
        if state is not None:
            yield name, state
