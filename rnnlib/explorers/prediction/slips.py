"""The known ways to get a shape wrong, each as a change to the right axes. What to say of each is in sentences.py."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlib.explorers.prediction.axes import (
    ONE,
    TWO,
    X_AND_H,
    Change,
    add,
    both,
    instead,
    leave_out,
    move_first,
    multiply,
    put,
    swap,
    turn_round,
    use,
)
from rnnlib.spec import LayerSpec, TensorShape
from rnnlib.spec.kinds import FAMILIES

Slip = tuple[str, Change]  # the name in sentences.py; makes the right axes into those that the learner believes in
Tensors = dict[str, TensorShape]


def slips(spec: LayerSpec, tensor: TensorShape, tensors: Tensors) -> Iterator[Slip]:
    """The slips that can happen to a tensor, likeliest first.

    The order is that of how often each recurs in public threads, silent mistakes before loud ones: unbatched input;
    batch_first and states; directions; output and h_n; batch and seq_len; weights; proj_size; then the rest.

    Args:
        spec: the layer.
        tensor: the tensor asked for.
        tensors: every tensor of the layer by name, as `shapes` gives them.

    Example:
        >>> from rnnlib.spec import shapes
        >>> spec = LayerSpec("GRU", 3, 2, batch_first=True)
        >>> tensors = shapes(spec, seq_len=9, batch=5)
        >>> name, change = next(slips(spec, tensors["h_n"], tensors))
        >>> name, change(tensors["h_n"].axes)
        ('batch_first moved the state', ('batch', 'num_layers*num_directions', 'hidden_size'))
    """
    if tensor.role == "parameter":
        yield from _of_parameter(spec, tensor, tensors)
        return
    if "batch" not in tensors["input"].axes:
        yield from (("batch axis, though unbatched", add(ONE, at)) for at in range(len(tensor.axes)))
    if tensor.name == "input":
        yield from _of_input(spec, tensors)
    elif tensor.name == "output":
        yield from _of_output(spec, tensors)
    elif spec.is_cell:
        yield from _of_cell_state(tensor)
    else:
        yield from _of_state(spec, tensor, tensors)


def _of_state(spec: LayerSpec, tensor: TensorShape, tensors: Tensors) -> Iterator[Slip]:
    """h_0, h_n, c_0 and c_n of a layer: ``(num_layers*num_directions, batch, hidden_size)``."""
    yield "batch_first moved the state" if spec.batch_first else "batch first in a state", move_first("batch")
    yield "state without num_directions", use(ONE, "num_directions")
    yield "directions side by side in a state", both(use(ONE, "num_directions"), multiply("num_directions"))
    yield "directions in a state's last axis", multiply("num_directions")
    yield "layers and directions apart in a state", both(put("num_directions", at=0), add("num_layers"))
    yield "state without num_layers", use(ONE, "num_layers")
    yield "output for a state", instead(tensors["output"].axes)
    if "c" in spec.family.states:
        yield "h and c in one", multiply(TWO, at=0)
    elif not spec.bidirectional:
        yield "two directions, though one", multiply(TWO, at=0)
    yield "time in a state", put("seq_len", at=0)
    yield "time in a state", add("seq_len")
    yield "seq_len for batch", use("seq_len", "batch")
    yield "input for a state", instead(tensors["input"].axes)
    yield "no batch axis", leave_out("batch")
    yield from _projection(tensor)
    yield "state without its first axis", leave_out(tensor.axes[0])
    yield from _width(tensor)


def _of_output(spec: LayerSpec, tensors: Tensors) -> Iterator[Slip]:
    """``(seq_len, batch, num_directions*hidden_size)``, or batch first."""
    output = tensors["output"]
    apart = use(ONE, "num_directions")
    yield "output without num_directions", apart
    for state in ("h_n", "c_n"):
        if state in tensors:
            yield f"{state} for output", instead(tensors[state].axes)
    yield _swapped(spec)
    yield "no batch axis", leave_out("batch")
    yield from _projection(output)
    if not spec.bidirectional:
        yield "two directions, though one", multiply(TWO)
    yield "layers in output", multiply("num_layers")
    yield "layers in output", add("num_layers")
    yield "layers in output", add("num_layers*num_directions")
    yield "layers in output", both(apart, add("num_layers*num_directions"))
    yield "directions apart in output", both(apart, add("num_directions", at=len(output.axes) - 1))
    yield "directions apart in output", both(apart, add("num_directions"))
    yield "input for output", instead(tensors["input"].axes)
    yield "output without time", leave_out("seq_len")
    yield from _width(output)


def _of_input(spec: LayerSpec, tensors: Tensors) -> Iterator[Slip]:
    """``(seq_len, batch, input_size)``, or batch first; ``(batch, input_size)`` for a cell."""
    if spec.is_cell:
        yield "seq_len for batch, cell", use("seq_len", "batch")
    yield _swapped(spec)
    yield "no batch axis", leave_out("batch")
    if spec.is_cell:
        yield from _time_in_a_cell()
        yield "time in a cell", add(ONE)
    yield "input without time", leave_out("seq_len")
    yield "hidden_size for input_size", use("hidden_size", "input_size")
    for other in ("output", "h_0"):
        if other in tensors:
            yield f"{other} for input", instead(tensors[other].axes)


def _of_cell_state(tensor: TensorShape) -> Iterator[Slip]:
    """h_0, h_1, c_0 and c_1 of a cell: ``(batch, hidden_size)``."""
    yield "seq_len for batch, cell", use("seq_len", "batch")
    yield "no batch axis", leave_out("batch")
    yield "layers axis in a cell", add(ONE)
    yield from _time_in_a_cell()
    yield from _width(tensor)


def _of_parameter(spec: LayerSpec, tensor: TensorShape, tensors: Tensors) -> Iterator[Slip]:
    """Weights ``(rows out, columns in)`` and biases ``(rows,)``."""
    stem, _, _ = tensor.name.partition("_l")
    if stem == "weight_ih" and tensor.layer:
        yield "input_size in a higher layer", put("input_size", at=-1)
        yield "weight without num_directions", use(ONE, "num_directions")
        yield "directions in the rows", both(use(ONE, "num_directions"), multiply("num_directions", at=0))
    yield "parameter without num_gates", use(ONE, "num_gates")
    yield "transposed", turn_round
    yield from _projection(tensor)
    yield from _other_parameter(stem, tensor, tensors)
    if stem in ("weight_ih", "weight_hh"):
        yield "x and h in one weight", put(X_AND_H, at=-1)
    yield from _other_gates(spec)
    if stem == "weight_hh":
        yield "both directions in weight_hh", multiply("num_directions")
    yield "num_directions in a parameter", multiply("num_directions", at=0)
    if spec.bidirectional:
        yield "directions apart in a parameter", add("num_directions")
        yield "directions apart in a parameter", both(use(ONE, "num_directions"), add("num_directions"))
    if not spec.is_cell:
        yield "num_layers in a parameter", add("num_layers")
        yield from (("num_layers times a parameter", multiply("num_layers", at)) for at in range(len(tensor.axes)))
    if stem.startswith("bias"):
        yield "both biases in one", multiply(TWO)
    if stem != "weight_hr" and spec.num_gates > 1:
        yield "gates apart", both(use(ONE, "num_gates"), add("num_gates"))
    yield "batch or time in a parameter", add("batch")
    yield "batch or time in a parameter", add("seq_len")


def _other_parameter(stem: str, tensor: TensorShape, tensors: Tensors) -> Iterator[Slip]:
    """One of the same layer's parameters taken for another."""
    bias = stem.startswith("bias")
    if bias:
        yield "bias as a matrix", add(ONE, at=1)
        yield "bias as a matrix", add(ONE, at=0)
    for other in ("weight_ih", "weight_hh", "weight_hr"):
        twin = other + tensor.name.removeprefix(stem)
        if other != stem and twin in tensors:
            yield f"{other} for {'a bias' if bias else stem}", instead(tensors[twin].axes)
    if not bias:
        yield "bias for a weight", instead(("num_gates*hidden_size",))


def _other_gates(spec: LayerSpec) -> Iterator[Slip]:
    """Papers count the candidate apart, and each family has gates of its own."""
    blocks = len(spec.family.blocks)
    if spec.family.gates:
        yield "gates of a paper", use(str(blocks - 1), "num_gates")
    for count in sorted({len(family.gates) for family in FAMILIES.values()} - {0, blocks, blocks - 1}):
        yield "gates of another kind", use(str(count), "num_gates")


def _swapped(spec: LayerSpec) -> Slip:
    return "batch_first forgotten" if spec.batch_first else "batch and seq_len swapped", swap("seq_len", "batch")


def _time_in_a_cell() -> Iterator[Slip]:
    yield from (("time in a cell", add("seq_len", at)) for at in (0, 1))
    yield "time in a cell", add(ONE, at=1)


def _projection(tensor: TensorShape) -> Iterator[Slip]:
    if tensor.name.startswith("c_"):
        yield "projected c", use("proj_size", "hidden_size")
    elif not tensor.name.startswith("weight_hr"):
        yield "no proj_size", use("hidden_size", "proj_size")


def _width(tensor: TensorShape) -> Iterator[Slip]:
    """The last axis of a state or an output: hidden_size or proj_size."""
    yield "input_size for hidden_size", use("input_size", tensor.axes[-1].split("*")[-1])
    yield "gates in an activation", multiply("num_gates")
