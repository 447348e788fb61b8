"""`make site`: the course as a web edition, every explorer alive with no kernel.

    python site/build.py [--to FOLDER] [NOTEBOOK ...]
"""

from __future__ import annotations

import argparse
import shutil
import string
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from lesson import lesson_page, once
from readme import BINDER, PAGES, REPOSITORY, SOURCE, page_of, questions
from sphinx.cmd.build import build_main

from rnnlib import LayerSpec, ShapeExplorer

HERE = Path(__file__).parent
ROOT = HERE.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def main() -> int:
    """Write the pages of all lessons, or of those named; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description="Build the web edition of the course.")
    parser.add_argument("notebooks", nargs="*", type=Path, default=LESSONS)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "site", help="the folder that is written anew")
    given = parser.parse_args()
    pages = given.to.with_name(given.to.name + "-pages")  # what Sphinx reads
    for folder in (pages, given.to):
        shutil.rmtree(folder, ignore_errors=True)
    pages.mkdir(parents=True)
    try:
        with ThreadPoolExecutor(2) as pool:  # each waits for a kernel of its own
            list(pool.map(lambda path: write_lesson(path, pages), given.notebooks))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    write_others(pages, given.notebooks)
    strict = ["-W", "--keep-going"] if given.notebooks == LESSONS else []  # some alone link to what is not there
    failed = build_main(["-q", *strict, "-c", str(HERE), "-d", str(pages / ".doctrees"), str(pages), str(given.to)])
    (given.to / "notebooks").mkdir(exist_ok=True)
    for path in given.notebooks:
        shutil.copy(path, given.to / "notebooks")
    return failed


WAYS = """
<div class="ways">
<a class="way" href="notebooks/{name}.ipynb" download>Download the notebook</a>
<a class="way" href="{binder}{repository}/HEAD?urlpath=lab/tree/notebooks/{name}.ipynb">Open on Binder</a>
<a class="way" href="https://colab.research.google.com/github/{repository}/blob/HEAD/notebooks/{name}.ipynb">Open in Colab</a>
<p>On this page every explorer and every card is alive, and shows what torch computed when the page was made. Code is here to
read and copy: to run and change it, <a href="install.html">open the notebook in JupyterLab</a>, or on Binder, where all is
installed; in Colab, run first <code>!pip install git+{source}</code>.</p>
</div>"""


def write_lesson(path: Path, pages: Path) -> None:
    """Write a lesson's page."""
    ways = WAYS.format(name=path.stem, binder=BINDER, repository=REPOSITORY, source=SOURCE)
    nbformat.write(lesson_page(path, ways), pages / path.name)
    print(path.name, flush=True)


def write_others(pages: Path, notebooks: list[Path]) -> None:
    """Write the start page, with one explorer and the map of lessons, and those that the README has."""
    for name, heading in PAGES.items():
        (pages / f"{name}.md").write_text(page_of(heading), "utf-8")
    spec = LayerSpec("LSTM", input_size=12, hidden_size=16)
    explorer = ShapeExplorer(spec, seq_len=8, batch=3, controls=("seq_len", "batch", "hidden_size"))
    (pages / "start.html").write_text(once(explorer.as_html(), set()), "utf-8")
    names = [path.stem for path in notebooks]
    cards = [f"- [{title_of(path)}]({path.name})\\\n  {questions()[path.stem]}" for path in notebooks]
    start = string.Template((HERE / "start.md").read_text("utf-8"))
    wrong = page_of("Your model runs, and is wrong?").partition("\n\n")[2]
    (pages / "index.md").write_text(start.substitute(lessons="\n".join(cards), names="\n".join(names), wrong=wrong))


def title_of(notebook: Path) -> str:
    """A lesson's title, without the sign of a heading."""
    return nbformat.read(notebook, as_version=4).cells[0].source.partition("\n")[0].lstrip("# ")


if __name__ == "__main__":
    sys.exit(main())
