"""Traits whose values pass a check that raises a sentence in the learner's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

import traitlets

from rnnlib.spec.arguments import brief, check_flag, check_size


class Checked(traitlets.TraitType):  # type: ignore[type-arg]
    """A trait that takes what ``check(name, value)`` gives back, and raises what it raises."""

    def __init__(self, default: Any, check: Callable[[str, Any], Any]) -> None:
        super().__init__(default)
        self.check = check

    def validate(self, obj: Any, value: Any) -> Any:
        """Give back what the check gives back."""
        return self.check(self.name or "value", value)


def size(default: int) -> Any:
    """A synced trait for a whole number of at least 1."""
    return Checked(default, check_size).tag(sync=True)


def index() -> Any:
    """A synced trait for a whole number of at least 0."""
    return Checked(0, lambda name, value: check_size(name, value, least=0)).tag(sync=True)


def number(default: float, least: float, most: float) -> Any:
    """A synced trait for a number from `least` to `most`."""
    return Checked(default, lambda name, value: check_number(name, value, least, most)).tag(sync=True)


def flag(default: bool) -> Any:
    """A synced trait that is True or False."""
    return Checked(default, check_flag).tag(sync=True)


def check_number(name: str, value: Any, least: float, most: float) -> float:
    """Give `value` back as a float, if it is a number in these bounds.

    Raises:
        TypeError: no number.
        ValueError: nan, or out of bounds.

    Example:
        >>> check_number("forget_bias", 5, 0, 8)
        5.0
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, such as {most:g}, not {brief(value)} ({type(value).__name__}).")
    if not least <= value <= most:  # type: ignore[operator]
        raise ValueError(f"{name} must be from {least:g} to {most:g}, not {brief(value)}.")
    return float(value)


def one_of(default: str, names: Iterable[str]) -> Any:
    """A synced trait for one of some names."""
    return Checked(default, lambda name, value: check_one(name, value, names)).tag(sync=True)


def check_one(name: str, value: Any, names: Iterable[str]) -> str:
    """Give `value` back if it is one of the names.

    Raises:
        ValueError: it is none of them.

    Example:
        >>> check_one("part", "h_n", ("output", "h_n"))
        'h_n'
    """
    if not isinstance(value, str) or value not in names:
        known = [repr(one) for one in names]
        wanted = " or ".join(known) if len(known) == 2 else f"one of {', '.join(known)}"
        raise ValueError(f"{name} must be {wanted}, not {brief(value)}.")
    return value


def parts(*names: str) -> Any:
    """A synced trait for those of an explorer's parts that stand: all of them, unless a lecturer chooses."""
    return Checked(list(names), lambda _, value: check_names("part", value, names, given="show")).tag(sync=True)


def check_controls(controls: Iterable[str], known: Iterable[str]) -> list[str]:
    """Give `controls` back as a list if each is a known name, as `check_names` does."""
    return check_names("control", controls, known)


def check_names(what: str, names: Iterable[str], known: Iterable[str], given: str = "") -> list[str]:
    """Give `names` back as a list if each is known.

    Args:
        what: one of them, as in ``"control"``; an ``s`` makes several.
        names: those chosen.
        known: all that there are.
        given: as what they were given, where that is not several of `what`.

    Raises:
        TypeError: one text, not several names.
        ValueError: a name that is not known.

    Example:
        >>> check_names("control", ("seq_len",), known=("seq_len", "batch"))
        ['seq_len']
    """
    given = given or f"{what}s"
    if isinstance(names, str):
        raise TypeError(f"{given} must be several names, as in {given}=({brief(names)},), not one text.")
    if not isinstance(names, Iterable):
        example = next(iter(known))
        raise TypeError(f"{given} must be several names, as in {given}=({example!r},), not {brief(names)}.")
    names = list(names)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"there is no {what} {brief(unknown[0])}: the {what}s are {', '.join(known)}.")
    return names


def check_text(name: str, value: Any) -> str:
    """Give `value` back if it is a text.

    Raises:
        TypeError: it is none.

    Example:
        >>> check_text("question", "Which axis moves?")
        'Which axis moves?'
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {brief(value)} ({type(value).__name__}).")
    return value
