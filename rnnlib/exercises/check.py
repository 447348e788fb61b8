"""A lesson's exercise checked in one call, for the learner and for a grader."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch

from rnnlib.exercises.lessons.judges import JUDGES
from rnnlib.exercises.verdict import SlipError, Verdict
from rnnlib.spec.arguments import brief


def check(lesson: str, answer: Any) -> Verdict:
    """Say whether an exercise is solved, and if not, which slip it was.

    What the exercise asks for is given itself, most often a function: it is called with new tensors, always the same
    ones, whose results are compared with torch's own. What it prints does not count.

    Args:
        lesson: its number, such as ``"02"``.
        answer: what the exercise asks for.

    Returns:
        A `Verdict`, which is true where the answer is right: ``assert check("02", hear)`` grades it. Its `slip` is a
        short name of what went wrong, "" for nothing. Whatever was given, nothing is raised.

    Example:
        >>> check("08", 4 * 64 * (12 + 64))
        Right: about twenty thousand, a few microseconds of one core: no more than starting a dozen operations.
        >>> verdict = check("08", 64 * (12 + 64))
        >>> bool(verdict), verdict.slip, verdict
        (False, 'one gate', Not yet: that is one gate's. How many has an LSTM?)
    """
    judge = JUDGES.get(lesson) if isinstance(lesson, str) else None
    if judge is None:
        known = ", ".join(f'"{number}"' for number in JUDGES)
        return Verdict("unknown lesson", f"Not yet: {brief(lesson)} is no lesson with an exercise. These are: {known}.")
    with _undisturbed():
        try:
            return Verdict("", judge(answer))
        except SlipError as slip:
            return Verdict(slip.name, f"Not yet: {slip.sentence}")
        except Exception as error:  # noqa: BLE001 - an answer can be odd in more ways than anyone foresees
            said = " ".join(str(error).split())
            return Verdict("odd", f"Not yet: the answer cannot be compared. {type(error).__name__}: {said[:160]}")


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """The same random numbers at every check, on one thread, the quickest for so little; both as before, afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(0)
            yield
    finally:
        torch.set_num_threads(threads)
