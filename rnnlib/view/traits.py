"""Traits whose values pass a check that raises a sentence in the learner's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from rnnlib.spec.sizes import check_flag, check_size


class Checked(traitlets.TraitType):  # type: ignore[type-arg]
    """A trait that takes what ``check(name, value)`` gives back, and raises what it raises."""

    def __init__(self, default: Any, check: Callable[[str, Any], Any]) -> None:
        super().__init__(default)
        self.check = check

    def validate(self, obj: Any, value: Any) -> Any:
        """Give back what the check gives back."""
        return self.check(self.name or "value", value)


def size(default: int) -> Any:
    """A synced trait for a whole number of at least 1."""
    return Checked(default, check_size).tag(sync=True)


def flag(default: bool) -> Any:
    """A synced trait that is True or False."""
    return Checked(default, check_flag).tag(sync=True)
