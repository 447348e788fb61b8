"""A prediction card: it asks for a tensor's shape, and asks the real layer only once an answer is given."""

from __future__ import annotations

import dataclasses
import difflib
from typing import Any

import torch
from torch import nn

from rnnlib.engine.call import check_numbers
from rnnlib.engine.layers import build, evaluation_copy
from rnnlib.engine.run import run
from rnnlib.explorers.prediction.answer import Shape, read_shape
from rnnlib.explorers.prediction.axes import as_read
from rnnlib.explorers.prediction.misconceptions import misconception
from rnnlib.explorers.prediction.sentences import meaning
from rnnlib.explorers.prediction.view import PredictionCardView
from rnnlib.spec import LayerSpec, TensorShape, shapes
from rnnlib.spec.shapes import data_shapes, symbol_values
from rnnlib.spec.snippet import FIELD, constructor

OVERRIDDEN = "The rules give that; this layer's own forward() does not."
MOST_NAMES = 12  # an error lists no more of a layer's tensors than this


@dataclasses.dataclass(frozen=True)
class Feedback:
    """What a learner is told about an answer.

    Attributes:
        right: whether it is the shape that the real layer gives.
        message: in words: the misconception behind a wrong answer, then what the layer says.
        said: the first part of the message, without what the layer says.
        layer_says: the real shape, its axes in symbols.
    """

    right: bool
    message: str
    said: str = dataclasses.field(repr=False)
    layer_says: TensorShape = dataclasses.field(repr=False)


class PredictionCard(PredictionCardView):
    """The card that `predict` makes. In its place, text says the question and never the answer."""

    def __init__(
        self,
        layer: LayerSpec | nn.Module,
        spec: LayerSpec,
        tensor: str,
        seq_len: int,
        batch: int | None,
        question: str,
    ) -> None:
        call, given = constructor(spec), _given(spec, tensor, batch is None)
        values = symbol_values(spec, seq_len, batch)
        shown = {symbol: values[symbol] for symbol in FIELD.findall(call + given)}
        super().__init__(question=question, tensor=tensor, call=call, given=given, sizes=shown)
        self._layer, self._spec, self._seq_len, self._batch = layer, spec, seq_len, batch
        self._slips: set[Shape] = set()  # wrong answers typed into the card
        self._open = False  # whether the layer's own shape may be told: after a right answer, two slips, or when asked

    def answer(self, answer: Any) -> Feedback:
        """Answer from Python.

        Args:
            answer: a shape, as text such as ``"(2, 3, 10)"`` or as a tuple.

        Raises:
            TypeError, ValueError: it is no shape.

        Example:
            >>> card = predict(LayerSpec("RNN", 5, 10, 2), "h_n", seq_len=6, batch=3)
            >>> print(card.answer("(6, 3, 10)").said)
            This is the shape of output, which has h at every step. h_n is the state after the last step, for each
            layer and direction: it has no time axis.
        """
        given, tensor = read_shape(answer), self._real()
        right = given == tensor.sizes
        found = misconception(self._spec, self.tensor, given, seq_len=self._seq_len, batch=self._batch)
        said = f"Right: {meaning(self._spec, tensor)}." if right else found.sentence if found else OVERRIDDEN
        return Feedback(right, f"{said} The layer says {tensor.sizes} = {as_read(tensor.axes)}.", said, tensor)

    def reply(self, answer: Any) -> dict[str, Any]:
        """The feedback as plain data for the front end; at a first slip without what the layer says."""
        feedback = self.answer(answer)
        if not feedback.right:
            self._slips.add(read_shape(answer))
        self._open |= feedback.right or len(self._slips) > 1
        told = {"right": feedback.right, "said": feedback.said}
        return told | ({"axes": self._axes(feedback.layer_says)} if self._open else {})

    def show(self) -> dict[str, Any]:
        """The answer, as plain data for the front end."""
        tensor, self._open = self._real(), True
        return {"said": f"{self.tensor}: {meaning(self._spec, tensor)}.", "axes": self._axes(tensor)}

    def _real(self) -> TensorShape:
        """The tensor asked for, in symbols, of the sizes that the real layer gives it."""
        sizes = real_shape(self._layer, self.tensor, self._seq_len, self._batch)
        return dataclasses.replace(shapes(self._spec, self._seq_len, self._batch)[self.tensor], sizes=sizes)

    def _axes(self, tensor: TensorShape) -> list[dict[str, Any]]:
        """Each axis with its symbols, its size, and how the one comes from the other: ``2 × 1``."""
        values = symbol_values(self._spec, self._seq_len, self._batch)
        told = []
        for axis, size in zip(tensor.axes, tensor.sizes, strict=True):
            factors = [str(values[symbol]) for symbol in axis.split("*")]
            told.append({"axis": axis, "size": size, "worked": " × ".join(factors) if len(factors) > 1 else ""})
        return told


def predict(
    layer: LayerSpec | nn.Module,
    tensor: str,
    *,
    seq_len: int,
    batch: int | None = None,
    question: str | None = None,
) -> PredictionCard:
    """Ask a learner for the shape of one tensor, before it is seen.

    The card names the slip behind a wrong answer; after a second one, or when asked, it shows the real layer's shape.

    Args:
        layer: a spec, or a real layer.
        tensor: the tensor asked for, by a name of `shapes`: ``"output"``, ``"h_n"``, ``"weight_ih_l0"``, …
        seq_len: steps in the input.
        batch: sequences side by side; None is an unbatched input.
        question: what is asked, where it is more than the shape.

    Returns:
        A card to show in a notebook. Its ``answer(…)`` does the same from Python.

    Raises:
        TypeError, ValueError: no layer, no such tensor, or no such size.

    Example:
        >>> card = predict(LayerSpec("RNN", 5, 10, 2), "h_n", seq_len=6, batch=3)
        >>> card
        Predict the shape of h_n
          nn.RNN(5, 10, num_layers=2) reads x of (6, 3, 5)
        >>> card.answer("(2, 3, 10)").right
        True
    """
    spec = _spec_of(layer)
    names = list(shapes(spec, seq_len, batch))
    if not isinstance(tensor, str):
        raise TypeError(f"tensor is a name such as 'h_n', not {tensor!r} ({type(tensor).__name__}).")
    if tensor not in names:
        raise ValueError(_no_such_tensor(tensor, spec, names))
    if question is not None and not isinstance(question, str):
        raise TypeError(f"question is a text, not {question!r} ({type(question).__name__}).")
    return PredictionCard(layer, spec, tensor, seq_len, batch, question or f"Predict the shape of {tensor}")


def real_shape(layer: LayerSpec | nn.Module, tensor: str, seq_len: int, batch: int | None) -> Shape:
    """The shape that the real layer gives a tensor: by running it, or by looking at its parameters."""
    check_numbers()
    module = evaluation_copy(build(layer) if isinstance(layer, LayerSpec) else layer)
    if tensor.startswith(("weight", "bias")):
        return tuple(getattr(module, tensor).shape)
    with torch.no_grad():
        result = run(module, seq_len=seq_len, batch=batch)
    # The states that go in are of the shape of those that come out: h_0 as h_n, c_0 as c_n.
    real = {"input": result.input, "output": result.output, "h": result.h_n, "c": result.c_n}
    found: Any = real[tensor if tensor in real else tensor[0]]
    return tuple(found.shape)


def _spec_of(layer: Any) -> LayerSpec:
    if isinstance(layer, LayerSpec):
        return layer
    if isinstance(layer, str):
        raise TypeError(f"{layer!r} is a kind, and a card needs its sizes too: LayerSpec({layer!r}, 12, 16).")
    return LayerSpec.of(layer)


def _no_such_tensor(tensor: str, spec: LayerSpec, names: list[str]) -> str:
    near = difflib.get_close_matches(tensor, names, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(names) if len(names) <= MOST_NAMES else f"{', '.join(names[:10])} and so on to {names[-1]}"
    return f"{spec.kind} has no tensor {tensor!r}: it has {listed}.{hint}"


def _given(spec: LayerSpec, tensor: str, unbatched: bool) -> str:
    """What the layer reads; in words where x itself is asked for."""
    if tensor == "input":
        sequences = "one unbatched sequence" if unbatched else "a batch of {batch}"
        return f"one step of {sequences}" if spec.is_cell else f"{sequences}, seq_len {{seq_len}}"
    x = data_shapes(spec, 1, None if unbatched else 1)["input"].axes
    return f"x of ({', '.join(f'{{{axis}}}' for axis in x)}{',' if len(x) == 1 else ''})"
