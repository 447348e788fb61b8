"""What a card asks, of whatever kind: how an answer is read, what torch says, which slip is behind a wrong answer."""

from __future__ import annotations

import abc
import functools
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn

from rnnlib.engine.call import check_numbers
from rnnlib.engine.layers import build, evaluation_copy
from rnnlib.engine.run import Run, run
from rnnlib.explorers.prediction.misconceptions import Misconception
from rnnlib.spec import LayerSpec
from rnnlib.spec.shapes import data_shapes, symbol_values
from rnnlib.spec.snippet import FIELD, constructor

NOT_TORCHS = "this layer's own forward() does not give what torch's does, so a card cannot ask this of it."


class Truth(NamedTuple):
    """What torch says.

    Attributes:
        says: the answer, such as ``"h_n[3]"``.
        why: half a sentence: why it is right.
        axes: of a shape, each axis with its symbols and its size.
    """

    says: str
    why: str
    axes: Sequence[dict[str, Any]] = ()


class Question(abc.ABC):
    """One question. Nothing is computed before an answer is given.

    Attributes:
        text: what is asked.
        oracle: who says the truth.
        call: the code of the layer, with a field such as ``{hidden_size}`` where a size goes; "" of no layer.
        given: what the layer reads, with fields too.
        sizes: the numbers of those fields, by symbol.
        field: of what is typed, the words ``before`` and ``after`` it, its ``placeholder``, and what it ``invites`` to.
        choices: what can be chosen, where nothing is typed.
    """

    text: str
    oracle = "The layer"
    call = given = ""
    sizes: Mapping[str, int] = {}
    field: Mapping[str, str] = {}
    choices: Sequence[str] = ()

    @abc.abstractmethod
    def read(self, answer: Any) -> Hashable:
        """What an answer means.

        Raises:
            TypeError, ValueError: it is no answer to this; the sentence says why.
        """

    @property
    @abc.abstractmethod
    def truth(self) -> Truth:
        """What torch says."""

    @abc.abstractmethod
    def slip(self, answer: Any) -> Misconception | None:
        """What to tell of a wrong answer, as `read` gave it; None of a right one."""

    @abc.abstractmethod
    def recorded(self) -> dict[str, Any]:
        """All that `read` and `slip` know, as plain data: what `offline.js` needs to do the same with no kernel."""


class LayerQuestion(Question):
    """A question about one tensor of a layer that reads x."""

    def __init__(
        self, layer: LayerSpec | nn.Module, spec: LayerSpec, tensor: str, seq_len: int, batch: int | None
    ) -> None:
        self.layer, self.spec, self.tensor, self.seq_len, self.batch = layer, spec, tensor, seq_len, batch
        self.call, self.given = constructor(spec), _given(spec, tensor, batch is None)
        values = symbol_values(spec, seq_len, batch)
        self.sizes = {symbol: values[symbol] for symbol in FIELD.findall(self.call + self.given)}

    @functools.cached_property
    def module(self) -> Any:
        """The real layer, in eval mode."""
        check_numbers()
        return evaluation_copy(build(self.layer) if isinstance(self.layer, LayerSpec) else self.layer)

    @functools.cached_property
    def result(self) -> Run:
        """What the real layer gives."""
        with torch.no_grad():
            return run(self.module, seq_len=self.seq_len, batch=self.batch)


def _given(spec: LayerSpec, tensor: str, unbatched: bool) -> str:
    """What the layer reads; in words where x itself is asked for."""
    if tensor == "input":
        sequences = "one unbatched sequence" if unbatched else "a batch of {batch}"
        return f"one step of {sequences}" if spec.is_cell else f"{sequences}, seq_len {{seq_len}}"
    x = data_shapes(spec, 1, None if unbatched else 1)["input"].axes
    return f"x of ({', '.join(f'{{{axis}}}' for axis in x)}{',' if len(x) == 1 else ''})"
