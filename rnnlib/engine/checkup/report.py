"""What a checkup found: a finding for each question, the layers, and the causes that the findings together name."""

from __future__ import annotations

import ast
import dataclasses
import textwrap
from typing import Any

MARKS = {True: "✓", False: "✗", None: "–"}


@dataclasses.dataclass(frozen=True, eq=False)
class Finding:
    """The answer to one question about a model.

    Attributes:
        name: of the question, such as ``batch``.
        holds: True, False, or None where the question does not arise or cannot be decided.
        sentence: what was seen.
        evidence: the numbers that were seen, as tensors, tuples and frozen values; see `checkup`. None without any.
        cure: what to do about it; "" where nothing is wrong.
        lesson: the lesson and its section that teach it; "" where nothing is wrong.
    """

    name: str
    holds: bool | None
    sentence: str
    evidence: Any = None
    cure: str = ""
    lesson: str = ""

    def __repr__(self) -> str:
        return f"{MARKS[self.holds]} {self.name:<11} {self.sentence}"


@dataclasses.dataclass(frozen=True)
class Cause:
    """What the findings together point to.

    Attributes:
        sentence: what is wrong, and where in the model.
        write: what to write instead, as code, with comments; or what to do, in a sentence.
        lesson: the lesson and its section that teach it.
        sure: the experiments leave no other cause that is known here.
        question: the one whose finding names it.
    """

    sentence: str
    write: str
    lesson: str
    sure: bool = True
    question: str = ""

    @property
    def is_code(self) -> bool:
        """Whether `write` is Python, and no sentence.

        Example:
            >>> Cause("", "h_n[-1]  # the last", "").is_code, Cause("", "Take the last one.", "").is_code
            (True, False)
        """
        try:
            ast.parse(self.write)
        except SyntaxError:
            return False
        return True


@dataclasses.dataclass(frozen=True)
class LayerCall:
    """How a recurrent layer was called.

    Attributes:
        path: of the layer in the model; "" of the model itself.
        kind: such as ``LSTM``.
        calls: how often it was called.
        shape: of x at its first call; of what was packed, padded again.
        axes: what the axes are, by experiment: ``batch``, ``seq_len``, both as in ``batch*seq_len``, or "".
        reads: what the layer takes them for.
        packed: whether x was packed.
        state_given: whether a state was handed in, at the first call and at a later one.
        dropout: the layer's, if it has a single layer and so does nothing with it; else 0.
        uses: which of ``output`` and ``h_n`` the result depends on, by gradient; of h_n the rows.
        made: the layer as code makes it.
        fault: what is wrong, in a sentence; "" if nothing.
    """

    path: str
    kind: str
    calls: int
    shape: tuple[int, ...]
    axes: tuple[str, ...]
    reads: tuple[str, ...]
    packed: bool
    state_given: tuple[bool, bool]
    dropout: float
    uses: tuple[str, ...]
    made: str
    fault: str


@dataclasses.dataclass(frozen=True, eq=False)
class Checkup:
    """What a checkup found. ``report["batch"]`` is one finding; the repr has them all, and no time.

    Attributes:
        model: the name of the model's class.
        findings: one for each question, in their order.
        causes: what the findings that do not hold point to, the likeliest first.
        layers: how each recurrent layer was called.
        sequences: which of the batch's sequences were asked, by their index.
        steps: which steps were asked about, by their index.
        part: which of them are only a part, in a sentence; "" where all were asked.
        notes: what looks odd and may be meant, a sentence each.
        runs: how often a copy of the model was called.
        seconds: what all of it took.
    """

    model: str
    findings: tuple[Finding, ...]
    causes: tuple[Cause, ...]
    layers: tuple[LayerCall, ...]
    sequences: tuple[int, ...]
    steps: tuple[int, ...]
    part: str
    notes: tuple[str, ...]
    runs: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether no question was answered with no."""
        return all(finding.holds is not False for finding in self.findings)

    def __getitem__(self, name: str) -> Finding:
        for finding in self.findings:
            if finding.name == name:
                return finding
        names = ", ".join(finding.name for finding in self.findings)
        raise KeyError(f"there is no question {name!r}: the questions are {names}.")

    @property
    def head(self) -> str:
        """How many of the questions were answered, and how many with no."""
        failed = sum(finding.holds is False for finding in self.findings)
        answered = sum(finding.holds is not None for finding in self.findings)
        count = f"{answered} of {len(self.findings)} questions answered"
        return f"checkup of {self.model}: {f'{count}, {failed} with no' if failed else f'nothing found, {count}'}"

    def __repr__(self) -> str:
        lines = [self.head, *(f"! {note}" for note in self.notes)]
        lines += [self.part] if self.part else []
        runs = self.findings[0].holds is not False
        lines += [repr(finding) for finding in self.findings[: None if runs else 1]]
        if len(self.causes) > 1 and not self.causes[0].sure:
            lines.append("The evidence leaves more than one cause, the likeliest first:")
        for cause in self.causes:
            lines += [f"→ {cause.sentence}"] if runs else []
            write = textwrap.indent(cause.write, " " * len("  Write: ")).lstrip()
            lines += [f"  Write: {write}" if cause.is_code else f"  {write}", f"  Lesson {cause.lesson}"]
        return "\n".join(lines)
