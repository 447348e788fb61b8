"""What a class has answered, as small files that anyone can read: a line of JSON an answer, a file a learner."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ENDING = ".jsonl"
NO_ANSWER = "no answer"  # the slip of what cannot be read as one
MOST_BYTES = 1_000_000  # of a file: no learner types as much


class Answer(NamedTuple):
    """One answer to a card.

    Attributes:
        typed: what was typed or chosen.
        when: in UTC, such as ``"2026-03-02T09:30:00.123456+00:00"``.
        slip: the misconception behind it by its short name, "" where it is right, `NO_ANSWER` where it was none.
        said: the sentence to that slip.
        card: the question, as the card's text has it.
    """

    typed: str
    when: str
    slip: str
    said: str
    card: str


def place_for(given: Any) -> Path:
    """The file that this learner's answers go to.

    Args:
        given: a file that ends in ``.jsonl``, or a folder, in which everyone gets a file: it is named after the user,
            and tells apart two machines and two notebooks, but not two starts of the kernel.

    Raises:
        TypeError: it names neither.

    Example:
        >>> place_for("answers/ann.jsonl").name
        'ann.jsonl'
    """
    if not isinstance(given, str | os.PathLike) or not str(given).strip():
        raise TypeError(f"answers is a folder, or a file that ends in {ENDING}, not {given!r:.60}.")
    place = Path(given).expanduser()
    if place.suffix == ENDING:
        return place
    user = re.sub(r"[^\w.-]", "_", os.environ.get("JUPYTERHUB_USER") or _login())
    where = f"{platform.node()} {os.environ.get('JPY_SESSION_NAME', '')}"  # the notebook's path, as Jupyter says it
    return place / f"{user}-{hashlib.sha256(where.encode()).hexdigest()[:8]}{ENDING}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name
        return "learner"


def append(file: Path, answers: Sequence[Answer]) -> None:
    """Write answers at the end of a file. Its folder is made where only that is missing.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(exist_ok=True)
    lines = "".join(json.dumps(answer._asdict(), ensure_ascii=False) + "\n" for answer in answers)
    with file.open("ab") as opened:  # at the end, in one piece, whoever else writes
        opened.write(lines.encode(errors="backslashreplace"))  # half an emoji, say


def read(file: Path) -> tuple[list[Answer], str]:
    """The answers in a file, each once, and what is wrong with it in a sentence, "" if nothing.

    Example:
        >>> read(Path("nowhere.jsonl"))
        ([], 'nowhere.jsonl cannot be read: No such file or directory.')
    """
    if file.exists() and not file.is_file():
        return [], f"{file} is no file."
    try:
        size = file.stat().st_size
        text = "" if size > MOST_BYTES else file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        return [], f"{file} cannot be read: {why}."
    if size > MOST_BYTES:
        return [], f"{file} has {size:,} bytes, too many for one learner's answers."
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return [], f"{file} is empty: no answer was given."
    found = [_answer(line) for line in lines]
    answers = list(dict.fromkeys(answer for answer in found if answer))
    if not answers:
        return [], f"{file} holds no answer that a card has written."
    if None in found:
        return answers, f"{file} is damaged in line {found.index(None) + 1}: its other answers count."
    return answers, f"{file} has the same lines twice: they count once." if len(answers) < len(found) else ""


def _answer(line: str) -> Answer | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(told, dict) and all(isinstance(told.get(name), str) for name in Answer._fields)
    return Answer(*(told[name] for name in Answer._fields)) if whole else None
