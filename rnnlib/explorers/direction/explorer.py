"""The direction explorer: which inputs each number in output and h_n has read, asked of a real layer by gradient."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence, pad_sequence

from rnnlib.data import FEATURES
from rnnlib.engine.call import check_numbers
from rnnlib.engine.check_call import check_call, placed
from rnnlib.engine.layers import build, dtype_for
from rnnlib.engine.reach.who_reads import Reads, who_reads
from rnnlib.engine.weights import like
from rnnlib.explorers.direction.payload import as_data, check_units, estimate_units, many, steps_that_fit, table
from rnnlib.explorers.direction.view import ASKED, CONTROLS, NUMBER, PLACE, DirectionView
from rnnlib.explorers.shared.explorer import Explorer, Plan, plan
from rnnlib.explorers.shared.recordings import utterances_of, why_gone
from rnnlib.explorers.shared.start import start_from
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief
from rnnlib.spec.layer import as_kind

CHOSEN = ("kind", "num_layers", "bidirectional")
STEPS = 12  # to begin with
SHARES = (1, 0.75, 0.6)  # of seq_len: the lengths of the sequences offered


class Made(NamedTuple):
    """What was asked, and what it has read."""

    layer: nn.Module
    x: Tensor
    lengths: list[int]
    reads: Reads


class DirectionExplorer(Explorer, DirectionView):
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
        traits: any other of its traits to begin with, as in ``part="h_n"`` or ``time=0``.

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

    ASKED = ASKED
    LOOKED_AT = ("part", *PLACE, "chosen")
    RECORDED: ClassVar = {"seq_len": range(1, 30), "num_layers": range(1, 5)}

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
        **traits: Any,
    ) -> None:
        self._start = start_from(layer, cells=False, input_size=FEATURES, hidden_size=4, bidirectional=True)
        check_numbers()
        self._called_on = "x"
        self._given = None if x is None else self._taken(x, lengths)
        if x is None and lengths is not None:
            raise TypeError("lengths are of the sequences in x: give x too, or leave lengths out.")
        if seq_len is None:
            fit = max(1, steps_that_fit(self._start.spec, len(SHARES)))
            seq_len = min(STEPS, fit) if self._given is None else len(self._given[0])
        begin = {name: getattr(self._start.spec, name) for name in CHOSEN} | {
            "seq_len": seq_len,
            "packed": True if isinstance(x, PackedSequence) else packed,
            "controls": controls,
            "question": question,
            "chosen": any(name in traits for name in NUMBER),
        }
        super().__init__(**begin | traits)

    def _plan(self, before: dict[str, Any]) -> Plan:
        spec = as_kind(self._start.spec, self.kind, **{name: getattr(self, name) for name in CHOSEN[1:]}, dropout=0.0)
        if self._given is not None and self.seq_len != (steps := len(self._given[0])):
            raise ValueError(f"seq_len cannot be {brief(self.seq_len)}: the x that you gave has seq_len={steps}.")
        batch = len(SHARES) if self._given is None else len(self._given[1])
        units = check_units(spec, self.seq_len, batch, yours=self._given is not None)
        module = self._start.module_for(spec)
        needed = estimate_units(spec, self.seq_len, batch, units)
        work = functools.partial(self._made, spec, module, self.seq_len, self.packed, units)
        return Plan(work) if units > 1 else plan(work, needed, before, module)

    def _made(self, spec: LayerSpec, module: nn.Module | None, seq_len: int, packed: bool, units: int) -> Made:
        x, lengths = _offered(spec, seq_len) if self._given is None else self._given
        layer = build(spec, dtype=dtype_for(x)).eval() if module is None else module
        weight = like(layer)
        x = (x.transpose(0, 1) if spec.batch_first else x).to(weight.device, weight.dtype)
        return Made(layer, x, lengths, who_reads(layer, x, lengths, packed=packed, units=units))

    def _show(self, asked: dict[str, Any], made: Made) -> None:
        at_the_end = self.answer and 0 < self.time == self._last_places()["time"]
        self.layer, self.x, self.lengths, self.who_reads = made
        values = as_data(made.reads)
        gone = "" if self._given is not None or self._start.spec.input_size != FEATURES else why_gone()
        note = " ".join(filter(None, (values["note"], gone and f"Input: random numbers, as {gone}")))
        self.answer = values | {"note": note, "given": self._called_on, "asked": asked}
        most = self._last_places()
        for name in PLACE:
            self.set_trait(name, most[name] if name == "time" and at_the_end else min(getattr(self, name), most[name]))

    def _last_places(self) -> dict[str, int]:
        sizes = self.answer["sizes"]
        names = ("seq_len", "num_layers", "num_directions", "batch", "units")
        return {place: sizes[name] - 1 for place, name in zip(PLACE, names, strict=True)}

    def _taken(self, x: Any, lengths: Any) -> tuple[Tensor, list[int]]:
        """The learner's input, checked: time first, with a batch axis, and its lengths."""
        spec, dtype, device = placed(self._start.module or self._start.spec, x)
        _, sizes, _, steps = check_call(spec, x, dtype, device, lengths=lengths)
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
        note = self.answer["note"]
        lines = [
            f"{self.kind}, {how}: what has been read of sequence {self.item}, {steps}",
            *self._standing("says", [f"  {note}"] if note else []),
            *self._standing("picture", (f"  {line}" for line in table(reads, self.item))),
            *([f"  Find out: {self.question}"] if self.question else []),
        ]
        return "\n".join(lines)


def _offered(spec: LayerSpec, seq_len: int) -> tuple[Tensor, list[int]]:
    """Utterances of several lengths, the first the longest: time first, with their padding."""
    lengths = [max(1, round(share * seq_len)) for share in SHARES]
    return pad_sequence(utterances_of(lengths, input_size=spec.input_size)), lengths
