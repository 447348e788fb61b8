"""A slice of output, asked for: which one holds the same numbers as a row of h_n?"""

from __future__ import annotations

import ast
import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator
from types import EllipsisType
from typing import Any

from torch import Tensor

from rnnlib.engine.closeness import close
from rnnlib.explorers.prediction.answer import MOST_TEXT
from rnnlib.explorers.prediction.question import NOT_TORCHS, LayerQuestion, Truth
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief
from rnnlib.spec.shapes import data_shapes

EXAMPLE = "such as output[1, :, 2:3]"
LITERALS = (ast.Subscript, ast.Load, ast.Tuple, ast.Slice, ast.UnaryOp, ast.USub)
MIX_UPS = {
    "both halves": "You kept both halves of the last axis: forward and backward stand side by side there.",
    "other half": "You took the other direction's half of the last axis: forward comes first, then backward.",
    "other end": "There {who} has taken one step alone: {name} is what it holds after its last.",
    "other direction": "That is where the other direction ends. {name} is of the {direction} direction.",
    "both halves, other end": "There the {direction} half has taken one step alone, and you kept both halves.",
    "every step": "You kept every step: {name} is the state after the last that {who} takes.",
    "steps on batch's axis": "You counted steps on the axis of batch: output is {axes}.",
    "rows on time's axis": "You counted h_n's rows on the axis of time: output shows the last layer alone.",
}


class SliceQuestion(LayerQuestion):
    """Which slice of output holds the same numbers as this row of h_n?"""

    def __init__(self, *asked: Any, equals: Any) -> None:
        super().__init__(*asked)
        direction = check_equals(self.spec, self.tensor, equals)
        self.equals = equals.strip()
        self.way = ("forward", "backward")[direction]
        self.row = direction - self.spec.num_directions
        # Where this direction takes its last step, and its first.
        self.end, self.far = ("0", "-1") if direction else ("-1", "0")
        width = self.spec.proj_size or self.spec.hidden_size
        halves = (f":{width}", f"{width}:") if self.spec.bidirectional else (":", ":")
        self.half, self.other = halves[::-1] if direction else halves
        self.text = f"Which slice of output holds the same numbers as {self.equals}?"
        self.field = {
            "before": "output",
            "placeholder": "[ … ]",
            "invites": "Type an index, as in output[1, :, 2:3], and press Enter.",
        }

    def read(self, answer: Any) -> str:
        """The slice, as code."""
        return read_slice(answer)

    @functools.cached_property
    def _real(self) -> tuple[Tensor, Tensor]:
        """The real layer's output, and the row of h_n."""
        output, row = self.result.output, self.result.h_n[self.row]
        if not _same_numbers(_taken(self._at(self.end, self.half), output), row):
            raise ValueError(NOT_TORCHS)
        return output, row

    @property
    def truth(self) -> Truth:
        """The slice that the rules give, once the real layer has borne it out."""
        _ = self._real
        why = "the layer ends at the last step"
        if self.spec.bidirectional:
            end, half = ("step 0", "second") if self.way == "backward" else ("the last step", "first")
            why = f"the {self.way} direction ends at {end}, and its half is the {half}"
        return Truth(self._at(self.end, self.half), why)

    def slip(self, answer: str) -> str | None:
        """What was mixed up, if anything."""
        output, row = self._real
        try:
            taken = _taken(answer, output)
        except (IndexError, ValueError, TypeError, RuntimeError) as error:
            return f"{answer} raises {type(error).__name__}: {str(error).splitlines()[0].rstrip('.')}."
        if _same_numbers(taken, row):
            return None
        axes = ", ".join(data_shapes(self.spec, self.seq_len, self.batch)["output"].axes[:2])
        who = "this direction" if self.spec.bidirectional else "the layer"
        for name, wrong in self.slips():
            if _same_numbers(taken, _taken(wrong, output)):
                return MIX_UPS[name].format(name=self.equals, direction=self.way, who=who, axes=f"({axes}, …)")
        if taken.squeeze().shape != row.squeeze().shape:
            return f"Its shape is {tuple(taken.shape)}, and that of {self.equals} is {tuple(row.shape)}."
        return f"The shape is right, and the numbers are not those of {self.equals}."

    def slips(self) -> Iterator[tuple[str, str]]:
        """The known ways to get it wrong: the slip, and the slice that it leads to."""
        if self.spec.bidirectional:
            yield "both halves", self._at(self.end, ":")
            yield "other half", self._at(self.end, self.other)
            yield "other direction", self._at(self.far, self.other)
            yield "both halves, other end", self._at(self.far, ":")
        yield "other end", self._at(self.far, self.half)
        yield "every step", self._at(":", self.half)
        if self.batch is not None:
            for step, half in itertools.product((self.end, self.far), {self.half, self.other, ":"}):
                yield "steps on batch's axis", self._at(step, half, time="batch")
        row = self.row + self.spec.num_layers * self.spec.num_directions
        if 0 < row < self.seq_len - 1:  # a step that is neither the first nor the last
            for half in {self.half, self.other, ":"}:
                yield "rows on time's axis", self._at(str(row), half)

    def _at(self, step: str, half: str, time: str = "seq_len") -> str:
        """A step and a half as a slice of output, with the axes where they are; whole axes at the end left out."""
        *axes, _ = data_shapes(self.spec, self.seq_len, self.batch)["output"].axes
        index = ", ".join([*(step if axis == time else ":" for axis in axes), half])
        return f"output[{re.sub('(, :)+$', '', index)}]"


def check_equals(spec: LayerSpec, tensor: str, equals: Any) -> int:
    """The direction, 0 or 1, of the row of h_n that `equals` names: of the last layer, which alone output shows.

    Raises:
        TypeError, ValueError: no slice of this tensor equals that.

    Example:
        >>> check_equals(LayerSpec("GRU", 3, 2, num_layers=2, bidirectional=True), "output", "h_n[-2]")
        0
    """
    if not isinstance(equals, str):
        raise TypeError(f'equals is a row of h_n as text, such as "h_n[-1]", not {brief(equals)}.')
    if spec.is_cell or tensor != "output":
        raise ValueError(f"equals asks for a slice of a layer's output, not of {spec.kind}'s {tensor}.")
    found = re.fullmatch(r"h_n\[(-?[0-9]{1,6})\]", equals.strip())
    if not found:
        raise ValueError(f'equals is a row of h_n, which output holds too, such as "h_n[-1]", not {brief(equals)}.')
    row, directions = int(found[1]), spec.num_directions
    count = spec.num_layers * directions
    if not -count <= row < count:
        raise ValueError(f"{equals} is not there: h_n has {count} rows here, the last of them h_n[-1].")
    layer, direction = divmod(row % count, directions)
    if layer < spec.num_layers - 1:
        raise ValueError(f"{equals} is of layer {layer}, and output shows the last layer alone: ask for h_n[-1].")
    return direction


def read_slice(answer: Any) -> str:
    """A slice of output as code, made of whole numbers, colons and ``...`` alone.

    Raises:
        TypeError, ValueError: it is none, in a sentence.

    Example:
        >>> read_slice("[-1,:, :10]"), read_slice("output[-1][:, :10]"), read_slice("-1")
        ('output[-1, :, :10]', 'output[-1][:, :10]', 'output[-1]')
    """
    if not isinstance(answer, str):
        raise TypeError(f"an answer is a slice as text, {EXAMPLE}, not {brief(answer)}.")
    if len(answer) > MOST_TEXT:
        raise ValueError(f"{brief(answer)} is too long for a slice {EXAMPLE}.")
    text = unicodedata.normalize("NFKC", answer).replace("−", "-").replace("…", "...").strip("\"'“”‘’` \n")
    if not text:
        raise ValueError(f"nothing was given: type a slice, {EXAMPLE}.")
    text = text if text.startswith("output") else f"output{text}" if text[0] == "[" else f"output[{text}]"
    try:
        whole: ast.AST = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        whole = ast.Pass()
    root = whole
    while isinstance(root, ast.Subscript):
        root = root.value
    inside = [part for part in ast.walk(whole) if part is not root]
    if not (isinstance(root, ast.Name) and root.id == "output" and all(map(_is_literal, inside))):
        raise ValueError(f"{brief(answer)} is no slice of output: use whole numbers, colons and ... alone, {EXAMPLE}.")
    return ast.unparse(whole)


def _is_literal(part: ast.AST) -> bool:
    """Whether a part of an index is a whole number, a colon, dots, or what holds them together."""
    return type(part.value) in (int, EllipsisType) if isinstance(part, ast.Constant) else isinstance(part, LITERALS)


def _taken(code: str, output: Tensor) -> Tensor:
    """The slice, as `read_slice` let it through: there is nothing in it but an index."""
    taken: Tensor = eval(code, {"__builtins__": {}}, {"output": output})
    return taken


def _same_numbers(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors hold the same numbers, but for axes of 1."""
    return close(a.squeeze(), b.squeeze())
