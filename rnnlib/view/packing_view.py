"""What the packing explorer looks like: its traits, all that its front-end file draws from."""

from __future__ import annotations

from typing import Any

import traitlets

from rnnlib.spec.kinds import check_layer_kind
from rnnlib.spec.sizes import check_size
from rnnlib.view import front_end
from rnnlib.view.traits import Checked, check_controls, check_text, flag, size
from rnnlib.view.view import View

STAGES = ("padded", "sorted", "packed", "unpacked")
CONTROLS = (
    *("kind", "num_layers", "bidirectional", "batch_first", "stages"),
    *("batch", "lengths", "draw", "total_length", "padding_value", "mistake"),
)


def check_lengths(name: str, value: Any) -> list[int]:
    """Give `value` back as a list of whole numbers of at least 1.

    Raises:
        TypeError: no list, or no whole numbers in it.
        ValueError: no sequence at all, or one without a step.

    Example:
        >>> check_lengths("lengths", (3, 5))
        [3, 5]
    """
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of whole numbers, as in [20, 7, 12], not {value!r}.")
    if not value:
        raise ValueError(f"{name} is empty: give the number of steps of at least one sequence.")
    return [check_size(f"the length of sequence {item}", length) for item, length in enumerate(value)]


def _check_total(name: str, value: Any) -> int | None:
    return None if value is None else check_size(name, value)


def _check_number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number, not {value!r} ({type(value).__name__}).")
    return float(value)


def _check_stages(name: str, value: Any) -> list[str]:
    if isinstance(value, str) or any(stage not in STAGES for stage in value):
        raise ValueError(f"{name} must be some of {', '.join(STAGES)}, not {value!r}.")
    return [stage for stage in STAGES if stage in value]


class PackingView(View):
    """Sequences of different length: padded, sorted, packed, unpacked, and what a layer makes of them.

    Attributes:
        lengths: the steps of each sequence.
        more: lengths of sequences that may join, in the order in which they would.
        most: the most steps that each of them may have.
        draw: which of the recorded utterances; another number draws others.
        padding_value: what stands past the end of a sequence.
        total_length: to how many steps ``pad_packed_sequence`` pads; None for the longest.
        mistake: the name of the wrong setting that is tried, or "".
        mistakes: those that can be tried: name and title.
        stages: which of the four pictures are shown.
        sizes: the layer's sizes that no control moves.
        ran: what the real layer gave, with what was asked.
        controls: which controls are shown.
        question: what a learner is asked to find out.
    """

    _esm = front_end.module("packing_view.js")
    _css = front_end.style("controls.css", "packing_view.css")

    kind = Checked("LSTM", lambda _, value: check_layer_kind(value)).tag(sync=True)
    num_layers = size(1)
    bidirectional = flag(False)
    batch_first = flag(False)
    lengths = Checked([1], check_lengths).tag(sync=True)
    more: traitlets.List[int] = traitlets.List().tag(sync=True)
    most: traitlets.List[int] = traitlets.List().tag(sync=True)
    draw = Checked(0, lambda name, value: check_size(name, value, least=0)).tag(sync=True)
    padding_value = Checked(0.0, _check_number).tag(sync=True)
    total_length = Checked(None, _check_total).tag(sync=True)
    mistake = traitlets.Unicode().tag(sync=True)
    mistakes: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)
    stages = Checked(list(STAGES), _check_stages).tag(sync=True)

    sizes = traitlets.Dict().tag(sync=True)
    ran = traitlets.Dict().tag(sync=True)
    controls = Checked(list(CONTROLS), lambda _, value: check_controls(value, CONTROLS)).tag(sync=True)
    question = Checked("", check_text).tag(sync=True)
