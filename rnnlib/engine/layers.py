"""A real layer of torch, made from a spec."""

from __future__ import annotations

import torch
from torch import nn

from rnnlib.engine.devices import find
from rnnlib.engine.limits.memory import check_build
from rnnlib.spec import LayerSpec
from rnnlib.spec.shapes import check_layers

SEED = 0


def build(spec: LayerSpec, device: str | torch.device = "cpu", seed: int = SEED) -> nn.Module:
    """Make the layer that a spec describes, as torch makes it: float32, in training mode.

    The weights are those that torch makes after ``torch.manual_seed(seed)``, at every call and on every device,
    whatever your default dtype; your own random state stays as it was.
    In training mode dropout acts, as it does in a layer of your own; ``layer.eval()`` turns it off.

    Args:
        spec: the layer.
        device: where to put it.
        seed: of its weights.

    Returns:
        An ``nn.RNN``, ``nn.LSTM``, … with torch's own initial weights.

    Raises:
        ValueError: the device is not there, or the parameters do not fit in its memory.

    Example:
        >>> build(LayerSpec("GRU", 3, 2)).weight_ih_l0.shape  # 6 = 3 * 2
        torch.Size([6, 3])
    """
    where = find(device)
    check_layers(spec)
    check_build(spec, where)
    arguments = spec.arguments()
    if spec.num_layers == 1:
        arguments.pop("dropout", None)  # torch would warn of it; LayerSpec has explained it
    empty: nn.Module = getattr(nn, spec.kind)(**arguments, device="meta", dtype=torch.float32)
    if not spec.is_cell:
        vars(empty)["dropout"] = spec.dropout
    return _initialised(empty.to_empty(device="cpu"), spec, seed).to(where)


def without_dropout(module: nn.Module) -> nn.Module:
    """The same layer in eval mode, sharing its weights and all that it has; its own mode stays as it is.

    Dropout would draw from torch's global random numbers, which may be in use at this moment: JupyterLab moves
    sliders in a thread beside a running cell.

    Example:
        >>> layer = nn.GRU(3, 2, num_layers=2, dropout=0.5)
        >>> without_dropout(layer).training, layer.training
        (False, True)
    """
    if not (module.training and getattr(module, "dropout", False)):
        return module
    twin = object.__new__(type(module))
    twin.__dict__.update(vars(module), training=False)
    return twin


@torch.no_grad()
def _initialised(layer: nn.Module, spec: LayerSpec, seed: int) -> nn.Module:
    """torch's own start, uniform within 1 / sqrt(hidden_size), drawn from a generator of its own."""
    generator = torch.Generator("cpu").manual_seed(seed)
    bound = spec.hidden_size**-0.5
    for parameter in layer.parameters():
        parameter.uniform_(-bound, bound, generator=generator)
    return layer
