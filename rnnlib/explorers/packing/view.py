"""What the packing explorer looks like: its traits, all that its front-end file draws from."""

from __future__ import annotations

import math
from numbers import Real
from pathlib import Path
from typing import Any

import traitlets

from rnnlib.explorers.shared.traits import Checked, check_controls, check_names, check_text, flag, one_of, parts, size
from rnnlib.explorers.shared.view import View
from rnnlib.spec.arguments import brief, check_size
from rnnlib.spec.kinds import check_layer_kind

MOST = {"steps": 100_000, "sequences": 1_000}  # that a picture and a live run are for
STAGES = ("padded", "sorted", "packed", "unpacked")
CONTROLS = (
    *("kind", "num_layers", "bidirectional", "batch_first", "stages"),
    *("batch", "lengths", "draw", "total_length", "padding_value", "mistake"),
)


def check_each_length(name: str, value: Any) -> list[int]:
    """Give `value` back as a list of whole numbers of at least 1.

    Raises:
        TypeError: no list, or no whole numbers in it.
        ValueError: no sequence at all, one without a step, or too many to follow.

    Example:
        >>> check_each_length("lengths", (3, 5))
        [3, 5]
    """
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of whole numbers, as in [20, 7, 12], not {brief(value)}.")
    if not value:
        raise ValueError(f"{name} is empty: give the number of steps of at least one sequence.")
    if len(value) > MOST["sequences"]:
        raise ValueError(f"{name} must be at most {MOST['sequences']:,} numbers, not {len(value):,}: choose fewer.")
    lengths = [check_size(f"the length of sequence {item}", length) for item, length in enumerate(value)]
    item = max(range(len(lengths)), key=lengths.__getitem__)
    if lengths[item] > MOST["steps"]:
        raise ValueError(f"the length of sequence {item} must be at most {MOST['steps']:,}, not {lengths[item]:,}.")
    return lengths


def _check_total(name: str, value: Any) -> int | None:
    if value is not None and check_size(name, value) > MOST["steps"]:
        raise ValueError(f"{name} must be at most {MOST['steps']:,}, not {value:,}.")
    return None if value is None else int(value)


def _check_more(name: str, value: Any) -> list[int]:
    return [check_size(f"{name}[{item}]", length) for item, length in enumerate(value or [])]


def _check_number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, not {brief(value)} ({type(value).__name__}).")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is larger than any float: write 0.") from None


def in_json(value: float, _: Any = None) -> float | str:
    """A number as JSON has it, which knows no nan and no inf.

    Example:
        >>> in_json(0.5), in_json(float("-inf"))
        (0.5, '-inf')
    """
    return value if math.isfinite(value) else str(value)


def _from_json(value: Any, _: Any) -> Any:
    return float(value) if value in ("nan", "inf", "-inf") else value


def _check_stages(_: str, value: Any) -> list[str]:
    chosen = check_names("stage", value, STAGES)
    return [stage for stage in STAGES if stage in chosen]


class PackingView(View):
    """Sequences of different length: padded, sorted, packed, unpacked, and what a layer makes of them.

    Attributes:
        lengths: the steps of each sequence.
        more: lengths of sequences that may join, in the order in which they would.
        most: the most steps that each of them may have; the last number holds for all that follow.
        draw: which of the recorded utterances; another number draws others.
        padding_value: what stands past the end of a sequence.
        total_length: to how many steps ``pad_packed_sequence`` pads; None for the longest.
        mistake: the name of the wrong setting that is tried, or "".
        mistakes: those that can be tried: name and title.
        stages: those that the grid moves through; with one there is no slider.
        stage: the one that is shown.
        sizes: the layer's sizes that no control moves.
        controls: which controls are shown.
        show: which of its parts stand: ``"picture"``, ``"says"``, ``"code"`` and ``"numbers"``.
        question: what a learner is asked to find out.
    """

    FOLDER = Path(__file__).parent

    kind = Checked("LSTM", lambda _, value: check_layer_kind(value)).tag(sync=True)
    num_layers = size(1)
    bidirectional = flag(False)
    batch_first = flag(False)
    lengths = Checked([1], check_each_length).tag(sync=True)
    more = Checked([], _check_more).tag(sync=True)
    most: traitlets.List[int] = traitlets.List().tag(sync=True)
    draw = Checked(0, lambda name, value: check_size(name, value, least=0)).tag(sync=True)
    padding_value = Checked(0.0, _check_number).tag(sync=True, to_json=in_json, from_json=_from_json)
    total_length = Checked(None, _check_total).tag(sync=True)
    mistake = Checked("", check_text).tag(sync=True)
    mistakes: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)
    stages = Checked(list(STAGES), _check_stages).tag(sync=True)
    stage = one_of("padded", STAGES)

    sizes = traitlets.Dict().tag(sync=True)
    controls = Checked(list(CONTROLS), lambda _, value: check_controls(value, CONTROLS)).tag(sync=True)
    show = parts("picture", "says", "code", "numbers")
    question = Checked("", check_text).tag(sync=True)

    @traitlets.validate("stage")
    def _check_stage(self, proposal: Any) -> str:
        if self.stages and proposal.value not in self.stages:
            raise ValueError(f"stage must be one of those that are shown, {', '.join(self.stages)}: choose it there.")
        return str(proposal.value)

    @traitlets.observe("stages")
    def _other_stages(self, _change: Any) -> None:
        if self.stages and self.stage not in self.stages:
            self.stage = self.stages[0]
