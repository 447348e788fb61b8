"""A real layer of torch: made from a spec, or copied to be evaluated."""

from __future__ import annotations

import functools
import importlib
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.devices import find
from rnnlib.engine.limits import check_build
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import family_of
from rnnlib.spec.shapes import check_layers

SEED = 0
DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)  # those in which a recurrent layer can be


@functools.cache
def class_of(kind: str) -> type[nn.Module]:
    """The class of a layer or of a cell.

    Example:
        >>> class_of("GRUCell")
        <class 'torch.nn.modules.rnn.GRUCell'>
    """
    found: type[nn.Module] = getattr(importlib.import_module(family_of(kind).home), kind)
    return found


def dtype_for(x: Any) -> torch.dtype:
    """In which dtype to build a layer that is to read `x`: its own, or float32 where it has no floating numbers.

    Args:
        x: a tensor, a PackedSequence, or whatever else was given.

    Example:
        >>> dtype_for(torch.zeros(3, dtype=torch.float64)), dtype_for([1, 2])
        (torch.float64, torch.float32)
    """
    data = x.data if isinstance(x, PackedSequence) else x
    return data.dtype if isinstance(data, torch.Tensor) and data.dtype in DTYPES else torch.float32


def build(
    spec: LayerSpec,
    device: str | torch.device = "cpu",
    dtype: torch.dtype = torch.float32,
    seed: int = SEED,
) -> nn.Module:
    """Make the layer that a spec describes, as torch makes it, in training mode.

    The weights are those that torch makes in float32 after ``torch.manual_seed(seed)``, at every call and on every
    device, whatever your default dtype; your own random state stays as it was.
    In training mode dropout acts, as it does in a layer of your own; ``layer.eval()`` turns it off.

    Args:
        spec: the layer.
        device: where to put it.
        dtype: of its weights; `dtype_for` tells which fits an input.
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
    empty = class_of(spec.kind)(**arguments, device="meta", dtype=torch.float32)
    if not spec.is_cell:
        vars(empty)["dropout"] = spec.dropout
    return _initialised(empty.to_empty(device="cpu"), spec, seed).to(where, dtype)


def evaluation_copy(module: nn.Module, **changed: Any) -> Any:
    """The same layer in eval mode, as is all that it is made of, with dropout off; it shares its weights.

    The module itself stays as it is: its mode, and what its code sets while it runs. Dropout would draw from torch's
    global random numbers, which may be in use at this moment: JupyterLab moves sliders in a thread beside a running
    cell.

    Args:
        module: the layer.
        changed: attributes of the copy that are to be others; ``training=True`` for cuDNN's backward pass, which it
            has in training mode alone.

    Example:
        >>> layer = nn.GRU(3, 2, num_layers=2, dropout=0.5)
        >>> copy = evaluation_copy(layer)
        >>> copy.training, layer.training, copy.weight_ih_l0 is layer.weight_ih_l0
        (False, True, True)
    """
    copy, has = object.__new__(type(module)), vars(module)
    attributes = {name: dict(value) if name in ("_parameters", "_buffers") else value for name, value in has.items()}
    attributes["training"] = False
    attributes["_modules"] = {name: part and evaluation_copy(part) for name, part in module._modules.items()}
    if "_flat_weights" in has:
        attributes["_flat_weights"] = list(has["_flat_weights"])
    if isinstance(has.get("dropout"), (int, float)):  # torch's, not a module of the same name
        attributes["dropout"] = 0.0
    copy.__dict__.update(attributes | changed)
    return copy


@torch.no_grad()
def _initialised(layer: nn.Module, spec: LayerSpec, seed: int) -> nn.Module:
    """torch's own start, uniform within 1 / sqrt(hidden_size), drawn from a generator of its own."""
    generator = torch.Generator("cpu").manual_seed(seed)
    bound = spec.hidden_size**-0.5
    for parameter in layer.parameters():
        parameter.uniform_(-bound, bound, generator=generator)
    return layer


def random_numbers(sizes: tuple[int, ...], dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Numbers from a normal distribution, on the CPU: the same every time, whatever your defaults and your seed.

    Example:
        >>> random_numbers((8, 3, 12)).shape
        torch.Size([8, 3, 12])
    """
    generator = torch.Generator("cpu").manual_seed(SEED)
    return torch.randn(sizes, generator=generator, dtype=torch.float32, device="cpu").to(dtype)
