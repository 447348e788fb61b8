"""A comparison of times that was recorded on a real GPU by ``make record``, if there is one."""

from __future__ import annotations

import csv
from pathlib import Path

PATH = Path(__file__).with_suffix(".csv")  # not there until someone has recorded it
WHOLE, REAL = ("value", "seq_len", "batch", "hidden_size", "num_layers"), ("median", "low", "high")


def gpu_run(path: Path = PATH) -> tuple[str, list[dict[str, object]]]:
    """What was recorded: device, versions and date in a line, and the rows.

    Returns:
        ``("", [])`` where nothing has been recorded.

    Raises:
        ValueError: the file is no such recording.
    """
    if not path.exists():
        return "", []
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, object]] = []
    try:
        for line in csv.DictReader(lines):
            whole = {name: int(line[name]) for name in WHOLE}
            real = {name: float(line[name]) if line[name] else None for name in REAL}
            rows.append({**line, **whole, **real})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is no recording that `make record` made ({error}): make it again.") from None
    return first.removeprefix("# "), rows
