"""What a learner types as a shape, read as sizes; anything else gets one clear sentence."""

from __future__ import annotations

import operator
import re
import unicodedata
from typing import Any

Shape = tuple[int, ...]

EXAMPLE = "such as (9, 4, 7)"
MOST_TEXT = 200  # characters, and axes: no shape is longer
MOST_DIGITS = 18  # beyond that no tensor fits on any machine


def read_shape(answer: Any) -> Shape:
    """The sizes that an answer means.

    Args:
        answer: text such as ``"(5, 3, 20)"``, ``"5 3 20"``, ``"5x3x20"`` or ``"torch.Size([5, 3, 20])"``,
            or a tuple, a list or a ``torch.Size`` of whole numbers.

    Returns:
        A number an axis.

    Raises:
        TypeError: it is neither text nor a sequence of numbers.
        ValueError: it is no shape; the sentence says what stands in the way.

    Example:
        >>> read_shape("5x3x20")
        (5, 3, 20)
        >>> read_shape("(20,)")
        (20,)
    """
    if type(answer).__name__ in ("ndarray", "Tensor") and getattr(answer, "ndim", 0) == 1:
        answer = answer.tolist()
    if isinstance(answer, (str, tuple, list)) and len(answer) > MOST_TEXT:
        raise ValueError(
            f"{_quoted(answer[:MOST_TEXT])} is too long for a shape: give a number for each axis, {EXAMPLE}."
        )
    sizes = _of_text(answer) if isinstance(answer, str) else _of_sequence(answer)
    if not sizes:
        raise ValueError(f"{_quoted(answer)} has no axis: give a number for each axis, {EXAMPLE}.")
    if 0 in sizes:
        raise ValueError(f"{_quoted(answer)} has an axis of 0: each axis holds at least 1, {EXAMPLE}.")
    return sizes


def _of_sequence(answer: Any) -> Shape:
    if not isinstance(answer, (tuple, list)):
        raise TypeError(f"an answer is a shape {EXAMPLE}, as text or as a tuple of whole numbers, not {_a(answer)}.")
    sizes = []
    for size in answer:
        try:
            if isinstance(size, bool):
                raise TypeError
            sizes.append(operator.index(size))
        except TypeError:
            raise TypeError(f"{_quoted(answer)} holds {size!r}: every axis is a whole number, {EXAMPLE}.") from None
        if sizes[-1] < 0:
            raise ValueError(_negative(str(size), answer))
    return tuple(sizes)


def _of_text(answer: str) -> Shape:
    if re.search("[⁰¹²³⁴-⁹]", answer):
        raise ValueError(f"{_quoted(answer)} leaves a power to be worked out: write each number itself, {EXAMPLE}.")
    text = unicodedata.normalize("NFKC", answer)  # full-width digits, commas and brackets too
    text = text.replace("、", ",").strip().rstrip(".").strip("\"'“”‘’` ")
    if not text:
        raise ValueError(f"nothing was given: type a number for each axis, {EXAMPLE}.")
    inside = re.sub(r"^(torch\.)?Size\s*\(", "", text).strip("()[]{} ")
    return tuple(_size(part, answer) for part in _parts(inside))


def _parts(text: str) -> list[str]:
    """Split at commas where there are any, else at ``x`` or ``×`` between digits, else at spaces."""
    if not text:
        return []
    if re.search("[,;]", text):
        return re.split(r"\s*[,;]\s*", re.sub(r"\s*[,;]$", "", text))
    if re.fullmatch(r"\d+(\s*[x×X]\s*\d+)+", text):
        return re.split(r"\s*[x×X]\s*", text)
    return text.split() if re.fullmatch(r"[\d\s]+", text) else [text]


def _size(part: str, answer: str) -> int:
    """One axis, or the sentence that says why it is none."""
    part = re.sub(r"^\+(?=[0-9])", "", part)
    if re.fullmatch("[0-9]+", part):
        if len(part) > MOST_DIGITS:
            raise ValueError(f"{part[:6]}… is too large for an axis: no tensor of that size fits anywhere.")
        return int(part)
    shown = _quoted(answer)
    if not part:
        raise ValueError(f"{shown} leaves an axis empty: give a number for each axis, {EXAMPLE}.")
    if re.fullmatch(r"[-−][0-9]+", part):
        raise ValueError(_negative(part, answer))
    if re.fullmatch(r"[0-9]+\.[0-9]*|\.[0-9]+", part):
        raise ValueError(f"{shown} holds {part}: every axis is a whole number, {EXAMPLE}.")
    if re.fullmatch(r"[0-9\s]+([*+x×·][0-9\s]+)+", part):
        raise ValueError(
            f"{shown} leaves {part} to be worked out: write each number itself, with commas between, {EXAMPLE}."
        )
    if re.search(r"[^\W\d]", part):
        raise ValueError(f"{shown} is not all numbers: use numbers, one for each axis, {EXAMPLE}.")
    raise ValueError(f"{shown} is no shape: give a whole number for each axis, with commas between, {EXAMPLE}.")


def _negative(part: str, answer: Any) -> str:
    return f"{_quoted(answer)} holds {part}: a shape has no negative numbers; say how many there are, {EXAMPLE}."


def _quoted(answer: Any) -> str:
    """The answer as it was given, cut where it gets long; text in quotation marks."""
    shown = f'"{" ".join(answer.split())}"' if isinstance(answer, str) else repr(tuple(answer))
    return shown if len(shown) <= 48 else f"{shown[:46]}…{shown[-1]}"


def _a(answer: Any) -> str:
    """A value of the wrong type, as people say it."""
    return repr(answer) if answer is None or isinstance(answer, (int, float)) else f"a {type(answer).__name__}"
