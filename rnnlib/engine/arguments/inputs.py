"""One clear sentence for an input that does not fit its layer."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.tensors import check_tensor, check_type_and_place
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief, check_size
from rnnlib.spec.shapes import TensorShape, data_shapes

PACK = "torch.nn.utils.rnn.pack_sequence(x, enforce_sorted=False) makes one batch of them"


class Sizes(NamedTuple):
    """What an input says of itself: its steps (1 for a cell) and its sequences (None: unbatched)."""

    seq_len: int
    batch: int | None


@functools.lru_cache
def shapes_of(spec: LayerSpec, sizes: Sizes) -> dict[str, TensorShape]:
    """What goes into a layer and what comes out of it, by name: for looking only, as every call gets the same one.

    Example:
        >>> shapes_of(LayerSpec("GRU", 3, 2), Sizes(9, 1))["output"].sizes
        (9, 1, 2)
    """
    return data_shapes(spec, *sizes)


def check_sizes(spec: LayerSpec, seq_len: Any, batch: Any) -> Sizes:
    """The sizes of an input that is still to be made.

    Raises:
        TypeError, ValueError: one is missing, or is no whole number of at least 1.
    """
    if spec.is_cell:
        seq_len = 1 if seq_len is None else seq_len
    elif seq_len is None:
        raise TypeError("there is no input: give x, or seq_len (and batch) to run on random numbers.")
    steps = check_size("seq_len", seq_len)
    return Sizes(1 if spec.is_cell else steps, None if batch is None else check_size("batch", batch))


def check_input(spec: LayerSpec, x: Any, dtype: torch.dtype, device: torch.device) -> Sizes:
    """Read the sizes off an input that fits the layer.

    Args:
        spec: the layer.
        x: :math:`(L, N, H_{in})`, or :math:`(N, L, H_{in})` with batch_first, or :math:`(L, H_{in})`;
            for a cell :math:`(N, H_{in})` or :math:`(H_{in})`; or a PackedSequence.
        dtype: of the layer's weights.
        device: where the layer is.

    Raises:
        TypeError: it is no tensor.
        ValueError: its rank, width, dtype or device does not fit; the message names the axis and the likely slip.

    Example:
        >>> check_input(LayerSpec("GRU", 3, 2), torch.zeros(9, 1, 3), torch.float32, torch.device("cpu"))
        Sizes(seq_len=9, batch=1)
    """
    if isinstance(x, PackedSequence):
        return _check_packed(spec, x, dtype, device)
    _check_one_tensor(spec, x)
    check_tensor("x", x, dtype)
    axes = _axes(spec, x)
    _check_width(spec, x, axes)
    for axis, (name, size) in enumerate(zip(axes, x.shape, strict=True)):
        if size == 0:
            raise ValueError(f"x is empty: its axis {axis}, {name}, is 0 in {tuple(x.shape)}, and must be at least 1.")
    check_type_and_place("x", x, dtype, device)
    sizes = dict(zip(axes, x.shape, strict=True))
    return Sizes(sizes.get("seq_len", 1), sizes.get("batch"))


def check_agreement(spec: LayerSpec, sizes: Sizes, seq_len: Any, batch: Any) -> None:
    """Refuse a seq_len or batch that says otherwise than x.

    Raises:
        ValueError: they disagree; the message says when the two axes are swapped.
    """
    given = {"seq_len": seq_len, "batch": batch}
    wanted = {name: check_size(name, value) for name, value in given.items() if value is not None}
    if spec.is_cell:
        wanted.pop("seq_len", None)  # a cell takes one step, whatever it is
    if all(getattr(sizes, name) == value for name, value in wanted.items()):
        return
    said = ", ".join(f"{name}={brief(value)}" for name, value in wanted.items())
    got = ", ".join(f"{name}={getattr(sizes, name)}" for name in wanted)
    slip = "leave them out, or change x"
    if (wanted.get("seq_len"), wanted.get("batch")) == (sizes.batch, sizes.seq_len):
        slip = f"the two axes are swapped, as {reads(spec)}; write x.transpose(0, 1), or change batch_first"
    raise ValueError(f"x has {got}, not {said}: {slip}.")


def reads(spec: LayerSpec) -> str:
    """How the layer reads its input.

    Example:
        >>> reads(LayerSpec("LSTM", 12, 16, batch_first=True))
        'LSTM with batch_first=True reads x as (batch, seq_len, input_size)'
    """
    given = "" if spec.is_cell else f" with batch_first={spec.batch_first}"
    return f"{spec.kind}{given} reads x as {in_brackets(_names(spec, 1))}"


def _check_one_tensor(spec: LayerSpec, x: Any) -> None:
    """Refuse several tensors in place of one: what a layer returned, or sequences that are not in one batch yet."""
    if isinstance(x, tuple) and len(x) == 2 and isinstance(x[0], (Tensor, PackedSequence)):
        raise TypeError(
            "x must be one tensor, not a pair: a layer returns a pair, output and states, and the next layer reads"
            f" output alone, so write x[0]. If they are two sequences, {PACK}. An input and a state of your own go one"
            " after the other, as in run(layer, x, hx)."
        )
    if isinstance(x, (list, tuple)) and x and all(isinstance(item, Tensor) for item in x):
        raise TypeError(
            f"x must be one tensor, not a {type(x).__name__} of {len(x)} tensors: {_in_one_tensor(spec, x)}."
        )


def _in_one_tensor(spec: LayerSpec, x: Sequence[Tensor]) -> str:
    """How several tensors become one input, found by their axes."""
    if len({item.shape for item in x}) == 1 and x[0].dim() == 1:
        return "torch.stack(list(x)) puts the steps of one sequence in one tensor"
    if spec.is_cell:
        return "a cell takes one step: call it on each of them in turn"
    if all(item.dim() == 2 for item in x):
        return f"{PACK}, whatever their lengths; or pad them with pad_sequence, and give their lengths too"
    return f"of sequences (length, input_size) {PACK}"


def _names(spec: LayerSpec, batch: int | None) -> tuple[str, ...]:
    return shapes_of(spec, Sizes(1, batch))["input"].axes


def _axes(spec: LayerSpec, x: Tensor) -> tuple[str, ...]:
    """The names of x's axes, by their number."""
    batched, unbatched = _names(spec, 1), _names(spec, None)
    for axes in (batched, unbatched):
        if x.dim() == len(axes):
            return axes
    first = "" if spec.is_cell else f" with batch_first={spec.batch_first}"
    wanted = f"{len(batched)} axes, {in_brackets(batched)}{first}, or {len(unbatched)}, {in_brackets(unbatched)}"
    raise ValueError(f"x must have {wanted}, not {x.dim()}, {tuple(x.shape)}: {_rank_slip(spec, x)}.")


def _rank_slip(spec: LayerSpec, x: Tensor) -> str:
    if spec.is_cell and x.dim() == 3:
        call = "h, c = cell(x_t, (h, c))" if "c" in spec.family.states else "h = cell(x_t, h)"
        return f"a cell takes one step, and you write the loop, `for x_t in x: {call}`; or use {spec.family}"
    if x.dim() == 0:
        return "one number is no sequence"
    if x.dim() == 1 and spec.input_size == 1 and len(x) > 1:
        return "for one sequence of one number a step write x[:, None]"
    if x.dim() == 1:
        return "for one step of one sequence write x[None, None]"
    ones = [axis for axis, size in enumerate(x.shape[:-1]) if size == 1]
    if x.shape[-1] == spec.input_size and len(ones) == 1 and x.dim() == 4:
        return f"its axis {ones[0]} is 1 and can go; write x.squeeze({ones[0]})"
    if x.dim() == 4 and x.shape[1] * x.shape[2] == spec.input_size and not spec.is_cell:
        order = "0, 3, 1, 2" if spec.batch_first else "3, 0, 1, 2"
        return (
            "if it is (batch, channels, frequency, time), as a convolution gives it, its channels and frequencies are"
            f" the numbers of a step; write x.permute({order}).flatten(2)"
        )
    return "merge extra batch axes into one, and never merge seq_len, or two sequences become one"


def _check_width(spec: LayerSpec, x: Tensor, axes: tuple[str, ...]) -> None:
    got, want, last = x.shape[-1], spec.input_size, x.dim() - 1
    if got == want:
        return
    where = [axis for axis in range(last) if x.shape[axis] == want]
    mend = f"change x, or make the layer with input_size={got}"
    if want == 1 and x.dim() == 2 and not spec.is_cell:
        mend = f"if each number is a step of a series, write x[..., None]; else make the layer with input_size={got}"
    if where:
        mend = f"axis {where[0]} is {want} wide, and x.movedim({where[0]}, -1) would put it last"
    unbatched = "" if "batch" in axes else " or without batch"
    raise ValueError(
        f"x must be input_size={want} wide on its last axis (axis {last}), not {got}: x has shape {tuple(x.shape)},"
        f" and {reads(spec)}{unbatched}; {mend}."
    )


def _check_packed(spec: LayerSpec, x: PackedSequence, dtype: torch.dtype, device: torch.device) -> Sizes:
    if spec.is_cell:
        raise TypeError(f"{spec.kind} takes one step, not a PackedSequence: use {spec.family}, which runs over steps.")
    check_tensor("x.data", x.data, dtype)
    if x.data.dim() != 2 or x.data.shape[-1] != spec.input_size:
        raise ValueError(
            f"x.data must be input_size={spec.input_size} wide on its last axis: it has shape {tuple(x.data.shape)}."
            f" Pack sequences of shape (length, {spec.input_size})."
        )
    if not goes_together(x):
        raise ValueError(
            "x is a PackedSequence whose batch_sizes, sorted_indices and unsorted_indices do not go with its data: make"
            " it with torch.nn.utils.rnn.pack_sequence or pack_padded_sequence, which count for you."
        )
    check_type_and_place("x", x.data, dtype, device)
    return Sizes(len(x.batch_sizes), int(x.batch_sizes[0]))


def goes_together(x: PackedSequence) -> bool:
    """Whether a PackedSequence is one that torch's own functions could have made."""
    sizes, order, back = x.batch_sizes, x.sorted_indices, x.unsorted_indices
    try:
        falls = (
            sizes.dtype == torch.int64
            and sizes.dim() == 1
            and int(sizes.min()) >= 1
            and not bool((sizes.diff() > 0).any())
        )
        if not falls or int(sizes.sum()) != len(x.data):
            return False
        if order is None and back is None:
            return True
        places = torch.arange(int(sizes[0]), device=x.data.device)
        if {order.dtype, back.dtype} != {torch.int64}:  # type: ignore[union-attr]
            return False
        return torch.equal(order.sort().values, places) and torch.equal(order.argsort(), back)  # type: ignore[union-attr, arg-type]
    except (AttributeError, TypeError, RuntimeError):  # no tensors, or such as hold no numbers
        return False


def in_brackets(names: tuple[str, ...]) -> str:
    """Names of axes as Python would write a shape of them.

    Example:
        >>> in_brackets(("input_size",))
        '(input_size,)'
    """
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"
