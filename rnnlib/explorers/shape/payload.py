"""The live layer's answer to the sizes that a learner chose: plain data for the front end."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.arguments.states import State, zeros
from rnnlib.engine.call import Inputs, call, keeping_torch_settings
from rnnlib.engine.checks import MOST, NOT_FOUND, Check, cell_checks, layer_checks, unchanged_check
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import find
from rnnlib.engine.layers import build, evaluation_copy
from rnnlib.engine.limits import Estimate, as_layer, check_run
from rnnlib.engine.overrides import is_torchs, other_than_forward, same_random_numbers
from rnnlib.engine.weights import changed_in_place, count_of, like
from rnnlib.explorers.shared.recordings import input_for
from rnnlib.spec import LayerSpec, TensorShape, shapes

OWN_IN_EVAL = " The layer is your own, with its dropout off as after layer.eval()."
FACE_CELLS = 24  # at either end of an axis, so many rows or columns are sent


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
        ``rows`` (every tensor's real shape and whether `shapes` agrees), ``weights_agree``, ``checks``, ``faces``
        (sequence 0's numbers), ``seconds``, ``device``, ``parameters``, ``source``; or ``refused``, a sentence.

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
        real, checks, faces, seconds = run(spec, layer, x)
        agree = _weights_agree(layer, expected)
    owner = "" if module is None else " The layer is your own." if layer is module else OWN_IN_EVAL
    if module is not None and count_of(module) != spec.num_parameters:
        owner += f" It has {count_of(module):,} parameters; what is drawn are {spec.num_parameters:,} numbers."
    checks, other = [*unchanged_check(changed), *checks], other_than_forward(spec, layer)
    return {
        "seconds": seconds,
        "source": source + owner,
        "rows": _rows(real, expected),
        "weights_agree": agree,
        "checks": [_told(check, other) for check in checks[:MOST]],
        "faces": faces,
    }


class Ran(NamedTuple):
    """The tensors by name, what holds between them, sequence 0's numbers, and the seconds of one call."""

    tensors: dict[str, Tensor]
    checks: list[Check]
    faces: list[dict[str, Any]]
    seconds: float


def _run_layer(spec: LayerSpec, layer: nn.Module, x: Tensor) -> Ran:
    given = x.transpose(0, 1) if spec.batch_first else x
    sizes = Sizes(*x.shape[:2])
    # A forward() of one's own may take no state.
    first = zeros(spec, sizes, x.dtype, x.device) if is_torchs(layer) else None
    inputs = Inputs(given, sizes, first)
    outputs, seconds = call(spec, layer, inputs)
    assert isinstance(outputs.output, Tensor)
    output = outputs.output.transpose(0, 1) if spec.batch_first else outputs.output
    at = "[0, {c}, {r}]" if spec.batch_first else "[{c}, 0, {r}]"
    ends = _states(spec, "_n", (outputs.h_n, outputs.c_n))
    faces = [
        _face("input", f"x{at}", x[:, 0]),
        _face("output", f"output{at}", output[:, 0], spec.num_directions),
        *(_face(name, f"{name}[{{c}}, 0, {{r}}]", state[:, 0]) for name, state in ends.items()),
    ]
    tensors = {"input": given, "output": outputs.output, **_states(spec, "_0", first), **ends}
    return Ran(tensors, layer_checks(spec, inputs, outputs), faces, seconds)


def _run_cell(spec: LayerSpec, cell: nn.Module, x: Tensor) -> Ran:
    """A cell is called once a step, each time on the state that it gave before; what is checked is the first step."""
    sizes = Sizes(1, x.shape[1])
    first = zeros(spec, sizes, x.dtype, x.device)
    state: State | None = first if is_torchs(cell) else None
    ran = []
    for x_t in x:
        ran.append(call(spec, cell, Inputs(x_t, sizes, state)))
        h, c = ran[-1][0].h_n, ran[-1][0].c_n
        state = h if c is None else (h, c)
    outputs, seconds = ran[0]
    last = _states(spec, "_1", (ran[-1][0].h_n, ran[-1][0].c_n))
    faces = [
        _face("input", "x_t[0, {r}]", x[-1:, 0]),
        *(_face(name, f"{name}[0, {{r}}]", tensor[:1]) for name, tensor in last.items()),
    ]
    given = _states(spec, "_0", first) if is_torchs(cell) else {}
    tensors = {"input": x[0], **given, **_states(spec, "_1", (outputs.h_n, outputs.c_n))}
    return Ran(tensors, cell_checks(spec, cell, x[0], first, outputs), faces, seconds)


def _states(spec: LayerSpec, ending: str, states: Any) -> dict[str, Tensor]:
    """States by their names, as in ``h_n`` and ``c_n``; none where none were given."""
    if states is None:
        return {}
    tensors = states if isinstance(states, tuple) else (states,)
    return dict(zip((name + ending for name in spec.family.states), tensors, strict=False))


def _rows(real: dict[str, Tensor], expected: dict[str, TensorShape]) -> list[dict[str, Any]]:
    return [
        {"name": name, "shape": (shape := tuple(real[name].shape)), "axes": t.axes, "agrees": shape == t.sizes}
        for name, t in expected.items()
        if name in real
    ]


def _told(check: Check, other: str) -> dict[str, Any]:
    """A fact with its sign: = and ≠ are both as they should be, ✗ is what torch's own layers never do."""
    left, equals, right = check.sentence.partition(" equals ")
    if check.holds:
        return {"sentence": check.sentence, "mark": "=", "why": check.why}
    if not equals or check.why == NOT_FOUND:
        why = other or NOT_FOUND if equals else check.why
        return {"sentence": check.sentence, "mark": "✗", "why": why}
    return {"sentence": f"{left} is not {right}", "mark": "≠", "why": check.why}


def _weights_agree(layer: nn.Module, expected: dict[str, TensorShape]) -> bool:
    """Whether all parameters that are drawn have the shapes drawn; a layer of one's own may have more."""
    said = {name: t.sizes for name, t in expected.items() if t.role == "parameter"}
    return {name: tuple(getattr(layer, name).shape) for name in said if hasattr(layer, name)} == said


def _face(tensor: str, index: str, values: Tensor, parts: int = 1) -> dict[str, Any]:
    """A face's numbers from ``(columns, rows)`` values, row by row; of a long axis the ends of each of its parts.

    `index` says how a learner would index the cell of row ``r`` and column ``c``.
    """
    cols, rows = _ends(values.shape[0]), _ends(values.shape[1], parts)
    shown = values[cols][:, rows].detach().to("cpu", torch.float32).T.contiguous()
    return {"tensor": tensor, "index": index, "rows": rows, "cols": cols, "values": shown.numpy().tobytes()}


def _ends(count: int, parts: int = 1) -> list[int]:
    """The indices of an axis that a picture can show: all of a short one, else the first and the last of each part."""
    each = count // parts
    if each <= 2 * FACE_CELLS:
        return list(range(count))
    ends = [*range(FACE_CELLS), *range(each - FACE_CELLS, each)]
    return [part * each + index for part in range(parts) for index in ends]
