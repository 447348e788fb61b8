"""What a comparison found, in sentences."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def findings(rows: Sequence[Row], axis: str) -> list[str]:
    """Sentences on the rows of one chart: each setup against the first, and how the first one grows.

    Args:
        rows: by ``setup`` and ``value``, in seconds their ``median`` and its quartiles, ``low`` and ``high``; None
            where nothing could be measured. Of a packed run also ``tokens``, ``seq_len`` and ``batch``.
        axis: along which they were compared.

    Example:
        >>> times = {("layer", 1): 1, ("layer", 64): 4, ("cell loop", 1): 20, ("cell loop", 64): 40}
        >>> rows = [dict(setup=s, value=v, median=t, low=t, high=t) for (s, v), t in times.items()]
        >>> for sentence in findings(rows, "batch"):
        ...     print(sentence)
        At batch 1 to 64, cell loop takes 10 to 20 times as long as layer.
        From batch 1 to 64, layer takes 4.0 times as long for 64 times as much work.
    """
    lines: dict[str, dict[int, Row]] = {}
    for row in rows:
        if row["median"] is not None:
            lines.setdefault(row["setup"], {})[row["value"]] = row
    if not lines:
        return []
    first, *others = lines
    said = [sentence for name in others for sentence in _against(name, lines[name], first, lines[first], axis)]
    said += [_growth(first, lines[first], axis), _skipped(lines.get("packed", {}))]
    return [sentence for sentence in said if sentence]


def _against(name: str, line: dict[int, Row], first: str, base: dict[int, Row], axis: str) -> list[str]:
    """A sentence for each stretch of the axis on which the same holds."""
    both = sorted(value for value in line if value in base)
    stretches = itertools.groupby(both, key=lambda value: _slower(line[value], base[value]))
    return [_told(slower, list(values), name, line, first, base, axis) for slower, values in stretches]


def _slower(one: Row, other: Row) -> bool | None:
    """Whether one takes longer than another; None where their spreads overlap."""
    return None if _overlap(one, other) else bool(one["median"] > other["median"])


def _told(
    slower: bool | None,
    values: list[int],
    name: str,
    line: dict[int, Row],
    first: str,
    base: dict[int, Row],
    axis: str,
) -> str:
    at = f"At {axis} {values[0]}" + (f" to {values[-1]}" if len(values) > 1 else "")
    if slower is None:
        return f"{at}, {name} and {first} cannot be told apart: their spreads overlap."
    ratios = [line[value]["median"] / base[value]["median"] for value in values]
    if not slower:
        name, first, ratios = first, name, [1 / ratio for ratio in ratios]
    least, most = _ratio(min(ratios)), _ratio(max(ratios))
    return f"{at}, {name} takes {least if least == most else f'{least} to {most}'} times as long as {first}."


def _growth(name: str, line: dict[int, Row], axis: str) -> str:
    low, high = min(line), max(line)
    if low == high:
        return ""
    longer, more = line[high]["median"] / line[low]["median"], high / low
    what = {"hidden_size": "as many units", "num_layers": "as many layers"}.get(axis, "as much work")
    work = f"{more:g} times {what}"
    if _overlap(line[low], line[high]):
        return f"From {axis} {low} to {high}, {name} takes as long, within its spread, for {work}."
    if longer < 1:
        return f"{name} takes less time at {axis} {high} than at {low}: measure again, when the machine is quiet."
    return f"From {axis} {low} to {high}, {name} takes {_ratio(longer)} times as long for {work}."


def _skipped(packed: dict[int, Row]) -> str:
    """How much less a packed run has to do: what it took is not for the same work."""
    if not packed:
        return ""
    row = packed[max(packed)]
    share = row["tokens"] / (row["seq_len"] * row["batch"])
    return "" if share == 1 else f"packed skips the pads: it runs {100 * share:.0f} % of the steps."


def _overlap(one: Row, other: Row) -> bool:
    return bool(one["low"] <= other["high"] and other["low"] <= one["high"])


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 9.5 else f"{ratio:.0f}"
