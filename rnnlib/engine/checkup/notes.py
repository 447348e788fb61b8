"""What looks odd and may be meant: said, and never counted as a fault."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.given import Given
from rnnlib.engine.checkup.results import BATCH


def notes_of(basis: Basis) -> Iterator[str]:
    """What is to be looked at, a sentence each."""
    if note := of_pads(basis.given):
        yield note
    states = {tuple(state.shape) for call in basis.seen.calls for state in call.states}
    for result in basis.results:
        if result.axes[:1] == ("",) and BATCH in result.axes and result.shape not in states:
            rows = [call.path for call in basis.seen.calls if len(call.states) == 2 and not call.is_cell]
            pair = " An LSTM gives a pair beside output: output, (h_n, c_n) = lstm(x)." if rows else ""
            first = f"an axis of {result.shape[0]} before the batch"
            yield f"{result.name} {result.shape} has {first}: is that meant?{pair}"


def of_pads(given: Given) -> str:
    """That sequences end as padded ones do, where no lengths are given: in one step that stands nowhere else.

    Example:
        >>> from rnnlib.engine.checkup.given import AXES, check_given
        >>> of_pads(check_given(torch.tensor([[3, 4, 0, 0], [5, 3, 4, 0], [3, 4, 5, 6]]), (), None, AXES))
        '2 of 3 sequences end in the id 0: pads? Then give lengths=….'
    """
    if given.padded or given.seq_len < 2:
        return ""
    steps = given.by_sequence().flatten(2) if given.x.dim() > 2 else given.by_sequence().unsqueeze(-1)
    for pad in torch.unique(steps[:, -1], dim=0):
        if not given.has_ids and bool(pad.any()):
            continue  # of numbers, zeros alone
        is_pad = (steps == pad).all(-1)
        ends = is_pad.flip(1).long().cumprod(1).sum(1)
        ended = int((ends > 0).sum())
        twice = int((ends > 1).sum())  # not only a last word that sentences share
        enough = ended > 1 and twice >= (2 if bool(pad.any()) else 1)
        if enough and len(ends.unique()) > 1 and int(is_pad.sum()) == int(ends.sum()):
            what = f"the id {int(pad)}" if given.has_ids else "zeros"
            return f"{ended} of {given.batch} sequences end in {what}: pads? Then give lengths=…."
    return ""
