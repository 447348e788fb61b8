"""One clear sentence for a state that does not fit its layer and input."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.arguments.inputs import Sizes, in_brackets, reads, shapes_of
from rnnlib.engine.arguments.tensors import check_tensor, check_type_and_place
from rnnlib.spec import LayerSpec
from rnnlib.spec.shapes import TensorShape

State = Tensor | tuple[Tensor, Tensor]


def check_state(spec: LayerSpec, hx: Any, sizes: Sizes, dtype: torch.dtype, device: torch.device) -> State | None:
    """Give a first state back if the layer can take it with an input of these sizes.

    Args:
        spec: the layer.
        hx: None, ``h_0``, or ``(h_0, c_0)`` for LSTM and LSTMCell.
        sizes: the input's.
        dtype: of the layer's weights.
        device: where the layer is.

    Raises:
        TypeError: a tensor where a pair is wanted, or a pair where a tensor is.
        ValueError: a wrong shape, dtype or device; the message names the axis and the likely slip.
    """
    if hx is None:
        return None
    states: dict[str, Any] = _named(spec, hx)
    expected = shapes_of(spec, sizes)
    for name, state in states.items():
        check_tensor(name, state, dtype)
        if tuple(state.shape) != expected[name].sizes:
            wanted, got = expected[name], tuple(state.shape)
            raise ValueError(
                f"{name} must have shape {in_brackets(wanted.axes)} = {wanted.sizes}, not {got}:"
                f" {_slip(spec, sizes, wanted, got)}."
            )
        check_type_and_place(name, state, dtype, device)
        if state.is_cuda and not state.is_contiguous():
            raise ValueError(
                f"{name} is not contiguous in memory, and cuDNN takes no other: write {name}.contiguous()."
            )
    return (states["h_0"], states["c_0"]) if "c" in spec.family.states else states["h_0"]


def zeros(spec: LayerSpec, sizes: Sizes, dtype: torch.dtype, device: torch.device) -> State:
    """The state that a layer starts from when none is given.

    Example:
        >>> zeros(LayerSpec("GRU", 3, 2), Sizes(9, 1), torch.float32, torch.device("cpu")).shape
        torch.Size([1, 1, 2])
    """
    shapes = shapes_of(spec, sizes)
    h_0 = torch.zeros(shapes["h_0"].sizes, dtype=dtype, device=device)
    return (h_0, torch.zeros(shapes["c_0"].sizes, dtype=dtype, device=device)) if "c_0" in shapes else h_0


def _named(spec: LayerSpec, hx: Any) -> dict[str, Any]:
    """The states by name, if there are as many as the layer carries."""
    names, given = [f"{state}_0" for state in spec.family.states], [hx]
    if isinstance(hx, (tuple, list)):
        given = list(hx) if len(names) > 1 else []
    if len(given) == len(names):
        return dict(zip(names, given, strict=True))
    many = f" of {len(hx)}" if isinstance(hx, (tuple, list)) else ""
    wanted = "one state: give hx as one tensor, h_0" if len(names) == 1 else "two states: give hx as a pair, (h_0, c_0)"
    raise TypeError(f"{spec.kind} carries {wanted}, not a {type(hx).__name__}{many}.")


def _slip(spec: LayerSpec, sizes: Sizes, expected: TensorShape, got: tuple[int, ...]) -> str:
    """The likely reason, found by what would have fitted."""
    name, want = expected.name, expected.sizes
    if len(got) != len(want):
        return _rank_slip(spec, sizes, expected, got)
    if len(want) > 1 and (got[1], got[0], *got[2:]) == want:
        moved = "batch_first moves the axes of input and output, never of a state"
        about = moved if spec.batch_first else "its axes 0 and 1 are swapped"
        cut = f"; or else {_cut(sizes)}" if sizes.batch is not None and not spec.is_cell and got[0] < want[0] else ""
        return f"{about}; write {name}.transpose(0, 1).contiguous(){cut}"
    axis = next(i for i, (a, b) in enumerate(zip(got, want, strict=True)) if a != b)
    symbol = expected.axes[axis]
    if symbol == "num_layers*num_directions":
        return _stack_slip(spec, sizes, expected, got)
    if symbol == "batch":
        return _batch_slip(spec, sizes, name, axis, got[axis])
    return _width_slip(spec, expected, axis, got[axis])


def _stack_slip(spec: LayerSpec, sizes: Sizes, expected: TensorShape, got: tuple[int, ...]) -> str:
    """Too many or too few layers and directions; the other axes may be off too, by the same slip."""
    name, want = expected.name, expected.sizes
    product = f"{spec.num_layers} * {spec.num_directions} = {want[0]}"
    about = f"axis 0 holds a state for each layer and direction, {product}, not {got[0]}"
    if got[0] == 2 * want[0] and not spec.bidirectional and got[1:-1] == want[1:-1]:
        both = f"{about}; {got[0]} is 2 directions of {want[0]}, as of a bidirectional encoder"
        forward, backward = f"{name}[0::2]", f"{name}[1::2]"
        if 2 * got[-1] == want[-1]:
            return f"{both}; to put them side by side write torch.cat([{forward}, {backward}], dim=-1)"
        if got[-1] == want[-1]:
            return (
                f"{both}: for the forward ones write {forward}.contiguous(), for both together {forward} + {backward}"
            )
    if sizes.batch is not None and got[1] > sizes.batch and got[2:] == want[2:] and got[0] < want[0]:
        return f"{about}, and axis 1 is the batch, {sizes.batch}, not {got[1]}: {_cut(sizes)}"
    off = [
        f"axis {axis} is {expected.axes[axis]}={want[axis]}, not {got[axis]}"
        for axis in range(1, len(want))
        if got[axis] != want[axis]
    ]
    return "; ".join([about, *off])


def _cut(sizes: Sizes) -> str:
    return (
        "the state was cut on axis 0, as nn.DataParallel does, and its batch is on axis 1. Cut it there, as in"
        f" state[:, :{sizes.batch}]; through DataParallel give it batch first, and in forward() write"
        " state.transpose(0, 1).contiguous()"
    )


def _rank_slip(spec: LayerSpec, sizes: Sizes, expected: TensorShape, got: tuple[int, ...]) -> str:
    """One axis too many or too few: the mend is only said where it mends."""
    name, want, axis = expected.name, expected.sizes, 0 if spec.is_cell else 1
    if spec.is_cell and len(got) == 3 and got[1:] == want:
        return f"a cell is one layer and has no axis for layers; write {name}[0]"
    if sizes.batch is None and len(got) == len(want) + 1 and got[axis] == 1:
        batch_axis = 0 if spec.is_cell or spec.batch_first else 1
        return f"x is unbatched, so its state is too; write {name}.squeeze({axis}), or x.unsqueeze({batch_axis})"
    if sizes.batch is not None and got == (*want[:axis], *want[axis + 1 :]):
        copies = ", ".join(str(sizes.batch) if i == axis else "1" for i in range(len(want)))
        return f"x has a batch axis, so its state needs one; write {name}.unsqueeze({axis}).repeat({copies})"
    if not spec.is_cell and got == want[1:]:
        mend = f"; write {name}.unsqueeze(0)" if want[0] == 1 else ""
        return f"its axis for layers and directions is missing, which is there even if 1{mend}"
    return f"it has {len(got)} axes, not {len(want)}"


def _batch_slip(spec: LayerSpec, sizes: Sizes, name: str, axis: int, got: int) -> str:
    index = ":, " * axis
    about = f"axis {axis} is the batch, and x has {sizes.batch} sequences, not {got}"
    if not spec.is_cell and got == sizes.seq_len:
        return f"{about}; {got} is x's seq_len: if seq_len and batch are swapped in x, mind that {reads(spec)}"
    if got == 1:
        copies = f"1, {sizes.batch}, 1" if axis else f"{sizes.batch}, 1"
        return f"{about}; each sequence needs its own: write {name}.repeat({copies})"
    if sizes.batch is not None and got > sizes.batch:
        mend = f"leave hx out, or write {name}[{index}:{sizes.batch}]" + (".contiguous()" if axis else "")
        return f"{about}; if this is the last, smaller batch, {mend}"
    return f"{about}; leave hx out when the batch changes, to start afresh"


def _width_slip(spec: LayerSpec, expected: TensorShape, axis: int, got: int) -> str:
    symbol, want = expected.axes[axis], expected.sizes[axis]
    about = f"axis {axis} is {symbol}={want}, not {got}"
    if symbol == "proj_size" or (spec.proj_size and got == spec.proj_size):
        return f"{about}; with proj_size, h is narrower than c: h_0 has proj_size numbers, c_0 hidden_size"
    if spec.bidirectional and got == 2 * want:
        return f"{about}; the directions are side by side in output only; a state has them on axis 0"
    if got == spec.input_size:
        return f"{about}; {got} is input_size, the width of x"
    return about
