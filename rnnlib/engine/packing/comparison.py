"""What padding does to a layer's states: the layer run on a padded batch, on the packed one, and on each sequence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence, pad_sequence

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.arguments.sequences import check_sequences
from rnnlib.engine.arguments.tensors import check_type_and_place
from rnnlib.engine.call import Inputs, call, keeping_torch_settings
from rnnlib.engine.closeness import difference, rounding
from rnnlib.engine.devices import find
from rnnlib.engine.layers import build, dtype_for, evaluation_copy
from rnnlib.engine.limits import check_run
from rnnlib.engine.overrides import is_plain, same_random_numbers
from rnnlib.engine.packing.pack_steps import Packing, pack_steps
from rnnlib.engine.trace.comparison import AMPLIFIED, MANY, moved_by_a_last_digit
from rnnlib.engine.weights import changed_in_place, like
from rnnlib.spec import LayerSpec


@dataclasses.dataclass(frozen=True, eq=False)
class Ran:
    """What one way of running a layer gave, and how long it took.

    Attributes:
        output: ``(seq_len, batch, num_directions*size)``, whatever batch_first is.
        h_n: ``(num_layers*num_directions, batch, size)``.
        c_n: likewise, of an LSTM; else None.
        seconds: of the calls of the layer alone.
        steps: the cell steps that it made, in all layers and directions.
    """

    output: Tensor
    h_n: Tensor
    c_n: Tensor | None
    seconds: float
    steps: int


@dataclasses.dataclass(frozen=True, eq=False)
class PaddedAndPacked:
    """A layer run three ways on the same sequences.

    Attributes:
        spec: the layer.
        packing: the sequences, padded and packed; batch first where the layer reads them so.
        padded: the padded batch given to the layer, no word of lengths.
        packed: the packed one; its output is padded with zeros.
        alone: each sequence by itself; the outputs are padded with nan.
        amplified: by sequence, how far rounding, amplified from step to step, may carry its states; 0 where it is not.
        note: a sentence or two where something must be said, else "".
    """

    spec: LayerSpec
    packing: Packing
    padded: Ran
    packed: Ran
    alone: Ran
    amplified: list[float]
    note: str

    @property
    def off_padded(self) -> Tensor:
        """By state and sequence, the largest difference of the padded run's h_n or c_n from the sequence's run alone.

        ``(num_layers*num_directions, batch)``.
        """
        return _off(self.padded, self.alone)

    @property
    def off_packed(self) -> Tensor:
        """Likewise of the packed run: rounding, at most."""
        return _off(self.packed, self.alone)

    @property
    def holds_padded(self) -> list[bool]:
        """Whether each sequence's states, after the padded run, are those of its run alone, but for rounding."""
        whole = (self.packing.lengths == self.packing.lengths.max()).tolist()
        return self._holds(self.padded, [far * has for far, has in zip(self.amplified, whole, strict=True)])

    @property
    def holds_packed(self) -> list[bool]:
        """Likewise after the packed run."""
        return self._holds(self.packed, self.amplified)

    @property
    def last_padded(self) -> Tensor:
        """``output[-1]`` of the padded run, ``(batch, num_directions*size)``."""
        return self.padded.output[-1]

    @property
    def last_packed(self) -> Tensor:
        """The packed run's output at each sequence's own last step, ``(batch, num_directions*size)``."""
        return self.packed.output[self.packing.lengths - 1, range(len(self.packing.lengths))]

    def __repr__(self) -> str:
        batch = len(self.packing.lengths)
        states = "h_n" if self.alone.c_n is None else "h_n or c_n"
        lines = [f"{self.spec.kind}, {batch} sequences, {states} compared with that of each sequence run alone"]
        ways = {
            "padded": (self.padded, self.off_padded, self.holds_padded),
            "packed": (self.packed, self.off_packed, self.holds_packed),
        }
        for name, (ran, off, equal) in ways.items():
            lost = off.isnan().any(0).tolist()
            differ = sum(not holds and not nan for holds, nan in zip(equal, lost, strict=True))
            unknown = f", {sum(lost)} cannot be compared: nan or inf" if any(lost) else ""
            lines.append(f"{name}  {differ} of {batch} differ{unknown}; {ran.steps:,} cell steps")
        return "\n".join([*lines, *filter(None, [self.note])])

    def _holds(self, ran: Ran, amplified: list[float]) -> list[bool]:
        """By sequence, whether every state is that of the run alone, but for rounding in numbers as large as these."""
        pairs = [(ran.h_n, self.alone.h_n), (ran.c_n, self.alone.c_n)]
        return [
            all(
                difference(a[:, item], b[:, item]) <= max(rounding(b, a), far)
                for a, b in pairs
                if a is not None and b is not None
            )
            for item, far in enumerate(amplified)
        ]


def padded_and_packed(
    layer: LayerSpec | nn.Module, sequences: Sequence[Tensor], *, padding_value: float = 0.0
) -> PaddedAndPacked:
    """Run a real layer on sequences of different length: padded, packed, and one after the other.

    It runs in eval mode and without gradients; its own mode is the same afterwards.

    Args:
        layer: a spec, or a real ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU``, or a subclass of one.
        sequences: a list of tensors ``(length, input_size)``.
        padding_value: what stands where a sequence is over: the padded run reads it.

    Returns:
        A `PaddedAndPacked`.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence.

    Example:
        >>> both = padded_and_packed(LayerSpec("GRU", 3, 2), [torch.ones(4, 3), torch.ones(9, 3)])
        >>> (both.off_padded > 1e-3).tolist(), (both.off_packed > 1e-6).tolist()  # the first has 5 steps of padding
        ([[True, False]], [[False, False]])
        >>> both.padded.steps, both.packed.steps  # 2 * 9 and 4 + 9
        (18, 13)
    """
    spec, module, packing = prepared(layer, sequences)
    seq_len, batch = len(packing.batch_sizes), len(packing.lengths)
    costs = check_run(spec, seq_len, batch, packing.data.device, packing.data.dtype, built=True)
    with (
        keeping_torch_settings(spec, costs.multiply_adds),
        torch.no_grad(),
        same_random_numbers(spec, module),
        changed_in_place(spec, module) as changed,
    ):
        for given in (packing.padded, packing.packed):  # the first call of each way takes longer
            _run(spec, module, given, Sizes(seq_len, batch))
        padded = _run(spec, module, packing.padded, Sizes(seq_len, batch))
        packed = _run(spec, module, packing.packed, Sizes(seq_len, batch))
        alone = [_run(spec, module, sequence, Sizes(len(sequence), None)) for sequence in sequences]
        made = PaddedAndPacked(spec, packing, padded, packed, _side_by_side(alone), [0.0] * batch, "")
        if not all(made.holds_packed) and is_plain(spec, module):
            given_alone = [Inputs(sequence, Sizes(len(sequence), None)) for sequence in sequences]
            far = [MANY * moved_by_a_last_digit(spec, module, given) for given in given_alone]
            made = dataclasses.replace(made, amplified=far, note=f"packed equals each run alone, but for {AMPLIFIED}.")
            made = made if all(made.holds_packed) else dataclasses.replace(made, note="")
    if changed:
        told = f"Each call of it changes {', '.join(changed)} in place, so no two runs are of the same layer."
        made = dataclasses.replace(made, note=told)
    return made


def prepared(
    layer: LayerSpec | nn.Module, sequences: Sequence[Tensor], batch_first: bool | None = None
) -> tuple[LayerSpec, nn.Module, Packing]:
    """A layer in eval mode, and sequences that fit it, packed.

    Args:
        layer: a spec, or a real layer. It is not changed: a twin that shares its weights is.
        sequences: a list of tensors ``(length, input_size)``.
        batch_first: of the twin, and of what is padded; None is the layer's own.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence.

    Example:
        >>> prepared(LayerSpec("GRU", 3, 2), [torch.ones(4, 3)], batch_first=True)[1]
        GRU(3, 2, batch_first=True)
    """
    spec = layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
    if spec.is_cell:
        raise TypeError(
            f"{spec.kind} takes one step, and sequences have many: use {spec.family}, which runs over steps."
        )
    if batch_first is not None:
        spec = dataclasses.replace(spec, batch_first=batch_first)
    packing = pack_steps(check_sequences(sequences), batch_first=spec.batch_first)
    weight = None if isinstance(layer, LayerSpec) else like(layer)
    where = find(packing.data.device if weight is None else weight.device)
    _check_width(spec, packing.data.shape[1])
    check_type_and_place(
        "sequences[0]", sequences[0], dtype_for(packing.packed) if weight is None else weight.dtype, where
    )
    module = build(spec, where, packing.data.dtype) if isinstance(layer, LayerSpec) else layer
    return spec, evaluation_copy(module, batch_first=spec.batch_first), packing


def _check_width(spec: LayerSpec, width: int) -> None:
    if width != spec.input_size:
        raise ValueError(
            f"the sequences are {width} wide, and this {spec.kind} reads input_size={spec.input_size}:"
            f" make the layer with input_size={width}, or give other sequences."
        )


def _run(spec: LayerSpec, module: nn.Module, x: Tensor | PackedSequence, sizes: Sizes) -> Ran:
    answer, seconds = call(spec, module, Inputs(x, sizes))
    output = answer.output
    if isinstance(output, PackedSequence):
        output, _ = pad_packed_sequence(output)
    elif spec.batch_first and sizes.batch is not None:
        output = output.transpose(0, 1)
    steps = len(x.data) if isinstance(x, PackedSequence) else sizes.seq_len * (sizes.batch or 1)
    return Ran(output, answer.h_n, answer.c_n, seconds, steps * spec.num_layers * spec.num_directions)


def _side_by_side(alone: list[Ran]) -> Ran:
    """Runs of one sequence each as one of a batch."""
    output = pad_sequence([ran.output for ran in alone], padding_value=torch.nan)
    h_n = torch.stack([ran.h_n for ran in alone], dim=1)
    c_n = [ran.c_n for ran in alone if ran.c_n is not None]
    seconds, steps = sum(ran.seconds for ran in alone), sum(ran.steps for ran in alone)
    return Ran(output, h_n, torch.stack(c_n, dim=1) if c_n else None, seconds, steps)


def _off(ran: Ran, alone: Ran) -> Tensor:
    off = (ran.h_n - alone.h_n).abs().amax(-1)
    if ran.c_n is None or alone.c_n is None:
        return off
    return torch.maximum(off, (ran.c_n - alone.c_n).abs().amax(-1))
