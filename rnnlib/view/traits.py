"""Traits whose values pass a check that raises a sentence in the learner's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import traitlets

from rnnlib.spec.sizes import check_flag, check_size


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


def flag(default: bool) -> Any:
    """A synced trait that is True or False."""
    return Checked(default, check_flag).tag(sync=True)


def check_controls(controls: Iterable[str], known: Iterable[str]) -> list[str]:
    """Give `controls` back as a list if each is a known name.

    Raises:
        TypeError: one text, not several names.
        ValueError: a name that no control has.

    Example:
        >>> check_controls(("seq_len",), known=("seq_len", "batch"))
        ['seq_len']
    """
    if isinstance(controls, str):
        raise TypeError(f"controls must be several names, as in controls=({controls!r},), not one text.")
    if not isinstance(controls, Iterable):
        raise TypeError(f"controls must be several names, as in controls=('seq_len',), not {controls!r}.")
    controls = list(controls)
    unknown = [name for name in controls if name not in known]
    if unknown:
        raise ValueError(f"there is no control {unknown[0]!r}: the controls are {', '.join(known)}.")
    return controls


def check_text(name: str, value: Any) -> str:
    """Give `value` back if it is a text.

    Raises:
        TypeError: it is none.

    Example:
        >>> check_text("question", "Which axis moves?")
        'Which axis moves?'
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {value!r} ({type(value).__name__}).")
    return value
