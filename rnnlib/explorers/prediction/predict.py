"""What a card is made from: a layer and one of its tensors, or what is to be tried."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from rnnlib.explorers.prediction.card import PredictionCard
from rnnlib.explorers.prediction.choice_question import AttemptQuestion, LargerQuestion
from rnnlib.explorers.prediction.question import Question
from rnnlib.explorers.prediction.row_question import RowQuestion
from rnnlib.explorers.prediction.shape_question import ShapeQuestion
from rnnlib.explorers.prediction.slice_question import SliceQuestion
from rnnlib.explorers.shared.traits import check_one
from rnnlib.spec import LayerSpec, shapes
from rnnlib.spec.arguments import brief

MOST_NAMES = 12  # an error lists no more of a layer's tensors than this


def predict(
    layer: LayerSpec | nn.Module | None = None,
    tensor: str | None = None,
    *,
    seq_len: int | None = None,
    batch: int | None = None,
    question: str | None = None,
    row: tuple[int, str] | None = None,
    equals: str | None = None,
    attempt: Callable[[], Any] | None = None,
    expected: Callable[[], Any] | None = None,
    larger: Mapping[str, Callable[[], Any]] | None = None,
    slips: Mapping[str, str] | None = None,
    answers: str | Path | None = None,
    reveal: str = "now",
) -> PredictionCard:
    """Ask a learner for what torch will say, before it is seen.

    The card names the slip behind a wrong answer; after a second one, or when asked, it shows what torch says. It asks
    for a tensor's shape; or for one of its rows; or for the slice of output that equals a row of h_n; or, with no
    layer, whether something raises, or which of some numbers is the largest.

    Args:
        layer: a spec, or a real layer.
        tensor: the tensor asked for, by a name of `shapes`: ``"output"``, ``"h_n"``, ``"weight_ih_l0"``, …
        seq_len: steps in the input.
        batch: sequences side by side; None is an unbatched input.
        question: what is asked, where it is more than what the card asks by itself.
        row: the layer and the direction, ``(1, "backward")``, whose row of h_n (c_n, h_0, c_0) is asked for.
        equals: the row of h_n, ``"h_n[-1]"``, that a slice of output is asked for.
        attempt: what to try, a function without arguments. Does it raise, and if not, is it right?
        expected: likewise, what is right.
        larger: functions that give a number, by what it is called. Which is the largest?
        slips: the sentence to each wrong choice: ``"it raises"``, ``"it runs, and is right"``, ``"it runs, and is
            wrong"``; a name in `larger`, ``"they are equal"``.
        answers: where each answer is written, for `tally` to count: a folder, in which everyone gets a small file, or
            a file that ends in ``.jsonl``.
        reveal: ``"later"`` keeps what is right until ``card.reveal()`` is called.

    Returns:
        A card to show in a notebook. Its ``answer(…)`` gives the same feedback from Python, and its trait
        ``answers`` has what was answered.

    Raises:
        TypeError, ValueError: no layer, no such tensor, row or size, or arguments that do not go together.

    Example:
        >>> card = predict(LayerSpec("RNN", 5, 10, 2), "h_n", seq_len=6, batch=3)
        >>> card
        Predict the shape of h_n
          nn.RNN(5, 10, num_layers=2) reads x of (6, 3, 5)
        >>> card.answer("(2, 3, 10)").right
        True
        >>> deep = LayerSpec("GRU", 5, 10, 2, bidirectional=True)
        >>> predict(deep, "h_n", row=(1, "forward"), seq_len=6, batch=3).answer("2").message
        'Right: h_n goes layer by layer, and forward comes before backward. The layer says h_n[2], or h_n[-2].'
        >>> predict(deep, "output", equals="h_n[-1]", seq_len=6, batch=3).answer("[0, :, 10:]").right
        True
        >>> two = {"2 × 3": lambda: 6, "7": lambda: 7}
        >>> predict(question="Which is larger?", larger=two).answer("2 × 3").message
        'That is not what torch says. torch says 7.'
    """
    if question is not None and not isinstance(question, str):
        raise TypeError(f"question is a text, not {brief(question)} ({type(question).__name__}).")
    later = check_one("reveal", reveal, ("now", "later")) == "later"
    kinds = {"row": row, "equals": equals, "attempt": attempt, "larger": larger}
    several = [name for name, given in kinds.items() if given is not None]
    if len(several) > 1:
        raise ValueError(f"a card asks one thing: give {several[0]} or {several[1]}, not both.")
    if (attempt is None) != (expected is None):
        raise TypeError("attempt and expected go together: what to try, and what is right.")
    of_layer = {"a layer": layer, "a tensor": tensor, "seq_len": seq_len, "batch": batch}
    if attempt is not None or larger is not None:
        given = [name for name, value in of_layer.items() if value is not None]
        if given:
            raise TypeError(
                f"{several[0]} says all that is asked, and {given[0]} has no place beside it: leave it out."
            )
        if not question:
            raise TypeError(f"{several[0]} needs question=, a text that says what is asked.")
        chosen = (
            LargerQuestion(question, larger, slips)
            if larger is not None
            else AttemptQuestion(question, attempt, expected, slips)
        )
        return PredictionCard(chosen, answers, later)
    if slips is not None:
        raise TypeError("slips are for attempt and larger: of a layer's tensors the card knows them.")
    about = _about(layer, tensor, seq_len, batch)
    asked: Question = ShapeQuestion(*about)
    if row is not None:
        asked = RowQuestion(*about, row=row)
    elif equals is not None:
        asked = SliceQuestion(*about, equals=equals)
    asked.text = question or asked.text
    return PredictionCard(asked, answers, later)


def _about(layer: Any, tensor: Any, seq_len: Any, batch: Any) -> tuple[Any, LayerSpec, str, int, int | None]:
    """The layer, its spec, and one of its tensors, at sizes that can be."""
    if isinstance(layer, str):
        raise TypeError(f"{layer!r} is a kind, and a card needs its sizes too: LayerSpec({layer!r}, 12, 16).")
    if layer is None:
        raise TypeError("a card asks about a layer: give one, such as LayerSpec('LSTM', 12, 16), and a tensor's name.")
    spec = layer if isinstance(layer, LayerSpec) else LayerSpec.of(layer)
    names = list(shapes(spec, seq_len, batch))
    if not isinstance(tensor, str):
        raise TypeError(f"tensor is a name such as 'h_n', not {tensor!r} ({type(tensor).__name__}).")
    if tensor not in names:
        near = difflib.get_close_matches(tensor, names, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        listed = ", ".join(names) if len(names) <= MOST_NAMES else f"{', '.join(names[:10])} and so on to {names[-1]}"
        raise ValueError(f"{spec.kind} has no tensor {tensor!r}: it has {listed}.{hint}")
    return layer, spec, tensor, seq_len, batch
