"""What the training lab looks like: its traits, all that its front-end file draws from, with or without a kernel."""

from __future__ import annotations

import numbers
from pathlib import Path
from typing import Any

import traitlets

from rnnlib.explorers.shared.traits import Checked, check_controls, check_number, check_text, flag, one_of, parts, size
from rnnlib.explorers.shared.view import View
from rnnlib.spec.arguments import brief, check_size
from rnnlib.spec.kinds import check_layer_kind

SIZES = ("seq_len", "hidden_size", "num_layers")
MODEL = ("kind", "hidden_size", "num_layers", "bidirectional", "packed", "summary", "forget_bias")
LOOP = ("lr", "max_norm", "epochs", "seed", "device")
SETTINGS = ("task", "seq_len", *MODEL, *LOOP)
ASKED = (*SETTINGS, "doing")
CONTROLS = SETTINGS
MOST = 1e37  # beyond, torch could not reckon with it in float32
DOING = ("", "training", "paused", "step", "anew")


def check_positive(name: str, value: Any) -> float:
    """Give `value` back as a float if it is a number above 0.

    Raises:
        TypeError: it is no number.
        ValueError: it is 0 or less, nan, or too large for torch.

    Example:
        >>> check_positive("lr", 1)
        1.0
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number above 0, such as 0.005, not {brief(value)} ({type(value).__name__}).")
    if not 0 < value <= MOST:  # type: ignore[operator]
        raise ValueError(f"{name} must be a number above 0, such as 0.005, not {brief(value)}.")
    return float(value)


class TrainingView(View):
    """A training: what is chosen, how far it is, and all that was recorded of it, so that it can be played back.

    Attributes:
        task: what is learned, of those in `tasks`.
        seq_len: T, the steps of a task that is made on the spot.
        summary: what the head reads, of those in `summaries`.
        max_norm: to which the gradient's norm is clipped; None clips nothing.
        forget_bias: of the gate that keeps the state; None leaves torch's.
        doing: ``"training"``, ``"paused"``, or ``""``; set it to start, pause and cancel, to ``"step"`` for one step,
            to ``"anew"`` to begin again.
        progress: how many steps are done and of how many, and what is done ``now``.
        answer: to what was ``asked``: the ``estimate`` of the time, and why it ``cannot`` be trained.
        run: what is shown: its number, settings, classes, the utterance that is looked at, what was ``found``.
        curves: float32, of every step the loss, the accuracy and the gradient's norm.
        scores: of every epoch the step after it, loss and accuracy over training and test, the mean gradient norm.
        confusions: uint16, of every epoch how many test sequences of each class were taken for each.
        frames: what the model made of one test sequence, as it was recorded; `now`, as it was seen last.
        runs: the earlier ones of the same task: number, what differs from the run shown, and scores.
        csv: a line for every epoch of every run, to take away.
        show: which of its parts stand: ``"picture"``, ``"says"`` and ``"csv"``.
    """

    FOLDER = Path(__file__).parent

    task = traitlets.Unicode("speakers").tag(sync=True)
    seq_len = size(50)
    kind = Checked("GRU", lambda _, value: check_layer_kind(value)).tag(sync=True)
    hidden_size = size(32)
    num_layers = size(1)
    bidirectional = flag(False)
    packed = flag(True)
    summary = traitlets.Unicode("h_n").tag(sync=True)
    lr = Checked(0.005, check_positive).tag(sync=True)
    max_norm = Checked(1.0, lambda name, value: None if value is None else check_positive(name, value)).tag(sync=True)
    forget_bias = Checked(None, lambda name, value: None if value is None else check_number(name, value, -10, 10)).tag(
        sync=True
    )
    epochs = size(40)
    seed = Checked(0, lambda name, value: check_size(name, value, least=0)).tag(sync=True)
    device = traitlets.Unicode("cpu").tag(sync=True)
    doing = one_of("", DOING)

    tasks: traitlets.List[str] = traitlets.List().tag(sync=True)
    summaries: traitlets.List[str] = traitlets.List().tag(sync=True)
    devices: traitlets.List[str] = traitlets.List().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    run = traitlets.Dict().tag(sync=True)
    curves = traitlets.Bytes().tag(sync=True)
    scores: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    confusions = traitlets.Bytes().tag(sync=True)
    frames = traitlets.Dict().tag(sync=True)
    now = traitlets.Dict().tag(sync=True)
    runs: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    csv = traitlets.Unicode().tag(sync=True)
    controls = Checked(list(CONTROLS), lambda _, value: check_controls(value, CONTROLS)).tag(sync=True)
    show = parts("picture", "says", "csv")
    question = Checked("", check_text).tag(sync=True)
