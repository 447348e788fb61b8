"""The code that does the same: a snippet with the symbols still in it, and with the numbers put in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnnlib.spec.kinds import import_of, in_code
from rnnlib.spec.shapes import data_shapes, symbol_values, value_of

if TYPE_CHECKING:
    from rnnlib.spec.layer import LayerSpec

FIELD = re.compile(r"\{([a-z_*]+)\}")


def code(spec: LayerSpec, seq_len: int, batch: int | None = None) -> str:
    """The snippet with numbers: it runs on its own and prints a line ``name (sizes)`` for every tensor.

    Example:
        >>> from rnnlib import LayerSpec
        >>> print(code(LayerSpec("GRU", 3, 2), seq_len=9, batch=1).splitlines()[4])
        x = torch.randn(9, 1, 3)
    """
    values = symbol_values(spec, seq_len, batch)
    return FIELD.sub(lambda field: str(value_of(field[1], values)), template(spec, unbatched=batch is None))


def template(spec: LayerSpec, unbatched: bool = False) -> str:
    """The snippet with a field such as ``{num_layers*num_directions}`` where a number goes.

    It depends on what the layer is, never on its sizes (but for ``num_layers`` being 1 or more),
    so that the front end can fill it while a slider moves.
    """
    lines = _cell(spec, unbatched) if spec.is_cell else _layer(spec, unbatched)
    return "\n".join(["import torch", import_of(spec.kind), "", *lines, ""])


def constructor(spec: LayerSpec) -> str:
    """The call that makes the layer, on one line, its sizes as fields.

    Example:
        >>> from rnnlib import LayerSpec
        >>> constructor(LayerSpec("RNN", 5, 10, num_layers=2))
        'nn.RNN({input_size}, {hidden_size}, num_layers={num_layers})'
    """
    return f"{in_code(spec.kind)}({', '.join(_arguments(spec))})"


def _layer(spec: LayerSpec, unbatched: bool) -> list[str]:
    axes = {name: _fields(t.axes) for name, t in data_shapes(spec, 1, None if unbatched else 1).items()}
    name = spec.kind.lower()
    states = [f"{state}_0" for state in spec.family.states]
    ends = [f"{state}_n" for state in spec.family.states]
    lines = [*_wrapped(f"{name} = {in_code(spec.kind)}(", _arguments(spec)), f"x = torch.randn({axes['input']})"]
    lines += [f"{state} = torch.zeros({axes[state]})" for state in states]
    call = f"output, {_together(ends)} = {name}(x, {_together(states)})"
    return [*lines, call, *_prints(name, {"input": "x"}, states, ["output", *ends])]


def _cell(spec: LayerSpec, unbatched: bool) -> list[str]:
    batch = "" if unbatched else "{batch}, "
    lines = [
        *_wrapped(f"cell = {in_code(spec.kind)}(", _arguments(spec)),
        f"x = torch.randn({{seq_len}}, {batch}{{input_size}})",
    ]
    names = spec.family.states
    states = [f"{state}_0" for state in names]
    lines += [f"{state} = torch.zeros({batch}{{hidden_size}})" for state in states]
    lines += [f"{', '.join(names)} = {', '.join(states)}", "for x_t in x:  # you write the loop"]
    lines += [f"    {', '.join(names)} = cell(x_t, {_together(names)})"]
    return [*lines, *_prints("cell", {"input": "x_t"}, states, {f"{state}_1": state for state in names})]


def _together(names: Sequence[str]) -> str:
    """One state as it is, two in brackets, as torch takes and gives them."""
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _prints(layer: str, given: dict[str, str], states: list[str], ends: list[str] | dict[str, str]) -> list[str]:
    """The lines that print every shape by its name."""
    named = given | {s: s for s in states}
    after = ends if isinstance(ends, dict) else {e: e for e in ends}
    first = ", ".join(f"{name}={variable}" for name, variable in named.items())
    second = ", ".join(f"{name}={variable}" for name, variable in after.items())
    return [
        "",
        f"tensors = dict({first},",
        f"               {second},",
        f"               **dict({layer}.named_parameters()))",
        "for name, tensor in tensors.items():",
        "    print(name, tuple(tensor.shape))",
    ]


def _arguments(spec: LayerSpec) -> list[str]:
    """Constructor arguments: sizes as fields, the rest only where it is not torch's default."""
    defaults = {field.name: field.default for field in dataclasses.fields(spec)}
    sizes = ("num_layers", "proj_size")
    given = {name: value for name, value in spec.arguments().items() if value != defaults[name]}
    del given["input_size"], given["hidden_size"]
    others = [f"{name}=" + (f"{{{name}}}" if name in sizes else repr(value)) for name, value in given.items()]
    return ["{input_size}", "{hidden_size}", *others]


def _wrapped(opening: str, arguments: list[str]) -> list[str]:
    """A call on one line, or on lines that align: the sizes, then an argument a line."""
    lines = [", ".join(arguments[:3]), *arguments[3:]]
    starts = [opening] + [" " * len(opening)] * (len(lines) - 1)
    ends = [","] * (len(lines) - 1) + [")"]
    return [start + line + end for start, line, end in zip(starts, lines, ends, strict=True)]


def _fields(axes: tuple[str, ...]) -> str:
    return ", ".join("{" + axis + "}" for axis in axes)
