"""Mistakes of a lecturer's own, taken like the built-in ones: each is told at once if it could not be shown."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rnnlib.engine.packing.mistakes import MISTAKES, Mistake, names_made
from rnnlib.spec.arguments import brief, check_flag


def mistakes_of(given: Any) -> tuple[Mistake, ...]:
    """Mistakes as they can be given: the name of one of `MISTAKES`, a dict of a `Mistake`'s fields, or a `Mistake`.

    Raises:
        TypeError, ValueError: one that cannot be run, in a sentence.

    Example:
        >>> own = {"name": "mine", "title": "…", "code": "last = padded[-1]", "cure": "last = padded[lengths - 1]"}
        >>> [mistake.name for mistake in mistakes_of(["last_step", own])]
        ['last_step', 'mine']
    """
    if isinstance(given, str | Mapping | Mistake) or not isinstance(given, Iterable):
        raise TypeError(f"mistakes must be a list of them, as in ['last_step'], not {brief(given)}.")
    mistakes = tuple(map(_mistake, given))
    for name, count in Counter(mistake.name for mistake in mistakes).items():
        if count > 1:
            raise ValueError(f"{count} mistakes have the name {name!r}: give each its own.")
    return mistakes


def named(name: str, mistakes: Iterable[Mistake]) -> Mistake:
    """The mistake of a name.

    Raises:
        ValueError: there is none.
    """
    known = {mistake.name: mistake for mistake in mistakes}
    if name not in known:
        raise ValueError(f"there is no mistake {brief(name)}: there are {', '.join(known)}.")
    return known[name]


def _mistake(given: Any) -> Mistake:
    if isinstance(given, str):
        return named(given, MISTAKES)
    fields = {field.name: field for field in dataclasses.fields(Mistake)}
    needed = [name for name, field in fields.items() if field.default is dataclasses.MISSING]
    if isinstance(given, Mapping):
        if foreign := [name for name in given if name not in fields]:
            raise ValueError(f"a mistake has no {brief(foreign[0])}: it has {', '.join(fields)}.")
        if lacking := [name for name in needed if name not in given]:
            raise ValueError(f"the mistake {brief(dict(given))} lacks its {lacking[0]}: give {', '.join(needed)}.")
        given = Mistake(**given)
    if not isinstance(given, Mistake):
        raise TypeError(f"a mistake is a name, or a dict with {', '.join(needed)}, not {brief(given)}.")
    for name in (*needed, "why"):
        value = getattr(given, name)
        if not isinstance(value, str) or not (value.strip() or name == "why"):
            raise TypeError(f"a mistake's {name} must be a text, not {brief(value)} ({type(value).__name__}).")
    check_flag("a mistake's batch_first", given.batch_first)
    return _comparable(given)


def _comparable(mistake: Mistake) -> Mistake:
    """Refuse a cure that cannot be run, or that makes something else than the code does."""
    try:
        made = names_made(mistake.cure)
    except SyntaxError as error:
        raise ValueError(f"the cure of the mistake {mistake.name!r} is no Python: {error.msg}.") from None
    if not made:
        raise ValueError(
            f"the cure of the mistake {mistake.name!r} makes nothing: end it with a line such as last = …."
        )
    with contextlib.suppress(SyntaxError):  # which may be the very mistake
        if made[-1] not in names_made(mistake.code):
            raise ValueError(
                f"the mistake {mistake.name!r} makes no {made[-1]}, which its cure makes: let both call it the same."
            )
    return mistake
