"""What the README says, said once: where the project is published, the lessons' questions, and pages of the site."""

from __future__ import annotations

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
LINKS = re.findall(r"^\[[\w-]+\]: \S+$", README, re.MULTILINE)
REPOSITORY = README.partition("\n[binder]: https://mybinder.org/v2/gh/")[2].partition("/HEAD")[0]  # its owner and name


def section(heading: str) -> str:
    """What stands under a heading; its links lead to lessons of the site, and else to the project's files.

    Raises:
        RuntimeError: the README has no such heading.
    """
    text = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    if not text:
        raise RuntimeError(f"README.md has no section {heading!r}, and a page of the site shows it.")
    text = re.sub(r"\]\(notebooks/([\w.]+)\)", r"](\1)", text)
    file = f"https://github.com/{REPOSITORY}/blob/HEAD"
    text = re.sub(r"\]\((?!https?:|\w+\.ipynb\))([\w./]+)\)", rf"]({file}/\1)", text)
    return "\n".join((text.strip(), "", *LINKS, ""))


def questions() -> dict[str, str]:
    """The question that each lesson asks."""
    return dict(re.findall(r"^\| \[(\d\d_\w+)\]\([^)]*\) \| (.*?) \|", README, re.MULTILINE))
