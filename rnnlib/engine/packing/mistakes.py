"""The mistakes that are made with padding and packing, each with its cure: both are run as they are written."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from rnnlib.engine.call import keeping_torch_settings
from rnnlib.engine.overrides import is_plain
from rnnlib.engine.packing.comparison import prepared
from rnnlib.engine.packing.outcome import Outcome, outcome_of
from rnnlib.spec import LayerSpec


def names_made(code: str) -> list[str]:
    r"""The names that code gives values to, line by line.

    Raises:
        SyntaxError: it is no Python.

    Example:
        >>> names_made("output, _ = layer(padded)\nlast = [x for x in output]")
        ['output', 'last']
    """
    made = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)]
    names: list[str] = []
    for line in sorted(made, key=lambda node: node.lineno):
        for target in line.targets if isinstance(line, ast.Assign) else [line.target]:
            stored = [one for one in ast.walk(target) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
            names += [one.id for one in stored if one.id != "_"]
    return names


@dataclasses.dataclass(frozen=True)
class Mistake:
    """Code that goes wrong, loudly or silently, and its cure.

    Both are run as they are written. They know ``sequences``, ``padded``, ``lengths``, ``layer``, ``torch``, ``nn``,
    ``pad_sequence``, ``pack_padded_sequence`` and ``pad_packed_sequence``, and the cure also what the code has made.

    Attributes:
        name: one word.
        title: what was done.
        code: the mistake.
        cure: what to write in place of it, or after it. What its last line makes is compared with what the code
            makes under the same name.
        why: a sentence or two.
        batch_first: the layer, and `padded`, have the batch first.
    """

    name: str
    title: str
    code: str
    cure: str
    why: str = ""
    batch_first: bool = False

    @property
    def result(self) -> str:
        """The name that both give to what they make."""
        return names_made(self.cure)[-1]


MISTAKES = (
    Mistake(
        "enforce_sorted",
        "unsorted lengths, and enforce_sorted left at True",
        "order = lengths.argsort(stable=True)  # shortest first\n"
        "packed = pack_padded_sequence(padded[:, order], lengths[order])",
        "packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)",
        "In a PackedSequence the longest sequence stands first. With enforce_sorted=False torch sorts them, and the"
        " layer and pad_packed_sequence put output, h_n and c_n back in your order.",
    ),
    Mistake(
        "lengths_on_gpu",
        "lengths on the GPU",
        'device = "cuda" if torch.cuda.is_available() else "meta"  # which stands in where there is no GPU\n'
        "packed = pack_padded_sequence(padded, lengths.to(device))",
        "packed = pack_padded_sequence(padded, lengths.cpu(), enforce_sorted=False)",
        "The data may be on any device, and lengths must be on the CPU: write lengths.cpu(). Where there is no GPU,"
        " torch's device 'meta' stands in for it here, and is refused by the same rule.",
    ),
    Mistake(
        "zero_length",
        "a sequence of no steps",
        "padded = torch.cat((padded, torch.zeros_like(padded[:, :1])), dim=1)  # an empty sequence joins\n"
        "lengths = torch.cat((lengths, lengths.new_zeros(1)))\n"
        "packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)",
        "packed = pack_padded_sequence(padded[:, lengths > 0], lengths[lengths > 0], enforce_sorted=False)",
        "A sequence of no steps has no output and no last state, so torch cannot pack it. Leave it out of the batch.",
    ),
    Mistake(
        "total_length",
        "total_length below the longest length",
        "packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)\n"
        "back, _ = pad_packed_sequence(packed, total_length=len(packed.batch_sizes) - 1)",
        "back, _ = pad_packed_sequence(packed, total_length=len(padded))",
        "total_length only adds padding, and never cuts. Give the seq_len that the batch had before it was packed.",
    ),
    Mistake(
        "too_many_lengths",
        "more lengths than sequences",
        "lengths = torch.cat((lengths, lengths[:1]))  # one too many\n"
        "packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)",
        "packed = pack_padded_sequence(padded, lengths[: padded.shape[1]], enforce_sorted=False)",
        "torch looks for a sequence for each length, and finds none for the last: keep the lengths of this batch alone."
        " It happens with the last, smaller batch of an epoch, and where the axes of padded are swapped.",
    ),
    Mistake(
        "too_few_lengths",
        "fewer lengths than sequences",
        "packed = pack_padded_sequence(padded, lengths[:-1], enforce_sorted=False)\n"
        "back, _ = pad_packed_sequence(packed)",
        "back, _ = pad_packed_sequence(pack_padded_sequence(padded, lengths, enforce_sorted=False))",
        "With enforce_sorted=False torch takes as many sequences as there are lengths, and drops the rest without a"
        " word. Give a length for each sequence.",
    ),
    Mistake(
        "beyond_the_data",
        "a length beyond the data",
        "packed = pack_padded_sequence(padded, lengths + 1, enforce_sorted=False)  # not refused here\n"
        "output, states = layer(packed)",
        "output, states = layer(pack_padded_sequence(padded, lengths, enforce_sorted=False))",
        "Packing does not notice that the longest sequence lacks a step; the layer does, in words that name no length."
        " Count the steps that are there: where padded was cut, write lengths.clamp(max=len(padded)).",
    ),
    Mistake(
        "batch_first",
        "batch_first forgotten in pack_padded_sequence",
        "packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)  # padded is (batch, seq_len, width)\n"
        "output, states = layer(packed)",
        "output, states = layer(pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False))",
        "The layer's batch_first says nothing to pack_padded_sequence, which takes step for sequence until it is told"
        " too. It is noticed only where the batch is not as large as seq_len.",
        batch_first=True,
    ),
    Mistake(
        "batch_first_square",
        "batch_first forgotten, with as many sequences as steps",
        "n = min(padded.shape[:2])\n"
        "padded, lengths = padded[:n, :n], lengths[:n].clamp(max=n)  # n sequences of at most n steps\n"
        "output, states = layer(pack_padded_sequence(padded, lengths, enforce_sorted=False))",
        "output, states = layer(pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False))",
        "Where batch equals seq_len nothing can be noticed: every sequence is made of one step of each of the others."
        " Write batch_first=True in pack_padded_sequence, in pad_packed_sequence and in the layer, or in none of them.",
        batch_first=True,
    ),
    Mistake(
        "last_step",
        "output[-1] of a padded batch",
        "output, states = layer(padded)\nlast = output[-1]",
        "packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)\n"
        "output, _ = pad_packed_sequence(layer(packed)[0])\n"
        "last = output[lengths - 1, range(len(lengths))]",
        "At step -1 a shorter sequence is over: output[-1] has read its padding. Each one's own last step is"
        " lengths - 1.",
    ),
    Mistake(
        "last_step_batch_first",
        "output[:, -1] of a padded batch, batch first",
        "output, states = layer(padded)\nlast = output[:, -1]",
        "packed = pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False)\n"
        "output, _ = pad_packed_sequence(layer(packed)[0], batch_first=True)\n"
        "last = output[range(len(lengths)), lengths - 1]",
        "At step -1 a shorter sequence is over: output[:, -1] has read its padding. Each one's own last step is"
        " lengths - 1.",
        batch_first=True,
    ),
    Mistake(
        "not_packed",
        "the padded batch given to the layer, and lengths to nobody",
        "output, states = layer(padded)",
        "output, states = layer(pack_padded_sequence(padded, lengths, enforce_sorted=False))",
        "The layer cannot know which steps are padding, and takes them all: the states of the shorter sequences go on"
        " changing, and a backward direction starts on padding. Packed, each one stops at its own end.",
    ),
    Mistake(
        "data_batch_major",
        "packed.data read as if one sequence followed the other",
        "packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)\n"
        "first = packed.data[: lengths[0]]  # sequence 0?",
        "first = pad_packed_sequence(packed)[0][: lengths[0], 0]",
        "packed.data is time-major: step 0 of every sequence, longest first, then step 1 of those that have one."
        " pad_packed_sequence takes it apart again.",
    ),
)


def run_mistake(mistake: Mistake, layer: LayerSpec | nn.Module, sequences: Sequence[Tensor]) -> Outcome:
    """Make a mistake with a real layer, see what comes of it, and run its cure.

    Args:
        mistake: one of `MISTAKES`, or another.
        layer: a spec, or a real ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU``. Its twin is run, with weights of its own, in
            eval mode, and with the mistake's batch_first.
        sequences: a list of tensors ``(length, input_size)``.

    Raises:
        TypeError, ValueError: the layer and the sequences do not fit, in a sentence.

    Example:
        >>> tried = run_mistake(MISTAKES[0], LayerSpec("GRU", 3, 2), [torch.ones(4, 3), torch.ones(9, 3)])
        >>> tried.error[:60]
        'RuntimeError: `lengths` array must be sorted in decreasing o'
        >>> tried.cured
        'packed.data (13, 3), packed.batch_sizes [2, 2, 2, 2, 1, 1, 1, 1, 1]'
    """
    spec, module, packing = prepared(layer, sequences, mistake.batch_first)
    names: dict[str, Any] = {
        "sequences": [sequence.detach().clone() for sequence in sequences],
        "padded": packing.padded,
        "lengths": packing.lengths,
        "layer": _with_own_weights(module),
        "torch": torch,
        "nn": nn,
        "pad_sequence": pad_sequence,
        "pack_padded_sequence": pack_padded_sequence,
        "pad_packed_sequence": pad_packed_sequence,
    }
    draws = mistake not in MISTAKES or not is_plain(spec, module)  # else a cell that draws is disturbed by nothing
    with keeping_torch_settings(spec, 0), torch.enable_grad():  # as in a cell
        return outcome_of(mistake.code, mistake.cure, mistake.result, names, draws=draws)


def _with_own_weights(twin: nn.Module) -> nn.Module:
    """A twin whose weights code can change, and not those of the layer that it was made from."""
    for part in twin.modules():
        for name, weight in part.named_parameters(recurse=False):
            setattr(part, name, nn.Parameter(weight.detach().clone(), weight.requires_grad))
    return twin
