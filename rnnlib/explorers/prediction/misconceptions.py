"""The misconception behind a wrong shape, computed from the rules of `rnnlib.spec.shapes`."""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any, NamedTuple

from rnnlib.explorers.prediction.answer import Shape
from rnnlib.explorers.prediction.axes import NUMBERS, ONE, X_AND_H, Axes, as_read
from rnnlib.explorers.prediction.sentences import sentences
from rnnlib.explorers.prediction.slips import Slip, slips
from rnnlib.spec import LayerSpec, TensorShape, shapes
from rnnlib.spec.shapes import symbol_values, value_of

WHOLE = "This is the shape of"  # so begins what is true of a whole answer only, never of one slip among two


class Misconception(NamedTuple):
    """What was mixed up, by a short name that stays, and one or two short sentences to the learner."""

    name: str
    sentence: str


def misconception(
    spec: LayerSpec, tensor: str, wrong: Shape, *, seq_len: int, batch: int | None = None
) -> Misconception | None:
    """Name the misconception that leads to a wrong shape.

    Slips are tried one by one, likeliest first, then two at a time. What fits none is compared axis by axis. Where
    the sizes let two slips give one shape, both are said.

    Args:
        spec: the layer.
        tensor: a name of `shapes`, such as ``"h_n"``.
        wrong: the shape that was given.
        seq_len: steps in the input.
        batch: sequences side by side; None is an unbatched input.

    Returns:
        The misconception, or None if the shape is right.

    Example:
        >>> spec = LayerSpec("LSTM", 12, 16, num_layers=2, batch_first=True)
        >>> print(misconception(spec, "h_n", (3, 2, 16), seq_len=8, batch=3).sentence)
        batch_first moves only input and output, never a state. h_n keeps num_layers × num_directions first
        and batch second.
    """
    asked = _asked(spec, tensor, seq_len, batch)
    if wrong == asked.right.sizes:
        return None
    looks = (_one_axis, _other_tensor, _packed_rows, _same_count)
    known = _known(spec, tensor, seq_len, batch).get(wrong)
    return known or next(filter(None, (look(asked, wrong) for look in looks)), None) or _whole_shape(asked, wrong)


def misconceptions(spec: LayerSpec, tensor: str, *, seq_len: int, batch: int | None = None) -> dict[str, Any]:
    """All that `misconception` says, as plain data: what a card needs on a page with no kernel.

    Returns:
        ``known``: by shape, what is known of it. Of any other shape, in this order, what to say ``off`` where axes are
        wrong, by their places, if it is one; of ``packed`` rows; of as many numbers, ``same_count``; ``off`` again;
        and of another number of ``axes``, with the field ``{given}``.

    Example:
        >>> told = misconceptions(LayerSpec("RNN", 5, 10, 2), "h_n", seq_len=6, batch=3)
        >>> told["known"]["6,3,10"].name, told["off"]["0,2"].name
        ('output for a state', 'axes')
    """
    asked = _asked(spec, tensor, seq_len, batch)
    right = asked.right.sizes
    known = dict(_known(spec, tensor, seq_len, batch))
    for shape in {other.sizes for other in asked.tensors.values()} - {right}:
        known.setdefault(shape, _one_axis(asked, shape) or _other_tensor(asked, shape))  # type: ignore[arg-type]
    places = [off for count in range(1, len(right) + 1) for off in itertools.combinations(range(len(right)), count)]
    off = {}
    for wrong in places:
        shape = tuple(size + (place in wrong) for place, size in enumerate(right))
        off[_key(wrong)] = _one_axis(asked, shape) or _whole_shape(asked, shape)
    return {
        "right": right,
        "known": {_key(shape): told for shape, told in known.items() if shape != right and 0 not in shape},
        "off": off,
        "packed": _packed(asked),
        "same_count": _other_axes(asked),
        "axes": _number_of_axes(asked, "{given}"),
    }


def _key(numbers: Shape) -> str:
    return ",".join(map(str, numbers))


class _Asked(NamedTuple):
    """One tensor of one layer at given sizes, and the ways to get it wrong."""

    spec: LayerSpec
    right: TensorShape
    tensors: dict[str, TensorShape]
    values: dict[str, int]
    slips: list[Slip]

    def sizes(self, axes: Axes) -> Shape:
        return tuple(value_of(axis, self.values) for axis in axes)

    def meant(self, axes: Axes) -> tuple[tuple[str, ...], ...]:
        """What axes say whatever the sizes: their factors, but for those of which this layer has one."""
        alone = {ONE} | {s for s in ("num_layers", "num_directions", "num_gates") if self.values[s] == 1}
        return tuple(tuple(sorted(s for s in axis.split("*") if s not in alone)) for axis in axes)

    def sentences(self, slip: str) -> tuple[str, str]:
        return sentences(slip, self.spec, self.right, self.tensors["input"])


@functools.lru_cache(maxsize=8)
def _asked(spec: LayerSpec, tensor: str, seq_len: int, batch: int | None) -> _Asked:
    tensors = shapes(spec, seq_len, batch)
    right, where = tensors[tensor], tensor[len("weight_ih") :]
    # What is not there is 0, and no answer has an axis of 0.
    columns = [t.sizes[-1] for t in tensors.values() if t.name in ("weight_ih" + where, "weight_hh" + where)]
    values = NUMBERS | {"batch": 0, X_AND_H: sum(columns)} | symbol_values(spec, seq_len, batch)
    return _Asked(spec, right, tensors, values, list(slips(spec, right, tensors)))


@functools.lru_cache(maxsize=8)
def _known(spec: LayerSpec, tensor: str, seq_len: int, batch: int | None) -> dict[Shape, Misconception]:
    """What is known of each shape that a slip, another order or two slips lead to."""
    asked = _asked(spec, tensor, seq_len, batch)
    return _two_slips(asked) | _other_order(asked) | _one_slip(asked)


def _one_slip(asked: _Asked) -> dict[Shape, Misconception]:
    found: dict[Shape, dict[str, tuple[tuple[str, ...], ...]]] = {}
    for name, change in asked.slips:
        axes = change(asked.right.axes)
        beliefs = found.setdefault(asked.sizes(axes), {})
        if asked.meant(axes) not in beliefs.values():
            beliefs.setdefault(name, asked.meant(axes))
    return {shape: _either(asked, *beliefs) for shape, beliefs in found.items()}


def _either(asked: _Asked, name: str, other: str = "", *_: str) -> Misconception:
    """The slip, or where two that mean different things give one shape, either."""
    said = asked.sentences(name)
    if not other:
        return Misconception(name, " ".join(said))
    too = asked.sentences(other)[0]
    return Misconception(f"{name} / {other}", f"{said[0]} Or {too[0].lower()}{too[1:]}")


def _two_slips(asked: _Asked) -> dict[Shape, Misconception]:
    """Two at a time; where two pairs that mean different things give a shape, neither is blamed."""
    said = {name: asked.sentences(name)[0] for name, _ in asked.slips}
    parts = [slip for slip in asked.slips if not said[slip[0]].startswith(WHOLE)]
    found: dict[Shape, dict[tuple[tuple[str, ...], ...], tuple[str, str]]] = {}
    for (one, change), (other, change_too) in itertools.permutations(parts, 2):
        before, between = asked.right.axes, change(asked.right.axes)
        after = change_too(between)
        put_back = len(between) != len(before) == len(after)  # an axis that one takes and the other brings
        if one != other and not put_back:
            found.setdefault(asked.sizes(after), {}).setdefault(asked.meant(after), (one, other))
    pairs = {shape: pair for shape, beliefs in found.items() if len(beliefs) == 1 for pair in beliefs.values()}
    return {
        shape: Misconception(f"{one} + {other}", f"Two things at once. {said[one]} {said[other]}")
        for shape, (one, other) in pairs.items()
    }


def _other_order(asked: _Asked) -> dict[Shape, Misconception]:
    said = f"The numbers are right, but not their order. {asked.right.name} is {as_read(asked.right.axes)}."
    return dict.fromkeys(itertools.permutations(asked.right.sizes), Misconception("other order", said))


def _one_axis(asked: _Asked, wrong: Shape) -> Misconception | None:
    off = _axes_off(asked, wrong)
    if len(wrong) != len(asked.right.sizes) or len(off) != 1:
        return None
    axis, why = asked.right.axes[off[0]].replace("*", " × "), asked.right.why[off[0]]
    which = f"Only the {_place(off[0], len(wrong))} axis is wrong" if len(wrong) > 1 else "Its one axis is another"
    return Misconception("one axis", f"{which}: {axis}. {why[0].upper()}{why[1:]}.")


def _other_tensor(asked: _Asked, wrong: Shape) -> Misconception | None:
    for other in asked.tensors.values():
        if other.sizes == wrong:
            return Misconception(
                "other tensor", f"This is the shape of {other.name}. {asked.right.name} is {as_read(asked.right.axes)}."
            )
    return None


def _packed_rows(asked: _Asked, wrong: Shape) -> Misconception | None:
    packed = _packed(asked)
    if not packed or len(wrong) != 2 or wrong[1] != packed["width"]:
        return None
    return packed["told"] if packed["least"] <= wrong[0] <= packed["most"] else None


def _packed(asked: _Asked) -> dict[str, Any]:
    """A row for each step that is no pad: how many these are the lengths say, which no card tells."""
    right, seq_len, batch = asked.right, asked.values["seq_len"], asked.values["batch"]
    if right.role == "parameter" or asked.spec.is_cell:
        return {}
    said = f"You gave a row for each step that is no pad: packed.data has these. {right.name} is {as_read(right.axes)}."
    told = Misconception("packed rows", said)
    return {"width": right.sizes[-1], "least": seq_len + batch - 1, "most": seq_len * batch - 1, "told": told}


def _same_count(asked: _Asked, wrong: Shape) -> Misconception | None:
    return _other_axes(asked) if math.prod(wrong) == math.prod(asked.right.sizes) else None


def _other_axes(asked: _Asked) -> Misconception:
    right = f"{asked.right.name} is {as_read(asked.right.axes)}"
    return Misconception("other axes", f"That holds as many numbers, but on other axes. {right}.")


def _whole_shape(asked: _Asked, wrong: Shape) -> Misconception:
    right, name = len(asked.right.axes), asked.right.name
    if len(wrong) != right:
        return _number_of_axes(asked, len(wrong))
    *most, last = (_place(axis, right) for axis in _axes_off(asked, wrong))
    which = f"The {', '.join(most)} and {last} axes are wrong"
    return Misconception("axes", f"{which}. {name} is {as_read(asked.right.axes)}.")


def _number_of_axes(asked: _Asked, given: int | str) -> Misconception:
    right = len(asked.right.axes)
    has = f"{asked.right.name} has {'1 axis' if right == 1 else f'{right} axes'}, {as_read(asked.right.axes)}"
    return Misconception("number of axes", f"{has}. You gave {given}.")


def _place(axis: int, count: int) -> str:
    """Where an axis stands, in words."""
    return "last" if axis == count - 1 else ("first", "second", "third", "fourth")[axis]


def _axes_off(asked: _Asked, wrong: Shape) -> list[int]:
    return [i for i, (right, given) in enumerate(zip(asked.right.sizes, wrong, strict=False)) if right != given]
