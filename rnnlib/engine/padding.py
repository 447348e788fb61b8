"""What padding does to a layer's states: the layer run on a padded batch, on the packed one, and on each sequence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence, pad_sequence

from rnnlib.engine.call import Given, call, settled
from rnnlib.engine.devices import find
from rnnlib.engine.inputs import Sizes, check_input
from rnnlib.engine.layers import build
from rnnlib.engine.memory import check_run
from rnnlib.engine.packing import Packing, pack_steps
from rnnlib.spec import LayerSpec

ROUNDING = 1e-5  # a state that differs by more was made of other numbers, not in another order


@dataclasses.dataclass(frozen=True, eq=False)
class Ran:
    """What one way of running a layer gave, and how long it took.

    Attributes:
        output: ``(seq_len, batch, num_directions*size)``, whatever batch_first is.
        h_n: ``(num_layers*num_directions, batch, size)``.
        c_n: likewise, of an LSTM; else None.
        seconds: of the calls of the layer alone.
    """

    output: Tensor
    h_n: Tensor
    c_n: Tensor | None
    seconds: float


@dataclasses.dataclass(frozen=True, eq=False)
class PaddedAndPacked:
    """A layer run three ways on the same sequences.

    Attributes:
        spec: the layer.
        packing: the sequences, padded and packed; batch first where the layer reads them so.
        padded: the padded batch given to the layer, no word of lengths.
        packed: the packed one; its output is padded with zeros.
        alone: each sequence by itself; the outputs are padded with nan.
        steps: the cell steps that the padded run makes, in all layers and directions.
        own_steps: those of them that belong to sequences: what the packed run makes.
    """

    spec: LayerSpec
    packing: Packing
    padded: Ran
    packed: Ran
    alone: Ran
    steps: int
    own_steps: int

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
    def last_padded(self) -> Tensor:
        """``output[-1]`` of the padded run, ``(batch, num_directions*size)``."""
        return self.padded.output[-1]

    @property
    def last_own(self) -> Tensor:
        """The packed run's output at each sequence's own last step, ``(batch, num_directions*size)``."""
        return self.packed.output[self.packing.lengths - 1, range(len(self.packing.lengths))]

    def __repr__(self) -> str:
        batch = len(self.packing.lengths)
        states = "h_n" if self.alone.c_n is None else "h_n or c_n"
        lines = [f"{self.spec.kind}, {batch} sequences, {states} compared with that of each sequence run alone"]
        for name, off, steps in (("padded", self.off_padded, self.steps), ("packed", self.off_packed, self.own_steps)):
            lines.append(f"{name}  {int((off > ROUNDING).any(0).sum())} of {batch} differ; {steps:,} cell steps")
        return "\n".join(lines)


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
        >>> both.steps, both.own_steps  # 2 * 9 and 4 + 9
        (18, 13)
    """
    spec = layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
    if spec.is_cell:
        raise TypeError(
            f"{spec.kind} takes one step, and sequences have many: use {spec.family}, which runs over steps."
        )
    packing = pack_steps(sequences, batch_first=spec.batch_first, padding_value=padding_value)
    where = find(packing.padded.device if isinstance(layer, LayerSpec) else next(layer.parameters()).device)
    dtype = torch.float32 if isinstance(layer, LayerSpec) else next(layer.parameters()).dtype
    sizes = check_input(spec, packing.padded, dtype, where)
    costs = check_run(spec, *sizes, where, dtype, built=isinstance(layer, nn.Module))
    module = _in_eval_mode(build(spec, where) if isinstance(layer, LayerSpec) else layer)
    with settled(spec, costs.multiply_adds), torch.no_grad():
        _run(spec, module, sequences[0], Sizes(len(sequences[0]), None))  # the first call on a device takes longer
        padded = _run(spec, module, packing.padded, sizes)
        packed = _run(spec, module, packing.packed, sizes)
        alone = [_run(spec, module, sequence, Sizes(len(sequence), None)) for sequence in sequences]
    rows = spec.num_layers * spec.num_directions
    own_steps = rows * int(packing.lengths.sum())
    return PaddedAndPacked(
        spec, packing, padded, packed, _side_by_side(alone), rows * packing.lengths.numel() * sizes.seq_len, own_steps
    )


def _in_eval_mode(module: nn.Module) -> nn.Module:
    """The same layer in eval mode, sharing all that it has, so that the learner's own stays in its mode."""
    twin = object.__new__(type(module))
    twin.__dict__.update(vars(module), training=False)
    return twin


def _run(spec: LayerSpec, module: nn.Module, x: Tensor | PackedSequence, sizes: Sizes) -> Ran:
    answer, seconds = call(spec, module, Given(x, sizes))
    output = answer.output
    if isinstance(output, PackedSequence):
        output, _ = pad_packed_sequence(output)
    elif spec.batch_first and sizes.batch is not None:
        output = output.transpose(0, 1)
    return Ran(output, answer.h_n, answer.c_n, seconds)


def _side_by_side(alone: list[Ran]) -> Ran:
    """Runs of one sequence each as one of a batch."""
    output = pad_sequence([ran.output for ran in alone], padding_value=torch.nan)
    h_n = torch.stack([ran.h_n for ran in alone], dim=1)
    c_n = [ran.c_n for ran in alone if ran.c_n is not None]
    return Ran(output, h_n, torch.stack(c_n, dim=1) if c_n else None, sum(ran.seconds for ran in alone))


def _off(ran: Ran, alone: Ran) -> Tensor:
    off = (ran.h_n - alone.h_n).abs().amax(-1)
    if ran.c_n is None or alone.c_n is None:
        return off
    return torch.maximum(off, (ran.c_n - alone.c_n).abs().amax(-1))
