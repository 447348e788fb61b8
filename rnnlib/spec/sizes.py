"""One clear sentence for a size or a flag that cannot be."""

from __future__ import annotations

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
        size = operator.index(value)
    except TypeError:
        whole = isinstance(value, float) and value.is_integer()
        mend = f"write {int(value)}" if whole else f"use an int of at least {least}"
        raise TypeError(f"{name} must be a whole number, not {value!r} ({type(value).__name__}): {mend}.") from None
    if size < least:
        raise ValueError(f"{name} must be at least {least}, not {size}.")
    return size


def check_flag(name: str, value: Any) -> bool:
    """Give `value` back if it is True or False.

    Raises:
        TypeError: it is neither.

    Example:
        >>> check_flag("batch_first", True)
        True
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r} ({type(value).__name__}).")
    return value


def in_units(num_bytes: int) -> str:
    """A number of bytes as people say it.

    Example:
        >>> in_units(8_388_608_000)
        '8.4 GB'
    """
    amount = float(num_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"
