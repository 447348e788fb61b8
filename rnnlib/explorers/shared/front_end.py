"""The front-end files as anywidget takes them: one module and one style sheet a widget."""

from __future__ import annotations

import functools
import re
from pathlib import Path

SHARED = Path(__file__).parent
# Whatever takes something from another file, as `import(blob)` does not; and the one way that can be inlined.
ANY_IMPORT = re.compile(
    r"^[ \t]*import\b[^;]*;?.*$|\bimport\s*\((?!blob\))|^[ \t]*export\s*[*{][^;]*\bfrom\b.*$", re.MULTILINE
)
IMPORT = re.compile(r'import \{\s*(?:\w+,\s*)*\w+,?\s*\} from "(?P<path>\.{1,2}/[\w./]+\.js)";')


@functools.cache
def module(file: Path) -> str:
    """A view's file with the files that it imports put in the place of their import statements, each once.

    Raises:
        ValueError: an import that is not ``import { one, two } from "./file.js";``: inlined, it would mean another.

    Example:
        >>> "import {" in module(SHARED / "copyable_snippet.js")
        False
    """
    return _inlined(file.resolve(), set())


def _inlined(file: Path, done: set[Path]) -> str:
    if file in done:
        return ""
    done.add(file)

    def put(found: re.Match[str]) -> str:
        told = IMPORT.fullmatch(found[0])
        if told is None:
            raise ValueError(
                f'{file.name} has {found[0].strip()!r}, which cannot be inlined: write import {{ name }} from "./a.js";'
            )
        return _inlined((file.parent / told["path"]).resolve(), done)

    return ANY_IMPORT.sub(put, file.read_text(encoding="utf-8"))


@functools.cache
def style(*files: Path) -> str:
    """The palette and the frame that all share, then the view's own style sheet.

    Example:
        >>> style().startswith("/* The frame of every explorer")
        True
    """
    every = (SHARED / "frame.css", *files)
    return "\n".join(file.read_text(encoding="utf-8") for file in every)
