"""What the gradient explorer looks like: its traits, all that its front-end file draws from."""

from __future__ import annotations

from pathlib import Path

from rnnlib.explorers.shared.traits import Checked, check_controls, check_text, flag, number, one_of, parts, size
from rnnlib.explorers.shared.view import View

ASKED = ("seq_len", "hidden_size", "factor", "forget_bias", "initialisation", "clipping", "max_norm")
CONTROLS = ASKED
INITIALISATIONS = ("torch", "orthogonal")


class GradientView(View):
    """How much of each input reaches the last output: a curve for each kind of layer, over time, on a log scale.

    Attributes:
        factor: what every ``weight_hh`` is multiplied by.
        forget_bias: what is added to the bias of the gate that keeps the old state: f of LSTM, z of GRU.
        initialisation: ``"torch"``, or ``"orthogonal"`` blocks of ``weight_hh``.
        clipping: whether torch clips the gradient towards the parameters, to a norm of `max_norm`.
        controls: which controls are shown.
        show: which of its parts stand: ``"picture"``, ``"says"`` and ``"code"``.
        question: what a learner is asked to find out.
    """

    FOLDER = Path(__file__).parent

    seq_len = size(100)
    hidden_size = size(32)
    factor = number(1.0, 0.0, 10.0)
    forget_bias = number(0.0, -10.0, 10.0)
    initialisation = one_of("torch", INITIALISATIONS)
    clipping = flag(False)
    max_norm = number(1.0, 1e-6, 1e6)

    controls = Checked(list(CONTROLS), lambda _, value: check_controls(value, CONTROLS)).tag(sync=True)
    show = parts("picture", "says", "code")
    question = Checked("", check_text).tag(sync=True)
