"""Two questions about neighbours and pads: run each sequence alone, and change what stands in the pads."""

from __future__ import annotations

import torch

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.changes import AS_DATA
from rnnlib.engine.checkup.given import Given
from rnnlib.engine.checkup.questions.batch import RANDOM, cannot
from rnnlib.engine.checkup.report import Finding
from rnnlib.engine.checkup.results import apart
from rnnlib.engine.checkup.subject import FailedError, Seen
from rnnlib.engine.checkup.words import LESSONS, listed, said
from rnnlib.engine.closeness import rounding


def ask_alone(basis: Basis) -> Finding:
    """Run each sequence by itself, cut to its own length: it should get what it gets in the batch."""
    given = basis.given
    if basis.is_random or (reason := _cannot_alone(basis)):
        return Finding("alone", None, reason if not basis.is_random else RANDOM)
    far = torch.zeros(given.batch, dtype=torch.float64)
    raised = ""
    for i in range(given.batch):
        basis.progress.say(f"checkup: alone, sequence {i + 1} of {given.batch}")
        one, length = given.take([i]), int(given.lengths[i])
        try:
            far[i] = _far_alone(basis, i, one.until(length) if length < given.seq_len else one, length)
            if far[i] and length < given.seq_len and one.more:  # what else it takes may have steps of its own
                far[i] = min(float(far[i]), _far_alone(basis, i, one.until(length, more=False), length))
        except FailedError as failed:
            raised = raised or failed.said
            far[i] = float("inf")
    wrong = (far > 0).nonzero().flatten().tolist()
    if not wrong:
        return Finding("alone", True, "Each sequence gets alone what it gets in the batch.", far)
    which = f"{said(len(wrong), 'sequence')} of {given.batch} ({listed(basis.called(wrong))})"
    if raised:
        sentence = f"Alone, {which} cannot be run: {raised}."
        cure = "Take the batch's size from x.shape at each call, and name an axis in squeeze(dim)."
    elif bool(far.isinf().all()) and _has_nan(basis.subject.run(given.take([wrong[0]]))):
        sentence = f"Alone, {which} get nan."
        cure = "Take no deviation over the batch, as in x.std(0): of one sequence there is none."
    elif bool(far.isinf().all()):
        sentence = f"Alone, {which} get a result of another shape than a row of the batch's."
        cure = "Name the axis in squeeze(dim): without it, a batch of one loses its batch axis too."
    else:
        sentence = f"Alone, {which} get another result than in the batch, by up to {float(far.max()):.2g}."
        cure = "Let no result depend on its neighbours or on the pads: see the causes."
    return Finding("alone", False, sentence, far, cure, LESSONS["pads" if given.padded else "axes"])


def _has_nan(seen: Seen) -> bool:
    return any(bool(tensor.isnan().any()) for tensor in seen.tensors.values())


def _cannot_alone(basis: Basis) -> str:
    if basis.given.batch == 1 and basis.given.own.all():
        return "x has one sequence, which is alone already: give at least two."
    return "" if basis.by_sequence and not basis.remembers else cannot(basis)


def _far_alone(basis: Basis, i: int, one: Given, length: int) -> float:
    """How far a sequence's result alone is from that in the batch; 0 where by no more than rounding."""
    try:
        alone = basis.subject.run(one)
    except FailedError:
        if one.seq_len == basis.given.seq_len:
            raise
        alone = basis.subject.run(basis.given.take([i]))  # it wants as many steps as ever
    largest = 0.0
    for result, row in zip(basis.by_sequence, basis.rows(basis.seen), strict=True):
        tensor = alone.tensors.get(result.name)
        if tensor is None or tensor.dim() != len(result.shape):
            return float("inf")
        together, by_itself = row[i], result.by_sequence(tensor, 1)[0]
        if result.has_steps and length < basis.given.seq_len:
            steps = min(length, len(together), len(by_itself))
            together, by_itself = together[:steps], by_itself[:steps]
        far = float(apart(together[None], by_itself[None])[0])
        largest = max(largest, far if far > rounding(row, tensor) else 0.0)
    return largest


def ask_padding(basis: Basis, alone: Finding) -> Finding:
    """Change what stands in the pads: no result may move, at least none that is another than alone."""
    given = basis.given
    if not given.padded:
        return Finding("padding", None, "No lengths are given, so every step counts as a sequence's own.")
    if given.own.all():
        return Finding("padding", None, "There are no pads: all lengths are seq_len.")
    if not basis.by_sequence or not basis.changes.can:
        return Finding("padding", None, cannot(basis))
    basis.progress.say("checkup: padding")
    moved = torch.zeros(given.batch, dtype=torch.bool)
    for attempt in range(AS_DATA):
        seen = basis.replaced(~given.own, attempt)
        for result, before, after in zip(basis.by_sequence, basis.rows(basis.seen), basis.rows(seen), strict=True):
            for i, length in enumerate(given.lengths.tolist()):
                own = slice(length) if result.has_steps else slice(None)
                far = float(apart(before[i][own][None], after[i][own][None])[0])
                moved[i] |= far > rounding(before, after)
    which = moved.nonzero().flatten().tolist()
    if not which:
        return Finding("padding", True, "What stands in the pads moves no result.", moved)
    if alone.holds:
        sentence = "Other numbers in the pads would be read, but yours change nothing: alone is the same."
        return Finding("padding", True, sentence, moved)
    sentence = (
        f"What stands in the pads moves the result of {said(len(which), 'sequence')} ({listed(basis.called(which))})."
    )
    cure = "Pack the batch, pack_padded_sequence(x, lengths, enforce_sorted=False), and mask where you pool or attend."
    return Finding("padding", False, sentence, moved, cure, LESSONS["pads"])
