"""One clear sentence for a size or a flag that cannot be."""

from __future__ import annotations

import numbers
import operator
from typing import Any


def check_size(name: str, value: Any, least: int = 1) -> int:
    """Give `value` back as an int if it is a whole number of at least `least`.

    Raises:
        TypeError: it is no whole number (a bool and a float are none).
        ValueError: it is below `least`.

    Example:
        >>> check_size("batch", 3)
        3
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        if str(getattr(value, "dtype", "")).endswith("bool"):
            raise TypeError
        size = operator.index(value)
    except (TypeError, RuntimeError):  # torch's, of a tensor without numbers
        mend = _mend(value, least)
        raise TypeError(f"{name} must be a whole number, not {value!r} ({type(value).__name__}): {mend}.") from None
    if size < least:
        raise ValueError(f"{name} must be at least {least}, not {size}.")
    return size


def _mend(value: Any, least: int) -> str:
    if isinstance(value, bool):
        return f"use an int of at least {least}, and give flags by name, as in bidirectional=True"
    if isinstance(value, numbers.Real) and float(value).is_integer():
        return f"write {float(value):.0f}"
    if isinstance(value, str) and value.isdecimal():
        return f"write {value}, without quotes"
    return f"use an int of at least {least}"


def check_flag(name: str, value: Any) -> bool:
    """Give `value` back if it is True or False.

    Raises:
        TypeError: it is neither.

    Example:
        >>> check_flag("batch_first", True)
        True
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r} ({type(value).__name__}): use Python's own.")
    return value
