"""Where pads are read, pooled or counted, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.diagnosis.code import is_batch_first, pack
from rnnlib.engine.checkup.questions.layers import named
from rnnlib.engine.checkup.report import Cause, Finding, LayerCall
from rnnlib.engine.checkup.words import LESSONS, listed


def of_pads(
    failed: Mapping[str, Finding], by_name: Mapping[str, Finding], layers: Sequence[LayerCall], basis: Basis
) -> Iterator[Cause]:
    """The causes of an `alone` or a `padding` that does not hold, though no sequence moves another."""
    for call in basis.seen.calls:
        wrong = call.lengths is not None and len(call.lengths) == basis.given.batch
        if call.lengths is not None and wrong and bool((call.lengths > basis.given.lengths).any()):
            packed, own = listed(call.lengths.tolist()), listed(basis.given.lengths.tolist())
            sentence = f"{named(call.path)} was packed with lengths {packed}; they are {own}."
            yield Cause(sentence, pack(basis), LESSONS["pads"])
            return
    if "padding" in failed:
        unpacked = [named(layer.path) for layer in layers if not layer.packed]
        if unpacked:
            sentence = f"Pads are read: {listed(unpacked)} got the padded batch, not packed."
            yield Cause(sentence, pack(basis), LESSONS["pads"], sure=False)
        yield Cause("Pads are pooled or attended to.", _masked(basis), LESSONS["pads"], sure=False)
    elif basis.given.padded and by_name["padding"].holds and not bool(failed["alone"].evidence.isinf().any()):
        sentence = "How many pads there are matters, not what they hold: a mean over seq_len, a maximum that takes"
        sentence += " zeros for steps, or the last step, which is a pad."
        yield Cause(sentence, _counted(basis, layers), LESSONS["pads"], sure=False)
    elif "alone" in failed:
        yield Cause(failed["alone"].sentence, failed["alone"].cure, failed["alone"].lesson)


def _mask(basis: Basis) -> str:
    is_first = is_batch_first(basis)
    wide = (
        "(torch.arange(x.shape[1]) >= lengths[:, None])" if is_first else "(torch.arange(len(x))[:, None] >= lengths)"
    )
    return f"pad = {wide}[:, :, None]"


def _masked(basis: Basis) -> str:
    time = 1 if is_batch_first(basis) else 0
    mean = f"output.masked_fill(pad, 0).sum({time}) / lengths[:, None]"
    return f"scores.masked_fill(pad, -torch.inf)  # mean: {mean}"


def _counted(basis: Basis, layers: Sequence[LayerCall]) -> str:
    time = 1 if is_batch_first(basis) else 0
    last = "range(len(x)), lengths - 1" if time else "lengths - 1, range(x.shape[1])"
    line = f"output[{last}]  # for the last step"
    if any("bidirectional=True" in layer.made for layer in layers):  # whose backward half has read one step there
        line = "torch.cat((h_n[-2], h_n[-1]), dim=-1)  # for the last states"
    return (
        f"{line}\noutput.sum({time}) / lengths[:, None]  # for a mean of what was packed\n"
        f"{_mask(basis)}\noutput.masked_fill(pad, -torch.inf).amax({time})  # for a maximum"
    )
