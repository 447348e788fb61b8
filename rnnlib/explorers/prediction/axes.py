"""Changes to a tensor's axes, in symbols: what someone who mixes something up believes them to be."""

from __future__ import annotations

from collections.abc import Callable

Axes = tuple[str, ...]
Change = Callable[[Axes], Axes]

ONE, TWO = "1", "2"  # an axis, or a factor of one, that is so whatever the sizes are
NUMBERS = {str(number): number for number in range(1, 5)}
X_AND_H = "what a layer reads and h"  # side by side


def instead(other: Axes) -> Change:
    """The axes of another tensor."""
    return lambda axes: other


def swap(a: str, b: str) -> Change:
    """Two axes in each other's place.

    Example:
        >>> swap("seq_len", "batch")(("seq_len", "batch", "input_size"))
        ('batch', 'seq_len', 'input_size')
    """
    return lambda axes: tuple({a: b, b: a}.get(axis, axis) for axis in axes)


def move_first(axis: str) -> Change:
    """One axis in front of the others."""
    return lambda axes: (axis, *leave_out(axis)(axes)) if axis in axes else axes


def leave_out(axis: str) -> Change:
    """One axis gone."""
    return lambda axes: tuple(a for a in axes if a != axis)


def add(axis: str, at: int = 0) -> Change:
    """One axis more."""
    return lambda axes: (*axes[:at], axis, *axes[at:])


def put(axis: str, at: int) -> Change:
    """One axis in the place of another.

    Example:
        >>> put("input_size", at=-1)(("num_gates*hidden_size", "hidden_size"))
        ('num_gates*hidden_size', 'input_size')
    """
    return lambda axes: tuple(axis if i == at % len(axes) else a for i, a in enumerate(axes))


def use(wrong: str, instead_of: str) -> Change:
    """One symbol for another, wherever it stands; ``"1"`` leaves a factor out.

    Example:
        >>> use("1", instead_of="num_directions")(("seq_len", "num_directions*hidden_size"))
        ('seq_len', '1*hidden_size')
    """
    return lambda axes: tuple("*".join(wrong if s == instead_of else s for s in axis.split("*")) for axis in axes)


def multiply(factor: str, at: int = -1) -> Change:
    """One axis multiplied by a symbol."""
    return lambda axes: tuple(f"{factor}*{a}" if i == at % len(axes) else a for i, a in enumerate(axes))


def turn_round(axes: Axes) -> Axes:
    """The axes in the opposite order."""
    return axes[::-1]


def both(first: Change, second: Change) -> Change:
    """One change after the other."""
    return lambda axes: second(first(axes))


def as_read(axes: Axes) -> str:
    """Axes as people read them.

    Example:
        >>> as_read(("num_layers*num_directions", "batch", "hidden_size"))
        '(num_layers × num_directions, batch, hidden_size)'
    """
    return f"({', '.join(axes)}{',' if len(axes) == 1 else ''})".replace("*", " × ")
