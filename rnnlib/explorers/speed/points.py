"""What a speed lab compares: the setups, the axes along which it compares them, and each of the points to be timed."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import torch

from rnnlib.spec import LayerSpec
from rnnlib.spec.layer import as_kind

SIZES = ("seq_len", "batch", "hidden_size", "num_layers")
VALUES = {
    "seq_len": (8, 16, 32, 64, 128),
    "batch": (1, 4, 16, 64, 256),
    "hidden_size": (16, 32, 64, 128, 256),
    "num_layers": (1, 2, 4, 8),
}


class Setup(NamedTuple):
    """What makes one line of the chart: which of `time_layer`'s variants, and what else differs."""

    variant: str = "layer"
    bidirectional: bool = False
    dtype: torch.dtype = torch.float32


SETUPS = {
    "layer": Setup(),
    "cell loop": Setup("cell loop"),
    "packed": Setup("packed"),
    "two directions": Setup(bidirectional=True),
    "bfloat16": Setup(dtype=torch.bfloat16),
}


@dataclasses.dataclass(frozen=True)
class Point:
    """One point of the chart.

    Attributes:
        kind: of the layer.
        setup: a name in `SETUPS`.
        axis: the one along which is compared.
        sizes: by name, those of this point.
        backward: forward and backward, or forward alone.
        device: where it runs.
    """

    kind: str
    setup: str
    axis: str
    sizes: tuple[tuple[str, int], ...]
    backward: bool
    device: str

    @property
    def value(self) -> int:
        """Where on the axis it lies."""
        return dict(self.sizes)[self.axis]

    @property
    def settings(self) -> dict[str, Any]:
        """What all points of one chart have in common: all but the setup and the place on the axis."""
        fixed = {name: size for name, size in self.sizes if name != self.axis}
        return {"kind": self.kind, "axis": self.axis, **fixed, "backward": self.backward, "device": self.device}

    def spec(self, base: LayerSpec) -> LayerSpec:
        """The layer to be timed: `base`, but for what this point says."""
        sizes = dict(self.sizes)
        changes = {"hidden_size": sizes["hidden_size"], "num_layers": sizes["num_layers"]}
        bidirectional = SETUPS[self.setup].bidirectional or base.bidirectional
        return as_kind(base, self.kind, **changes, bidirectional=bidirectional, dropout=0.0)


def in_words(settings: dict[str, Any]) -> str:
    """What all points of a chart have in common, in words.

    Example:
        >>> sizes = {"seq_len": 8, "hidden_size": 9, "num_layers": 1}
        >>> in_words({"kind": "GRU", "axis": "batch", **sizes, "backward": False, "device": "cpu"})
        'GRU, forward on cpu: seq_len 8, hidden_size 9, num_layers 1'
    """
    fixed = ", ".join(f"{name} {settings[name]}" for name in SIZES if name != settings["axis"])
    direction = "forward and backward" if settings["backward"] else "forward"
    return f"{settings['kind']}, {direction} on {settings['device']}: {fixed}"


def points(
    kind: str, compare: list[str], axis: str, values: list[int], sizes: dict[str, int], backward: bool, device: str
) -> list[Point]:
    """Every point, the small ones of all setups first: so the chart grows to the right.

    Example:
        >>> made = points("GRU", ["layer", "packed"], "batch", [1, 4], dict.fromkeys(SIZES, 8), False, "cpu")
        >>> [(point.setup, point.value) for point in made]
        [('layer', 1), ('packed', 1), ('layer', 4), ('packed', 4)]
    """
    return [
        Point(kind, setup, axis, tuple((sizes | {axis: value}).items()), backward, device)
        for value in sorted(set(values))
        for setup in compare
    ]
