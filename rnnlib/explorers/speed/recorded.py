"""The recorded run of a real GPU, for those who have none: its title and its chart."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from rnnlib.data.gpu_run import PATH, gpu_run
from rnnlib.explorers.speed.chart import draw
from rnnlib.explorers.speed.points import SETUPS, settings_in_words

NONE_YET = "No run on a GPU is stored with this course yet: what you measure here is your own machine."


@functools.cache
def recording(path: Path = PATH) -> dict[str, Any]:
    """``title`` and ``chart`` of the recording; where there is none, or a damaged one, the title says so.

    Example:
        >>> recording(PATH.with_name("nowhere.csv"))["title"] == NONE_YET
        True
    """
    try:
        title, rows = gpu_run(path)
    except ValueError as error:
        return {"title": str(error), "chart": {}}
    if not rows:
        return {"title": NONE_YET, "chart": {}}
    first = rows[0]
    common = settings_in_words(first["kind"], first["axis"], first, first["backward"], first["device"])
    return {"title": f"Recorded on a GPU: {title}", "chart": draw(rows, first["axis"], list(SETUPS), common)}
