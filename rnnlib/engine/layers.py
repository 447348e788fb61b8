"""A real layer of torch: made from a spec, copied to be evaluated, and whose code runs when it is called."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as module_of_torch
from torch.nn.utils import parametrize
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.devices import find
from rnnlib.engine.limits.memory import check_build
from rnnlib.spec import LayerSpec
from rnnlib.spec.shapes import check_layers

SEED = 0
DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)  # those in which a recurrent layer can be
HOOKS_OF_ALL = ("_global_forward_pre_hooks", "_global_forward_hooks")  # those on every module that there is


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
    *,
    fits: bool = False,
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
        fits: the memory for it was asked for already.

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
    if not fits:
        check_build(spec, where)
    arguments = spec.arguments()
    if spec.num_layers == 1:
        arguments.pop("dropout", None)  # torch would warn of it; LayerSpec has explained it
    empty: nn.Module = getattr(nn, spec.kind)(**arguments, device="meta", dtype=torch.float32)
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


def is_torchs(module: Any) -> bool:
    """Whether a layer is of one of torch's own classes, not of a subclass."""
    return type(module).__module__ == "torch.nn.modules.rnn"


def overrides_forward(spec: LayerSpec, module: nn.Module) -> bool:
    """Whether a subclass, or this one layer, has a forward() of its own."""
    return getattr(module.forward, "__func__", None) is not getattr(nn, spec.kind).forward


def is_plain(spec: LayerSpec, module: nn.Module) -> bool:
    """Whether nothing but torch's own code runs when the layer is called."""
    called_so = type(module).__call__ is nn.Module.__call__
    made = parametrize.is_parametrized(module)  # by code that may draw random numbers
    return called_so and not made and not overrides_forward(spec, module) and not _hooks(module)


def other_code(module: nn.Module) -> str:
    """What else than torch's ``forward()`` runs when the layer is called, by name: such may change its result.

    Example:
        >>> layer = nn.GRU(3, 2)
        >>> def double(module, inputs, result):
        ...     return 2 * result[0], result[1]
        >>> handle = layer.register_forward_hook(double)
        >>> other_code(layer)
        'its hook double() changes what goes in or what comes out'
    """
    if type(module).__call__ is not nn.Module.__call__:
        return f"{type(module).__name__} has a __call__() of its own"
    if parametrize.is_parametrized(module) and not _hooks(module):
        return f"its parametrisation of {', '.join(module.parametrizations)} makes them anew at each call"  # type: ignore[arg-type]
    names = [getattr(hook, "__name__", type(hook).__name__) for hook in _hooks(module)]
    names = ["lambda" if name == "<lambda>" else f"{name}()" for name in names]
    which = f"its hook {names[0]} changes" if len(names) == 1 else f"its hooks {', '.join(names)} change"
    return f"{which} what goes in or what comes out"


def _hooks(module: nn.Module) -> list[Any]:
    """What is called before and after the layer itself, and before and after every module that there is."""
    everywhere = map(vars(module_of_torch).get, HOOKS_OF_ALL)
    registered = (module._forward_pre_hooks, module._forward_hooks, *everywhere)
    return [hook for hooks in registered for hook in (hooks or {}).values()]


@torch.no_grad()
def _initialised(layer: nn.Module, spec: LayerSpec, seed: int) -> nn.Module:
    """torch's own start, uniform within 1 / sqrt(hidden_size), drawn from a generator of its own."""
    generator = torch.Generator("cpu").manual_seed(seed)
    bound = spec.hidden_size**-0.5
    for parameter in layer.parameters():
        parameter.uniform_(-bound, bound, generator=generator)
    return layer
