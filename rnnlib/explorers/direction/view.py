"""What the direction explorer looks like: its traits, all that its front-end file draws from."""

from __future__ import annotations

from pathlib import Path

from rnnlib.explorers.shared.traits import Checked, check_controls, check_text, flag, index, one_of, parts, size
from rnnlib.explorers.shared.view import View
from rnnlib.spec.kinds import check_layer_kind

PARTS = ("output", "h_n")
PLACE = ("time", "layer_index", "direction", "item", "unit")
ASKED = ("kind", "seq_len", "num_layers", "bidirectional", "packed")
NUMBER = ("part", "time", "layer_index", "direction")  # which say, of any unit and sequence, what is looked at
CONTROLS = ("kind", "bidirectional", "packed", "item", "seq_len", "num_layers", "unit")


class DirectionView(View):
    """The unrolled layer, a number of its output or of its last states, and the inputs that this number has read.

    Attributes:
        packed: whether the batch is packed, or run with its padding.
        part: what the chosen number belongs to: ``"output"`` or ``"h_n"``.
        time: its step, if it is of output; with `layer_index` (of h_n alone), `direction`, `item` and `unit` it says
            which number it is. Choosing another draws from `answer`, and runs nothing.
        chosen: whether any number is chosen; nothing is lit until one is.
        controls: which controls are shown.
        show: which of its parts stand: ``"picture"``, ``"says"``, ``"compare"`` and ``"code"``.
        question: what a learner is asked to find out.
    """

    FOLDER = Path(__file__).parent

    kind = Checked("LSTM", lambda _, value: check_layer_kind(value)).tag(sync=True)
    seq_len = size(12)
    num_layers = size(1)
    bidirectional = flag(True)
    packed = flag(False)

    part = one_of("output", PARTS)
    time = index()
    layer_index = index()
    direction = index()
    item = index()
    unit = index()
    chosen = flag(False)

    controls = Checked(list(CONTROLS), lambda _, value: check_controls(value, CONTROLS)).tag(sync=True)
    show = parts("picture", "says", "compare", "code")
    question = Checked("", check_text).tag(sync=True)
