"""Where in a model sequences meet that should not: before a recurrent layer, in its state, or after the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.questions.layers import named
from rnnlib.engine.checkup.report import Cause, Finding, LayerCall
from rnnlib.engine.checkup.words import LESSONS


def of_mixing(found: Mapping[str, Finding], layers: Sequence[LayerCall], basis: Basis) -> Iterator[Cause]:
    """The causes of a `batch` that does not hold, though each layer reads the axes for what they are."""
    finding, in_order = found["batch"], found["order"].holds is True  # after view it is not: view goes by places
    if finding.evidence is None:
        write = "output[:, -1]  # with batch_first=True; output[-1] without"
        yield Cause(f"{finding.sentence} The last sequence was taken for the last step.", write, LESSONS["axes"])
        return
    moved, where = finding.evidence.moved, finding.evidence.layers
    for call, place in zip(basis.seen.calls, where, strict=True):
        if place == "x" and in_order:
            yield _across("before " + named(call.path), basis, sure=True)
            return
        if place == "x":
            cut = torch.equal(call.x.flatten(), basis.given.x.flatten()) and call.lengths is None
            yield Cause(
                f"Sequences are mixed before {named(call.path)}: "
                + ("it reads x cut anew, as by view or reshape." if cut else "view or reshape stands for transpose."),
                "x.transpose(0, 1)  # of more axes x.permute(...)",
                LESSONS["view"],
                sure=cut,
            )
            if not cut:
                yield _across("before " + named(call.path), basis)
            return
        if place == "hx":
            yield Cause(
                f"The state given to {named(call.path)} has something of other sequences in it.",
                "state.transpose(0, 1)  # where (batch, rows, …) becomes (rows, batch, …), never view",
                LESSONS["flat"],
                sure=False,
            )
            return
    after = f"after {named(layers[-1].path)}" if layers else "somewhere in forward()"
    if in_order:
        yield _across(after, basis, sure=True)
        return
    rows = max((len([use for use in layer.uses if use.startswith("h_n")]) for layer in layers), default=0)
    if rows > 1:
        batch = basis.given.batch
        pattern = torch.zeros(batch, batch, dtype=torch.bool)
        for i in range(batch):
            pattern[i, [(i * rows + k) % batch for k in range(rows)]] = True
        yield Cause(
            f"Sequences are mixed {after}: {rows} rows of h_n are laid side by side by view or reshape.",
            "h_n.transpose(0, 1).flatten(1)  # or torch.cat((h_n[-2], h_n[-1]), dim=-1)",
            LESSONS["flat"],
            sure=torch.equal(pattern, moved),
        )
        if torch.equal(pattern, moved):
            return
    else:
        yield Cause(
            f"Sequences are mixed {after}: view or reshape stands for transpose.",
            "output.transpose(0, 1).flatten(1)",
            LESSONS["view"],
            sure=False,
        )
    yield _across(after, basis)


def _across(where: str, basis: Basis, *, sure: bool = False) -> Cause:
    what, time = "Something" if sure else "Or something", basis.given.axes.index("seq_len")
    return Cause(
        f"{what} {where} goes along the batch axis: a softmax, a mean, a norm, attention without batch_first.",
        f"x.softmax(dim={time})  # along seq_len; a mean too: x.mean(dim={time}, keepdim=True)\n"
        "nn.MultiheadAttention(embed_dim, num_heads, batch_first=True)",
        LESSONS["axes"],
        sure=sure,
    )
