"""The live layer's answer to the sizes that a learner chose: plain data for the front end."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from rnnlib.engine.checks import Check
from rnnlib.engine.devices import find
from rnnlib.engine.layers import build
from rnnlib.engine.run import Run, run
from rnnlib.explorers.recorded import input_for
from rnnlib.spec import LayerSpec, TensorShape, shapes
from rnnlib.spec.sizes import in_units

# A live run follows a slider: what takes longer than a blink is refused in words, not run.
MOST_MULTIPLY_ADDS = 1_000_000_000
MOST_PARAMETERS = 20_000_000
MAP_CELLS = 48  # a heat map shows at most this many rows and columns


def answer(spec: LayerSpec, seq_len: int, batch: int, device: str, module: nn.Module | None = None) -> dict[str, Any]:
    """Run the layer and tell what it gave.

    Args:
        spec: the layer.
        seq_len: steps; a cell is called so many times.
        batch: sequences.
        device: where it runs.
        module: the learner's own layer of this very spec; None builds a new one.

    Returns:
        ``rows`` (every tensor's real shape and whether `shapes` agrees), ``checks``, ``maps`` (the first
        sequence's values), ``seconds``, ``device``, ``parameters``, ``source``; or ``refused``, a sentence.
    """
    about = {"device": device, "parameters": spec.num_parameters}
    refused = _too_large(spec, seq_len, batch)
    if refused:
        return about | {"refused": refused}
    layer = build(spec, device) if module is None else module
    like = next(layer.parameters())
    x, source = input_for(spec, seq_len, batch)
    x = x.to(like.device, like.dtype)
    steps = x.transpose(0, 1) if spec.batch_first else x
    result = run(layer, x[0] if spec.is_cell else steps, device=device)
    expected = shapes(spec, seq_len, batch)
    owner = "" if module is None else " The layer is your own."
    return about | {
        "seconds": result.seconds,
        "source": source + owner,
        "rows": _rows(result, expected),
        "checks": [_weights_agree(layer, expected), *map(_said, result.checks)],
        "maps": _maps(spec, x, result, layer),
    }


def _too_large(spec: LayerSpec, seq_len: int, batch: int) -> str:
    """Why a live run of these sizes would not follow a slider; empty if it would."""
    costs = spec.costs(seq_len, batch)
    if costs.multiply_adds <= MOST_MULTIPLY_ADDS and costs.parameters <= MOST_PARAMETERS:
        return ""
    return (
        f"Not run live: it takes {costs.multiply_adds:.1e} multiply-adds and {in_units(costs.run_bytes)}, too much to"
        " follow a slider. The shapes drawn hold all the same; to run it, call run(…) with these sizes in a cell."
    )


def _rows(result: Run, expected: dict[str, TensorShape]) -> list[dict[str, Any]]:
    real = {"input": result.input, "output": result.output, "h_n": result.h_n, "c_n": result.c_n}
    real |= {"h_1": result.h_n, "c_1": result.c_n}
    rows = []
    for name, tensor in expected.items():
        if tensor.role == "parameter" or name in ("h_0", "c_0"):
            continue
        shape = tuple(real[name].shape)
        rows.append({"name": name, "shape": shape, "axes": tensor.axes, "agrees": shape == tensor.sizes})
    return rows


def _weights_agree(layer: nn.Module, expected: dict[str, TensorShape]) -> dict[str, Any]:
    """One check for all parameters: their names, order and shapes."""
    real = {name: tuple(p.shape) for name, p in layer.named_parameters()}
    said = {name: t.sizes for name, t in expected.items() if t.role == "parameter"}
    return {"sentence": f"all {len(real)} weights and biases have the shapes drawn", "holds": real == said, "why": ""}


def _said(check: Check) -> dict[str, Any]:
    return {"sentence": check.sentence, "holds": check.holds, "why": check.why}


def _maps(spec: LayerSpec, x: torch.Tensor, result: Run, layer: nn.Module) -> list[dict[str, Any]]:
    """The first sequence's values: what goes in, what comes out, and the last state."""
    if spec.is_cell:
        states = _looped(layer, x)
        return [_map("x_t, step by step", x[:, 0], "x[c, 0, r]"), _map("h, step by step", states[:, 0], "h after step c [0, r]")]
    output = result.output.transpose(0, 1) if spec.batch_first else result.output
    out, into = ("output[0, c, r]", "x[0, c, r]") if spec.batch_first else ("output[c, 0, r]", "x[c, 0, r]")
    maps = [_map("input", x[:, 0], into), _map("output", output[:, 0], out), _map("h_n", result.h_n[:, 0], "h_n[c, 0, r]")]
    return [*maps, _map("c_n", result.c_n[:, 0], "c_n[c, 0, r]")] if result.c_n is not None else maps


@torch.no_grad()
def _looped(cell: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """A cell called once a step, each time with the state that it gave before: every h, ``(seq_len, batch, H)``."""
    state, states = None, []
    for x_t in x:
        state = cell(x_t, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return torch.stack(states)


def _map(name: str, values: torch.Tensor, index: str) -> dict[str, Any]:
    """A heat map's data from ``(columns, rows)`` values; the front end reads them row by row."""
    shown = values[:MAP_CELLS, :MAP_CELLS].detach().to("cpu", torch.float32)
    note = "" if shown.shape == values.shape else f"the first {' × '.join(map(str, shown.shape))}"
    return {
        "name": name,
        "rows": shown.shape[1],
        "cols": shown.shape[0],
        "values": shown.T.contiguous().numpy().tobytes(),
        "index": index,
        "note": note,
    }


def check_device(device: Any) -> str:
    """Give the name of a device back if it is there, else raise the engine's sentence."""
    find(device)
    return str(device)
