"""What an explorer may start from: a kind, a spec, or a real module, which stays the learner's own."""

from __future__ import annotations

import dataclasses
from typing import Any

from torch import Tensor, nn

from rnnlib.engine.weights import like
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import check_kind, check_layer_kind
from rnnlib.spec.layer import as_kind


@dataclasses.dataclass(frozen=True, eq=False)
class Start:
    """The layer to begin with.

    Attributes:
        spec: the layer's.
        module: the learner's own, or None where a layer is built from the spec.
    """

    spec: LayerSpec
    module: nn.Module | None

    @property
    def weight(self) -> Tensor | None:
        """A weight of the learner's own module, which says its dtype and device."""
        return None if self.module is None else like(self.module)

    def module_for(self, spec: LayerSpec) -> nn.Module | None:
        """The learner's own module, where a spec is still its own but for dropout; else None."""
        if self.module is None or without_dropout(spec) != without_dropout(self.spec):
            return None
        return self.module


def start_from(layer: Any, *, cells: bool = True, **sizes: Any) -> Start:
    """Take what a learner gave.

    Args:
        layer: a kind, a `LayerSpec`, or a real module.
        cells: whether it may be a cell, which takes one step.
        sizes: of a layer of which only the kind is given.

    Raises:
        TypeError, ValueError: no layer, or a cell where none may be, in a sentence.

    Example:
        >>> start_from("GRU", input_size=12, hidden_size=16).spec.hidden_size
        16
    """
    check = check_kind if cells else check_layer_kind
    if isinstance(layer, str):
        return Start(LayerSpec(check(layer), **sizes), None)
    if isinstance(layer, LayerSpec):
        check(layer.kind)
        return Start(layer, None)
    spec = LayerSpec.of(layer)
    check(spec.kind)
    return Start(spec, layer)


def without_dropout(spec: LayerSpec) -> LayerSpec:
    """The spec of a layer as it is evaluated.

    Example:
        >>> without_dropout(LayerSpec("GRU", 3, 2, num_layers=2, dropout=0.5)).dropout
        0.0
    """
    return as_kind(spec, spec.kind, dropout=0.0)
