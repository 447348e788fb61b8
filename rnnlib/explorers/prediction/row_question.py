"""A row of a state, asked for: which one is this layer's, in this direction?"""

from __future__ import annotations

import functools
import itertools
import operator
import re
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.closeness import close
from rnnlib.engine.layers import random_numbers
from rnnlib.engine.trace.trace import trace
from rnnlib.explorers.prediction.answer import quoted
from rnnlib.explorers.prediction.misconceptions import Misconception
from rnnlib.explorers.prediction.question import NOT_TORCHS, LayerQuestion, Truth
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief, check_size
from rnnlib.spec.shapes import data_shapes

NO_INDEX = "{shown} is no index: type one whole number; from the end it is negative."
DIRECTIONS = ("forward", "backward")
MIX_UPS = {
    "one row a layer": "You counted one row a layer. Each has two, forward and backward, before the next layer's.",
    "directions first": "You put every forward row first. {name} goes layer by layer, both directions of each.",
    "layer forgotten": "You counted the directions alone. The layers below have rows too, and they come first.",
    "counted from 1": "That is one row too far: rows are counted from 0, and from the end from -1.",
}


class RowQuestion(LayerQuestion):
    """Which row of h_n (c_n, h_0, c_0) is this layer's in this direction?"""

    def __init__(self, *asked: Any, row: Any) -> None:
        super().__init__(*asked)
        self.at, self.direction = check_row(self.spec, self.tensor, row)
        self.text = f"Which row of {self.tensor} is {self._place(self.at, self.direction)}? Layer 0 reads x."
        self.field = {
            "before": f"{self.tensor}[",
            "after": "]",
            "placeholder": "…",
            "invites": "Type one index, and press Enter.",
        }

    def read(self, answer: Any) -> int:
        """The index that an answer gives."""
        return read_index(answer, self.tensor)

    @functools.cached_property
    def _row(self) -> int:
        """The row, by the rule; the real layer's numbers must bear the rule out, in every row."""
        with torch.no_grad():
            places = itertools.product(range(self.spec.num_layers), range(self.spec.num_directions))
            rows, states = self._rows_and_states()
            if not all(close(row, states[at, d].view_as(row)) for row, (at, d) in zip(rows, places, strict=True)):
                raise ValueError(NOT_TORCHS)
        return self.at * self.spec.num_directions + self.direction

    def _rows_and_states(self) -> tuple[Tensor, Tensor]:
        """The tensor asked for, and the same states by layer and direction, as a trace has them."""
        x = self.result.input
        shape = data_shapes(self.spec, self.seq_len, self.batch)
        first = {s: random_numbers(shape[f"{s}_0"].sizes, x.dtype).to(x.device) for s in self.spec.family.states}
        traced = trace(self.module, x, (first["h"], first["c"]) if "c" in first else first["h"])
        if not traced.equal:
            raise ValueError(NOT_TORCHS)
        state, steps = self.tensor[0], (0, -1)
        if self.tensor.endswith("_0"):
            rows, by_step = first[state], traced.before[state]
        else:
            rows, by_step, steps = getattr(traced, self.tensor), traced.states[state], (-1, 0)
        # Forward begins at the first step and ends at the last; backward it is the other way round.
        return rows, torch.stack([by_step[:, d, steps[d]] for d in range(self.spec.num_directions)], dim=1)

    @property
    def truth(self) -> Truth:
        """The row, from either end."""
        row, name = self._row, self.tensor
        then = ", and forward comes before backward" if self.spec.bidirectional else ""
        return Truth(f"{name}[{row}], or {name}[{row - self._count}]", f"{name} goes layer by layer{then}")

    def slip(self, answer: int) -> Misconception | None:
        """What was mixed up, if anything."""
        count, name = self._count, self.tensor
        row = answer % count if -count <= answer < count else answer
        if row == self._row:
            return None
        mix_ups = [mix_up for mix_up, wrong in self.slips() if wrong == row]
        if len(mix_ups) == 1:  # where two lead to one row, neither is blamed
            return Misconception(mix_ups[0], MIX_UPS[mix_ups[0]].format(name=name))
        if not 0 <= row < count:
            there = f"0 to {count - 1}, or -{count} to -1 from the end"
            return Misconception("no such row", f"{name} has {count} rows: {there}.")
        whose = self._place(*divmod(row, self.spec.num_directions))
        return Misconception("another row", f"Row {row} of {name} is {whose}.")

    def recorded(self) -> dict[str, Any]:
        """The row, and what to say to any other; "outside" is where none is."""
        count = self._count
        wrong = {str(row): self.slip(row) for row in range(count + 1) if row != self._row}
        told = {"right": self._row, "count": count, "wrong": wrong, "outside": self.slip(-count - 1)}
        return {"kind": "row", "name": self.tensor, "problems": {"index": NO_INDEX}} | told

    def slips(self) -> Iterator[tuple[str, int]]:
        """The known ways to get it wrong: the slip, and the row that it leads to."""
        at, d = self.at, self.direction
        if self.spec.bidirectional and (at or d):
            yield "one row a layer", at  # forward, who puts directions first comes to this row too
        if d and self.spec.num_layers > 1:
            yield "directions first", self.spec.num_layers + at
        if at and self.spec.bidirectional:
            yield "layer forgotten", d
        yield "counted from 1", self._row + 1

    @property
    def _count(self) -> int:
        return self.spec.num_layers * self.spec.num_directions

    def _place(self, at: int, direction: int) -> str:
        return f"layer {at}, {DIRECTIONS[direction]}" if self.spec.bidirectional else f"layer {at}"


def check_row(spec: LayerSpec, tensor: str, row: Any) -> tuple[int, int]:
    """The layer and the direction (0 or 1) that ``row=(1, "backward")`` names.

    Raises:
        TypeError, ValueError: this tensor has no such row.

    Example:
        >>> check_row(LayerSpec("GRU", 3, 2, bidirectional=True), "h_n", (0, "backward"))
        (0, 1)
    """
    if spec.is_cell or tensor[:2] not in ("h_", "c_"):
        raise ValueError(f"row asks for a row of a layer's h_n, c_n, h_0 or c_0, not of {spec.kind}'s {tensor}.")
    if not isinstance(row, (tuple, list)) or len(row) != 2 or row[1] not in DIRECTIONS:
        raise TypeError(f'row is a layer and a direction, such as (1, "backward") or (0, "forward"), not {brief(row)}.')
    at, direction = check_size("the layer in row", row[0], least=0), DIRECTIONS.index(row[1])
    if at >= spec.num_layers:
        raise ValueError(
            f"row={brief(row)}: there is no layer {at}, as num_layers={spec.num_layers} are counted from 0."
        )
    if direction >= spec.num_directions:
        raise ValueError(f"row={brief(row)}: this layer has no backward direction. Make it with bidirectional=True.")
    return at, direction


def read_index(answer: Any, tensor: str) -> int:
    """The index that an answer means.

    Example:
        >>> read_index("h_n[-2]", "h_n"), read_index("3", "h_n"), read_index(3, "h_n")
        (-2, 3, 3)
    """
    if isinstance(answer, str):
        found = re.fullmatch(rf"({tensor})?\s*\[?\s*([-−+]?\s*[0-9]{{1,18}})\s*\]?\s*\.?", answer.strip())
        if found:
            return int(found[2].replace("−", "-").replace(" ", ""))
        raise ValueError(NO_INDEX.format(shown=quoted(answer)))
    try:
        if isinstance(answer, bool):
            raise TypeError
        return operator.index(answer)
    except TypeError:
        raise TypeError(f"an answer is one index, a whole number, not {brief(answer)}.") from None
