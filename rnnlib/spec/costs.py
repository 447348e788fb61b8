"""What a layer costs: parameters, multiply-adds and bytes, by counting and not by running."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from rnnlib.spec.shapes import shapes

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
    """

    parameters: int
    multiply_adds: int
    parameter_bytes: int
    tensor_bytes: int
    run_bytes: int


def num_parameters(spec: LayerSpec) -> int:
    """How many numbers the layer learns: the sum of its parameters' sizes."""
    return sum(math.prod(t.sizes) for t in shapes(spec, 1).values() if t.role == "parameter")


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
        >>> costs(LayerSpec("RNN", 4, 3), seq_len=3, batch=2).multiply_adds  # 3 * 2 * (3*4 + 3*3)
        126
    """
    tensors = shapes(spec, seq_len, batch)
    steps = (1 if spec.is_cell else seq_len) * (batch or 1)
    learned = [t.sizes for t in tensors.values() if t.role == "parameter"]
    flowing = [t.sizes for t in tensors.values() if t.role != "parameter"]
    parameters = sum(map(math.prod, learned))
    matrices = sum(math.prod(sizes) for sizes in learned if len(sizes) == 2)
    parameter_bytes = FLOAT32_BYTES * parameters
    tensor_bytes = FLOAT32_BYTES * sum(map(math.prod, flowing))
    return Costs(
        parameters=parameters,
        multiply_adds=steps * matrices,
        parameter_bytes=parameter_bytes,
        tensor_bytes=tensor_bytes,
        run_bytes=parameter_bytes + tensor_bytes + _workspace_bytes(spec, steps),
    )


def _workspace_bytes(spec: LayerSpec, steps: int) -> int:
    """torch multiplies the whole input of a layer by weight_ih at once, and keeps one layer's output for the next."""
    gates = spec.num_gates * spec.hidden_size
    between = spec.num_directions * (spec.proj_size or spec.hidden_size) if spec.num_layers > 1 else 0
    return FLOAT32_BYTES * steps * (gates + between)
