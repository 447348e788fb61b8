"""The recorded run of a real GPU, for those who have none: its title and its chart."""

from __future__ import annotations

from typing import Any

from rnnlib.data.gpu_run import gpu_run
from rnnlib.explorers.speed_cases import SETUPS
from rnnlib.view.speed_chart import chart

NONE_YET = "No run on a GPU has been recorded yet: `make record`, on a machine that has one, makes it."


def recorded() -> dict[str, Any]:
    """``title``, ``axis`` and ``chart`` of the recording; where there is none, the title says so."""
    about, rows = gpu_run()
    if not rows:
        return {"title": NONE_YET, "chart": {}}
    axis = str(rows[0]["axis"])
    return {"title": f"Recorded on a GPU: {about}", "chart": chart(rows, axis, list(SETUPS))}
