"""`make site`: the course as a web edition, every explorer alive with no kernel.

Run as ``python site/build.py [--to FOLDER] [NOTEBOOK ...]``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Template

import nbformat
from lesson import lesson_page, once
from readme import REPOSITORY, from_readmes, questions, section
from sphinx.cmd.build import build_main

from rnnlib import LayerSpec, ShapeExplorer

HERE = Path(__file__).parent
ROOT = HERE.parent
MEASURES = "08_live_on_the_gpu"  # it times layers, and nothing else may run meanwhile
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def main() -> int:
    """Write the site of all lessons, or of those named; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description="Build the web edition of the course.")
    parser.add_argument("notebooks", nargs="*", type=Path, default=LESSONS)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "site", help="the folder that is written anew")
    given = parser.parse_args()
    if given.to.exists() and any(given.to.iterdir()) and not (given.to / ".buildinfo").exists():
        parser.error(f"{given.to} is there, and is no site: name another folder.")
    pages = given.to.with_name(f"{given.to.name}-pages")  # what Sphinx reads
    for folder in (pages, given.to):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        write_lessons(given.notebooks, pages)
        write_others(given.notebooks, pages)
    except RuntimeError as error:
        print(f"The site is not built. {error}", file=sys.stderr)
        return 1
    shutil.copytree(ROOT / "notebooks", given.to / "notebooks", ignore=shutil.ignore_patterns(".*"))
    strict = ["-W", "--keep-going"] if given.notebooks == LESSONS else []  # some alone link to what is not there
    return build_main(["-q", *strict, "-c", str(HERE), "-d", str(pages / ".doctrees"), str(pages), str(given.to)])


def write_lessons(lessons: list[Path], pages: Path) -> None:
    """Write what Sphinx reads of each lesson."""
    ways = Template((HERE / "ways.html").read_text("utf-8"))

    def write(path: Path) -> None:
        page = lesson_page(path, ways.substitute(name=path.stem, repository=REPOSITORY))
        nbformat.write(page, pages / path.name)
        print(path.name, flush=True)

    together = [path for path in reversed(lessons) if path.stem != MEASURES]  # the later ones take longest
    with ThreadPoolExecutor(2) as pool:  # each waits for a kernel of its own
        list(pool.map(write, together))
    for path in set(lessons) - set(together):
        write(path)


def write_others(lessons: list[Path], pages: Path) -> None:
    """Write the start page, with one explorer and the map of the lessons, and the pages that the READMEs have."""
    explorer = ShapeExplorer(
        LayerSpec("LSTM", input_size=12, hidden_size=16),
        controls=("seq_len", "batch", "hidden_size"),
        question="which tensors grow with seq_len, and which never do?",
        solution="`input` and `output` have an entry a step. The states `h_0`, `c_0`, `h_n`, `c_n` never grow with it:"
        " they are a memory of fixed size.",
    )
    (pages / "start.html").write_text(once(explorer.as_html(), set()), "utf-8")
    start = Template((HERE / "start.md").read_text("utf-8")).substitute(
        lessons="\n".join(f"- [{_title(path)}]({path.name})\\\n  {questions()[path.stem]}" for path in lessons),
        names="\n".join(path.stem for path in lessons),
        wrong=section("Your model runs, and is wrong?"),
    )
    (pages / "index.md").write_text(start, "utf-8")
    for name, text in from_readmes().items():
        (pages / f"{name}.md").write_text(text, "utf-8")


def _title(lesson: Path) -> str:
    """A lesson's title, without the sign of a heading."""
    return nbformat.read(lesson, as_version=4).cells[0].source.partition("\n")[0].removeprefix("# ")


if __name__ == "__main__":
    sys.exit(main())
