"""The misconception behind a wrong shape, computed from the rules of `rnnlib.spec.shapes`."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

from rnnlib.explorers.prediction.answer import Shape
from rnnlib.explorers.prediction.axes import NUMBERS, ONE, X_AND_H, Axes, as_read
from rnnlib.explorers.prediction.sentences import sentences
from rnnlib.explorers.prediction.slips import Slip, slips
from rnnlib.spec import LayerSpec, TensorShape, shapes
from rnnlib.spec.shapes import symbol_values, value_of

WHOLE = "This is the shape of"  # so begins what is true of a whole answer only, never of one slip among two


class Misconception(NamedTuple):
    """What was mixed up, by a name to test for, and one or two short sentences to the learner."""

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
    looks = (_one_slip, _other_order, _two_slips, _one_axis, _other_tensor, _packed_rows, _same_count)
    return next(filter(None, (look(asked, wrong) for look in looks)), None) or _whole_shape(asked, wrong)


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


def _asked(spec: LayerSpec, tensor: str, seq_len: int, batch: int | None) -> _Asked:
    tensors = shapes(spec, seq_len, batch)
    right, where = tensors[tensor], tensor[len("weight_ih") :]
    # What is not there is 0, and no answer has an axis of 0.
    columns = [t.sizes[-1] for t in tensors.values() if t.name in ("weight_ih" + where, "weight_hh" + where)]
    values = NUMBERS | {"batch": 0, X_AND_H: sum(columns)} | symbol_values(spec, seq_len, batch)
    return _Asked(spec, right, tensors, values, list(slips(spec, right, tensors)))


def _one_slip(asked: _Asked, wrong: Shape) -> Misconception | None:
    beliefs: list[tuple[tuple[str, ...], ...]] = []
    names: list[str] = []
    for name, change in asked.slips:
        axes = change(asked.right.axes)
        if asked.sizes(axes) == wrong and name not in names and asked.meant(axes) not in beliefs:
            beliefs.append(asked.meant(axes))
            names.append(name)
    if len(names) < 2:
        return Misconception(names[0], " ".join(asked.sentences(names[0]))) if names else None
    one, other = (asked.sentences(name)[0] for name in names[:2])
    return Misconception(" / ".join(names[:2]), f"{one} Or {other[0].lower()}{other[1:]}")


def _two_slips(asked: _Asked, wrong: Shape) -> Misconception | None:
    """Two at a time; where two pairs that mean different things give this shape, neither is blamed."""
    parts = [slip for slip in asked.slips if not asked.sentences(slip[0])[0].startswith(WHOLE)]
    found: dict[tuple[tuple[str, ...], ...], tuple[str, str]] = {}
    for (one, change), (other, change_too) in itertools.permutations(parts, 2):
        before, between = asked.right.axes, change(asked.right.axes)
        after = change_too(between)
        put_back = len(between) != len(before) == len(after)  # an axis that one takes and the other brings
        if one != other and not put_back and asked.sizes(after) == wrong:
            found.setdefault(asked.meant(after), (one, other))
    if len(found) != 1:
        return None
    ((one, other),) = found.values()
    said = f"Two things at once. {asked.sentences(one)[0]} {asked.sentences(other)[0]}"
    return Misconception(f"{one} + {other}", said)


def _other_order(asked: _Asked, wrong: Shape) -> Misconception | None:
    if sorted(wrong) != sorted(asked.right.sizes):
        return None
    return Misconception(
        "other order", f"The numbers are right, but not their order. {asked.right.name} is {as_read(asked.right.axes)}."
    )


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
    """A row for each step that is no pad: how many these are the lengths say, which no card tells."""
    right, seq_len, batch = asked.right, asked.values["seq_len"], asked.values["batch"]
    if not (right.role != "parameter" and not asked.spec.is_cell and len(wrong) == 2 and wrong[1] == right.sizes[-1]):
        return None
    if not seq_len + batch <= wrong[0] + 1 <= seq_len * batch:
        return None
    return Misconception(
        "packed rows",
        f"You gave a row for each step that is no pad: packed.data has these. {right.name} is {as_read(right.axes)}.",
    )


def _same_count(asked: _Asked, wrong: Shape) -> Misconception | None:
    if math.prod(wrong) != math.prod(asked.right.sizes):
        return None
    return Misconception(
        "other axes",
        f"That holds as many numbers, but on other axes. {asked.right.name} is {as_read(asked.right.axes)}.",
    )


def _whole_shape(asked: _Asked, wrong: Shape) -> Misconception:
    right, name = len(asked.right.axes), asked.right.name
    if len(wrong) != right:
        has = "1 axis" if right == 1 else f"{right} axes"
        return Misconception("number of axes", f"{name} has {has}, {as_read(asked.right.axes)}. You gave {len(wrong)}.")
    *most, last = (_place(axis, right) for axis in _axes_off(asked, wrong))
    which = f"The {', '.join(most)} and {last} axes are wrong"
    return Misconception("axes", f"{which}. {name} is {as_read(asked.right.axes)}.")


def _place(axis: int, count: int) -> str:
    """Where an axis stands, in words."""
    return "last" if axis == count - 1 else ("first", "second", "third", "fourth")[axis]


def _axes_off(asked: _Asked, wrong: Shape) -> list[int]:
    return [i for i, (right, given) in enumerate(zip(asked.right.sizes, wrong, strict=False)) if right != given]
