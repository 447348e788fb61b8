"""The shape of a tensor, asked for."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from rnnlib.explorers.prediction.answer import PROBLEMS, Shape, read_shape
from rnnlib.explorers.prediction.axes import as_read
from rnnlib.explorers.prediction.misconceptions import Misconception, misconception, misconceptions
from rnnlib.explorers.prediction.question import LayerQuestion, Truth
from rnnlib.explorers.prediction.sentences import meaning
from rnnlib.spec import TensorShape, shapes
from rnnlib.spec.shapes import symbol_values

OVERRIDDEN = Misconception("own forward()", "The rules give that; this layer's own forward() does not.")


class ShapeQuestion(LayerQuestion):
    """What is the shape of this tensor?"""

    def __init__(self, *asked: Any) -> None:
        super().__init__(*asked)
        self.text = f"Predict the shape of {self.tensor}"
        self.field = {
            "before": f"{self.tensor}.shape",
            "placeholder": "( … )",
            "invites": "Type a number for each axis, and press Enter.",
        }

    def read(self, answer: Any) -> Shape:
        """The sizes that an answer gives."""
        return read_shape(answer)

    @functools.cached_property
    def _real(self) -> TensorShape:
        """The tensor asked for, in symbols, of the sizes that the real layer gives it."""
        if self.tensor.startswith(("weight", "bias")):
            found = getattr(self.module, self.tensor)
        elif self.tensor in ("input", "output"):
            found = getattr(self.result, self.tensor)
        else:  # the states that go in are of the shape of those that come out: h_0 as h_n, c_0 as c_n
            found = getattr(self.result, f"{self.tensor[0]}_n")
        tensor = shapes(self.spec, self.seq_len, self.batch)[self.tensor]
        return dataclasses.replace(tensor, sizes=tuple(found.shape))

    @property
    def truth(self) -> Truth:
        """The real layer's shape."""
        tensor = self._real
        return Truth(f"{tensor.sizes} = {as_read(tensor.axes)}", meaning(self.spec, tensor), self._axes(tensor))

    def slip(self, answer: Shape) -> Misconception | None:
        """What was mixed up, if anything."""
        if answer == self._real.sizes:
            return None
        found = misconception(self.spec, self.tensor, answer, seq_len=self.seq_len, batch=self.batch)
        return found or OVERRIDDEN

    def recorded(self) -> dict[str, Any]:
        """The real layer's shape, the one that the rules give, and every misconception."""
        rules = misconceptions(self.spec, self.tensor, seq_len=self.seq_len, batch=self.batch)
        return {
            "kind": "shape",
            "problems": PROBLEMS,
            "right": self._real.sizes,
            "rules": rules,
            "by_rules": OVERRIDDEN,
        }

    def _axes(self, tensor: TensorShape) -> list[dict[str, Any]]:
        """Each axis with its symbols, its size, and how the one comes from the other: ``2 × 1``."""
        values = symbol_values(self.spec, self.seq_len, self.batch)
        told = []
        for axis, size in zip(tensor.axes, tensor.sizes, strict=True):
            factors = [str(values[symbol]) for symbol in axis.split("*")]
            told.append({"axis": axis, "size": size, "worked": " × ".join(factors) if len(factors) > 1 else ""})
        return told
