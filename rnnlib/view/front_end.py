"""The front-end files as anywidget takes them: one module and one style sheet a widget."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<name>[\w.]+)";\n', re.MULTILINE)


def module(name: str) -> str:
    """A view's file with the files that it imports put in the place of their import lines, each once.

    Example:
        >>> "import {" in module("prediction_card.js")
        False
    """
    return _inlined(name, set())


def _inlined(name: str, done: set[str]) -> str:
    if name in done:
        return ""
    done.add(name)
    return IMPORT.sub(lambda line: _inlined(line["name"], done), (HERE / name).read_text(encoding="utf-8"))


def style(*names: str) -> str:
    """The palette that all share, then the view's own style sheets.

    Example:
        >>> style().startswith("/* The palette")
        True
    """
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("palette.css", *names))
