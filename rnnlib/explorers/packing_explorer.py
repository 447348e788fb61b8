"""The packing explorer: sequences of different length, padded and packed, and what a real layer makes of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets
from torch import Tensor, nn

from rnnlib.data import FEATURES
from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.layers import build
from rnnlib.engine.packing import pack_steps
from rnnlib.engine.packing_mistakes import MISTAKES, meet
from rnnlib.engine.sequences import check_sequences
from rnnlib.explorers.packing_values import ran
from rnnlib.explorers.rules import as_kind
from rnnlib.explorers.utterances import DRAWN, drawn_lengths, longest, utterances_of
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import check_layer_kind
from rnnlib.spec.sizes import check_size
from rnnlib.view.packing_view import CONTROLS, STAGES, PackingView
from rnnlib.view.view import SENTENCES

LAYER = ("kind", "num_layers", "bidirectional", "batch_first")
ASKED = (*LAYER, "lengths", "draw", "padding_value", "total_length", "mistake")
SIZES = ("input_size", "hidden_size", "proj_size", "bias")


class PackingExplorer(PackingView):
    """Sequences of different length at every stage of packing, and what padding does to a real layer's states.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module with its own weights.
        sequences: the learner's own, each ``(length, input_size)``; recorded utterances by default.
        batch: how many of them to begin with.
        stages: the pictures to show: ``"padded"``, ``"sorted"``, ``"packed"``, ``"unpacked"``.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.

    Attributes:
        layer: the real layer that ran.
        sequences: what it ran on.

    ``explorer.lengths = [20, 7]`` chooses how many steps the sequences have.

    Raises:
        TypeError, ValueError: a layer, sequence, length or name that cannot be, in a sentence.

    Example:
        >>> import torch
        >>> explorer = PackingExplorer("GRU", [torch.ones(5, 3), torch.ones(2, 3)])
        >>> explorer.ran["steps"], explorer.ran["own_steps"]
        (10, 7)
    """

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module = "LSTM",
        sequences: Sequence[Tensor] | None = None,
        *,
        batch: int = 4,
        stages: Sequence[str] = STAGES,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
    ) -> None:
        self._own = None if sequences is None else check_sequences(sequences)
        self._module = layer if isinstance(layer, nn.Module) else None
        self._base = _base(layer, None if self._own is None else self._own[0].shape[-1])
        lengths = drawn_lengths(0) if self._own is None else [len(x) for x in self._own]
        batch = min(check_size("batch", batch), len(lengths))
        super().__init__(
            **{name: getattr(self._base, name) for name in LAYER},
            lengths=lengths[:batch],
            more=lengths[batch:],
            most=[longest()] * DRAWN if self._own is None else lengths,
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
            if (change is not None and not self.ran) or self.ran.get("asked") == self._asked():
                return
            try:
                if change is not None and change.name == "draw":
                    self._draw()
                made = self._run()
            except Exception as error:  # shown in the explorer: JupyterLab shows nothing of it
                if change is None:
                    raise
                for name, value in self.ran["asked"].items():
                    self.set_trait(name, value)
                if isinstance(error, SENTENCES):
                    raise  # to who set it from Python; `set_state` shows it
                self.report(error)
            else:
                self.ran = made | {"asked": self._asked()}
                self.problem = ""

    def _asked(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ASKED}

    def _draw(self) -> None:
        """Other utterances, as many as before."""
        if self._own is not None:
            raise ValueError("the sequences are your own: there are no others to draw.")
        lengths = drawn_lengths(self.draw)
        batch = len(self.lengths)
        self.set_trait("lengths", lengths[:batch])
        self.set_trait("more", lengths[batch:])

    def _run(self) -> dict[str, Any]:
        sequences = self._sequences()
        layer = self._layer()
        options = {"padding_value": self.padding_value, "total_length": self.total_length}
        packing = pack_steps(sequences, batch_first=self.batch_first, **options)
        made = ran(layer, sequences, packing, self.padding_value) | {"met": self._meet(layer, sequences)}
        self.layer, self.sequences = layer, sequences
        return made

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
        if self._module is not None and spec == as_kind(self._base, self._base.kind, dropout=0.0):
            return self._module
        return build(spec).eval()

    def _sequences(self) -> list[Tensor]:
        if self._own is None:
            return utterances_of(self.lengths, self.draw, self._base.input_size)
        if len(self.lengths) > len(self._own):
            raise ValueError(f"you gave {len(self._own)} sequences: lengths cannot be {len(self.lengths)} numbers.")
        for item, (length, x) in enumerate(zip(self.lengths, self._own, strict=False)):
            if length > len(x):
                raise ValueError(f"sequence {item} has {len(x)} steps: its length cannot be {length}.")
        return [x[:length] for length, x in zip(self.lengths, self._own, strict=False)]

    def __repr__(self) -> str:
        made = self.ran
        pads = made["steps"] - made["own_steps"]
        lines = [
            f"{self.kind}, {len(self.lengths)} sequences of {', '.join(map(str, self.lengths))} steps",
            f"  padded          {made['padded']}, {pads} of {made['steps']} steps are pads",
            f"  sorted_indices  {made['sorted_indices']}",
            f"  packed.data     {made['data']}",
            f"  batch_sizes     {made['batch_sizes']}",
            f"  output          {made['unpacked']}",
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
        raise ValueError(f"the layer reads {spec.input_size} numbers a step, and the sequences have {width}.")
    return spec
