"""A comparison of times that was recorded on a real GPU by ``make record``, if there is one."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_suffix(".csv")  # not there until someone has recorded it
WORDS, FLAGS = ("kind", "setup", "axis", "device"), ("backward",)
WHOLE, REAL = ("value", "seq_len", "batch", "hidden_size", "num_layers"), ("median", "low", "high")


def gpu_run(path: Path = PATH) -> tuple[str, list[dict[str, Any]]]:
    """What was recorded: device, versions and date in a line, and the rows.

    Returns:
        ``("", [])`` where nothing has been recorded.

    Raises:
        ValueError: the file is no such recording.
    """
    if not path.exists():
        return "", []
    try:
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        rows = [_row(line) for line in csv.DictReader(lines)]
        if not (first.startswith("# ") and rows):
            raise ValueError("it has no rows, or no title")
    except (KeyError, TypeError, ValueError, OSError, csv.Error) as error:
        raise ValueError(
            f"{path.name}, a run on a GPU that is stored with this course, is damaged ({error}): fetch that file again."
        ) from None
    return first.removeprefix("# "), rows


def _row(line: dict[str, str]) -> dict[str, Any]:
    """The texts of a line as what they are."""
    row: dict[str, Any] = line | {name: int(line[name]) for name in WHOLE}
    row |= {name: {"True": True, "False": False}[line[name]] for name in FLAGS}
    row |= {name: float(line[name]) for name in REAL}
    if line["axis"] not in WHOLE or not all(line[name] for name in WORDS):
        raise ValueError("a word is missing")
    if not all(0 < row[name] < math.inf for name in REAL):
        raise ValueError("a time is none")
    return row
