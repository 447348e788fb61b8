"""What the shape explorer looks like: its traits, all that its front-end file draws from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from rnnlib.explorers.shared.traits import Checked, check_controls, check_names, check_text, flag, parts, size
from rnnlib.explorers.shared.view import View
from rnnlib.spec.arguments import brief, check_size
from rnnlib.spec.kinds import check_kind

SIZES = ("seq_len", "batch", "input_size", "hidden_size", "num_layers")
CHOICES = ("kind", "bidirectional", "batch_first", "device")
CONTROLS = (*SIZES, "kind", "cell", "bidirectional", "batch_first", "device", "weights")


def check_ranges(name: str, value: Any) -> dict[str, list[int]]:
    """Give `value` back with lists, if it says the least and the most of some sizes.

    Raises:
        TypeError, ValueError: it does not.

    Example:
        >>> check_ranges("ranges", {"seq_len": (1, 12)})
        {'seq_len': [1, 12]}
    """
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be a dict, as in {{'seq_len': (1, 12)}}, not {brief(value)}.")
    for size_name in check_names("size", value, SIZES, given=name):
        ends = value[size_name]
        if not isinstance(ends, list | tuple) or len(ends) != 2:
            raise TypeError(f"the range of {size_name} must be its least and its most, not {brief(ends)}.")
        least, most = (check_size(f"the range of {size_name}", end) for end in ends)
        if least >= most:
            raise ValueError(f"the range of {size_name} must begin below its end, not {least} to {most}.")
    return {size_name: list(ends) for size_name, ends in value.items()}


class ShapeView(View):
    """A layer and every tensor around it, drawn from symbols and the sizes that a learner chooses.

    The sizes and choices are synced traits: set one and its control moves, `observe` or link any.

    Attributes:
        rules: every kind's tensors in symbols (`rnnlib.spec.shapes`), into which the front end puts the sizes.
        templates: every kind's snippet, with symbols where sizes go.
        constants: by kind, the sizes that no slider moves: ``num_gates`` and ``proj_size``.
        ranges: the least and most of each slider.
        controls: which controls are shown.
        show: which of its parts stand: ``"picture"``, ``"says"`` and ``"code"``.
        question: what a learner is asked to find out.
    """

    FOLDER = Path(__file__).parent

    kind = Checked("LSTM", lambda _, value: check_kind(value)).tag(sync=True)
    seq_len = size(8)
    batch = size(3)
    input_size = size(12)
    hidden_size = size(16)
    num_layers = size(1)
    bidirectional = flag(False)
    batch_first = flag(False)
    device = traitlets.Unicode("cpu").tag(sync=True)
    weights = flag(False)

    rules = traitlets.Dict().tag(sync=True)
    templates = traitlets.Dict().tag(sync=True)
    constants = traitlets.Dict().tag(sync=True)
    ranges = Checked({}, check_ranges).tag(sync=True)
    devices: traitlets.List[str] = traitlets.List().tag(sync=True)
    controls = Checked(list(CONTROLS), lambda _, value: check_controls(value, CONTROLS)).tag(sync=True)
    show = parts("picture", "says", "code")
    question = Checked("", check_text).tag(sync=True)
