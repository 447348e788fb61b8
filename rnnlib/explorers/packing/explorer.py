"""The packing explorer: sequences of different length, padded and packed, and what a real layer makes of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets
from torch import Tensor, nn

from rnnlib.data import FEATURES
from rnnlib.engine.arguments.sequences import check_sequences
from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.layers import build
from rnnlib.engine.packing.mistakes import MISTAKES, meet
from rnnlib.engine.packing.pack_steps import few, pack_steps
from rnnlib.engine.weights import like
from rnnlib.explorers.packing.payload import ran
from rnnlib.explorers.packing.view import CONTROLS, STAGES, PackingView, in_json
from rnnlib.explorers.shared.recordings import drawn_lengths, longest, source_of, utterances_of
from rnnlib.explorers.shared.view import SENTENCES
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import check_size
from rnnlib.spec.kinds import check_layer_kind
from rnnlib.spec.layer import as_kind

LAYER = ("kind", "num_layers", "bidirectional", "batch_first")
ASKED = (*LAYER, "lengths", "more", "draw", "padding_value", "total_length", "mistake")
SIZES = ("input_size", "hidden_size", "proj_size", "bias", "nonlinearity")
BATCH = 4  # utterances to begin with


class PackingExplorer(PackingView):
    """Sequences of different length at every stage of packing, and what padding does to a real layer's states.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module with its own weights.
        sequences: the learner's own, each ``(length, input_size)``; recorded utterances by default.
        batch: how many of them to begin with; None is all of your own, and 4 utterances.
        stages: the pictures to show: ``"padded"``, ``"sorted"``, ``"packed"``, ``"unpacked"``.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.

    Attributes:
        layer: the real layer that ran.
        sequences: what it ran on.
        packing: these, at every stage.

    ``explorer.lengths = [20, 7]`` chooses how many steps the sequences have.

    Raises:
        TypeError, ValueError: a layer, sequence, length or name that cannot be, in a sentence.

    Example:
        >>> import torch
        >>> explorer = PackingExplorer("GRU", [torch.ones(5, 3), torch.ones(2, 3)])
        >>> explorer.answer["steps"], explorer.answer["own_steps"]
        (10, 7)
    """

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module = "LSTM",
        sequences: Sequence[Tensor] | None = None,
        *,
        batch: int | None = None,
        stages: Sequence[str] = STAGES,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
    ) -> None:
        self._own = None if sequences is None else check_sequences(sequences)
        self._module = layer if isinstance(layer, nn.Module) else None
        self._base = _base(layer, None if self._own is None else self._own[0].shape[-1])
        lengths = self._begin(batch)
        count = batch or (BATCH if self._own is None else len(lengths))
        self._kept: dict[str, Any] = {}  # what was asked when the layer last ran
        super().__init__(
            **{name: getattr(self._base, name) for name in LAYER},
            lengths=lengths[:count],
            more=lengths[count:],
            most=[longest()] if self._own is None else lengths,
            stages=stages,
            controls=controls,
            question=question,
            mistakes=[{"name": mistake.name, "title": mistake.title} for mistake in MISTAKES],
            sizes={name: getattr(self._base, name) for name in SIZES},
        )
        self._follow(None)

    @traitlets.observe(*ASKED)
    def _follow(self, change: Any) -> None:
        """Run again what was chosen; where it cannot be, put back what could."""
        with ONE_AT_A_TIME, self.hold_trait_notifications():
            if (change is not None and not self._kept) or self._kept == self._asked():
                return
            try:
                if change is not None:
                    self._draw() if self.draw != self._kept["draw"] else self._keep_pool()
                made = self._run()
            except Exception as error:  # shown in the explorer: JupyterLab shows nothing of it
                if change is None:
                    raise
                for name, value in self._kept.items():
                    self.set_trait(name, value)
                if isinstance(error, SENTENCES):
                    raise  # to who set it from Python; `set_state` shows it
                self.report(error)
            else:
                self._kept = self._asked()
                self.answer = made | {"asked": self._kept | {"padding_value": in_json(self.padding_value)}}
                self.problem = ""

    def _asked(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ASKED}

    def _begin(self, batch: int | None) -> list[int]:
        """The lengths of all sequences that there are to begin with."""
        wanted = 1 if batch is None else check_size("batch", batch)
        lengths = drawn_lengths(0, wanted) if self._own is None else [len(x) for x in self._own]
        if wanted > len(lengths):
            whose = "recorded utterances are there" if self._own is None else "sequences are what you gave"
            raise ValueError(f"batch must be at most {len(lengths)}, not {wanted}: so many {whose}.")
        return lengths

    def _draw(self) -> None:
        """Other utterances, as many as before."""
        if self._own is not None:
            raise ValueError("the sequences are your own: there are no others to draw.")
        batch = len(self.lengths)
        lengths = drawn_lengths(self.draw, batch)
        self.set_trait("lengths", lengths[:batch])
        self.set_trait("more", lengths[batch:])
        if self.total_length is not None and self.total_length < max(self.lengths):
            self.set_trait("total_length", None)

    def _keep_pool(self) -> None:
        """Sequences that leave can join again: each keeps its place."""
        before = self._kept
        if self.lengths != before["lengths"]:
            self.set_trait("more", [*before["lengths"], *before["more"]][len(self.lengths) :])

    def _run(self) -> dict[str, Any]:
        layer = self._layer()
        sequences = self._sequences(layer)
        batch_first, value, total = self.batch_first, self.padding_value, self.total_length
        packing = pack_steps(sequences, batch_first=batch_first, padding_value=value, total_length=total)
        made = ran(layer, sequences, packing, value) | {"met": self._meet(layer, sequences)}
        source = source_of(self._base.input_size, self.lengths) if self._own is None else "Your own sequences."
        self.layer, self.sequences, self.packing = layer, sequences, packing
        return made | {"source": source, "own": self._own is not None}

    def _meet(self, layer: nn.Module, sequences: list[Tensor]) -> dict[str, str]:
        """What torch says to the wrong setting that is chosen, and to its cure."""
        known = {mistake.name: mistake for mistake in MISTAKES}
        if not self.mistake:
            return {}
        if self.mistake not in known:
            raise ValueError(f"there is no mistake {self.mistake!r}: there are {', '.join(known)}.")
        mistake = known[self.mistake]
        met = meet(mistake, layer, sequences)
        said = {name: getattr(mistake, name) for name in ("name", "code", "cure", "why")}
        return said | {"error": met.error, "cured": met.cured}

    def _layer(self) -> nn.Module:
        spec = as_kind(self._base, self.kind, **{name: getattr(self, name) for name in LAYER[1:]}, dropout=0.0)
        if self._module is None:
            return build(spec).eval()
        if spec == as_kind(self._base, self._base.kind, dropout=0.0):
            return self._module
        weight = like(self._module)
        return build(spec, weight.device).to(weight.dtype).eval()

    def _sequences(self, layer: nn.Module) -> list[Tensor]:
        if self._own is None:
            weight = like(layer)
            if weight.is_meta:
                raise ValueError("the layer is on the device 'meta', which holds no numbers: make it on the CPU.")
            recorded = utterances_of(self.lengths, self.draw, self._base.input_size)
            return [x.to(weight.device, weight.dtype) for x in recorded]
        if len(self.lengths) > len(self._own):
            raise ValueError(f"you gave {len(self._own)} sequences: lengths cannot be {len(self.lengths)} numbers.")
        for item, (length, x) in enumerate(zip(self.lengths, self._own, strict=False)):
            if length > len(x):
                raise ValueError(f"sequence {item} has {len(x)} steps: its length cannot be {length}.")
        return [x[:length] for length, x in zip(self.lengths, self._own, strict=False)]

    def __repr__(self) -> str:
        made, packing = self.answer, self.packing
        wide = made["wide"]
        pads = made["steps"] - made["own_steps"]
        lines = [
            f"{self.kind}, batch {len(self.lengths)}, lengths {few(packing.lengths)}",
            f"  padded          {tuple(packing.padded.shape)}, {pads} of {made['steps']} steps are pads",
            f"  sorted_indices  {few(packing.sorted_indices)}",
            f"  packed.data     {tuple(packing.data.shape)}",
            f"  batch_sizes     {few(packing.batch_sizes)}",
            f"  output          {(*packing.unpacked.shape[:2], wide)}",
            *([f"  Find out: {self.question}"] if self.question else []),
        ]
        return "\n".join(lines)


def _base(layer: str | LayerSpec | nn.Module, width: int | None) -> LayerSpec:
    """The layer to begin with, as a spec; it has to read sequences of this width, where they are the learner's own."""
    if isinstance(layer, str):
        return LayerSpec(check_layer_kind(layer), input_size=width or FEATURES, hidden_size=8)
    spec = layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
    check_layer_kind(spec.kind)
    if width is not None and spec.input_size != width:
        raise ValueError(
            f"the layer reads {spec.input_size} numbers a step, and the sequences have {width}:"
            f" make the layer with input_size={width}."
        )
    return spec
