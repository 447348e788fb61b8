"""A question about two directions: is a half of an output used where it has read one step only?"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.gradient import Gradient
from rnnlib.engine.checkup.hooks import Call
from rnnlib.engine.checkup.report import Finding
from rnnlib.engine.checkup.words import LESSONS


@dataclasses.dataclass(frozen=True, eq=False)
class Halves:
    """Which steps of a bidirectional layer's output the result uses.

    Attributes:
        path: of the layer.
        forward: ``(batch, seq_len)``, True where the forward half is used.
        backward: ``(batch, seq_len)``, True where the backward half is used.
        rows: the rows of h_n that are used.
        too_early: the half that is used where it has read one step only, or "".
    """

    path: str
    forward: Tensor
    backward: Tensor
    rows: tuple[int, ...]
    too_early: str


def ask_directions(basis: Basis, gradients: list[Gradient]) -> Finding:
    """See by gradient where each half of a bidirectional layer's output is used."""
    if not any(_is_bidirectional(call) for call in basis.seen.calls):
        return Finding("directions", None, "No layer is bidirectional.")
    found = []
    for index, (call, axes) in enumerate(zip(basis.seen.calls, basis.layer_axes, strict=True)):
        time = call.axes.index("seq_len") if _is_bidirectional(call) else 0
        if _is_bidirectional(call) and call.x.dim() == 3 and call.steps > 1 and axes[time] == "seq_len":
            same = [g for g in gradients if len(g.calls) == len(basis.seen.calls)]
            found.append(_halves(basis, index, call, same))
    if not found:
        return Finding("directions", None, "No bidirectional layer reads your steps as its own.")
    evidence = tuple(half for half in found if half is not None)
    if not evidence:
        return Finding("directions", None, "No gradient reaches a bidirectional layer, so it does not tell.")
    wrong = [half for half in evidence if half.too_early]
    if not wrong:
        return Finding("directions", True, "No half of an output is used only where it has read one step.", evidence)
    half = wrong[0]
    end = "last" if half.too_early == "backward" else "first"
    sentence = f"Of {half.path}, the {half.too_early} half is used at the {end} step only, where it has read one step."
    cure = "Take the last states: torch.cat((h_n[-2], h_n[-1]), dim=-1)."
    return Finding("directions", False, sentence, evidence, cure, LESSONS["directions"])


def _is_bidirectional(call: Call) -> bool:
    return bool(getattr(call.layer, "bidirectional", False))


def _halves(basis: Basis, index: int, call: Call, gradients: list[Gradient]) -> Halves | None:
    used, rows = None, set[int]()
    for gradient in gradients:
        grad, h_n = gradient.output[index], gradient.h_n[index]
        if grad is not None:
            halves = torch.unflatten(grad, -1, (2, -1)).abs().amax(-1).gt(0).permute(2, 1, 0).cpu()
            used = halves if used is None else used | halves
        if h_n is not None:
            rows |= {row for row in range(len(h_n)) if bool(h_n[row].any())}
    if used is None:
        none = torch.zeros(0, 0, dtype=torch.bool)
        return Halves(call.path, none, none, tuple(sorted(rows)), "") if rows else None
    batch, steps = used.shape[1:]
    lengths = call.lengths if call.lengths is not None else basis.given.lengths.clamp(max=steps)
    lengths = lengths if len(lengths) == batch else torch.full((batch,), steps)
    longer = lengths > 1
    at = torch.arange(steps)
    top = 2 * getattr(call.layer, "num_layers", 1) - 2
    early = {
        "backward": used[1] & (at < lengths[:, None] - 1),
        "forward": used[0] & (at > 0),
    }
    too_early = ""
    for half, (name, later) in enumerate((("forward", early["forward"]), ("backward", early["backward"]))):
        anywhere = bool(used[half][longer].any())
        if anywhere and not bool(later[longer].any()) and top + half not in rows:
            too_early = name
    return Halves(call.path, used[0], used[1], tuple(sorted(rows)), too_early)
