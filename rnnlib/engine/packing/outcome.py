"""What came of code that goes wrong, and of its cure, run at this moment."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.closeness import rounding
from rnnlib.engine.packing.pack_steps import few


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a mistake, and of its cure, when they were run.

    Attributes:
        error: the exception, as torch raised it; or, where none was, what came out wrong.
        raised: whether there was an exception.
        cured: what the cure gave.
    """

    error: str
    raised: bool
    cured: str


def outcome_of(snippet: str, cure: str, result: str, names: dict[str, Any]) -> Outcome:
    """Run code that goes wrong, and after it its cure.

    Args:
        snippet: Python.
        cure: likewise; it may use what the snippet has made.
        result: the name that both give to what they make: a tensor, a PackedSequence, or a layer's states.
        names: what both know; what they make is added.

    Example:
        >>> outcome_of("a = torch.ones(2) + torch.ones(3)", "a = torch.ones(2) + 1", "a", {"torch": torch}).cured
        'a (2,)'
    """
    error = ""
    try:
        exec(snippet, names)
    except Exception as raised:  # noqa: BLE001 - whatever torch raises is what is shown
        error = f"{type(raised).__name__}: {raised}"
    wrong = names.get(result)
    exec(cure, names)
    right = names[result]
    return Outcome(error or _what_is_wrong(result, wrong, right), bool(error), _told(result, right))


def _what_is_wrong(name: str, wrong: Any, right: Any) -> str:
    """How many numbers are not those that the cure gives."""
    a, b = _parts(name, wrong), _parts(name, right)
    if [tensor.shape for tensor in a.values()] != [tensor.shape for tensor in b.values()]:
        return f"no exception, but some of it is lost: {_told(name, wrong)} in place of {_told(name, right)}."
    count, largest = 0, 0.0
    for x, y in zip(a.values(), b.values(), strict=True):
        differ = ~torch.isclose(x, y, rtol=0, atol=rounding(y), equal_nan=True)
        count += int(differ.sum())
        largest = max(largest, float((x - y)[differ].abs().max()) if bool(differ.any()) else 0.0)
    if not count:
        return "no exception, and nothing wrong: with these sequences it makes no difference."
    numbers = f"{count:,} of the {sum(tensor.numel() for tensor in b.values()):,} numbers in {' and '.join(b)}"
    return f"no exception, but {numbers} are wrong, by up to {largest:.2g}."


def _parts(name: str, result: Any) -> dict[str, Tensor]:
    """The tensors in a result, each with what a learner calls it; a PackedSequence in the order of its sequences."""
    if isinstance(result, PackedSequence):
        return {name: pad_packed_sequence(result)[0]}
    if name != "states":
        return {name: result}
    return dict(zip(("h_n", "c_n"), result if isinstance(result, tuple) else (result,), strict=False))


def _told(name: str, result: Any) -> str:
    if isinstance(result, PackedSequence):
        return f"{name}.data {tuple(result.data.shape)}, {name}.batch_sizes {few(result.batch_sizes)}"
    return ", ".join(f"{part} {tuple(tensor.shape)}" for part, tensor in _parts(name, result).items())
