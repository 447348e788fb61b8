"""Workloads as `time_layer` makes them, and how their variants compare with the layer."""

from __future__ import annotations

from typing import Any

import torch

from rnnlib.engine.call import call
from rnnlib.engine.timing.equality import equal_to_layer
from rnnlib.engine.timing.variants import variant_of
from rnnlib.engine.timing.workload import Workload, check_workload
from rnnlib.engine.trace.comparison import Equal

DEEP = {"num_layers": 2, "bidirectional": True}


def workload_of(layer: Any, x: Any = None, **given: Any) -> Workload:
    """What `time_layer` makes of its arguments."""
    asked = {"variant": None, "seq_len": None, "batch": None, "lengths": None, "device": None, "dtype": None}
    with torch.set_grad_enabled(given.get("backward", False)):
        return check_workload(layer, x, **(asked | {"backward": False} | given))


def compared(workload: Workload) -> Equal:
    """Its variant, beside the layer."""
    with torch.set_grad_enabled(workload.backward):
        return equal_to_layer(workload, call(workload.spec, variant_of(workload), workload.given)[0])
