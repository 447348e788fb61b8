"""What the speed lab looks like: its traits, all that its front-end file draws from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from rnnlib.explorers.shared.traits import Checked, check_controls, check_text, flag, parts, size
from rnnlib.explorers.shared.view import View
from rnnlib.spec.arguments import brief, check_size
from rnnlib.spec.kinds import check_layer_kind

SIZES = ("seq_len", "batch", "hidden_size", "num_layers")
SETTINGS = ("kind", "axis", *SIZES, "backward", "device")  # but for the size that is the axis, a chart's
ASKED = (*SETTINGS, "compare", "values", "measuring")
CONTROLS = ("kind", "compare", "axis", "values", *SIZES, "backward", "device")
MOST_VALUES = 16


def check_values(name: str, value: Any) -> list[int]:
    """Give `value` back as a list of whole numbers of at least 1, each once, from small to large.

    Raises:
        TypeError: no list, or no whole numbers in it.
        ValueError: none, too many, or one below 1.

    Example:
        >>> check_values("values", (8, 2, 8))
        [2, 8]
    """
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of whole numbers, as in [1, 4, 16], not {brief(value)}.")
    if not 1 <= len(set(map(str, value))) <= MOST_VALUES:
        raise ValueError(f"{name} must be from 1 to {MOST_VALUES} whole numbers, not {len(value)}.")
    return sorted({check_size(f"each of {name}", one) for one in value})


class SpeedView(View):
    """A comparison of times: what is compared, along which axis, and what has been measured so far.

    Attributes:
        compare: the setups that are compared, of those in `setups`.
        axis: the size along which they are compared, at each of `values`; the other sizes are as their sliders say.
        backward: time forward and backward together.
        measuring: True while it measures; set it to start, unset it to cancel.
        progress: how many points are done and of how many, what is measured ``now``, and ``at`` which point.
        rows: all that was measured, a dict each.
        answer: to what was ``asked``: of which ``chart`` the points are, what that is ``about``, what it shows, in
            sentences (``found``), and which values ``cannot`` be measured.
        csv: all that was measured, as a table to take away.
        show: which of its parts stand: ``"picture"``, ``"says"``, ``"table"``, ``"csv"`` and ``"recorded"``.
        recorded: a run on a real GPU that was stored: its title and its rows, or why there is none.
    """

    FOLDER = Path(__file__).parent

    kind = Checked("LSTM", lambda _, value: check_layer_kind(value)).tag(sync=True)
    compare = traitlets.List(traitlets.Unicode()).tag(sync=True)
    axis = traitlets.Unicode("seq_len").tag(sync=True)
    values = Checked([8], check_values).tag(sync=True)
    seq_len = size(32)
    batch = size(8)
    hidden_size = size(64)
    num_layers = size(1)
    backward = flag(False)
    device = traitlets.Unicode("cpu").tag(sync=True)
    measuring = flag(False)

    setups: traitlets.List[str] = traitlets.List().tag(sync=True)
    devices: traitlets.List[str] = traitlets.List().tag(sync=True)
    about = traitlets.Unicode().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    rows: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    csv = traitlets.Unicode().tag(sync=True)
    recorded = traitlets.Dict().tag(sync=True)
    controls = Checked(list(CONTROLS), lambda _, value: check_controls(value, CONTROLS)).tag(sync=True)
    show = parts("picture", "says", "table", "csv", "recorded")
    question = Checked("", check_text).tag(sync=True)
