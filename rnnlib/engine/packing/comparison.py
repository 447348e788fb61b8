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
from rnnlib.engine.check_call import placed
from rnnlib.engine.closeness import difference, rounding
from rnnlib.engine.layers import build, evaluation_copy
from rnnlib.engine.limits import check_run
from rnnlib.engine.overrides import is_plain, same_random_numbers
from rnnlib.engine.packing.pack_steps import Packing, pack_steps
from rnnlib.engine.trace.comparison import AMPLIFIED, MANY, moved_by_a_last_digit
from rnnlib.engine.weights import changed_in_place
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

    @property
    def states(self) -> list[Tensor]:
        """h_n, and c_n of an LSTM."""
        return [state for state in (self.h_n, self.c_n) if state is not None]


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

    def off(self, ran: Ran) -> Tensor:
        """By state and sequence, the largest difference of a run's h_n or c_n from the sequence's run alone.

        ``(num_layers*num_directions, batch)``.
        """
        pairs = zip(ran.states, self.alone.states, strict=True)
        return torch.stack([(a - b).abs().amax(-1) for a, b in pairs]).amax(0)

    def holds(self, ran: Ran) -> list[bool]:
        """By sequence, whether a run's states are those of its run alone, but for rounding, amplified or not."""
        pairs = list(zip(ran.states, self.alone.states, strict=True))
        are_whole = (self.packing.lengths == self.packing.lengths.max()).tolist()  # padding is no rounding
        return [
            all(
                difference(a[:, item], b[:, item]) <= max(rounding(b, a), far * (ran is self.packed or whole))
                for a, b in pairs
            )
            for item, (far, whole) in enumerate(zip(self.amplified, are_whole, strict=True))
        ]

    @property
    def last_packed(self) -> Tensor:
        """The packed run's output at each sequence's own last step, ``(batch, num_directions*size)``."""
        return self.packed.output[self.packing.lengths - 1, range(len(self.packing.lengths))]


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
        >>> both.holds(both.padded), both.holds(both.packed)  # the first has 5 steps of padding
        ([False, True], [True, True])
        >>> both.padded.steps, both.packed.steps  # 2 * 9 and 4 + 9
        (18, 13)
    """
    spec, module, packing = prepared(layer, sequences, padding_value=padding_value)
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
        if not all(made.holds(made.packed)) and is_plain(spec, module):
            given_alone = [Inputs(sequence, Sizes(len(sequence), None)) for sequence in sequences]
            far = [MANY * moved_by_a_last_digit(spec, module, given) for given in given_alone]
            made = dataclasses.replace(made, amplified=far, note=f"packed equals each run alone, but for {AMPLIFIED}.")
            made = made if all(made.holds(made.packed)) else dataclasses.replace(made, note="")
    if changed:
        told = f"Each call of it changes {', '.join(changed)} in place, so no two runs are of the same layer."
        made = dataclasses.replace(made, note=told)
    return made


def prepared(
    layer: LayerSpec | nn.Module,
    sequences: Sequence[Tensor],
    batch_first: bool | None = None,
    padding_value: float = 0.0,
) -> tuple[LayerSpec, nn.Module, Packing]:
    """A layer in eval mode, and sequences that fit it, packed.

    Args:
        layer: a spec, or a real layer. It is not changed: a twin that shares its weights is.
        sequences: a list of tensors ``(length, input_size)``.
        batch_first: of the twin, and of what is padded; None is the layer's own.
        padding_value: what stands where a sequence is over.

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
    packing = pack_steps(check_sequences(sequences), batch_first=spec.batch_first, padding_value=padding_value)
    _, dtype, where = placed(layer, packing.packed)
    if (width := packing.data.shape[1]) != spec.input_size:
        raise ValueError(
            f"the sequences are {width} wide, and this {spec.kind} reads input_size={spec.input_size}:"
            f" make the layer with input_size={width}, or give other sequences."
        )
    check_type_and_place("sequences[0]", sequences[0], dtype, where)
    module = build(spec, where, packing.data.dtype) if isinstance(layer, LayerSpec) else layer
    return spec, evaluation_copy(module, batch_first=spec.batch_first), packing


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
