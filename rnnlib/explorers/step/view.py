"""What the step explorer looks like: its traits, all that its front-end file draws from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from rnnlib.explorers.shared.traits import Checked, check_controls, check_text, flag, index, parts, size
from rnnlib.explorers.shared.view import View
from rnnlib.spec.arguments import brief
from rnnlib.spec.kinds import check_kind

PLACE = ("time", "layer_index", "direction", "item", "unit")
TRACED = ("kind", "weights", "source", "seq_len", "hidden_size", "device")
CONTROLS = ("kind", "weights", "source", "device", "layer", "direction", "item", "unit", "seq_len", "hidden_size")


def name_offered(default: str) -> Any:
    """A synced trait for the name of one of the things to choose from."""
    return Checked(default, _check_name).tag(sync=True)


def _check_name(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of the names offered, not {brief(value)} ({type(value).__name__}).")
    return value


class StepView(View):
    """A cell at one moment: its circuit with the values in it, its equations filled in, and the whole history.

    Attributes:
        time: the step looked at; with `layer_index`, `direction`, `item` and `unit` it says where. Moving any of
            them draws from what was traced, and runs nothing.
        paper: whether the GRU of the paper is drawn beside torch's.
        weight_names: the weights to choose from.
        sources: the inputs to choose from.
        devices: the devices to choose from.
        controls: which controls are shown.
        show: which of its parts stand: ``"picture"``, ``"says"`` and ``"weights"``.
        question: what a learner is asked to find out.
    """

    FOLDER = Path(__file__).parent

    kind = Checked("LSTM", lambda _, value: check_kind(value)).tag(sync=True)
    weights = name_offered("random")
    source = name_offered("")
    seq_len = size(12)
    hidden_size = size(4)
    device = traitlets.Unicode("cpu").tag(sync=True)

    time = index()
    layer_index = index()
    direction = index()
    item = index()
    unit = index()
    paper = flag(False)

    weight_names: traitlets.List[str] = traitlets.List().tag(sync=True)
    sources: traitlets.List[str] = traitlets.List().tag(sync=True)
    devices: traitlets.List[str] = traitlets.List().tag(sync=True)
    controls = Checked(list(CONTROLS), lambda _, value: check_controls(value, CONTROLS)).tag(sync=True)
    show = parts("picture", "says", "weights")
    question = Checked("", check_text).tag(sync=True)
