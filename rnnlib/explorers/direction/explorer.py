"""The direction explorer: which inputs each number in output and h_n has read, asked of a real layer by gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import traitlets
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.data import FEATURES
from rnnlib.engine.arguments.inputs import check_input
from rnnlib.engine.arguments.lengths import lengths_for
from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.devices import find
from rnnlib.engine.layers import build
from rnnlib.engine.weights import like
from rnnlib.engine.who_reads import Reads, who_reads
from rnnlib.explorers.direction.payload import as_data, check_units, many, steps_that_fit, table
from rnnlib.explorers.direction.view import ASKED, CONTROLS, PLACE, DirectionView
from rnnlib.explorers.shared.recordings import utterances_of
from rnnlib.explorers.shared.traits import check_text
from rnnlib.explorers.shared.view import SENTENCES
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import check_layer_kind
from rnnlib.spec.layer import as_kind

CHOSEN = ("kind", "num_layers", "bidirectional")
STEPS = 12  # to begin with
SHARES = (1, 0.75, 0.6)  # of seq_len: the lengths of the sequences offered


class DirectionExplorer(DirectionView):
    """The unrolled layer, and the inputs that any number of its output and of h_n has read, by the layer's gradient.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module with its own weights.
        x: its input as the layer takes it, ``(seq_len, batch, input_size)``, or a PackedSequence; None is recorded
            utterances of several lengths.
        lengths: how many steps of each sequence of x are its own; the rest is padding. None is all.
        packed: whether the batch is packed to begin with.
        seq_len: steps of the longest utterance offered; None is 12, or as many as can be asked about in a large layer.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.

    Attributes:
        layer: the real layer that was asked.
        x: what it read, with its batch axis.
        lengths: how many steps of each sequence are its own.
        who_reads: its `Reads`: of all units, or of the first ones where all would take too long.

    Choosing another number draws from what was asked, and asks nothing.

    Raises:
        TypeError, ValueError: a layer, input, lengths, name or size that cannot be, in a sentence.

    Example:
        >>> explorer = DirectionExplorer("GRU", seq_len=9)
        >>> (explorer.who_reads.output[-1, 0, -1] > 0).sum()  # the backward half of output[-1]: one step
        tensor(1)
    """

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module = "LSTM",
        x: Tensor | PackedSequence | None = None,
        lengths: Any = None,
        *,
        packed: bool = False,
        seq_len: int | None = None,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
    ) -> None:
        self._module = layer if isinstance(layer, nn.Module) else None
        self._base = _base(layer)
        self._called_on = "x"
        self._given = None if x is None else self._taken(x, lengths)
        if x is None and lengths is not None:
            raise TypeError("lengths are of the sequences in x: give x too, or leave lengths out.")
        super().__init__(
            **{name: getattr(self._base, name) for name in CHOSEN},
            seq_len=self._seq_len(seq_len) if self._given is None else self._given[0].shape[0],
            packed=True if isinstance(x, PackedSequence) else packed,
            controls=controls,
            question=check_text("question", question),
        )
        self._follow(None)
        self.time = self.seq_len - 1
        self.direction = int(self.bidirectional)

    @traitlets.observe(*ASKED)
    def _follow(self, change: Any) -> None:
        """Ask again where something else was chosen; put it back where it cannot be."""
        with ONE_AT_A_TIME, self.hold_trait_notifications():
            if (change is not None and not self.answer) or self.answer.get("asked") == self._asked():
                return
            try:
                made = self._ask()
            except Exception as error:  # shown in the explorer: JupyterLab shows nothing of it
                if change is None:
                    raise
                for name, value in self.answer["asked"].items():
                    self.set_trait(name, value)
                if isinstance(error, SENTENCES):
                    raise  # to who set it from Python; `set_state` shows it
                self.report(error)
            else:
                at_the_end = bool(self.answer) and self.time == self._most()["time"]
                self.answer = made | {"asked": self._asked()}
                self.problem = ""
                if at_the_end:
                    self.time = self.seq_len - 1
                for name, most in self._most().items():
                    self.set_trait(name, min(getattr(self, name), most))

    @traitlets.observe(*PLACE)
    def _stay(self, change: Any) -> None:
        """Refuse a place that is not there; the one before holds."""
        if self.answer and change.new > (most := self._most()[change.name]):
            self.set_trait(change.name, min(change.old, most))
            raise ValueError(f"{change.name} must be at most {most}, not {change.new}.")

    def _most(self) -> dict[str, int]:
        """The last place on each of the axes that were asked about."""
        sizes = self.answer["sizes"]
        names = ("seq_len", "num_layers", "num_directions", "batch", "units")
        return {place: sizes[name] - 1 for place, name in zip(PLACE, names, strict=True)}

    def _asked(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ASKED}

    def _ask(self) -> dict[str, Any]:
        """Make the layer and the input that are chosen, and ask who has read what."""
        spec = as_kind(self._base, self.kind, **{name: getattr(self, name) for name in CHOSEN[1:]}, dropout=0.0)
        if self._given is not None and self.seq_len != (steps := len(self._given[0])):
            raise ValueError(f"seq_len cannot be {self.seq_len}: the x that you gave has seq_len={steps}.")
        batch = len(SHARES) if self._given is None else len(self._given[1])
        units = check_units(spec, self.seq_len, batch)
        own = self._module is not None and spec == as_kind(self._base, self._base.kind, dropout=0.0)
        layer = self._module if own and self._module is not None else build(spec).eval()
        x, lengths = self._offered(spec) if self._given is None else self._given
        weight = like(layer)
        x = (x.transpose(0, 1) if spec.batch_first else x).to(weight.device, weight.dtype)
        found = who_reads(layer, x, lengths, packed=self.packed, units=units)
        self.layer, self.x, self.lengths, self.who_reads = layer, x, lengths, found
        return as_data(found) | {"given": self._called_on}

    def _seq_len(self, wanted: int | None) -> int:
        """The steps to begin with, where x is not the learner's own."""
        if wanted is not None:
            return wanted
        return max(1, min(STEPS, steps_that_fit(self._base, len(SHARES))))

    def _offered(self, spec: LayerSpec) -> tuple[Tensor, list[int]]:
        """Utterances of several lengths, the first the longest: time first, with their padding."""
        lengths = [max(1, round(share * self.seq_len)) for share in SHARES]
        sequences = utterances_of(lengths, 0, spec.input_size)
        return nn.utils.rnn.pad_sequence(sequences), lengths

    def _taken(self, x: Any, lengths: Any) -> tuple[Tensor, list[int]]:
        """The learner's input, checked: time first, with a batch axis, and its lengths."""
        spec = self._base
        weight = None if self._module is None else like(self._module)
        dtype, device = (torch.float32, find("cpu")) if weight is None else (weight.dtype, find(weight.device))
        sizes = check_input(spec, x, dtype, device)
        steps = lengths_for(spec, x, lengths, sizes)
        if isinstance(x, PackedSequence):
            x, steps = pad_packed_sequence(x)
        elif sizes.batch is None:
            x, self._called_on = x[:, None], "x[None]" if spec.batch_first else "x[:, None]"
        elif spec.batch_first:
            x = x.transpose(0, 1)
        batch = sizes.batch or 1
        return x.detach(), [sizes.seq_len] * batch if steps is None else steps.tolist()

    def __repr__(self) -> str:
        reads: Reads = self.who_reads
        length, how = int(reads.lengths[self.item]), "packed" if reads.packed else "padded"
        of_all = f"{length} of {many(self.seq_len, 'step')} its own"
        steps = of_all if length < self.seq_len else many(length, "step")
        lines = [
            f"{self.kind}, {how}: what has been read of sequence {self.item}, {steps}",
            *([f"  {self.answer['note']}"] if self.answer["note"] else []),
            *(f"  {line}" for line in table(reads, self.item)),
            *([f"  Find out: {self.question}"] if self.question else []),
        ]
        return "\n".join(lines)


def _base(layer: Any) -> LayerSpec:
    """The layer to begin with, as a spec."""
    if isinstance(layer, str):
        return LayerSpec(check_layer_kind(layer), input_size=FEATURES, hidden_size=4, bidirectional=True)
    spec = layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
    check_layer_kind(spec.kind)
    return spec
