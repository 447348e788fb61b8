"""The live layer's answer to the sizes that a learner chose: plain data for the front end."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from rnnlib.engine.call import keeping_torch_settings
from rnnlib.engine.checks import Check
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import find
from rnnlib.engine.layers import build, evaluation_copy
from rnnlib.engine.limits.memory import check_run
from rnnlib.engine.limits.seconds import MOST_SECONDS, as_layer, estimate
from rnnlib.engine.run import Run, run
from rnnlib.engine.weights import like
from rnnlib.explorers.shared.recordings import input_for
from rnnlib.spec import LayerSpec, TensorShape, shapes

OWN_IN_EVAL = " The layer is your own, with its dropout off as after layer.eval()."
MAP_CELLS = 48  # a heat map shows at most this many rows and columns


@torch.no_grad()
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

    Raises:
        ValueError: the device ran out of memory, or is lost.
    """
    about = {"device": device, "parameters": spec.num_parameters}
    refused = _refusal(spec, seq_len, batch, device, module)
    if refused:
        return about | {"refused": refused}
    with in_words(find(device)):
        return about | _answered(spec, seq_len, batch, device, module)


def _answered(spec: LayerSpec, seq_len: int, batch: int, device: str, module: nn.Module | None) -> dict[str, Any]:
    layer = build(spec, device) if module is None else module
    layer = evaluation_copy(layer) if layer.training and spec.dropout else layer
    weight = like(layer)
    x, source = input_for(spec, seq_len, batch)
    x = x.to(weight.device, weight.dtype)
    steps = x.transpose(0, 1) if spec.batch_first else x
    result = run(layer, x[0] if spec.is_cell else steps, device=device)
    expected = shapes(spec, seq_len, batch)
    owner = "" if module is None else " The layer is your own." if layer is module else OWN_IN_EVAL
    return {
        "seconds": result.seconds,
        "source": source + owner,
        "rows": _rows(result, expected),
        "checks": [_weights_agree(layer, expected), *map(_said, result.checks)],
        "maps": _maps(spec, x, result, layer),
    }


def _refusal(spec: LayerSpec, seq_len: int, batch: int, device: str, module: nn.Module | None) -> str:
    """Why these sizes are not run live; empty if they are."""
    shapes_hold = "The shapes drawn hold all the same."
    built = module is not None
    try:
        check_run(as_layer(spec), seq_len, batch, find(device), built=built)
    except ValueError as error:
        return f"Not run: {error} {shapes_hold}"
    needed = estimate(spec, seq_len, batch, device, built=built)
    if needed.seconds <= MOST_SECONDS:
        return ""
    return (
        f"Not run live: {needed.words} are too much to follow a slider."
        f" To run it, give these sizes to run(…) in a cell. {shapes_hold}"
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
    """One check for all parameters that are drawn; a layer of one's own may have more."""
    said = {name: t.sizes for name, t in expected.items() if t.role == "parameter"}
    real = {name: tuple(getattr(layer, name).shape) for name in said if hasattr(layer, name)}
    return {"sentence": f"all {len(said)} weights and biases have the shapes drawn", "holds": real == said, "why": ""}


def _said(check: Check) -> dict[str, Any]:
    return {"sentence": check.sentence, "holds": check.holds, "why": check.why}


def _maps(spec: LayerSpec, x: torch.Tensor, result: Run, layer: nn.Module) -> list[dict[str, Any]]:
    """Sequence 0's values: what goes in, what comes out, and the states at the end, or a cell's at each step."""
    if spec.is_cell:
        with keeping_torch_settings(spec, spec.costs(1, x.shape[1]).multiply_adds):
            states = _looped(layer, x)[:, 0]
        return [
            _map("x[:, 0]", "x[c, 0, r]", "step", x[:, 0]),
            _map("h after each step", "h[0, r] after step c", "step", states),
        ]
    output = result.output.transpose(0, 1) if spec.batch_first else result.output
    first, at = ("[0]", "[0, c, r]") if spec.batch_first else ("[:, 0]", "[c, 0, r]")
    maps = [_map(f"{name}{first}", name + at, "time", values[:, 0]) for name, values in (("x", x), ("output", output))]
    ends = {"h_n": result.h_n, "c_n": result.c_n}
    return maps + [_map(f"{n}[:, 0]", f"{n}[c, 0, r]", "layer", v[:, 0]) for n, v in ends.items() if v is not None]


def _looped(cell: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """A cell called once a step, each time with the state that it gave before: every h, ``(seq_len, batch, H)``."""
    state, states = None, []
    for x_t in x:
        state = cell(x_t, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return torch.stack(states)


def _map(name: str, index: str, across: str, values: torch.Tensor) -> dict[str, Any]:
    """A heat map's data from ``(columns, rows)`` values; the front end reads them row by row.

    `index` says how a learner would index the cell of row ``r`` and column ``c``.
    """
    shown = values[:MAP_CELLS, :MAP_CELLS].detach().to("cpu", torch.float32)
    cut = "" if shown.shape == values.shape else f", {' × '.join(map(str, shown.shape))} shown"
    return {
        "name": name,
        "index": index,
        "note": f"{across} →{cut}",
        "rows": shown.shape[1],
        "cols": shown.shape[0],
        "values": shown.T.contiguous().numpy().tobytes(),
    }
