"""Whose code runs when a layer is called: torch's own alone, or a subclass's, a hook's, a parametrisation's too."""

from __future__ import annotations

import contextlib
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as module_of_torch
from torch.nn.utils import parametrize

from rnnlib.engine.layers import class_of
from rnnlib.spec import LayerSpec
from rnnlib.spec.modules import kind_of_class

HOOKS_OF_ALL = ("_global_forward_pre_hooks", "_global_forward_hooks")  # those on every module that there is


def is_torchs(module: Any) -> bool:
    """Whether a layer is of the very class of its kind, not of a subclass."""
    kind = kind_of_class(type(module))
    return kind is not None and type(module) is class_of(kind)


def overrides_forward(spec: LayerSpec, module: nn.Module) -> bool:
    """Whether a subclass, or this one layer, has a forward() of its own."""
    return getattr(module.forward, "__func__", None) is not class_of(spec.kind).forward


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
    hooks = [getattr(hook, "func", hook) for hook in _hooks(module)]  # what a functools.partial calls
    names = [getattr(hook, "__name__", type(hook).__name__) for hook in hooks]
    names = ["lambda" if name == "<lambda>" else f"{name}()" for name in names]
    which = f"its hook {names[0]} changes" if len(names) == 1 else f"its hooks {', '.join(names)} change"
    return f"{which} what goes in or what comes out"


def other_than_forward(spec: LayerSpec, module: nn.Module) -> str:
    """What beside the layer's ``forward()`` may change its result, as `other_code` says it; "" where nothing does."""
    return "" if overrides_forward(spec, module) or is_plain(spec, module) else other_code(module)


def same_random_numbers(spec: LayerSpec, module: nn.Module) -> contextlib.AbstractContextManager[None]:
    """Calls of the layer inside may draw random numbers, where code that is not torch's does; yours stay as they are.

    Example:
        >>> with same_random_numbers(LayerSpec("GRU", 3, 2), nn.GRU(3, 2)):
        ...     pass
    """
    if is_plain(spec, module):
        return contextlib.nullcontext()
    device = next((tensor.device for tensor in (*module.parameters(), *module.buffers())), torch.device("cpu"))
    return torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])


def _hooks(module: nn.Module) -> list[Any]:
    """What is called before and after the layer itself, and before and after every module that there is."""
    everywhere = map(vars(module_of_torch).get, HOOKS_OF_ALL)
    registered = (module._forward_pre_hooks, module._forward_hooks, *everywhere)
    return [hook for hooks in registered for hook in (hooks or {}).values()]
