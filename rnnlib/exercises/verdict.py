"""What a check says to an answer: a sentence for who wrote it, and for a grader whether it is right."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, repr=False)
class Verdict:
    """What `check` returns: true where the answer is right. Its repr is its sentence.

    Attributes:
        slip: what went wrong, by a short name that stays the same; "" where the answer is right.
        sentence: what is said to the learner: "Right…" or "Not yet…".

    Example:
        >>> verdict = Verdict("shape", "Not yet: it should be (7, 5, 12).")
        >>> bool(verdict), verdict
        (False, Not yet: it should be (7, 5, 12).)
    """

    slip: str
    sentence: str

    def __bool__(self) -> bool:
        return not self.slip

    def __repr__(self) -> str:
        return self.sentence


class SlipError(Exception):
    """An answer is not right yet.

    Args:
        name: of the slip.
        sentence: to the learner, as it goes on after "Not yet: ".
    """

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name, self.sentence = name, sentence
