"""What the README says, said once: where the project is published, the lessons' questions, and pages of the site."""

from __future__ import annotations

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
LINKS = re.findall(r"^\[[\w-]+\]: \S+$", README, re.MULTILINE)
BINDER = "https://mybinder.org/v2/gh/"  # and owner/name, here as in the README's link
REPOSITORY = README.partition(f"\n[binder]: {BINDER}")[2].partition("/HEAD")[0]
SOURCE = f"https://github.com/{REPOSITORY}"
PAGES = {"install": "Start", "names": "The explorer in three lines", "teaching": "Teaching with it"}


def page_of(heading: str) -> str:
    """A section of the README as a page: its links lead to lessons of the site, and else to the project's files."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    section = re.sub(r"\]\(notebooks/([\w.]+)\)", r"](\1)", section)
    section = re.sub(r"\]\((\w+/[\w./]*|[A-Z]+(?:\.md)?)\)", rf"]({SOURCE}/blob/HEAD/\1)", section)
    return "\n".join((f"# {heading}", section, *LINKS, ""))


def questions() -> dict[str, str]:
    """The question that each lesson asks."""
    return dict(re.findall(r"^\| \[(\d\d_\w+)\]\([^)]*\) \| (.*?) \|", README, re.MULTILINE))
