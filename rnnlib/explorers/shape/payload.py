"""The live layer's answer to the sizes that a learner chose: plain data for the front end."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.arguments.states import State, zeros
from rnnlib.engine.call import Inputs, call, keeping_torch_settings
from rnnlib.engine.checks import MOST, Check, cell_checks, layer_checks, unchanged_check
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import find
from rnnlib.engine.layers import build, evaluation_copy
from rnnlib.engine.limits import Estimate, as_layer, check_run
from rnnlib.engine.overrides import same_random_numbers
from rnnlib.engine.weights import changed_in_place, count_of, like
from rnnlib.explorers.shared.recordings import input_for
from rnnlib.spec import LayerSpec, TensorShape, shapes

OWN_IN_EVAL = " The layer is your own, with its dropout off as after layer.eval()."
MAP_CELLS = 48  # a heat map shows at most this many rows and columns


@torch.no_grad()
def answer(
    spec: LayerSpec, seq_len: int, batch: int, device: str, needed: Estimate, module: nn.Module | None = None
) -> dict[str, Any]:
    """Run the layer and tell what it gave.

    Args:
        spec: the layer.
        seq_len: steps; a cell is called so many times.
        batch: sequences.
        device: where it runs.
        needed: how long it takes.
        module: the learner's own layer of this very spec; None builds a new one.

    Returns:
        ``rows`` (every tensor's real shape and whether `shapes` agrees), ``checks``, ``maps`` (the first
        sequence's values), ``seconds``, ``device``, ``parameters``, ``source``; or ``refused``, a sentence.

    Raises:
        ValueError: the device ran out of memory, or is lost.
    """
    about = {"device": device, "parameters": spec.num_parameters if module is None else count_of(module)}
    where, shapes_hold = find(device), "The shapes drawn hold all the same."
    try:
        costs = check_run(as_layer(spec), seq_len, batch, where, built=module is not None)
    except ValueError as error:
        return about | {"refused": f"Not run: {error} {shapes_hold}"}
    if needed.is_too_long:
        refused = (
            f"Not run live: {needed.words} are too much to follow a slider."
            f" To run it, give these sizes to run(…) in a cell. {shapes_hold}"
        )
        return about | {"refused": refused}
    with in_words(where), keeping_torch_settings(spec, costs.multiply_adds):
        return about | _answered(spec, seq_len, batch, device, module)


def _answered(spec: LayerSpec, seq_len: int, batch: int, device: str, module: nn.Module | None) -> dict[str, Any]:
    layer = build(spec, device).eval() if module is None else module
    layer = evaluation_copy(layer) if layer.training and spec.dropout else layer
    weight = like(layer)
    x, source = input_for(spec, seq_len, batch)
    x = x.to(weight.device, weight.dtype)
    run = _run_cell if spec.is_cell else _run_layer
    expected = shapes(spec, seq_len, batch)
    with same_random_numbers(spec, layer), changed_in_place(spec, layer) as changed:
        real, checks, maps, seconds = run(spec, layer, x)
        agree = _weights_agree(layer, expected)
    owner = "" if module is None else " The layer is your own." if layer is module else OWN_IN_EVAL
    if module is not None and count_of(module) != spec.num_parameters:
        owner += f" It has {count_of(module):,} parameters; what is drawn are {spec.num_parameters:,} numbers."
    checks = [*unchanged_check(changed), *checks]
    return {
        "seconds": seconds,
        "source": source + owner,
        "rows": _rows(real, expected),
        "checks": [agree, *map(dataclasses.asdict, checks[:MOST])],
        "maps": maps,
    }


class Ran(NamedTuple):
    """The tensors by name, what holds between them, the heat maps of sequence 0, and the seconds of one call."""

    tensors: dict[str, Tensor]
    checks: list[Check]
    maps: list[dict[str, Any]]
    seconds: float


def _run_layer(spec: LayerSpec, layer: nn.Module, x: Tensor) -> Ran:
    given = x.transpose(0, 1) if spec.batch_first else x
    inputs = Inputs(given, Sizes(*x.shape[:2]))
    outputs, seconds = call(spec, layer, inputs)
    states = {name: state for name, state in (("h_n", outputs.h_n), ("c_n", outputs.c_n)) if state is not None}
    assert isinstance(outputs.output, Tensor)
    output = outputs.output.transpose(0, 1) if spec.batch_first else outputs.output
    first, at = ("[0]", "[0, c, r]") if spec.batch_first else ("[:, 0]", "[c, 0, r]")
    maps = [_map(f"{name}{first}", name + at, "time", values[:, 0]) for name, values in (("x", x), ("output", output))]
    maps += [_map(f"{name}[:, 0]", f"{name}[c, 0, r]", "layer", state[:, 0]) for name, state in states.items()]
    tensors = {"input": given, "output": outputs.output, **states}
    return Ran(tensors, layer_checks(spec, inputs, outputs), maps, seconds)


def _run_cell(spec: LayerSpec, cell: nn.Module, x: Tensor) -> Ran:
    """A cell is called once a step, each time on the state that it gave before; what is checked is the first step."""
    sizes, ran, hs = Sizes(1, x.shape[1]), [], []
    state: State | None = None
    for x_t in x:
        ran.append(call(spec, cell, Inputs(x_t, sizes, state)))
        h, c = ran[-1][0].h_n, ran[-1][0].c_n
        state = h if c is None else (h, c)
        hs.append(h[0])
    first, seconds = ran[0]
    checks = cell_checks(spec, cell, x[0], zeros(spec, sizes, x.dtype, x.device), first)
    maps = [
        _map("x[:, 0]", "x[c, 0, r]", "step", x[:, 0]),
        _map("h after each step", "h[0, r] after step c", "step", torch.stack(hs)),
    ]
    states = {"h_1": first.h_n} if first.c_n is None else {"h_1": first.h_n, "c_1": first.c_n}
    return Ran({"input": x[0]} | states, checks, maps, seconds)


def _rows(real: dict[str, Tensor], expected: dict[str, TensorShape]) -> list[dict[str, Any]]:
    return [
        {"name": name, "shape": (shape := tuple(real[name].shape)), "axes": t.axes, "agrees": shape == t.sizes}
        for name, t in expected.items()
        if t.role != "parameter" and name not in ("h_0", "c_0")
    ]


def _weights_agree(layer: nn.Module, expected: dict[str, TensorShape]) -> dict[str, Any]:
    """One check for all parameters that are drawn; a layer of one's own may have more."""
    said = {name: t.sizes for name, t in expected.items() if t.role == "parameter"}
    real = {name: tuple(getattr(layer, name).shape) for name in said if hasattr(layer, name)}
    return {"sentence": f"all {len(said)} weights and biases have the shapes drawn", "holds": real == said, "why": ""}


def _map(name: str, index: str, across: str, values: Tensor) -> dict[str, Any]:
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
