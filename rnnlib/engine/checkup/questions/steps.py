"""A question about time: does every step count?"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.changes import ATTEMPTS
from rnnlib.engine.checkup.gradient import Gradient
from rnnlib.engine.checkup.report import Finding
from rnnlib.engine.checkup.results import STEPS
from rnnlib.engine.checkup.words import LESSONS, listed, said

FAINT = 1e-20  # of the largest gradient: where it has faded so far, the next zero may be no zero
FAINT_CHANGE = 1e-4  # of the largest change of the result, where there is no gradient


@dataclasses.dataclass(frozen=True, eq=False)
class Steps:
    """Which steps count.

    Attributes:
        counts: ``(batch, seq_len)``, True where changing the step moved something, or a gradient reaches it.
        own: ``(batch, seq_len)``, True where the step is the sequence's own.
        asked: the steps that were asked about; ``counts`` is False at all others.
        gradient: ``(batch, seq_len)``, or None where there is none.
    """

    counts: Tensor
    own: Tensor
    asked: tuple[int, ...]
    gradient: Tensor | None


def ask_every_step(basis: Basis, gradients: list[Gradient]) -> Finding:
    """Change one step at a time: the result must move, or feel the step by gradient, in one batch or another."""
    given = basis.given
    if int(given.lengths.max()) == 1:
        width = given.x[0].numel()
        hint = " If its numbers are a window of a series, time stands on the wrong axis." if width > 1 else ""
        return Finding("every_step", None, f"There is one step, so nothing to remember.{hint}")
    if not basis.results or not basis.changes.can:
        return Finding("every_step", None, "There is nothing in the result, or in the steps of x, that could move.")
    found = [gradient.steps for gradient in gradients if gradient.steps is not None]
    counts = torch.zeros(given.batch, given.seq_len, dtype=torch.bool)
    faint = counts.clone()
    for felt in found:
        counts |= felt > 0
        faint |= _faded(felt, FAINT)
    strength = torch.zeros(given.batch, given.seq_len, dtype=torch.float64)
    asked = torch.zeros(given.seq_len, dtype=torch.bool)
    asked[list(basis.steps)] = True
    counts &= given.own & asked
    untold = given.own & ~faint
    for attempt in range(ATTEMPTS):
        for step in basis.steps:
            where = untold & ~counts
            where[:, [t for t in range(given.seq_len) if t != step]] = False
            if where.any():
                basis.progress.say(f"checkup: every_step, step {step}")
                _tell(basis, where, attempt, counts, strength)
    faint = faint if found else _faded(strength, FAINT_CHANGE)
    return _every_step(basis, Steps(counts, given.own, basis.steps, found[0] if found else None), faint)


def _tell(basis: Basis, where: Tensor, attempt: int, counts: Tensor, strength: Tensor) -> None:
    """Change the steps, one of each sequence, and note whose result moved, and by how much."""
    seen = basis.replaced(where, attempt)
    if basis.by_sequence:
        counts |= where & basis.differs(seen)[:, None]
    else:
        pairs = zip(basis.seen.tensors.values(), seen.tensors.values(), strict=False)
        counts |= where & any(not torch.equal(before, after) for before, after in pairs)
    if basis.by_sequence:
        for before, after in zip(basis.rows(basis.seen), basis.rows(seen), strict=True):
            if before.is_floating_point():
                far = (after - before).double().abs().flatten(1).amax(1).cpu().nan_to_num(1.0)
                strength += where * (far / before.double().abs().max().clamp(min=1e-30).cpu())[:, None]


def _every_step(basis: Basis, evidence: Steps, faint: Tensor) -> Finding:
    asked = evidence.own.clone()
    asked[:, [t for t in range(asked.shape[1]) if t not in evidence.asked]] = False
    missing = _everywhere(asked & ~evidence.counts, asked, basis.given.lengths)
    if not missing.any():
        return Finding("every_step", True, "Every own step counts.", evidence)
    if basis.is_coarse:
        return Finding("every_step", None, "The result is whole numbers, too coarse to show every step.", evidence)
    if not (missing & ~faint).any():
        return Finding("every_step", None, "What the first steps do has faded too far to be seen.", evidence)
    steps = missing.any(0).nonzero().flatten().tolist()
    if _is_rest(basis, missing):
        sentence = f"What step {listed(steps)} holds moves no result: the rest of a stride, or a target alone."
        return Finding("every_step", None, sentence, evidence)
    counting = (evidence.counts.any(0)).nonzero().flatten().tolist()
    named_steps = f"step{'s' if len(steps) > 1 else ''} {listed(steps)}"
    what = f"{named_steps} of {said(int(missing.any(1).sum()), 'sequence')} move no result"
    if len(counting) == 1:
        what = f"only step {counting[0]} moves a result"
    sentence = f"Of {len(evidence.asked)} steps asked about, {what}."
    cure = "Carry the state from step to step, and read the time axis: see the causes."
    return Finding("every_step", False, sentence, evidence, cure, LESSONS["axes"])


def _everywhere(missing: Tensor, asked: Tensor, lengths: Tensor) -> Tensor:
    """What is missing in every sequence, as far from its start or from its own end: else a maximum passed it over."""
    kept = (missing == asked).all(0) & missing
    from_end = lengths[:, None] - 1 - torch.arange(missing.shape[1])
    for distance in sorted(set(from_end[missing].tolist())):
        there = asked & (from_end == distance)
        if torch.equal(missing & there, there):
            kept |= there
    return kept


def _is_rest(basis: Basis, missing: Tensor) -> bool:
    """Whether only the last steps are missing, and a stride leaves over as many, or the result lacks as many."""
    seq_len = basis.given.seq_len
    left = seq_len - int(missing.any(0).nonzero()[0])
    if not bool(missing[:, -left:].all()):
        return False
    steps = [r.shape[r.axes.index(STEPS)] for r in basis.by_sequence if STEPS in r.axes]
    for call, axes in zip(basis.seen.calls, basis.layer_axes, strict=True):
        strided = STEPS in axes and call.x.shape[axes.index(STEPS)] <= seq_len // 2
        steps += [call.x.shape[axes.index(STEPS)]] if strided else []
    return any(size < seq_len and (seq_len - left) % size == 0 and left < seq_len // size + 1 for size in steps)


def _faded(strength: Tensor, share: float) -> Tensor:
    """Where a zero stands beside a number so small that it may be the next one's rounding."""
    least = share * float(strength.max())
    faint, near = torch.zeros_like(strength, dtype=torch.bool), torch.zeros(len(strength), dtype=torch.bool)
    for steps in (range(strength.shape[1]), range(strength.shape[1] - 1, -1, -1)):
        near = torch.zeros(len(strength), dtype=torch.bool)
        for step in steps:
            at = strength[:, step]
            near = torch.where(at > 0, at < least, near)
            faint[:, step] |= near & (at == 0)
    return faint
