"""What experiments showed, as grids of cells: a letter a cell, and of each letter what it means and what is said of it.

``r`` is right, ``w`` wrong, ``m`` missing, ``n`` to be noted, ``.`` nothing, ``p`` a pad, ``u`` not asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.checkup.report import Checkup, Finding

Data = dict[str, Any]
MOST = 64  # sequences that a grid shows; of more, those that something is wrong with come first


def of_batch(finding: Finding, report: Checkup) -> Data:
    """Who moves whom: a row a result, a column a sequence that was changed."""
    if finding.evidence is None:
        return {}
    moved = finding.evidence.moved
    others = moved & ~torch.eye(len(moved), dtype=torch.bool)
    shown = _shown(others.any(0) | others.any(1))
    letters = [["wr"[i == j] if is_moved else "." for j, is_moved in enumerate(row)] for i, row in enumerate(moved)]
    kinds = {
        "r": ("its own", "Changing sequence {column} moves its own result."),
        "w": ("another's", "Changing sequence {column} moves the result of sequence {row}."),
        ".": ("", "Changing sequence {column} leaves the result of sequence {row} as it was."),
    }
    rows = _sequences("result of", shown, report)
    columns = rows | {"name": "sequence changed"}
    return _grids(_grid("Who moves whom", rows, columns, [[letters[i][j] for j in shown] for i in shown], kinds))


def of_sequences(finding: Finding, report: Checkup) -> Data:
    """A cell a sequence: whether it gets the same, and how far from it it is."""
    far = finding.evidence
    how = {"alone": "Alone", "order": "With the batch in another order"}[finding.name]
    kinds = {
        "r": ("the same", how + ", sequence {column} gets the same."),
        "w": ("another result", how + ", sequence {column} gets another result, by up to {value}."),
        "m": ("nothing to compare", how + ", sequence {column} gives nothing to compare."),
    }
    letters = ["r" if one == 0 else "m" if one == float("inf") else "w" for one in far.tolist()]
    return _strip(finding.name, far > 0, letters, kinds, report, [f"{one:.2g}" for one in far.tolist()])


def of_padding(finding: Finding, report: Checkup) -> Data:
    """A cell a sequence: whether its pads are read."""
    kinds = {
        "r": ("not moved", "What stands in the pads does not move the result of sequence {column}."),
        "w": ("moved", "What stands in the pads moves the result of sequence {column}."),
        "n": ("moved by other pads", "Other numbers in the pads would move the result of sequence {column}."),
    }
    letter = "n" if finding.holds else "w"
    moved = finding.evidence
    return _strip(finding.name, moved, [letter if one else "r" for one in moved.tolist()], kinds, report)


def of_steps(finding: Finding, report: Checkup) -> Data:
    """Which steps of which sequence count, and below, the gradient towards each step."""
    found = finding.evidence
    asked = torch.zeros(found.own.shape[1], dtype=torch.bool)
    asked[list(found.asked)] = True
    missing = found.own & asked & ~found.counts
    shown = _shown(missing.any(1))
    idle = "m" if finding.holds is False else "."
    letters = _letters(("r", found.counts), (idle, missing), ("u", found.own & ~asked), ("p", ~found.own))
    kinds = {
        "r": ("counts", "Step {column} of sequence {row} counts."),
        "m": ("moves nothing", "Step {column} of sequence {row} moves no result."),
        ".": ("not seen to count", "Step {column} of sequence {row} was not seen to move a result."),
        "u": ("not asked about", "Step {column} of sequence {row} was not asked about."),
        "p": ("a pad", "Step {column} of sequence {row} is a pad."),
    }
    rows, columns = _sequences("sequence", shown, report), _steps("step", len(asked))
    grid = _grid("Which steps count", rows, columns, [letters[i] for i in shown], kinds)
    if found.gradient is not None:
        most = (found.gradient.double() * found.own).amax(0)
        grid["bars"] = {
            "name": "gradient",
            "shares": (most / most.max().clamp(min=1e-300)).tolist(),
            "values": [f"{one:.2g}" for one in most.tolist()],
            "says": "The gradient of the result towards step {column} is {value}, in the sequence where it is largest.",
        }
    return _grids(grid)


def of_directions(finding: Finding, report: Checkup) -> Data:
    """Of each bidirectional layer, where each half of its output is used, and which rows of h_n."""
    grids = []
    for found in finding.evidence:
        for half, used in (("forward", found.forward), ("backward", found.backward)):
            if not used.numel():
                continue
            wrong = half == found.too_early
            shown = _shown(used.any(1))
            kinds = {
                "r": ("used", f"The {half} half of step {{column}} of sequence {{row}} is used."),
                "w": ("used too early", f"The {half} half of step {{column}} of sequence {{row}} has read one step."),
                ".": ("", f"The {half} half of step {{column}} of sequence {{row}} is not used."),
            }
            letters = _letters(("w" if wrong else "r", used))
            rows, columns = _sequences("sequence", shown, report), _steps("step", used.shape[1])
            title = f"{found.path or 'the model'}: {half} half"
            grids.append(_grid(title, rows, columns, [letters[i] for i in shown], kinds))
    states = [f"{found.path}.h_n[{row}]".lstrip(".") for found in finding.evidence for row in found.rows]
    return _grids(*grids) | ({"more": f"Also used: {', '.join(states)}."} if states else {})


def of_future(finding: Finding, _: Checkup) -> Data:
    """Which step moves the result of which: a row a result, a column a step that was changed."""
    moved = finding.evidence
    later = torch.ones_like(moved).triu(1)
    letters = _letters(("n" if finding.holds is None else "w", moved & later), ("r", moved))
    kinds = {
        "r": ("itself or later", "Changing step {column} moves the result of step {row}."),
        "w": ("earlier", "Changing step {column} moves the result of step {row}, which is earlier."),
        "n": ("earlier", "Changing step {column} moves the result of step {row}, which is earlier."),
        ".": ("", "Changing step {column} was not seen to move the result of step {row}."),
    }
    return _grids(
        _grid(
            "Which step moves which", _steps("result", len(moved)), _steps("step changed", len(moved)), letters, kinds
        )
    )


def _shown(wrong: Tensor) -> list[int]:
    """Which sequences to show: all, or of many some, what is wrong first.

    Example:
        >>> _shown(torch.arange(100) > 97)[-3:]
        [61, 98, 99]
    """
    return sorted(wrong.int().argsort(descending=True, stable=True)[:MOST].tolist())


def _letters(*kinds: tuple[str, Tensor]) -> list[list[str]]:
    """A letter for each place: the first of the kinds that is True there, or nothing.

    Example:
        >>> _letters(("r", torch.tensor([[True, False]])), ("w", torch.tensor([[True, True]])))
        [['r', 'w']]
    """
    letters = [["."] * kinds[0][1].shape[1] for _ in kinds[0][1]]
    for letter, where in reversed(kinds):
        for row, column in where.nonzero().tolist():
            letters[row][column] = letter
    return letters


def _sequences(name: str, shown: Sequence[int], report: Checkup) -> Data:
    count = len(report.sequences)
    part = f" ({len(shown)} of {count})" if len(shown) < count else ""
    return {"name": name + part, "symbol": "batch", "labels": [report.sequences[index] for index in shown]}


def _steps(name: str, count: int) -> Data:
    return {"name": name, "symbol": "seq_len", "labels": list(range(count))}


def _grid(title: str, rows: Data, columns: Data, letters: list[list[str]], kinds: dict[str, tuple[str, str]]) -> Data:
    """One grid.

    Args:
        title: of it.
        rows: their ``name``, the ``symbol`` whose colour they wear, and their ``labels``.
        columns: likewise.
        letters: of each cell.
        kinds: of each letter a word for the legend, and a sentence with fields ``{row}`` and ``{column}``.
    """
    told = {letter: {"word": word, "says": says} for letter, (word, says) in kinds.items()}
    return {"title": title, "rows": rows, "columns": columns, "cells": ["".join(row) for row in letters], "kinds": told}


def _strip(
    title: str,
    wrong: Tensor,
    letters: list[str],
    kinds: dict[str, tuple[str, str]],
    report: Checkup,
    values: Sequence[str] = (),
) -> Data:
    """A grid of one row, a cell a sequence."""
    shown = _shown(wrong)
    row = {"name": "", "symbol": "batch", "labels": [""]}
    grid = _grid(title, row, _sequences("sequence", shown, report), [[letters[index] for index in shown]], kinds)
    return _grids(grid | ({"values": [values[index] for index in shown]} if values else {}))


def _grids(*grids: Data) -> Data:
    return {"grids": list(grids)}
