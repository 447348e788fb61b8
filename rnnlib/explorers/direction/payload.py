"""A reading as plain data for the front end, and in words."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.who_reads import Reading, count
from rnnlib.spec import LayerSpec

MOST_NUMBERS = 500_000  # more take longer than a blink to send
MOST_WORK = 4 * 10**10  # multiply-adds, of one forward pass for each number of a sequence: a few seconds
SMALLEST, LARGEST = 2.0**-149, torch.finfo(torch.float32).max  # of float32


def read(reading: Reading) -> dict[str, Any]:
    """What the direction explorer draws from.

    Args:
        reading: of the layer.

    Returns:
        ``arrays``, output and h_n, each with its ``dims`` and ``values`` (float32 bytes), ``sizes``, ``lengths``.
        A gradient too small for float32 is still more than 0 in it.
    """
    spec = reading.spec
    seq_len, batch = reading.output.shape[:2]
    return {
        "family": spec.family.name,
        "sizes": {
            "seq_len": seq_len,
            "batch": batch,
            "hidden_size": spec.hidden_size,
            "proj_size": spec.proj_size,
            "size": spec.proj_size or spec.hidden_size,
            "num_layers": spec.num_layers,
            "num_directions": spec.num_directions,
            "batch_first": spec.batch_first,
        },
        "lengths": reading.lengths.tolist(),
        "arrays": {"output": _bytes(reading.output), "h_n": _bytes(reading.h_n)},
    }


def _bytes(moved: Tensor) -> dict[str, Any]:
    values = torch.where(moved > 0, moved.clamp(SMALLEST, LARGEST), 0.0).float().contiguous()
    return {"dims": list(values.shape), "values": values.numpy().tobytes()}


def check_asked(spec: LayerSpec, seq_len: int, batch: int) -> None:
    """Refuse what would take too long to ask for, before anything is made.

    Raises:
        ValueError: too many numbers, or too much work; the message says how much there would be.

    Example:
        >>> check_asked(LayerSpec("GRU", 12, 4, bidirectional=True), seq_len=1000, batch=3)
        Traceback (most recent call last):
        ValueError: who has read what is 24,024,000 numbers here, too many to ask for: choose at most 500,000, by a
        smaller seq_len, batch, hidden_size or num_layers.
    """
    numbers = count(spec, seq_len, batch)
    if numbers > MOST_NUMBERS:
        raise ValueError(
            f"who has read what is {numbers:,} numbers here, too many to ask for: choose at most {MOST_NUMBERS:,},"
            " by a smaller seq_len, batch, hidden_size or num_layers."
        )
    passes = numbers // (seq_len * batch)
    work = passes * spec.costs(seq_len, batch).multiply_adds
    if work > MOST_WORK:
        raise ValueError(
            f"who has read what takes {work / 10**9:,.0f} billion multiply-adds here, which is too long to wait for:"
            f" choose at most {MOST_WORK // 10**9}, by a smaller seq_len, batch, hidden_size or num_layers."
        )


def table(reading: Reading, item: int) -> list[str]:
    """What each row of h_n and the two summaries have read of one sequence, a line each.

    Example:
        >>> from rnnlib.engine.who_reads import who_reads
        >>> reading = who_reads(LayerSpec("GRU", 3, 2, bidirectional=True), torch.ones(5, 1, 3))
        >>> table(reading, 0)[3]
        'output[-1], backward half          x_4, 1 of 5 steps'
    """
    spec = reading.spec
    rows = {
        f"h_n[{row}] = layer {row // spec.num_directions} {'→←'[row % spec.num_directions]}": reading.h_n[row, item]
        for row in range(len(reading.h_n))
    }
    halves = ("forward half", "backward half")[: spec.num_directions]
    last = "output[:, -1]" if spec.batch_first else "output[-1]"
    for name, half in zip(halves, reading.output[-1, item].chunk(spec.num_directions), strict=True):
        rows[f"{last}, {name}" if spec.bidirectional else last] = half
    if spec.bidirectional:
        rows["torch.cat((h_n[-2], h_n[-1]), -1)"] = reading.h_n[-2:, item].flatten(0, 1)
    wide = max(map(len, rows))
    return [f"{name:<{wide}}  {_said(moved, reading, item)}" for name, moved in rows.items()]


def _said(moved: Tensor, reading: Reading, item: int) -> str:
    """What any of these numbers has read: the steps, how many, and how many of them are pads."""
    length, seq_len = int(reading.lengths[item]), moved.shape[-1]
    steps = [step for step, is_read in enumerate((moved > 0).any(0).tolist()) if is_read]
    run = length if reading.packed else seq_len
    pads = sum(step >= length for step in steps)
    which = f"{_ranges(steps)}, " if steps else ""
    return f"{which}{len(steps)} of {run} steps" + (f", {pads} of them pads" if pads else "")


def _ranges(steps: list[int]) -> str:
    """Steps in words: ``x_0 … x_4, x_7``."""
    ranges: list[list[int]] = []
    for step in steps:
        if ranges and ranges[-1][1] == step - 1:
            ranges[-1][1] = step
        else:
            ranges.append([step, step])
    return ", ".join(f"x_{low}" if low == high else f"x_{low} … x_{high}" for low, high in ranges)
