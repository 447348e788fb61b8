"""What a comparison found, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def found(rows: Sequence[Row], axis: str) -> list[str]:
    """Sentences on the rows of one chart: each setup against the first, and how the first one grows.

    Args:
        rows: by ``setup`` and ``value``, in seconds their ``median`` and its quartiles, ``low`` and ``high``; None
            where nothing could be measured.
        axis: along which they were compared.

    Example:
        >>> times = {("layer", 1): 1, ("layer", 64): 4, ("cell loop", 64): 40}
        >>> rows = [dict(setup=s, value=v, median=t, low=t, high=t) for (s, v), t in times.items()]
        >>> for sentence in found(rows, "batch"):
        ...     print(sentence)
        At batch 64, cell loop takes 10 times as long as layer.
        From batch 1 to 64, layer takes 4.0 times as long for 64 times as much work.
    """
    lines: dict[str, dict[int, Row]] = {}
    for row in rows:
        if row["median"] is not None:
            lines.setdefault(row["setup"], {})[row["value"]] = row
    if not lines:
        return []
    first, *others = lines
    said = [_against(name, lines[name], first, lines[first], axis) for name in others]
    return [sentence for sentence in (*said, _growth(first, lines[first], axis)) if sentence]


def _against(name: str, line: dict[int, Row], first: str, base: dict[int, Row], axis: str) -> str:
    both = [value for value in line if value in base]
    if not both:
        return ""
    at = max(both)
    one, other = line[at], base[at]
    if one["low"] <= other["high"] and other["low"] <= one["high"]:
        return f"At {axis} {at}, {name} and {first} cannot be told apart: their spreads overlap."
    ratio = one["median"] / other["median"]
    if ratio > 1:
        return f"At {axis} {at}, {name} takes {_times(ratio)} as long as {first}."
    return f"At {axis} {at}, {first} takes {_times(1 / ratio)} as long as {name}."


def _growth(name: str, line: dict[int, Row], axis: str) -> str:
    low, high = min(line), max(line)
    if low == high:
        return ""
    longer, more = line[high]["median"] / line[low]["median"], high / low
    work = f"about {more**2:,.0f} times as many weights" if axis == "hidden_size" else f"{more:g} times as much work"
    return f"From {axis} {low} to {high}, {name} takes {_times(longer)} as long for {work}."


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio < 9.5 else f"{ratio:.0f} times"
