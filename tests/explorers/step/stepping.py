"""What the tests of the step explorer share: layers to show, and what the front end gets of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnlib import LayerSpec
from rnnlib.engine.trace.trace import Trace
from rnnlib.explorers.step.explorer import StepExplorer
from rnnlib.explorers.step.payload import count
from rnnlib.spec.kinds import KINDS

SPECS = [
    *(LayerSpec(kind, 3, 4) for kind in KINDS),
    LayerSpec("RNN", 3, 4, nonlinearity="relu", bias=False),
    LayerSpec("LSTM", 3, 5, num_layers=2, bidirectional=True, proj_size=2),
    LayerSpec("GRU", 3, 4, num_layers=3, bidirectional=True, batch_first=True),
    LayerSpec("LSTM", 3, 4, batch_first=True, bias=False),
]

OTHERS = re.compile("bias|of the paper")


def sent(explorer: StepExplorer, **values: Any) -> None:
    """What a front end's message does."""
    explorer.set_state(values)


def decoded(explorer: StepExplorer) -> dict[str, np.ndarray]:
    """The arrays as the front end reads them."""
    arrays = explorer.answer["arrays"]
    return {name: np.frombuffer(a["values"], dtype="<f4").reshape(a["dims"]) for name, a in arrays.items()}


def expected_of(whole: Trace) -> dict[str, Tensor]:
    """What must be among the arrays, from a trace."""
    expected = whole.states | whole.gates | {f"{state} before": tensor for state, tensor in whole.before.items()}
    for gate in whole.from_x:
        expected |= {f"{gate} from_x": whole.from_x[gate], f"{gate} from_h": whole.from_h[gate]}
    return expected | {f"x of layer {index}": x[None, None] for index, x in enumerate(whole.inputs)}


def assert_shows(explorer: StepExplorer, whole: Trace) -> None:
    """The arrays are the trace's numbers, and nothing besides but biases and what the paper's GRU takes."""
    arrays, expected = decoded(explorer), expected_of(whole)
    assert {name for name in arrays if not OTHERS.search(name)} == set(expected)
    for name, tensor in expected.items():
        assert arrays[name].shape == tuple(tensor.shape), name
        np.testing.assert_array_equal(arrays[name], tensor.detach().float().numpy(), name)
    assert sum(array.size for array in arrays.values()) == count(whole.spec, *whole.mask.shape)


def module_of(spec: LayerSpec, dtype: torch.dtype = torch.float32) -> nn.Module:
    return getattr(nn, spec.kind)(**spec.arguments(), dtype=dtype)
