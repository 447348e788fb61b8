"""Four questions about the batch: change, cut out, or move one sequence, and see whose results follow."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import torch
from torch import Tensor

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.changes import AS_DATA
from rnnlib.engine.checkup.hooks import Call
from rnnlib.engine.checkup.report import Finding
from rnnlib.engine.checkup.results import STEPS, apart
from rnnlib.engine.checkup.subject import FailedError, Seen
from rnnlib.engine.checkup.words import LESSONS, listed, said
from rnnlib.engine.closeness import rounding

OUTSIDE = "Two calls of fresh copies differ, so they cannot be compared: see twice."
RANDOM = "The model draws random numbers in eval mode, so two calls cannot be compared."
STAY = "Keep each sequence on its own place of the batch axis, all the way to the result."
SORTED = "sorted"  # torch's word where a batch of packed sequences should have the longest first


@dataclasses.dataclass(frozen=True, eq=False)
class Mixing:
    """Who moves whom.

    Attributes:
        moved: ``(batch, batch)``: row i, column j is True where changing sequence j moves the result of sequence i.
        layers: of each call of a recurrent layer, where a change of one sequence shows in the rows of others: ``x`` is
            what it reads, ``hx`` the state that it is given, ``output`` what it gives; "" where nowhere.
    """

    moved: Tensor
    layers: tuple[str, ...]


def ask_batch(basis: Basis) -> Finding:
    """Change one sequence's own steps at a time: only its own result may move."""
    batch = basis.given.batch
    reason = cannot(basis)
    by_step = [result for result in basis.results if STEPS in result.axes]
    if batch > 1 and by_step and not basis.by_sequence and not basis.is_list:
        sentence = f"{by_step[0].name} {by_step[0].shape} has an axis of the steps, and none of the {batch} sequences."
        return Finding("batch", False, sentence, None, STAY, LESSONS["axes"])
    if reason:
        return Finding("batch", None, reason)
    matrix = torch.zeros(batch, batch, dtype=torch.bool)
    where = [""] * len(basis.seen.calls)
    for j in range(batch):
        basis.progress.say(f"checkup: batch, sequence {j + 1} of {batch}")
        own = basis.given.own.clone()
        own[torch.arange(batch) != j] = False
        for attempt in range(AS_DATA):
            seen = basis.replaced(own, attempt)
            matrix[:, j] |= basis.moved(seen)
            for index, (before, after, axes) in enumerate(_pairs(basis, seen)):
                where[index] = where[index] or _first_mixed(before, after, axes, j)
    others = matrix & ~torch.eye(batch, dtype=torch.bool)
    evidence = Mixing(matrix, tuple(where))
    if not others.any():
        sentence = "Changing one sequence moves its own result and no other."
        if not matrix.any():
            sentence = "Changing one sequence moves no result at all."
        return Finding("batch", True, sentence, evidence)
    i, j = basis.called(others.nonzero()[0].tolist())
    count = int(others.sum())
    sentence = f"Changing sequence {j} moves the result of sequence {i}; {said(count, 'such pair')} in all."
    return Finding("batch", False, sentence, evidence, STAY, LESSONS["axes"])


def _pairs(basis: Basis, seen: Seen) -> Iterator[tuple[Call, Call, tuple[str, ...]]]:
    """Each call of a recurrent layer before and after, if the same layers were called, with the axes of its x."""
    if [call.path for call in basis.seen.calls] == [call.path for call in seen.calls]:
        yield from zip(basis.seen.calls, seen.calls, basis.layer_axes, strict=True)


def cannot(basis: Basis) -> str:
    """Why nothing can be asked about the batch; "" where it can."""
    given = basis.given
    if given.batch == 1:
        return "x has one sequence: give at least two, better five, to see whether they stay apart."
    if basis.remembers:
        return OUTSIDE
    if basis.is_list:
        return "The model gives a list, a tensor for each sequence: have it return torch's pad_sequence of them."
    if not basis.by_sequence:
        shapes = listed([f"{result.name} {result.shape}" for result in basis.results]) or "no tensor"
        return f"The model gives {shapes}, nothing for each of the {given.batch} sequences: have it return what does."
    if not basis.changes.can:
        return f"Every step of x is the id {int(given.x.flatten()[0])}, so there is no other to put in its place."
    return ""


def _first_mixed(before: Call, after: Call, axes: tuple[str, ...], j: int) -> str:
    """Where in one call of a layer others than row j have moved: in x, else in hx, else in the output."""
    if axes.count("batch") != 1:
        return ""
    at = axes.index("batch")
    if _others_moved(before.x, after.x, at, j):
        return "x"
    for state_before, state_after in zip(_tensors(before.hx), _tensors(after.hx), strict=False):
        rows = state_before.dim() - 2
        if _others_moved(state_before, state_after, rows, j):
            return "hx"
    batch_at = before.axes.index("batch") if "batch" in before.axes else None
    for state_before, state_after in zip(before.states, after.states, strict=True):
        rows = state_before.dim() - 2
        if batch_at == at and _others_moved(state_before, state_after, rows, j):
            return "output"
    return "" if batch_at == at else "axes"


def _others_moved(before: Tensor, after: Tensor, at: int, j: int) -> bool:
    if before.shape != after.shape or before.shape[at] <= j:
        return False
    far = apart(before.movedim(at, 0), after.movedim(at, 0)) > rounding(before, after)
    far[j] = False
    return bool(far.any())


def _tensors(state: object) -> tuple[Tensor, ...]:
    states = state if isinstance(state, (tuple, list)) else (state,)
    return tuple(part for part in states if isinstance(part, Tensor))


def ask_order(basis: Basis) -> Finding:
    """Permute the batch: each result should go along with its sequence."""
    given = basis.given
    if basis.is_random or (reason := cannot(basis)):
        return Finding("order", None, RANDOM if basis.is_random else reason)
    basis.progress.say("checkup: order")
    for order in (_mixed_up(given.batch), _among_equals(given.lengths)):
        try:
            seen = basis.subject.run(given.take(order))
        except FailedError as failed:
            if SORTED in failed.said:
                continue
            return Finding("order", None, f"With the batch in another order the model raises {failed.said}")
        if order == list(range(given.batch)):
            break
        pairs = zip(basis.rows(basis.seen), basis.rows(seen), strict=True)
        far = torch.stack([_beyond(before[order], after) for before, after in pairs]).amax(0)
        far = far[torch.tensor(order).argsort()]
        wrong = (far > 0).nonzero().flatten().tolist()
        if not wrong:
            return Finding("order", True, "With the batch in another order, each result goes along.", far)
        which = f"{said(len(wrong), 'sequence')} ({listed(basis.called(wrong))})"
        sentence = f"With the batch in another order, {which} get another result."
        cure = "Put results back into the batch's order, result[order.argsort()], or pack with enforce_sorted=False."
        return Finding("order", False, sentence, far, cure, LESSONS["order"])
    return Finding("order", None, "The model takes a batch in the order of its lengths alone (enforce_sorted).")


def _mixed_up(batch: int) -> list[int]:
    """Every sequence on another place, and not by a mere reversal."""
    return [*range(1, batch), 0]


def _among_equals(lengths: Tensor) -> list[int]:
    """An order that leaves the lengths as they stand."""
    order = list(range(len(lengths)))
    for length in sorted(set(lengths.tolist())):
        at = (lengths == length).nonzero().flatten().tolist()
        for place, sequence in zip(at, at[1:] + at[:1], strict=True):
            order[place] = sequence
    return order


def _beyond(before: Tensor, after: Tensor) -> Tensor:
    far = apart(before, after)
    return torch.where(far > rounding(before, after), far, torch.zeros_like(far))
