"""A question about time: does a later step tell on an earlier one's result?"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.changes import AS_DATA, Changes
from rnnlib.engine.checkup.given import Given
from rnnlib.engine.checkup.report import Finding
from rnnlib.engine.checkup.results import moved
from rnnlib.engine.checkup.subject import FailedError
from rnnlib.engine.checkup.words import LESSONS


@dataclasses.dataclass(frozen=True)
class Source:
    """Whose steps the result has: those of x, or of a target that a decoder reads beside it.

    Attributes:
        given: what has the steps, alone.
        place: where it stands in ``more``; None where it is x.
        changes: what may stand in the place of a step of it.
        results: which of the model's results have these steps.
    """

    given: Given
    place: int | None
    changes: Changes
    results: tuple[int, ...]

    def put(self, whole: Given, own: Given) -> Given:
        """The whole batch with another in the place of this."""
        if self.place is None:
            return own
        more = (*whole.more[: self.place], own.x, *whole.more[self.place + 1 :])
        return dataclasses.replace(whole, more=more)


def ask_future(basis: Basis, *, causal: bool) -> Finding:
    """Change one step at a time: the results of earlier steps may move only where that is meant."""
    source = _target(basis) or _x(basis)
    seq_len = source.given.seq_len
    if not source.results or int(source.given.lengths.max()) == 1 or not source.changes.can:
        return Finding("future", None, "The result has nothing for each step, so no step to come can tell on it.")
    rows = basis.rows(basis.seen)
    matrix = torch.zeros(seq_len, seq_len, dtype=torch.bool)
    for step in basis.steps if source.place is None else range(seq_len):
        basis.progress.say(f"checkup: future, step {step}")
        where = source.given.own & (torch.arange(seq_len) == step)
        for attempt in range(AS_DATA if causal else 1):
            if where.any():
                changed = source.changes.replaced(source.given, where, attempt)
                seen = basis.rows(basis.subject.run(source.put(basis.given, changed)))
                for before, after in ((rows[index], seen[index]) for index in source.results):
                    if before.shape == after.shape:
                        at = moved(before.transpose(0, 1), after.transpose(0, 1))
                        matrix[: len(at), step] |= at
    return _finding(matrix, "" if source.place is None else f" of more[{source.place}]", causal=causal)


def _finding(matrix: Tensor, of: str, *, causal: bool) -> Finding:
    earlier = matrix.triu(1)
    if not earlier.any():
        return Finding("future", True, f"The result of a step{of} depends on no later one.", matrix)
    i, j = earlier.nonzero()[0].tolist()
    sentence = f"The result of a step{of} depends on later ones: step {j} moves that of step {i}"
    if not causal:
        return Finding("future", None, f"{sentence}. If that must not be, ask with causal=True.", matrix)
    cure = "Mask what comes later where you attend, shift a target by a step; flip or average nothing along steps."
    return Finding("future", False, f"{sentence}.", matrix, cure, LESSONS["directions"])


def _x(basis: Basis) -> Source:
    lengths = {int(basis.given.lengths.max()), basis.given.seq_len}
    rows = zip(basis.by_sequence, basis.rows(basis.seen), strict=True)
    places = tuple(index for index, (result, row) in enumerate(rows) if result.has_steps and row.shape[1] in lengths)
    return Source(basis.given, None, basis.changes, places)


def _target(basis: Basis) -> Source | None:
    """What stands after x and gives a result its steps: cut, it cuts the result, and x cut alone does not."""
    given = basis.given
    batch, time = (given.axes.index(name) for name in ("batch", "seq_len"))
    for place, item in enumerate(given.more):
        if not isinstance(item, Tensor) or item.dtype == torch.bool or item.dim() <= max(batch, time):
            continue
        if item.shape[batch] != given.batch or item.shape[time] < 2:
            continue
        axes = tuple({batch: "batch", time: "seq_len"}.get(axis, "") for axis in range(item.dim()))
        lengths = torch.full((given.batch,), item.shape[time], device="cpu")
        own = Given(item.detach(), (), axes, lengths)
        source = Source(own, place, Changes(own), ())
        cut = _steps(basis, source.put(given, own.until(own.seq_len - 1)))
        x_cut = _steps(basis, given.until(max(1, int(given.lengths.max()) - 1), more=False))
        sizes = enumerate(zip(_steps(basis, given), cut, x_cut, strict=False))
        results = tuple(at for at, found in sizes if found == (own.seq_len, own.seq_len - 1, own.seq_len))
        if results:
            return dataclasses.replace(source, results=results)
    return None


def _steps(basis: Basis, given: Given) -> list[int]:
    """Of each result its size where steps stand, if it has any; none where it does not run."""
    try:
        return [row.shape[1] if row.dim() > 1 else 0 for row in basis.rows(basis.subject.run(given))]
    except FailedError:
        return []
