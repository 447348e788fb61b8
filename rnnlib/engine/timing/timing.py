"""What a measurement gives."""

from __future__ import annotations

import dataclasses

import torch

from rnnlib.engine.trace.comparison import Equal
from rnnlib.spec import LayerSpec
from rnnlib.spec.costs import in_units


@dataclasses.dataclass(frozen=True)
class Timing:
    """How long one variant of a layer takes. Times are in seconds, and None where there are none: `note` says why.

    Attributes:
        spec: the layer's; of a cell the layer's that has its weights.
        variant: what was timed.
        statement: the code that was timed.
        seq_len: steps.
        batch: sequences; None is unbatched.
        tokens: the steps of all sequences; of a packed run their own.
        device: its name in `rnnlib.engine.devices.available`.
        dtype: of weights and input.
        num_threads: that torch's operations on the CPU had.
        median: of one call.
        iqr: the interquartile range, the spread of the middle half.
        quartiles: a quarter of the times were below the first, a quarter above the second.
        repeats: how many times the clock was read; each time is of one call or the mean of several.
        share_of_peak: the operations a second over those of the device's peak.
        peak: what the peak is.
        peak_bytes: the most that weights, input and a call hold at once.
        memory: where that is from.
        equal: the result compared with the layer's, just before it was timed.
        note: what else must be said, else "".
    """

    spec: LayerSpec
    variant: str
    statement: str
    seq_len: int
    batch: int | None
    tokens: int
    device: str
    dtype: torch.dtype
    num_threads: int
    median: float | None = None
    iqr: float | None = None
    quartiles: tuple[float, float] | None = None
    repeats: int = 0
    share_of_peak: float | None = None
    peak: str = ""
    peak_bytes: int | None = None
    memory: str = ""
    equal: Equal | None = None
    note: str = ""

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens over the median."""
        return None if self.median is None else self.tokens / self.median

    def __repr__(self) -> str:
        dtype = str(self.dtype).removeprefix("torch.")
        threads = f"{self.num_threads} thread{'s' if self.num_threads > 1 else ''}"
        lines = [f"{self.spec.kind}, {self.variant}, {dtype} on {self.device}, {threads}: {self.statement}"]
        if self.median is not None and self.iqr is not None:
            lines += [
                f"median  {1000 * self.median:,.3f} ms, iqr {1000 * self.iqr:,.3f} ms, {self.repeats} repeats",
                f"tokens  {self.tokens:,}, {self.tokens_per_second:,.0f} a second",
                f"share   {'' if self.share_of_peak is None else f'{self.share_of_peak:.1%} '}{self.peak}",
            ]
        bytes_said = "" if self.peak_bytes is None else f"{in_units(self.peak_bytes)}, "
        lines += [f"memory  {bytes_said}{self.memory}"] if self.memory else []
        lines += [f"equal   {self.equal.sentence}"] if self.equal else []
        return "\n".join([*lines, *([f"note    {self.note}"] if self.note else [])])
