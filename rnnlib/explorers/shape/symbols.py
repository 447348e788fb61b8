"""What the front end is sent once, so that it can redraw at every slider step without a kernel."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from rnnlib.spec import LayerSpec, TensorShape, shapes
from rnnlib.spec.kinds import KINDS, LAYERS
from rnnlib.spec.layer import as_kind
from rnnlib.spec.snippet import template


def rules(base: LayerSpec) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Every kind's tensors in symbols, with time first and with batch first.

    They are those of two layers and two directions: with fewer, the front end leaves out the parameters of the
    layers and directions that are not there; with more layers, the shapes of layer 1 recur.
    """
    every = {}
    for kind in KINDS:
        spec = as_kind(base, kind, num_layers=2, bidirectional=True, batch_first=False)
        every[kind] = {"seq_first": _rules_of(spec)}
        if kind in LAYERS:
            every[kind]["batch_first"] = _rules_of(dataclasses.replace(spec, batch_first=True))
    return every


def _rules_of(spec: LayerSpec) -> list[dict[str, Any]]:
    return [_rule(tensor) for tensor in shapes(spec, 1, 1).values()]


def _rule(tensor: TensorShape) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(tensor).items() if name != "sizes"}


def templates(base: LayerSpec) -> dict[str, str]:
    """Every kind's snippet by ``"kind bidirectional batch_first stacked"``, flags in JavaScript's words."""
    every = {}
    flags = (False, True)
    for kind, bidirectional, batch_first, stacked in itertools.product(KINDS, flags, flags, flags):
        changes = {"bidirectional": bidirectional, "batch_first": batch_first, "num_layers": 1 + stacked}
        key = " ".join([kind, *(str(flag).lower() for flag in (bidirectional, batch_first, stacked))])
        if kind in LAYERS or not (bidirectional or batch_first or stacked):
            every[key] = template(as_kind(base, kind, **changes))
    return every


def constants(base: LayerSpec) -> dict[str, dict[str, int]]:
    """By kind, the sizes that no slider moves."""
    specs = {kind: as_kind(base, kind) for kind in KINDS}
    return {kind: {"num_gates": spec.num_gates, "proj_size": spec.proj_size} for kind, spec in specs.items()}
