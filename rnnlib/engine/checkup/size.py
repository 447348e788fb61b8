"""How long a checkup takes, and which part of a large batch it asks about."""

from __future__ import annotations

import dataclasses

from torch import nn

from rnnlib.engine.checkup.given import Given
from rnnlib.engine.checkup.subject import modules_of
from rnnlib.engine.checkup.words import listed
from rnnlib.engine.limits import check_fits

LONG = 20  # seconds from which a part of the batch is asked
TOO_LONG = 600
PARTS = ((8, 24), (4, 12))  # sequences and steps
ONE_THREAD = 2 * 10**10  # multiply-adds of a run: up to them several threads wait for one another on a busy machine
MULTIPLY_ADDS = 4e10  # a second, on two cores, of a model large enough to take long
A_STEP = 3e-5  # seconds of one step of one module, however small
BACK_TOO = 3  # times as much for a pass forth and back


@dataclasses.dataclass(frozen=True)
class Part:
    """What is asked about.

    Attributes:
        sequences: by their index in the batch.
        steps: by their index.
        seconds: an estimate.
        is_small: one thread is enough.
        sentence: which part it is; "" where it is all.
    """

    sequences: tuple[int, ...]
    steps: tuple[int, ...]
    seconds: float
    is_small: bool
    sentence: str


def part_of(model: nn.Module, given: Given) -> Part:
    """All of the batch, or, of a large model, sequences and steps spread over it.

    Raises:
        ValueError: even a few would take too long, or would not fit in memory.

    Example:
        >>> import torch
        >>> from rnnlib.engine.checkup.given import AXES, check_given
        >>> part_of(nn.LSTM(3, 2), check_given(torch.ones(5, 9, 3), (), None, AXES)).sequences
        (0, 1, 2, 3, 4)
    """
    parameters = sum(parameter.numel() for parameter in model.parameters())
    depth = sum(1 for _ in modules_of(model))
    for most_sequences, most_steps in ((given.batch, given.seq_len), *PARTS):
        batch, steps = min(given.batch, most_sequences), min(given.seq_len, most_steps)
        products = parameters * batch * given.seq_len
        a_run = products / MULTIPLY_ADDS + given.seq_len * depth * A_STEP
        seconds = a_run * (4 * batch + 2 * steps + 8 + 4 * BACK_TOO)
        if seconds <= LONG:
            break
    if seconds > TOO_LONG:
        raise ValueError(
            f"this would take about {seconds / 60:.0f} minutes: {parameters / 1e6:,.0f} million parameters,"
            f" {given.seq_len} steps. Give shorter sequences, as in x[:, :20], or a smaller model of the same code."
        )
    check_fits("a checkup", 4 * 3 * parameters, given.x.device, "give a smaller model of the same code")
    order = given.lengths.argsort(stable=True).tolist()  # from short to long, the longest always among them
    sequences = tuple(sorted(order[at] for at in _spread(given.batch, batch)))
    chosen = tuple(_spread(given.seq_len, steps))
    sentence = ""
    if len(sequences) < given.batch or len(chosen) < given.seq_len:
        sentence = (
            f"To ask about all would take long: {len(sequences)} of {given.batch} sequences"
            f" ({listed(sequences, 8)}) and {len(chosen)} of {given.seq_len} steps were asked about."
        )
    return Part(sequences, chosen, seconds, products <= ONE_THREAD, sentence)


def _spread(count: int, wanted: int) -> list[int]:
    """So many indices, evenly, the first and the last among them."""
    if wanted >= count:
        return list(range(count))
    return sorted({round(index * (count - 1) / (wanted - 1)) for index in range(wanted)})
