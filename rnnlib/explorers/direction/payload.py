"""Who has read what as plain data for the front end, and in words; and how much of it can be asked."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.limits import Estimate, estimate
from rnnlib.engine.reach.who_reads import Reads, count
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief

MOST_NUMBERS = 500_000  # more take longer than a blink to send
SOON, LATE = 0.5, 5.0  # seconds that all units together may take, and that one unit may
PASSES = 6  # of a forward pass in float32: forth and back, in float64
SMALLEST, LARGEST = 2.0**-149, torch.finfo(torch.float32).max  # of float32


def as_data(reads: Reads) -> dict[str, Any]:
    """What the direction explorer draws from.

    Args:
        reads: of the layer.

    Returns:
        ``arrays``, output and h_n, each with its ``dims`` and ``values`` (float32 bytes), ``states``, ``sizes``,
        ``lengths``, and ``note``, which says what was not asked, else "". A gradient too small for float32 is still
        more than 0 in it.
    """
    spec, units = reads.spec, reads.h_n.shape[2]
    size = spec.proj_size or spec.hidden_size
    seq_len, batch = reads.output.shape[:2]
    return {
        "states": list(spec.family.states),
        "sizes": {
            "seq_len": seq_len,
            "batch": batch,
            "hidden_size": spec.hidden_size,
            "proj_size": spec.proj_size,
            "size": size,
            "units": units,
            "num_layers": spec.num_layers,
            "num_directions": spec.num_directions,
            "batch_first": spec.batch_first,
        },
        "lengths": reads.lengths.tolist(),
        "note": "" if units == size else f"Of {size} units the first {units} were asked, which takes a moment each.",
        "arrays": {"output": _bytes(reads.output), "h_n": _bytes(reads.h_n)},
    }


def _bytes(moved: Tensor) -> dict[str, Any]:
    values = torch.where(moved > 0, moved.clamp(SMALLEST, LARGEST), 0.0).float().contiguous()
    return {"dims": list(values.shape), "values": values.numpy().tobytes()}


def check_units(spec: LayerSpec, seq_len: int, batch: int, *, yours: bool = False) -> int:
    """How many units of each state can be asked about while a learner waits: all of a small layer.

    Args:
        spec: the layer.
        seq_len: steps.
        batch: sequences.
        yours: they are the learner's own, who can give fewer.

    Raises:
        ValueError: not even one; the message says how many steps are few enough.

    Example:
        >>> check_units(LayerSpec("GRU", 12, 4), seq_len=12, batch=3), check_units(LayerSpec("GRU", 256, 256), 12, 3)
        (4, 2)
        >>> check_units(LayerSpec("GRU", 12, 4, bidirectional=True), seq_len=1000, batch=3)
        Traceback (most recent call last):
        ValueError: seq_len 1000 and batch 3 are too much to ask about here: at most 288 steps fit.
    """
    if not _fits(spec, seq_len, batch, 1, LATE):
        most = steps_that_fit(spec, batch)
        mends = [f"at most {many(most, 'step')} fit{'s' if most == 1 else ''}"] if most else []
        fewer = [count for count in range(1, batch) if yours and _fits(spec, seq_len, count, 1, LATE)]
        mends += [f"give {fewer[-1]} of the sequences"] if fewer else []
        mend = ", or ".join(mends) or "a smaller hidden_size or num_layers shows the same"
        raise ValueError(f"seq_len {brief(seq_len)} and batch {batch} are too much to ask about here: {mend}.")
    more = range(2, spec.hidden_size + 1)
    return 1 + bisect_left(more, True, key=lambda units: not _fits(spec, seq_len, batch, units, SOON))


def steps_that_fit(spec: LayerSpec, batch: int) -> int:
    """So many steps can be asked about; 0 in too large a layer.

    Example:
        >>> steps_that_fit(LayerSpec("GRU", 12, 4, bidirectional=True), batch=3)
        288
    """
    return bisect_left(range(1, MOST_NUMBERS), True, key=lambda steps: not _fits(spec, steps, batch, 1, LATE))


def _fits(spec: LayerSpec, seq_len: int, batch: int, units: int, seconds: float) -> bool:
    within = count(spec, seq_len, batch, units) <= MOST_NUMBERS
    return within and estimate_units(spec, seq_len, batch, units).seconds <= seconds


def estimate_units(spec: LayerSpec, seq_len: int, batch: int, units: int) -> Estimate:
    """How long it takes to ask about so many units of each state.

    Example:
        >>> estimate_units(LayerSpec("GRU", 12, 4), seq_len=12, batch=3, units=4).is_quick
        True
    """
    copies = count(spec, seq_len, batch, units) // seq_len  # of a sequence, one for each number that is asked about
    return estimate(spec, seq_len, copies, "cpu", built=False, passes=PASSES)


def table(reads: Reads, item: int) -> list[str]:
    """What each row of h_n and the two summaries have read of one sequence, a line each.

    Example:
        >>> from rnnlib.engine.reach.who_reads import who_reads
        >>> reads = who_reads(LayerSpec("GRU", 3, 2, bidirectional=True), torch.ones(5, 1, 3))
        >>> table(reads, 0)[3]
        'output[-1], backward half          x_4, 1 of 5 steps'
    """
    spec = reads.spec
    rows = {
        f"h_n[{row}] = layer {row // spec.num_directions} {'→←'[row % spec.num_directions]}": reads.h_n[row, item]
        for row in range(len(reads.h_n))
    }
    halves = ("forward half", "backward half")[: spec.num_directions]
    last = "output[:, -1]" if spec.batch_first else "output[-1]"
    for name, half in zip(halves, reads.output[-1, item].chunk(spec.num_directions), strict=True):
        rows[f"{last}, {name}" if spec.bidirectional else last] = half
    if spec.bidirectional:
        rows["torch.cat((h_n[-2], h_n[-1]), -1)"] = reads.h_n[-2:, item].flatten(0, 1)
    wide = max(map(len, rows))
    return [f"{name:<{wide}}  {_said(moved, reads, item)}" for name, moved in rows.items()]


def _said(moved: Tensor, reads: Reads, item: int) -> str:
    """What any of these numbers has read: the steps, how many, and how many of them are pads."""
    length, seq_len = int(reads.lengths[item]), moved.shape[-1]
    steps = [step for step, is_read in enumerate((moved > 0).any(0).tolist()) if is_read]
    run = length if reads.packed else seq_len
    pads = sum(step >= length for step in steps)
    which = f"{_ranges(steps)}, " if steps else ""
    return f"{which}{len(steps)} of {many(run, 'step')}" + (f", {pads} of them pads" if pads else "")


def _ranges(steps: list[int]) -> str:
    """Steps in words: ``x_0 … x_4, x_7``."""
    ranges: list[list[int]] = []
    for step in steps:
        if ranges and ranges[-1][1] == step - 1:
            ranges[-1][1] = step
        else:
            ranges.append([step, step])
    return ", ".join(f"x_{low}" if low == high else f"x_{low} … x_{high}" for low, high in ranges)


def many(count: int, one: str) -> str:
    """A number of things.

    Example:
        >>> many(1, "step"), many(2, "step")
        ('1 step', '2 steps')
    """
    return f"{count} {one}{'' if count == 1 else 's'}"
