"""The recorded run of a real GPU, for those who have none: its title and its rows."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from rnnlib.data.gpu_run import PATH, gpu_run
from rnnlib.explorers.speed.points import in_words

NONE_YET = "No run on a GPU is stored with this course yet: what you measure here is your own machine."


SHOWN = ("setup", "axis", "value", "median", "low", "high")


@functools.cache
def recording(path: Path = PATH) -> dict[str, Any]:
    """``title``, ``rows`` and ``about`` of the recording; where there is none, or a damaged one, the title says so.

    Example:
        >>> recording(PATH.with_name("nowhere.csv"))
        {'title': 'No run on a GPU is stored with this course yet: what you measure here is your own machine.'}
    """
    try:
        title, rows = gpu_run(path)
    except ValueError as error:
        return {"title": str(error)}
    if not rows:
        return {"title": NONE_YET}
    points = [{name: row[name] for name in SHOWN} for row in rows]
    return {"title": f"Recorded on a GPU: {title}", "rows": points, "about": in_words(rows[0])}
