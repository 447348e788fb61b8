"""The layer's own result, and how far a trace is from it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnnlib.engine.call import Answer, Given, call
from rnnlib.engine.checks import same
from rnnlib.spec import LayerSpec


def own_answer(spec: LayerSpec, module: nn.Module, given: Given) -> Answer:
    """What the layer itself gives; a cell is called once a step, as in the loop that a learner writes."""
    if not spec.is_cell or not isinstance(given.x, Tensor) or given.x.dim() < 3:
        return call(spec, module, given)[0]
    state, hs = given.hx, []
    for x_t in given.x:
        answer, _ = call(spec, module, given._replace(x=x_t, hx=state))
        state = answer.h_n if answer.c_n is None else (answer.h_n, answer.c_n)
        hs.append(answer.h_n)
    return answer._replace(output=torch.stack(hs))


def compare(spec: LayerSpec, module: nn.Module, ours: Answer, own: Answer) -> tuple[float, str]:
    """The largest difference between two answers, and what must be said of it."""
    pairs = [(a.data, b.data) for a, b in zip(ours, own, strict=True) if a is not None and b is not None]
    difference = max(_largest_difference(a, b) for a, b in pairs)
    note = "" if all(same(a, b) for a, b in pairs) else f"the layer's own result differs by up to {difference:.2g}."
    return difference, note


def _largest_difference(a: Tensor, b: Tensor) -> float:
    """Between numbers that stand in the same place; nan is no different from nan, nor inf from inf."""
    if a.shape != b.shape:
        return torch.inf
    apart = torch.where((a == b) | (a.isnan() & b.isnan()), 0, (a - b).abs())
    return float(apart.nan_to_num(torch.inf, torch.inf).max())
