"""What a learner types as a shape, read as sizes; anything else gets one clear sentence."""

from __future__ import annotations

import operator
import re
import unicodedata
from typing import Any

from rnnlib.spec.arguments import brief

Shape = tuple[int, ...]

EXAMPLE = "such as (9, 4, 7)"
MOST_TEXT = 200  # characters, and axes: no shape is longer
MOST_DIGITS = 18  # beyond that no tensor fits on any machine
LONGEST = 48  # characters of an answer that a sentence repeats

# What stands in the way of reading a shape. A card on a page reads as this module does, and says these sentences too.
PROBLEMS = {
    "long": f"{{shown}} is too long for a shape: give a number for each axis, {EXAMPLE}.",
    "axis": f"{{shown}} has no axis: give a number for each axis, {EXAMPLE}.",
    "zero": f"{{shown}} has an axis of 0: each axis holds at least 1, {EXAMPLE}.",
    "power": f"{{shown}} leaves a power to be worked out: write each number itself, {EXAMPLE}.",
    "nothing": f"nothing was given: type a number for each axis, {EXAMPLE}.",
    "large": "{part}… is too large for an axis: no tensor of that size fits anywhere.",
    "empty": f"{{shown}} leaves an axis empty: give a number for each axis, {EXAMPLE}.",
    "negative": f"{{shown}} holds {{part}}: a shape has no negative numbers; say how many there are, {EXAMPLE}.",
    "fraction": f"{{shown}} holds {{part}}: every axis is a whole number, {EXAMPLE}.",
    "product": f"{{shown}} leaves {{part}} to be worked out: write each number itself, with commas between, {EXAMPLE}.",
    "word": f"{{shown}} is not all numbers: use numbers, one for each axis, {EXAMPLE}.",
    "other": f"{{shown}} is no shape: give a whole number for each axis, with commas between, {EXAMPLE}.",
}


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
        raise _problem("long", answer)
    sizes = _of_text(answer) if isinstance(answer, str) else _of_sequence(answer)
    if not sizes:
        raise _problem("axis", answer)
    if 0 in sizes:
        raise _problem("zero", answer)
    return sizes


def _problem(name: str, answer: Any, part: str = "") -> ValueError:
    return ValueError(PROBLEMS[name].format(shown=quoted(answer), part=part))


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
            raise TypeError(PROBLEMS["fraction"].format(shown=quoted(answer), part=repr(size))) from None
        if sizes[-1] < 0:
            raise _problem("negative", answer, str(size))
    return tuple(sizes)


def _of_text(answer: str) -> Shape:
    if re.search("[⁰¹²³⁴-⁹]", answer):
        raise _problem("power", answer)
    text = unicodedata.normalize("NFKC", answer)  # full-width digits, commas and brackets too
    text = text.replace("、", ",").strip().rstrip(".").strip("\"'“”‘’` ")
    if not text:
        raise _problem("nothing", answer)
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
            raise _problem("large", answer, part[:6])
        return int(part)
    if not part:
        raise _problem("empty", answer)
    if re.fullmatch(r"[-−][0-9]+", part):
        raise _problem("negative", answer, part)
    if re.fullmatch(r"[0-9]+\.[0-9]*|\.[0-9]+", part):
        raise _problem("fraction", answer, part)
    if re.fullmatch(r"[0-9\s]+([*+x×·][0-9\s]+)+", part):
        raise _problem("product", answer, part)
    raise _problem("word" if re.search(r"[^\W\d]", part) else "other", answer)


def quoted(answer: Any) -> str:
    """What was given, as a sentence repeats it: cut where it gets long; text in quotation marks.

    Example:
        >>> quoted("5,  3"), quoted((5, 3))
        ('"5, 3"', '(5, 3)')
    """
    answer = answer[:MOST_TEXT]
    shown = f'"{" ".join(answer.split())}"' if isinstance(answer, str) else repr(tuple(answer))
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 2]}…{shown[-1]}"


def _a(answer: Any) -> str:
    """A value of the wrong type, as people say it."""
    return brief(answer) if answer is None or isinstance(answer, (int, float)) else f"a {type(answer).__name__}"
