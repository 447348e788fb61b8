"""One result's gradient all the way back through a layer that is begun in a chosen way: towards x, and the weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.call import Inputs, keeping_torch_settings
from rnnlib.engine.layers import build, random_numbers
from rnnlib.engine.overrides import same_random_numbers
from rnnlib.engine.reach.reach import back_from
from rnnlib.engine.weights import like, weights_of
from rnnlib.spec import LayerSpec

SATURATED = 0.99


@dataclasses.dataclass(frozen=True, eq=False)
class WayBack:
    """What comes back from ``output[-1].sum()``, of one sequence.

    Attributes:
        x: ``(seq_len,)``, the 2-norm of the gradient towards each ``x[t]``.
        saturated: ``(seq_len,)``, the share of the units whose h is beyond 0.99 in size at each step.
        norm: of the gradient towards all parameters together.
        clipped: the same after ``clip_grad_norm_(parameters, max_norm)``; None where nothing was clipped.
    """

    x: Tensor
    saturated: Tensor
    norm: float
    clipped: float | None


@torch.inference_mode(False)  # or nothing would come back
@torch.no_grad()
def begun(spec: LayerSpec, initialisation: str = "torch", factor: float = 1.0, keep: float = 0.0) -> nn.Module:
    """A layer in float64 with torch's own first weights, but for what is chosen.

    Args:
        spec: the layer.
        initialisation: ``"torch"``, or ``"orthogonal"``: each gate's block of ``weight_hh`` drawn by
            ``nn.init.orthogonal_``.
        factor: every ``weight_hh`` is multiplied by it.
        keep: added to the bias of the gate that keeps the old state: f of LSTM, z of GRU; an RNN has none.

    Example:
        >>> layer = begun(LayerSpec("LSTM", 3, 4), keep=5.0)
        >>> bool((layer.bias_ih_l0[4:8] > 4).all())
        True
    """
    layer = build(spec).double()
    generator = torch.Generator("cpu").manual_seed(0)
    for name, weight in weights_of(spec, layer).items():
        if name.startswith("weight_hh"):
            for block in weight.chunk(spec.num_gates) if initialisation == "orthogonal" else ():
                nn.init.orthogonal_(block, generator=generator)
            weight.mul_(factor)
        if name.startswith("bias_ih") and spec.family.keeps:
            weight.chunk(spec.num_gates)[spec.family.gates.index(spec.family.keeps)].add_(keep)
    return layer


def way_back(layer: nn.Module, x: Tensor, max_norm: float | None = None) -> WayBack:
    """What comes back of ``output[-1].sum()``.

    Args:
        layer: a real layer; its parameters keep their ``.grad``.
        x: ``(seq_len, 1, input_size)``, of the layer's dtype and where it is.
        max_norm: of the gradient towards the parameters, which torch is to clip; None clips nothing.

    Example:
        >>> found = way_back(begun(LayerSpec("GRU", 3, 4)), torch.zeros(9, 1, 3, dtype=torch.float64), max_norm=0.5)
        >>> found.norm > 0.5, round(found.clipped, 3)
        (True, 0.5)
    """
    spec = LayerSpec.of(layer)
    with torch.inference_mode(False), torch.enable_grad(), torch.autocast(x.device.type, enabled=False):
        first = (x.transpose(0, 1) if spec.batch_first else x).detach().clone()
        parameters = [parameter for parameter in layer.parameters() if parameter.requires_grad]
        costs = spec.costs(len(x), 1)
        with keeping_torch_settings(spec, costs.multiply_adds), same_random_numbers(spec, layer):
            given = Inputs(first, Sizes(len(x), 1))
            output, norms, grads = back_from(spec, layer, given, len(x) - 1, parameters)
    saturated = (output.abs() > SATURATED).double().mean(-1)[:, 0]
    norm, clipped = clip(grads, max_norm)
    return WayBack(norms[:, 0], saturated, norm, clipped)


def clip(grads: Sequence[Tensor], max_norm: float | None) -> tuple[float, float | None]:
    """The norm of all gradients together, and what torch's ``clip_grad_norm_`` leaves of it."""
    clipped = [torch.zeros_like(grad) for grad in grads]
    for one, grad in zip(clipped, grads, strict=True):
        one.grad = grad.clone()
    if max_norm is None:
        return float(nn.utils.get_total_norm(grads)), None
    norm = float(nn.utils.clip_grad_norm_(clipped, max_norm))
    return norm, float(nn.utils.get_total_norm([one.grad for one in clipped if one.grad is not None]))


def input_for(layer: nn.Module, seq_len: int) -> Tensor:
    """Random numbers that a layer can read, ``(seq_len, 1, input_size)``."""
    weight = like(layer)
    return random_numbers((seq_len, 1, LayerSpec.of(layer).input_size), weight.dtype).to(weight.device)
