"""What every experiment is compared with: the model called on the batch as it is, and the axes of its result."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from rnnlib.engine.checkup.changes import Changes
from rnnlib.engine.checkup.given import Given
from rnnlib.engine.checkup.hooks import Call
from rnnlib.engine.checkup.results import BATCH_OUTSIDE, STEPS_OUTSIDE, ResultTensor, apart, moved, named_axes
from rnnlib.engine.checkup.size import Part
from rnnlib.engine.checkup.subject import FailedError, Progress, Seen, Subject
from rnnlib.engine.closeness import close


@dataclasses.dataclass(eq=False)
class Basis:
    """The batch as it is, and what came of it.

    Attributes:
        subject: the model.
        given: the batch.
        changes: what may stand in the place of a step.
        part: which sequences of the learner's batch these are, and which steps to ask about.
        seen: the call on the batch as it is.
        results: the tensors of its result, with the names of their axes.
        is_list: with another sequence there is another tensor.
        layer_axes: of each call in ``seen.calls``, what the axes of its x are.
        is_random: two calls of fresh copies differ where the random seed does.
        remembers: two calls of fresh copies differ, so something is kept outside of the model.
        progress: where it is said how far this is.
    """

    subject: Subject
    given: Given
    changes: Changes
    part: Part
    seen: Seen
    results: tuple[ResultTensor, ...]
    is_list: bool
    layer_axes: tuple[tuple[str, ...], ...]
    is_random: bool
    remembers: bool
    progress: Progress

    @property
    def steps(self) -> tuple[int, ...]:
        """The indices of the steps to ask about."""
        return self.part.steps

    def called(self, rows: list[int]) -> list[int]:
        """The sequences in these rows by their index in the learner's batch."""
        return [self.part.sequences[row] for row in rows]

    @property
    def by_sequence(self) -> tuple[ResultTensor, ...]:
        """The tensors of the result that have something for each sequence."""
        return tuple(result for result in self.results if result.has_batch)

    @property
    def is_coarse(self) -> bool:
        """Whether the result is whole numbers alone, as of an argmax: then a change can go unseen."""
        return not any(self.seen.tensors[result.name].is_floating_point() for result in self.by_sequence)

    def rows(self, seen: Seen) -> list[Tensor]:
        """Of each tensor that has something for each sequence, ``(batch, …)`` or ``(batch, seq_len, …)``."""
        for result in self.by_sequence:
            if result.name not in seen.tensors or seen.tensors[result.name].dim() != len(result.shape):
                raise FailedError("", TypeError("its result has another form, depending on what x holds"))
        return [result.by_sequence(seen.tensors[result.name], self.given.batch) for result in self.by_sequence]

    def moved(self, seen: Seen) -> Tensor:
        """``(batch,)``: whose results are others than on the batch as it is, by more than rounding."""
        pairs = zip(self.rows(self.seen), self.rows(seen), strict=True)
        return torch.stack([moved(before, after) for before, after in pairs]).any(0)

    def differs(self, seen: Seen) -> Tensor:
        """``(batch,)``: whose results are others, be it by their last bit."""
        pairs = zip(self.rows(self.seen), self.rows(seen), strict=True)
        return torch.stack([apart(before, after) > 0 for before, after in pairs]).any(0)

    def replaced(self, where: Tensor, attempt: int) -> Seen:
        """Call the model with other steps where `where` is True."""
        return self.subject.run(self.changes.replaced(self.given, where, attempt))


def look(subject: Subject, given: Given, part: Part, progress: Progress) -> Basis:
    """Call the model on the batch; on one with another sequence; on one with fewer steps: so its axes tell themselves.

    Raises:
        FailedError: the model does not run on the batch as it is.
    """
    seen = subject.run(given)
    remembers = _differ(seen, subject.run(given))
    is_random = not remembers and _differ(seen, subject.run(given, seed=1))
    grown = [*range(given.batch), given.batch - 1]
    wider = _tried(subject, given.take(grown))
    if wider is None and given.more:
        wider = _tried(subject, dataclasses.replace(given, states=True).take(grown))
        given = given if wider is None else dataclasses.replace(given, states=True)
    longest = int(given.lengths.max())
    shorter = _tried(subject, given.until(max(1, longest - (2 if longest > 3 else 1)))) if longest > 1 else None
    sizes = given.batch, given.seq_len
    is_list = wider is not None and len(wider.tensors) > len(seen.tensors)

    def axes_of(name: str) -> tuple[str, ...]:
        others = [tuple(s.tensors[name].shape) if s and name in s.tensors else None for s in (wider, shorter)]
        return named_axes(tuple(seen.tensors[name].shape), sizes, *others)

    results = tuple(ResultTensor(name, tuple(t.shape), axes_of(name)) for name, t in seen.tensors.items())
    layer_axes = tuple(
        named_axes(tuple(call.x.shape), sizes, *(_shape_of_same(call, nth, other) for other in (wider, shorter)))
        for call, nth in _numbered(seen.calls)
    )
    changes = Changes(given)
    basis = Basis(subject, given, changes, part, seen, results, is_list, layer_axes, is_random, remembers, progress)
    if changes.can and any(BATCH_OUTSIDE in result.axes for result in results):
        first = given.own & (torch.arange(given.batch) == 0)[:, None]
        changed = _tried(subject, changes.replaced(given, first, 0))
        basis.results = tuple(_nested(result, given.batch, seen, changed) for result in results)
    return basis


def _nested(result: ResultTensor, batch: int, seen: Seen, changed: Seen | None) -> ResultTensor:
    """Which stands within which where batch and steps are one axis: by where a change of sequence 0 shows."""
    if BATCH_OUTSIDE not in result.axes or changed is None or result.name not in changed.tensors:
        return result
    at, axes = result.axes.index(BATCH_OUTSIDE), list(result.axes)
    rows = moved(*(each.tensors[result.name].movedim(at, 0) for each in (seen, changed))).nonzero().flatten()
    if result.shape[at] % batch:  # as of packed steps, which belong to no box
        axes[at] = ""
    elif len(rows) and bool((rows % batch == 0).all()):
        axes[at] = STEPS_OUTSIDE
    return dataclasses.replace(result, axes=tuple(axes))


def _differ(one: Seen, other: Seen) -> bool:
    pairs = zip(one.tensors.values(), other.tensors.values(), strict=False)
    return len(one.tensors) != len(other.tensors) or not all(close(before, after) for before, after in pairs)


def _tried(subject: Subject, given: Given) -> Seen | None:
    try:
        return subject.run(given)
    except FailedError:
        return None


def _numbered(calls: list[Call]) -> list[tuple[Call, int]]:
    """Each call with its number among those of the same layer."""
    counts: dict[str, int] = {}
    numbered = []
    for call in calls:
        numbered.append((call, counts.get(call.path, 0)))
        counts[call.path] = counts.get(call.path, 0) + 1
    return numbered


def _shape_of_same(call: Call, nth: int, other: Seen | None) -> tuple[int, ...] | None:
    """The shape of x at the nth call of the same layer, if there is one."""
    if other is None:
        return None
    same = [found for found in other.calls if found.path == call.path]
    return tuple(same[nth].x.shape) if nth < len(same) else None
