"""The chart of a speed lab: a median with its spread at every size, both axes logarithmic, in either theme."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

THEMES = {
    "light": {
        "ink": "#1f2430", "quiet": "#5f6672", "line": "#e5e7eb",
        "lines": ("#0072b2", "#b84300", "#007a5a", "#9c3d80", "#9a5b00"),
    },
    "dark": {
        "ink": "#edeff2", "quiet": "#9aa3af", "line": "#2a2f37",
        "lines": ("#56b4e9", "#ff8a4c", "#35c79a", "#e08cc4", "#f0b43c"),
    },
}  # fmt: skip
MARKS = "os^Dv"


def draw(rows: Sequence[dict[str, Any]], axis: str, setups: Sequence[str], about: str = "") -> dict[str, str]:
    """The chart as SVG, once for each theme, and what it is about; {} where nothing was measured.

    Args:
        rows: with ``setup`` and ``value``, and in seconds ``median`` and the quartiles ``low`` and ``high``.
        axis: the name of what runs to the right.
        setups: all that there may be, so that each keeps its colour and its mark.
        about: what all of it holds for, in words.

    Example:
        >>> draw([], "batch", ("layer",))
        {}
    """
    lines: dict[str, list[tuple[int, float, float, float]]] = {}
    for row in sorted(rows, key=lambda row: row["value"]):
        if row["median"] is not None:
            lines.setdefault(row["setup"], []).append((row["value"], row["median"], row["low"], row["high"]))
    if not lines:
        return {}
    try:
        return _themes(lines, axis, setups, about)
    except Exception:  # noqa: BLE001 - settings of matplotlib's that do not work here, as text.usetex without LaTeX
        import matplotlib

        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            return _themes(lines, axis, setups, about)


def _themes(lines: dict[str, Any], axis: str, setups: Sequence[str], about: str) -> dict[str, str]:
    drawn = {name: _drawn(lines, axis, setups, about, theme) for name, theme in THEMES.items()}
    return drawn | {"about": about}


def _drawn(lines: dict[str, Any], axis: str, setups: Sequence[str], about: str, theme: dict[str, Any]) -> str:
    from matplotlib.figure import Figure  # here, since few lessons draw a chart and its import takes long

    figure = Figure(figsize=(6.8, 4.3), layout="constrained")
    axes = figure.add_subplot()
    for index, setup in enumerate(setups):
        if setup in lines:
            _line(axes, lines[setup], setup, theme["lines"][index], MARKS[index])
    _furnish(axes, sorted({value for line in lines.values() for value, *_ in line}), axis, theme)
    figure.supxlabel(about, color=theme["quiet"], fontsize=10)
    made = io.StringIO()
    figure.savefig(made, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return made.getvalue()


def _line(axes: Any, line: list[tuple[int, float, float, float]], name: str, colour: str, mark: str) -> None:
    values, medians, low, high = zip(*line, strict=True)
    axes.fill_between(values, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.errorbar(values, medians, _spread(medians, low, high), fmt="none", ecolor=colour, elinewidth=1.2, capsize=3)
    axes.plot(values, medians, color=colour, marker=mark, markersize=6, linewidth=2, label=name)


def _spread(medians: Sequence[float], low: Sequence[float], high: Sequence[float]) -> list[list[float]]:
    """How far the quartiles lie below and above the medians."""
    below = [max(0.0, median - end) for median, end in zip(medians, low, strict=True)]
    return [below, [max(0.0, end - median) for median, end in zip(medians, high, strict=True)]]


def _furnish(axes: Any, values: list[int], axis: str, theme: dict[str, Any]) -> None:
    from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(values, [f"{value:,}" for value in values])
    axes.set_xticks([], minor=True)
    least, most = axes.get_ylim()
    if most < 10 * least:  # a decade at least, or there would be no number on the axis, and noise would fill it
        middle = (least * most) ** 0.5
        axes.set_ylim(middle / 10**0.5, middle * 10**0.5)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(EngFormatter("s"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(axis, color=theme["ink"], weight="bold", fontsize=12)
    axes.set_ylabel("median time of a call", color=theme["ink"], fontsize=12)
    axes.tick_params(which="both", colors=theme["quiet"], length=0, labelsize=11)
    axes.grid(color=theme["line"], linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    named = {"frameon": False, "labelcolor": theme["ink"], "fontsize": 11, "columnspacing": 1.2, "handlelength": 1.4}
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, **named)
