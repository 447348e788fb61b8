"""The packing explorer: sequences of different length, padded and packed, and what a real layer makes of each."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from torch import Tensor, nn

from rnnlib.data import FEATURES
from rnnlib.engine.arguments.sequences import check_sequences
from rnnlib.engine.devices import find
from rnnlib.engine.layers import build, dtype_for
from rnnlib.engine.limits import estimate_packing
from rnnlib.engine.packing.mistakes import MISTAKES, Mistake
from rnnlib.engine.packing.own_mistakes import mistakes_of, named
from rnnlib.engine.packing.pack_steps import Packing, few, pack_steps
from rnnlib.engine.weights import like
from rnnlib.explorers.packing.payload import answer, table, try_mistake
from rnnlib.explorers.packing.view import CONTROLS, STAGES, PackingView, check_each_length, in_json
from rnnlib.explorers.shared.explorer import Explorer, Plan, plan
from rnnlib.explorers.shared.recordings import drawn_lengths, longest, source_of, utterances_of
from rnnlib.explorers.shared.start import start_from
from rnnlib.explorers.shared.traits import Checked
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import check_size
from rnnlib.spec.layer import as_kind

LAYER = ("kind", "num_layers", "bidirectional", "batch_first")
ASKED = (*LAYER, "lengths", "more", "draw", "padding_value", "total_length", "mistakes", "mistake")
SIZES = ("input_size", "hidden_size", "proj_size", "bias", "nonlinearity")
BATCH = 4  # utterances to begin with


class Made(NamedTuple):
    """What was run and on what, and what the front end draws from."""

    layer: nn.Module
    sequences: list[Tensor]
    packing: Packing
    values: dict[str, Any]


class PackingExplorer(Explorer, PackingView):
    r"""Sequences of different length at every stage of packing, and what padding does to a real layer's states.

    Args:
        layer: a kind such as ``"LSTM"``, a `LayerSpec`, or a real module with its own weights.
        sequences: the learner's own, each ``(length, input_size)``; recorded utterances by default.
        batch: how many of them to begin with; None is all of your own, and 4 utterances.
        mistakes: those that can be tried: names of built-in ones, all of them by default, or dicts of your own, with
            ``name``, ``title``, ``code``, ``cure`` and, if you like, ``why`` and ``batch_first``. Code and cure are run
            as they are written, on ``sequences``, ``padded``, ``lengths`` and ``layer``; both give what they make the
            same name, and it is compared.
        stages: those that the grid moves through: ``"padded"``, ``"sorted"``, ``"packed"``, ``"unpacked"``.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.
        traits: any other of its traits to begin with, as in ``lengths=[20, 7]`` or ``mistake="last_step"``. Where no
            control chooses a mistake, its cure waits until it is asked for.

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
        >>> bug = {
        ...     "name": "mine",
        ...     "title": "the last sequence",
        ...     "code": "output, h_n = layer(padded)\nlast = output[:, -1]",
        ...     "cure": "last = output[lengths - 1, range(len(lengths))]",
        ... }
        >>> PackingExplorer("GRU", mistakes=[bug], mistake="mine", controls=()).answer["tried"]["error"]
        'no exception, but some of it is lost: last (22, 8) in place of last (4, 8).'
    """

    ASKED = ASKED
    FOLLOWS = ("more", "mistakes")
    LOOKED_AT = ("stage",)
    RECORDED: ClassVar = {
        "num_layers": (1, 2, 3),
        "draw": range(9),
        "padding_value": (0, -1, 100),
    }
    SNAPS = False

    mistakes = Checked(MISTAKES, lambda _, value: mistakes_of(value)).tag(
        sync=True, to_json=lambda all_of_them, _: [{"name": one.name, "title": one.title} for one in all_of_them]
    )

    def __init__(
        self,
        layer: str | LayerSpec | nn.Module = "LSTM",
        sequences: Sequence[Tensor] | None = None,
        *,
        batch: int | None = None,
        mistakes: Sequence[str | dict[str, Any] | Mistake] = MISTAKES,
        stages: Sequence[str] = STAGES,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
        **traits: Any,
    ) -> None:
        self._given = None if sequences is None else check_sequences(sequences)
        width = FEATURES if self._given is None else self._given[0].shape[-1]
        self._start = start_from(layer, cells=False, input_size=width, hidden_size=8)
        if self._given is not None and self._start.spec.input_size != width:
            raise ValueError(
                f"the layer reads {self._start.spec.input_size} numbers a step, and the sequences have {width}:"
                f" make the layer with input_size={width}."
            )
        lengths = self._begin(batch, traits.get("draw", 0))
        count = batch or (BATCH if self._given is None else len(lengths))
        begin = {name: getattr(self._start.spec, name) for name in LAYER} | {
            "lengths": lengths[:count],
            "most": [longest()] if self._given is None else lengths,
            "stages": stages,
            "controls": controls,
            "question": question,
            "mistakes": mistakes,
            "sizes": {name: getattr(self._start.spec, name) for name in SIZES},
        }
        begin |= traits
        begin["lengths"] = check_each_length("lengths", begin["lengths"])
        super().__init__(**{"more": lengths[len(begin["lengths"]) :]} | begin)

    def _begin(self, batch: int | None, draw: int) -> list[int]:
        """The lengths of all sequences that there are to begin with."""
        wanted = 1 if batch is None else check_size("batch", batch)
        drawn = check_size("draw", draw, least=0)
        lengths = drawn_lengths(drawn, wanted) if self._given is None else [len(x) for x in self._given]
        if wanted > len(lengths):
            whose = "recorded utterances are there" if self._given is None else "sequences are what you gave"
            raise ValueError(f"batch must be at most {len(lengths)}, not {wanted}: so many {whose}.")
        return lengths

    def _plan(self, before: dict[str, Any]) -> Plan:
        if before:
            self._draw() if self.draw != before["draw"] else self._keep_pool(before)
        self._check_choice()
        spec = as_kind(self._start.spec, self.kind, **{name: getattr(self, name) for name in LAYER[1:]}, dropout=0.0)
        module = self._start.module_for(spec)
        device = find("cpu" if self._like is None else self._like.device)
        needed = estimate_packing(spec, self.lengths, device.type)
        if needed.is_too_long:
            fewer = "fewer layers, or " if spec.num_layers > 1 else ""
            raise ValueError(f"{needed.words} are too much to run here: choose {fewer}fewer, or shorter, sequences.")
        work = functools.partial(self._run, spec, module, self._choice())
        return plan(work, needed, before, module)

    def _show(self, asked: dict[str, Any], made: Made) -> None:
        self.layer, self.sequences, self.packing = made.layer, made.sequences, made.packing
        self.answer = made.values | {"asked": self._told(asked)}

    def _told(self, choice: dict[str, Any]) -> dict[str, Any]:
        told = {name: value for name, value in choice.items() if name != "mistakes"}
        return told | {"padding_value": in_json(choice["padding_value"])}

    @property
    def _like(self) -> Tensor | None:
        """What says the dtype and the device of a layer that is built: the learner's own layer, or their sequences."""
        return self._start.weight if self._given is None or self._start.module is not None else self._given[0]

    def _check_choice(self) -> None:
        """Refuse lengths that the learner's own sequences do not have, and a mistake that is not known."""
        if self.mistake:
            named(self.mistake, self.mistakes)
        if self._given is None:
            return
        if len(self.lengths) > len(self._given):
            raise ValueError(f"you gave {len(self._given)} sequences: lengths cannot be {len(self.lengths)} numbers.")
        for item, (length, x) in enumerate(zip(self.lengths, self._given, strict=False)):
            if length > len(x):
                raise ValueError(f"sequence {item} has {len(x)} steps: its length cannot be {length}.")

    def _draw(self) -> None:
        """Other utterances, as many as before."""
        if self._given is not None:
            raise ValueError("the sequences are your own: there are no others to draw.")
        batch = len(self.lengths)
        lengths = drawn_lengths(self.draw, batch)
        self.set_trait("lengths", lengths[:batch])
        self.set_trait("more", lengths[batch:])
        if self.total_length is not None and self.total_length < max(self.lengths):
            self.set_trait("total_length", None)

    def _keep_pool(self, before: dict[str, Any]) -> None:
        """Sequences that leave can join again: each keeps its place."""
        if self.lengths != before["lengths"]:
            self.set_trait("more", [*before["lengths"], *before["more"]][len(self.lengths) :])

    def _run(self, spec: LayerSpec, module: nn.Module | None, choice: dict[str, Any]) -> Made:
        layer = self._built(spec) if module is None else module
        sequences, value = self._sequences(layer, choice), choice["padding_value"]
        packing = pack_steps(
            sequences, batch_first=spec.batch_first, padding_value=value, total_length=choice["total_length"]
        )
        source = source_of(spec.input_size, choice["lengths"]) if self._given is None else "Your own sequences."
        values = answer(layer, sequences, packing, value) | {"source": source, "own": self._given is not None}
        tried, known = choice["mistake"], choice["mistakes"]
        values["tried"] = try_mistake(named(tried, known), layer, sequences) if tried else {}
        return Made(layer, sequences, packing, values)

    def _built(self, spec: LayerSpec) -> nn.Module:
        like = self._like
        return build(spec, "cpu" if like is None else like.device, dtype_for(like)).eval()

    def _sequences(self, layer: nn.Module, choice: dict[str, Any]) -> list[Tensor]:
        lengths = choice["lengths"]
        if self._given is not None:
            return [x[:length] for length, x in zip(lengths, self._given, strict=False)]
        weight, recorded = like(layer), utterances_of(lengths, choice["draw"], self._start.spec.input_size)
        return [x.to(weight.device, weight.dtype) for x in recorded]

    def _recorded(self) -> dict[str, Iterable[Any]]:
        longest, pool = max(self.lengths), [*self.lengths, *self.more]
        fewer = [pool[:count] for count in range(1, len(pool) + 1)] if "batch" in self.controls else []
        pulled = [
            [*self.lengths[:item], length, *self.lengths[item + 1 :]]
            for item in range(len(self.lengths) if "lengths" in self.controls else 0)
            for length in range(1, self.most[min(item, len(self.most) - 1)] + 1)
        ]
        totals = range(longest + 1, longest + 9) if "total_length" in self.controls else ()
        tried = ["", *(mistake.name for mistake in self.mistakes)] if "mistake" in self.controls else []
        return dict(super()._recorded()) | {"lengths": [*fewer, *pulled], "total_length": totals, "mistake": tried}

    def __repr__(self) -> str:
        made, packing = self.answer, self.packing
        wide = made["wide"]
        pads = made["steps"] - made["own_steps"]
        first = f"{self.kind}, batch {len(self.lengths)}, lengths {few(packing.lengths)}"
        stages = [
            f"  padded          {tuple(packing.padded.shape)}, {pads} of {made['steps']} steps are pads",
            f"  sorted_indices  {few(packing.sorted_indices)}",
            f"  packed.data     {tuple(packing.data.shape)}",
            f"  batch_sizes     {few(packing.batch_sizes)}",
            f"  output          {(*packing.unpacked.shape[:2], wide)}",
        ]
        tried = table(made["tried"], cured="mistake" in self.controls)
        return "\n".join([first, *self._standing("picture", stages), *tried, *self._noted()])
