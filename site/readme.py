"""What the READMEs say, said once: where the project is published, the lessons' questions, and pages of the site."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
LINKS = re.findall(r"^\[[\w-]+\]: \S+$", README, re.MULTILINE)
REPOSITORY = README.partition("\n[binder]: https://mybinder.org/v2/gh/")[2].partition("/HEAD")[0]  # its owner and name


SECTIONS = {  # a page of the site: its title, and the heading in the README
    "install": ("Install the course", "Start"),
    "teaching": ("Teaching with it", "Teaching with it"),
    "names": ("The explorer in three lines", "The explorer in three lines"),
}
PLACES = {"teaching/README.md": "lecturers.md", "../README.md": "teaching.md"}  # where a link leads in the site


def from_readmes() -> dict[str, str]:
    """The pages that the READMEs have, by name."""
    made = {name: f"# {title}\n\n{section(heading)}" for name, (title, heading) in SECTIONS.items()}
    return made | {"lecturers": _linked((ROOT / "teaching" / "README.md").read_text("utf-8"))}


def section(heading: str) -> str:
    """What stands under a heading of the README.

    Raises:
        RuntimeError: there is no such heading.
    """
    text = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    if not text:
        raise RuntimeError(f"README.md has no section {heading!r}, and a page of the site shows it.")
    return _linked(text)


def _linked(text: str) -> str:
    """The text with its links to lessons and to pages of the site, and else to the project's files."""

    def lead(link: re.Match[str]) -> str:
        to = link[1].removeprefix("notebooks/")
        is_here = to in PLACES or to.endswith(".ipynb") or "://" in to
        return f"]({PLACES.get(to, to) if is_here else f'https://github.com/{REPOSITORY}/blob/HEAD/{to}'})"

    return "\n".join((re.sub(r"\]\(([^)#]+)\)", lead, text).strip(), "", *LINKS, ""))


def questions() -> dict[str, str]:
    """The question that each lesson asks."""
    return dict(re.findall(r"^\| \[(\d\d_\w+)\]\([^)]*\) \| (.*?) \|", README, re.MULTILINE))
