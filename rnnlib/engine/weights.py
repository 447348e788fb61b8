"""A layer's weights, as the layer has them now: they may be no Parameters.

Of a DataParallel replica, and where they are pruned, dropped or made by another network, they are plain tensors; tied
ones are one tensor under two names; those with a parametrisation are computed at each look.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator

from torch import Tensor, nn
from torch.nn.utils import parametrize

from rnnlib.engine.closeness import difference
from rnnlib.engine.overrides import is_plain, same_random_numbers
from rnnlib.spec import LayerSpec


def weights_of(spec: LayerSpec, layer: nn.Module) -> dict[str, Tensor]:
    """Every weight and bias that a layer of its kind has, by torch's names, in torch's order.

    Args:
        spec: the layer's.
        layer: an ``nn.RNN``, ``nn.LSTM``, ``nn.GRU``, cell or subclass of one.

    Raises:
        TypeError: it lacks one.

    Example:
        >>> weights = weights_of(LayerSpec("GRU", 3, 2, bias=False), nn.GRU(3, 2, bias=False))
        >>> {name: tuple(weight.shape) for name, weight in weights.items()}
        {'weight_ih_l0': (6, 3), 'weight_hh_l0': (6, 2)}
    """
    found = {}
    with same_random_numbers(spec, layer):
        for name in names_of(spec):
            weight = getattr(layer, name, None)
            if not isinstance(weight, Tensor):
                raise TypeError(
                    f"{type(layer).__name__} has no {name}, which every {spec.kind} of its sizes has: it cannot be"
                    " read as one."
                )
            found[name] = weight
    return found


def like(layer: nn.Module) -> Tensor:
    """One of a layer's weights, to take dtype and device from.

    Raises:
        TypeError: it has none.

    Example:
        >>> like(nn.GRU(3, 2).double()).dtype
        torch.float64
    """
    spec = LayerSpec.of(layer)
    if not parametrize.is_parametrized(layer):  # a look would compute it
        for name in names_of(spec):
            if isinstance(weight := getattr(layer, name, None), Tensor):
                return weight
    for tensor in layer.parameters():
        return tensor
    raise TypeError(f"{type(layer).__name__} has no weights, and every {spec.kind} has a {names_of(spec)[0]}.")


def count_of(layer: nn.Module) -> int:
    """How many numbers a layer learns: its own Parameters, each once; of one that has none, those of its kind.

    Example:
        >>> layer = nn.GRU(3, 3, bias=False)
        >>> layer.weight_ih_l0 = layer.weight_hh_l0  # tied
        >>> count_of(layer), LayerSpec.of(layer).num_parameters
        (27, 54)
    """
    return sum(parameter.numel() for parameter in layer.parameters()) or LayerSpec.of(layer).num_parameters


@functools.lru_cache
def names_of(spec: LayerSpec) -> tuple[str, ...]:
    """The names of a layer's weights and biases, in torch's order.

    Example:
        >>> names_of(LayerSpec("RNNCell", 3, 2))
        ('weight_ih', 'weight_hh', 'bias_ih', 'bias_hh')
    """
    return tuple(
        name + suffix_of(spec, layer, direction)
        for layer in range(spec.num_layers)
        for direction in range(spec.num_directions)
        for name in spec.weights
    )


def suffix_of(spec: LayerSpec, layer: int, direction: int) -> str:
    """What torch puts behind ``weight_ih`` and the others to say whose they are.

    Example:
        >>> suffix_of(LayerSpec("GRU", 3, 2, num_layers=2, bidirectional=True), 1, 1)
        '_l1_reverse'
    """
    return "" if spec.is_cell else f"_l{layer}" + ("_reverse" if direction else "")


@contextlib.contextmanager
def changed_in_place(spec: LayerSpec, layer: nn.Module) -> Iterator[list[str]]:
    """The names of the weights whose numbers code of the learner's own changes, once the calls are over."""
    names: list[str] = []
    of = {} if is_plain(spec, layer) else weights_of(spec, layer)  # torch's own changes none
    before = {name: (weight, weight.detach().clone()) for name, weight in of.items()}
    yield names
    names += [name for name, (weight, numbers) in before.items() if difference(weight, numbers) > 0]
