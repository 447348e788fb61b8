"""What a model learns, wherever it lies; and the same model with other weights of the same size."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from rnnlib.engine.checkup.subject import modules_of, tensors_held

JITTERS = 12  # how often other weights are tried: a gate that starts at 0, or a relu that is shut, passes nothing
LEAST = 0.05  # of a weight's size, where all stand at 0


def trainable(model: nn.Module) -> dict[str, Tensor]:
    """What asks for a gradient: parameters, and tensors and modules that torch does not list."""
    found: dict[str, Tensor] = {}
    for path, module in modules_of(model):
        found |= {f"{path}.{name}".lstrip("."): p for name, p in module._parameters.items() if p is not None}
    found |= {path: tensor for path, tensor in tensors_held(model).items() if tensor.is_leaf}
    unique = {id(tensor): (name, tensor) for name, tensor in reversed(found.items()) if tensor.requires_grad}
    return dict(reversed(unique.values()))


@torch.no_grad()
def jitter(weights: Iterable[Tensor], seed: int) -> None:
    """Move every weight by about the size of its kind, in place.

    Example:
        >>> gate = nn.Parameter(torch.zeros(3))
        >>> jitter([gate], seed=0)
        >>> bool((gate != 0).all())
        True
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    for weight in weights:
        if weight.is_floating_point():
            noise = torch.randn(weight.shape, generator=generator, device="cpu", dtype=torch.float32)
            noise = noise.abs() if weight.dim() == 1 else noise  # biases go up, so that a relu opens
            weight += noise.to(weight) * weight.square().mean().sqrt().clamp(min=LEAST)
