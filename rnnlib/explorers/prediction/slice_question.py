"""A slice of output, asked for: which one holds the same numbers as a row of h_n?"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from rnnlib.engine.closeness import close
from rnnlib.explorers.prediction.answer import MOST_TEXT, quoted
from rnnlib.explorers.prediction.misconceptions import Misconception
from rnnlib.explorers.prediction.question import NOT_TORCHS, LayerQuestion, Truth
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief
from rnnlib.spec.shapes import data_shapes

EXAMPLE = "such as output[1, :, 2:3]"
NUMBER = "-?(?:0+|[1-9][0-9]{0,14})"
PART = rf"(?:\.\.\.|{NUMBER}|(?:{NUMBER})?:(?:{NUMBER})?(?::(?:{NUMBER})?)?)"
ONE_DOTS = r"(?![^\]]*\.\.\.[^\]]*\.\.\.)"  # of two in one index torch makes what no one means
SLICE = rf"output(?:\[{ONE_DOTS}{PART}(?:,{PART})*\])*"
PROBLEMS = {
    "long": f"{{shown}} is too long for a slice {EXAMPLE}.",
    "nothing": f"nothing was given: type a slice, {EXAMPLE}.",
    "other": f"{{shown}} is no slice of output: use whole numbers, colons and ... alone, {EXAMPLE}.",
}
RAISES = Misconception("it raises", "{code} raises {error}.")
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
    def _places(self) -> Tensor:
        """The places in output, numbered: which of them an answer takes says more than the numbers that stand there.

        The real layer must bear out that those in the right slice hold h_n's row.
        """
        output, row = self.result.output, self.result.h_n[self.row]
        if not close(_taken(self._at(self.end, self.half), output).squeeze(), row.squeeze()):
            raise ValueError(NOT_TORCHS)
        return torch.arange(output.numel(), device="cpu").view(output.shape)

    @property
    def truth(self) -> Truth:
        """The slice that the rules give, once the real layer has borne it out."""
        _ = self._places
        why = "the layer ends at the last step"
        if self.spec.bidirectional:
            end, half = ("step 0", "second") if self.way == "backward" else ("the last step", "first")
            why = f"the {self.way} direction ends at {end}, and its half is the {half}"
        return Truth(self._at(self.end, self.half), why)

    def slip(self, answer: str) -> Misconception | None:
        """What was mixed up, if anything."""
        places = self._places
        try:
            taken = _taken(answer, places)
        except (IndexError, ValueError, TypeError, RuntimeError) as error:
            said = f"{type(error).__name__}: {str(error).splitlines()[0].rstrip('.')}"
            return Misconception(RAISES.name, RAISES.sentence.format(code=answer, error=said))
        right = _taken(self._at(self.end, self.half), places)
        if _same_places(taken, right):
            return None
        for name, wrong in self.slips():
            if _same_places(taken, _taken(wrong, places)):
                return self._mix_up(name)
        shape = tuple(taken.shape) if taken.squeeze().shape != right.squeeze().shape else None
        return self._other(shape)

    def _mix_up(self, name: str) -> Misconception:
        axes = ", ".join(data_shapes(self.spec, self.seq_len, self.batch)["output"].axes[:2])
        who = "this direction" if self.spec.bidirectional else "the layer"
        said = MIX_UPS[name].format(name=self.equals, direction=self.way, who=who, axes=f"({axes}, …)")
        return Misconception(name, said)

    def _other(self, shape: Any) -> Misconception:
        """What fits no slip: of another shape, or None where the shape is right."""
        if shape is None:
            return Misconception(
                "other numbers", f"The shape is right, and the numbers are not those of {self.equals}."
            )
        right = tuple(self.result.h_n[self.row].shape)
        return Misconception("other shape", f"Its shape is {shape}, and that of {self.equals} is {right}.")

    def recorded(self) -> dict[str, Any]:
        """The right slice, the wrong ones that are known, and what to say to any other."""
        right, shape = self.truth.says, tuple(self._places.shape)
        return {
            "kind": "slice",
            "problems": PROBLEMS,
            "right": right,
            "shape": shape,
            "wrong": [(code, self._mix_up(name)) for name, code in self.slips()],
            "other_shape": self._other("{shape}"),
            "other_numbers": self._other(None),
            "raises": RAISES,
        }

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
        raise ValueError(PROBLEMS["long"].format(shown=quoted(answer)))
    text = unicodedata.normalize("NFKC", answer).replace("−", "-").replace("…", "...").strip("\"'“”‘’` \n")
    if not text:
        raise ValueError(PROBLEMS["nothing"])
    text = text if text.startswith("output") else f"output{text}" if text[0] == "[" else f"output[{text}]"
    tight = re.sub(r"\s*([][,:.-])\s*", r"\1", text).replace(",]", "]")
    if not re.fullmatch(SLICE, tight):
        raise ValueError(PROBLEMS["other"].format(shown=quoted(answer)))
    return tight.replace(",", ", ")


def _taken(code: str, output: Tensor) -> Tensor:
    """The slice, as `read_slice` let it through: there is nothing in it but an index."""
    taken: Tensor = eval(code, {"__builtins__": {}}, {"output": output})
    return taken


def _same_places(a: Tensor, b: Tensor) -> bool:
    """Whether two slices take the same places in the same order, but for axes of 1."""
    return torch.equal(a.squeeze(), b.squeeze())
