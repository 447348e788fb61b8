"""What a layer costs: parameters, multiply-adds and bytes, by counting and not by running."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import TYPE_CHECKING

from rnnlib.spec.shapes import data_shapes, parameter_shapes

if TYPE_CHECKING:
    from rnnlib.spec.layer import LayerSpec

FLOAT32_BYTES = 4


@dataclasses.dataclass(frozen=True)
class Costs:
    """One forward pass of a layer, counted.

    Attributes:
        parameters: the numbers that the layer learns.
        multiply_adds: those of its matrix products (the few per element of the gates are left out).
        parameter_bytes: the parameters in float32.
        tensor_bytes: input, states and output in float32.
        run_bytes: an estimate of what a forward pass needs at its peak, all of the above included.
        gradient_bytes: the same for a forward pass that keeps what ``backward()`` will need.
    """

    parameters: int
    multiply_adds: int
    parameter_bytes: int
    tensor_bytes: int
    run_bytes: int
    gradient_bytes: int


@functools.lru_cache
def num_parameters(spec: LayerSpec) -> int:
    """How many numbers the layer learns: the sum of its parameters' sizes."""
    return sum(times * math.prod(sizes) for times, sizes in _parameters(spec))


@functools.lru_cache  # one move of a slider asks several times
def costs(spec: LayerSpec, seq_len: int, batch: int | None = None) -> Costs:
    r"""Count the parameters, multiply-adds and bytes of one forward pass.

    Each weight matrix of :math:`r \times c` numbers is used once a step and sequence:
    :math:`L \cdot N \cdot \sum r c` multiply-adds. A cell takes one step, so there :math:`L = 1`.

    Args:
        spec: the layer.
        seq_len: :math:`L`, steps.
        batch: :math:`N`, sequences; None is one, unbatched.

    Returns:
        `Costs`, its bytes for float32.

    Example:
        >>> from rnnlib import LayerSpec
        >>> costs(LayerSpec("RNN", 4, 3), seq_len=3, batch=2).multiply_adds  # 3 * 2 * (3*4 + 3*3)
        126
    """
    flowing = sum(math.prod(t.sizes) for t in data_shapes(spec, seq_len, batch).values())
    steps = (1 if spec.is_cell else seq_len) * (batch or 1)
    matrices = sum(times * math.prod(sizes) for times, sizes in _parameters(spec) if len(sizes) == 2)
    parameters = num_parameters(spec)
    held = FLOAT32_BYTES * (parameters + flowing)
    return Costs(
        parameters=parameters,
        multiply_adds=steps * matrices,
        parameter_bytes=FLOAT32_BYTES * parameters,
        tensor_bytes=FLOAT32_BYTES * flowing,
        run_bytes=held + FLOAT32_BYTES * steps * _numbers_a_step(spec),
        gradient_bytes=held + FLOAT32_BYTES * steps * _numbers_kept_a_step(spec),
    )


def _parameters(spec: LayerSpec) -> list[tuple[int, tuple[int, ...]]]:
    """How many parameters there are of which sizes: every layer above the first is like layer 1."""
    first = [(1, p.sizes) for p in parameter_shapes(spec, 0).values()]
    above = [(spec.num_layers - 1, p.sizes) for p in parameter_shapes(spec, 1).values()]
    return first + above if spec.num_layers > 1 else first


# Compared with the real peak on the CPU, torch 2.13: the first is within 2 % (14 % below with proj_size), the second
# 0.8 to 1.7 times it.


def _numbers_a_step(spec: LayerSpec) -> int:
    """In each direction all gates, and every h, which is copied into output at the end; and the output below."""
    h_size = spec.proj_size or spec.hidden_size
    below = spec.num_directions * h_size if spec.num_layers > 1 else 0
    return spec.num_directions * (spec.num_gates * spec.hidden_size + h_size) + below


def _numbers_kept_a_step(spec: LayerSpec) -> int:
    """For ``backward()``: in each layer and direction the gates, before and after their activation, and the states."""
    return spec.num_layers * spec.num_directions * (2 * spec.num_gates + 2) * spec.hidden_size


def in_units(num_bytes: int) -> str:
    """A number of bytes as people say it.

    Example:
        >>> in_units(8_388_608_000)
        '8.4 GB'
    """
    if num_bytes < 1000:
        return f"{num_bytes} bytes"
    for power, unit in enumerate(("kB", "MB", "GB", "TB"), start=1):
        if num_bytes < 1000 ** (power + 1):
            return f"{num_bytes / 1000**power:.1f} {unit}"
    return f"{num_bytes // 1000**4:,} TB"  # whole numbers: a float ends at 1e308
