"""A lesson as slides and as a page, each one file that fetches nothing, its views alive, made as the site's pages."""

from __future__ import annotations

import base64
import copy
import mimetypes
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.writers.html5 import HTML5Translator
from sphinx_revealjs.writers import RevealjsSlideTranslator

HERE = Path(__file__).parent
SITE = HERE.parent / "site"
STATIC = [str(SITE / "static"), str(HERE / "static")]
sys.path.insert(0, str(SITE))

from lesson import VIEW, lesson_page  # noqa: E402 - of the site

WAYS = "*This page is one file, alive without a kernel or a network. Its code is here to read: it runs in JupyterLab.*"
CARD = 'data-view="prediction"'  # which leaves room for the text before it
NEW_SLIDE = "```{revealjs-break}\n```"
VIEW_ALONE = "```{revealjs-break}\n:notitle:\n```"
LESSON = re.compile(r"\[([^\]]+)\]\((\d\d_\w+)\.ipynb[^)]*\)")  # a link to a lesson
FILE = re.compile(r'\b(src|href)="(_static/[^"?]+)[^"]*"')  # a file beside a page, as the page's HTML names it

# What is other than in the site.
PAGES = {"html_static_path": STATIC, "html_css_files": ["site.css", "page.css"], "html_sidebars": {"**": []}}
SLIDES = {
    "extensions": ["myst_nb", "sphinx_revealjs"],
    "nb_mime_priority_overrides": [("revealjs", "text/html", 1), ("revealjs", "text/plain", 2)],
    "revealjs_static_path": STATIC,
    "revealjs_style_theme": "slides.css",
    "revealjs_js_files": [("site.js", {"defer": "defer"})],
    "revealjs_script_files": ["revealjs/dist/reveal.js", "slides.js"],
    "revealjs_script_conf": {
        "width": 1280,
        "height": 720,
        "margin": 0,
        "center": False,
        "hash": True,
        "navigationMode": "linear",
        "progress": False,
        "slideNumber": "h.v",
        "touch": False,  # a finger moves a view's controls
        "transition": "none",
    },
}


class SlideWriter(RevealjsSlideTranslator):
    """Writes slides whose code is coloured as the pages' is, when they are made."""

    visit_literal_block = HTML5Translator.visit_literal_block
    depart_literal_block = HTML5Translator.depart_literal_block


def write(lessons: list[Path], folder: Path) -> None:
    """Run the lessons, and write the page and the slides of each.

    Raises:
        RuntimeError: a lesson does not run; it names the cell.
    """

    def run(path: Path) -> NotebookNode:
        print(path.stem, flush=True)
        return linked(lesson_page(path, WAYS, stored=False), {path.stem for path in lessons})

    with ThreadPoolExecutor(2) as pool:  # each waits for a kernel of its own
        pages = {path.stem: page for path, page in zip(lessons, pool.map(run, lessons), strict=True)}
    slides = {name: by_slides(page) for name, page in pages.items()}
    for kind, made in (("pages", built(pages, "html", PAGES)), ("slides", built(slides, "revealjs", SLIDES))):
        for name, html in made:
            (folder / kind / f"{name}.html").write_text(html, "utf-8")


def built(notebooks: dict[str, NotebookNode], builder: str, how: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What Sphinx makes of notebooks: their names, and the HTML of each in one file."""
    how = how | {"root_doc": next(iter(notebooks)), "suppress_warnings": ["toc.not_included"]}
    with tempfile.TemporaryDirectory() as temporary:
        source, result, trees = (Path(temporary, name) for name in ("source", "result", "trees"))
        source.mkdir()
        for name, notebook in notebooks.items():
            nbformat.write(notebook, source / f"{name}.ipynb")
        with patch_docutils(str(SITE)), docutils_namespace():
            app = Sphinx(source, SITE, result, trees, builder, how, status=None)
            app.set_translator("revealjs", SlideWriter)
            app.build()
        for name in notebooks:
            yield name, in_one_file(result / f"{name}.html")


def linked(page: NotebookNode, lessons: set[str]) -> NotebookNode:
    """The notebook, in which a link to a lesson that is not among these is its text alone."""
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = LESSON.sub(lambda link: link[0] if link[2] in lessons else link[1], cell.source)
    return page


def by_slides(page: NotebookNode) -> NotebookNode:
    """The notebook, in which a slide begins at each heading, after the title, with text after code, and with a view."""
    page = copy.deepcopy(page)
    page.cells = list(_with_breaks(cell for cell in page.cells if cell.source != WAYS))
    return page


def _with_breaks(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    before = ""
    for cell in cells:
        shown = "".join(output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))
        now = "view" if VIEW in shown and CARD not in shown else cell.cell_type
        heading = cell.cell_type == "markdown" and cell.source.startswith("#")
        if now == "view":
            yield new_markdown_cell(VIEW_ALONE)
        elif not heading and (before in ("title", "view") or (before, now) == ("code", "markdown")):
            yield new_markdown_cell(NEW_SLIDE)
        yield cell
        before = now if before else "title"


def in_one_file(page: Path) -> str:
    """The HTML of a page, with all that it would fetch from beside it."""

    def put(found: re.Match[str]) -> str:
        file = page.parent / found[2]
        data = file.read_bytes()
        if file.name == "reveal.css":  # its arrows and a view's controls have the same class: let it mean its own alone
            data = re.sub(rb"\s+\.controls\b(?!-)", b">.controls", data)
        return f'{found[1]}="data:{mimetypes.guess_type(file)[0]};base64,{base64.b64encode(data).decode()}"'

    return FILE.sub(put, page.read_text("utf-8"))
