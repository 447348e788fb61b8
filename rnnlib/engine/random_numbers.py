"""Random numbers for an input that a learner did not give."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnlib.engine.layers import SEED


def random_numbers(sizes: tuple[int, ...], dtype: torch.dtype = torch.float32) -> Tensor:
    """Numbers from a normal distribution, on the CPU: the same every time, whatever your defaults and your seed.

    Example:
        >>> random_numbers((8, 3, 12)).shape
        torch.Size([8, 3, 12])
    """
    generator = torch.Generator("cpu").manual_seed(SEED)
    return torch.randn(sizes, generator=generator, dtype=torch.float32, device="cpu").to(dtype)
