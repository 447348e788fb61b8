"""Every tensor's shape, said once in symbols; numbers are put in here and in the front end."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rnnlib.spec.arguments import brief, check_size
from rnnlib.spec.kinds import FAMILIES

if TYPE_CHECKING:
    from rnnlib.spec.layer import LayerSpec


MOST_LAYERS = 10_000


@dataclasses.dataclass(frozen=True)
class TensorShape:
    """The shape of one tensor: symbols, the numbers they stand for, and a reason an axis.

    Attributes:
        name: the name in torch's documentation, such as ``"h_n"`` or ``"weight_ih_l0"``.
        role: ``"input"`` (goes in), ``"output"`` (comes out) or ``"parameter"``.
        axes: a symbol an axis, such as ``"num_layers*num_directions"``.
        why: a sentence an axis.
        sizes: a number an axis.
        layer: for a parameter, its layer; else None.
        direction: for a parameter, 0 forward or 1 backward; else None.
    """

    name: str
    role: str
    axes: tuple[str, ...]
    why: tuple[str, ...]
    sizes: tuple[int, ...] = ()
    layer: int | None = None
    direction: int | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.sizes} = ({', '.join(self.axes)})"


def shapes(spec: LayerSpec, seq_len: int, batch: int | None = None) -> dict[str, TensorShape]:
    """The shape of every input, state, output and parameter of a layer, without building it.

    Args:
        spec: the layer.
        seq_len: :math:`L`, the steps in the input. A cell takes one step at a time, whatever it is.
        batch: :math:`N`, the sequences side by side. None is an unbatched input, ``(seq_len, input_size)``.

    Returns:
        By name, in torch's order: ``input``, ``h_0`` (``c_0``), ``output``, ``h_n`` (``c_n``), then every
        parameter. A cell has no time axis: it takes ``h_0`` (``c_0``) and gives ``h_1`` (``c_1``).

    Raises:
        TypeError, ValueError: a size that is no whole number of at least 1, or too many layers to list.

    Source: "Inputs", "Outputs" and "Variables" in the documentation of ``torch.nn.LSTM``.

    Example:
        >>> from rnnlib import LayerSpec, shapes
        >>> spec = LayerSpec("LSTM", input_size=12, hidden_size=16, num_layers=2, bidirectional=True)
        >>> shapes(spec, seq_len=8, batch=3)["h_n"].sizes  # 4 = 2 * 2
        (4, 3, 16)
        >>> shapes(spec, seq_len=8, batch=3)["output"].axes
        ('seq_len', 'batch', 'num_directions*hidden_size')
    """
    values = symbol_values(spec, seq_len, batch)
    check_layers(spec)
    return data_shapes(spec, seq_len, batch) | _sized(_parameters(spec), values)


def check_layers(spec: LayerSpec) -> None:
    """Refuse a stack so high that naming its weights one by one would take for ever."""
    if spec.num_layers > MOST_LAYERS:
        raise ValueError(f"num_layers={spec.num_layers} is more than rnnlib can list: choose at most {MOST_LAYERS}.")


def data_shapes(spec: LayerSpec, seq_len: int, batch: int | None = None) -> dict[str, TensorShape]:
    """As `shapes`, but only what goes in and what comes out: no parameters.

    Example:
        >>> from rnnlib import LayerSpec
        >>> list(data_shapes(LayerSpec("LSTMCell", 12, 16), seq_len=8))
        ['input', 'h_0', 'c_0', 'h_1', 'c_1']
    """
    values = symbol_values(spec, seq_len, batch)
    return _sized(_data(spec, unbatched=batch is None), values)


def parameter_shapes(spec: LayerSpec, layer: int) -> dict[str, TensorShape]:
    """As `shapes`, but only the parameters of one layer, in its one or two directions.

    Example:
        >>> from rnnlib import LayerSpec
        >>> list(parameter_shapes(LayerSpec("GRU", 3, 2, bias=False), layer=0))
        ['weight_ih_l0', 'weight_hh_l0']
    """
    values = symbol_values(spec, seq_len=1)
    return _sized((p for d in range(spec.num_directions) for p in _parameters_of(spec, layer, d)), values)


def _sized(tensors: Iterable[TensorShape], values: dict[str, int]) -> dict[str, TensorShape]:
    """The tensors by name, with numbers put in for their symbols."""
    sized = {}
    for t in tensors:
        sizes = tuple(value_of(axis, values) for axis in t.axes)
        sized[t.name] = TensorShape(t.name, t.role, t.axes, t.why, sizes, t.layer, t.direction)
    return sized


def symbol_values(spec: LayerSpec, seq_len: int, batch: int | None = None) -> dict[str, int]:
    """What each symbol stands for."""
    if isinstance(spec, type) or not hasattr(spec, "num_gates"):
        mend = " LayerSpec.of(layer) reads a real layer." if hasattr(spec, "parameters") else ""
        raise TypeError(f"expected a LayerSpec, such as LayerSpec('LSTM', 12, 16), not {brief(spec)}.{mend}")
    values = {"seq_len": check_size("seq_len", seq_len)}
    if batch is not None:
        values["batch"] = check_size("batch", batch)
    names = ("input_size", "hidden_size", "proj_size", "num_layers", "num_directions", "num_gates")
    return values | {name: getattr(spec, name) for name in names}


def value_of(axis: str, values: dict[str, int]) -> int:
    """The number that an axis, a product of symbols, stands for.

    Example:
        >>> value_of("num_gates*hidden_size", {"num_gates": 4, "hidden_size": 16})
        64
    """
    return math.prod(values[symbol] for symbol in axis.split("*"))


_GATED = ", ".join(f"{len(family.gates)} in {family}" for family in FAMILIES.values() if family.gates)
_UNGATED = " and ".join(family.name for family in FAMILIES.values() if not family.gates)
WHY = {
    "seq_len": "one step of time after the other",
    "batch": "the sequences, side by side; none sees another",
    "input_size": "the numbers that make up one step of the input",
    "num_layers*num_directions": "one state for each layer and direction, layer first; batch_first never moves it",
    "hidden_size": "the numbers in one state",
    "proj_size": "the numbers in h once it is projected from hidden_size down to proj_size",
    "num_directions*hidden_size": "the last layer's h at each step; with two directions, both side by side",
    "num_directions*proj_size": "the last layer's projected h at each step; with two directions, side by side",
    "num_gates*hidden_size": f"blocks of hidden_size rows: {_GATED}, one a gate; 1 in {_UNGATED}, which has none",
}


def _data(spec: LayerSpec, unbatched: bool) -> Iterator[TensorShape]:
    """What goes in and what comes out."""

    def tensor(name: str, role: str, *axes: str) -> TensorShape:
        kept = tuple(axis for axis in axes if not (unbatched and axis == "batch"))
        return TensorShape(name, role, kept, tuple(WHY[axis] for axis in kept))

    h_size = "proj_size" if spec.proj_size else "hidden_size"
    widths = {state: h_size if state == "h" else "hidden_size" for state in spec.family.states}
    stack = () if spec.is_cell else ("num_layers*num_directions",)
    time = () if spec.is_cell else (("batch", "seq_len") if spec.batch_first else ("seq_len", "batch"))
    after = "1" if spec.is_cell else "n"

    yield tensor("input", "input", *(time or ("batch",)), "input_size")
    for state, width in widths.items():
        yield tensor(f"{state}_0", "input", *stack, "batch", width)
    if not spec.is_cell:
        yield tensor("output", "output", *time, f"num_directions*{h_size}")
    for state, width in widths.items():
        yield tensor(f"{state}_{after}", "output", *stack, "batch", width)


def _parameters(spec: LayerSpec) -> Iterator[TensorShape]:
    """Weights and biases, in the order of ``module.named_parameters()``."""
    for layer in range(spec.num_layers):
        for direction in range(spec.num_directions):
            yield from _parameters_of(spec, layer, direction)


def _parameters_of(spec: LayerSpec, layer: int, direction: int) -> Iterator[TensorShape]:
    suffix = "" if spec.is_cell else f"_l{layer}" + ("_reverse" if direction else "")
    h_size = "proj_size" if spec.proj_size else "hidden_size"
    gates = ("num_gates*hidden_size", WHY["num_gates*hidden_size"])
    if layer == 0:
        below = ("input_size", "a cell reads the input" if spec.is_cell else "layer 0 reads the input")
    else:
        below = (f"num_directions*{h_size}", f"layer {layer} reads what layer {layer - 1} puts out, all its directions")
    back = (h_size, "every row reads the state h of one step before")

    axes = {
        "weight_ih": (gates, below),
        "weight_hh": (gates, back),
        "bias_ih": (gates,),
        "bias_hh": (gates,),
        "weight_hr": (
            ("proj_size", "the width of h after the projection"),
            ("hidden_size", "the width of h before the projection"),
        ),
    }
    for stem in spec.weights:
        names, why = zip(*axes[stem], strict=True)
        yield TensorShape(stem + suffix, "parameter", names, why, layer=layer, direction=direction)
