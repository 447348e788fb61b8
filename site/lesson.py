"""A lesson as a page: the stored notebook, in which every view is alive."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

STARTUP = Path(__file__).with_name("startup.py").read_text("utf-8")
VIEW = '<div class="rnnlib-page"'  # how a view's HTML begins
WIDGET = "application/vnd.jupyter.widget-view+json"  # what is none of ours: a progress bar, which here stands still
# What a view's HTML brings along, and a page needs once.
PART = re.compile(r'<(script|style)\b[^>]*\bid="(rnnlib-[\w-]+)"[^>]*>.*?</\1>', re.DOTALL)
FOLDED = {"source_hidden": "hide-input", "outputs_hidden": "hide-output"}  # JupyterLab's word for it, and myst-nb's


def lesson_page(path: Path, ways: str, *, stored: bool = True) -> NotebookNode:
    """The notebook that Sphinx reads in the place of a lesson.

    The lesson is run anew, and each view that comes out takes the place of its text.

    Args:
        path: the lesson's notebook.
        ways: what is said under its title on how to run it, in Markdown.
        stored: whether all else stays as it is stored, or is what came out, too: of a lesson that was changed.

    Raises:
        RuntimeError: a cell failed, or shows something else than what is stored. It says which one.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = _run(path)
    parts: set[str] = set()
    for cell, anew in zip(notebook.cells, cells, strict=True):
        hidden = [tag for name, tag in FOLDED.items() if cell.metadata.get("jupyter", {}).get(name)]
        cell.metadata.tags = [*cell.metadata.get("tags", []), *hidden]
        if not stored and cell.cell_type == "code":
            cell.outputs = anew.outputs
        kept, shown = ([o for o in one.get("outputs", []) if "data" in o] for one in (cell, anew))
        if len(kept) != len(shown):
            raise RuntimeError(f"{path.name}, cell {cell.id}: what it shows is not what is stored. Run make notebooks.")
        for old, new in zip(kept, shown, strict=True):
            if VIEW in (html := new.data.get("text/html", "")):
                old.data = {"text/html": once(html, parts)}
            elif WIDGET in new.data:
                cell.outputs.remove(old)
    notebook.cells.insert(1, new_markdown_cell(ways))
    return notebook


def once(html: str, parts: set[str]) -> str:
    """A view's HTML without the scripts and styles that stand on the page already; the others are added to `parts`."""

    def put(part: re.Match[str]) -> str:
        known = part[2] in parts
        parts.add(part[2])
        return "" if known else part[0]

    return PART.sub(put, html)


def anchor_of(heading: str) -> str:
    """A heading's anchor as JupyterLab makes it: so the lessons link to it."""
    return heading.replace(" ", "-")


def _run(path: Path) -> list[NotebookNode]:
    """The cells of a notebook, run from the top in a new kernel, in which a view shows itself as HTML."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, new_code_cell(STARTUP))
    where = {"metadata": {"path": path.parent}}
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where, store_widget_state=False)
    client.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
    running: list[str] = []
    client.on_cell_execute = lambda cell, **_: running.append(cell.id)
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise RuntimeError(f"{path.name}, cell {running[-1]}: it does not run.\n{error}") from None
    return notebook.cells[1:]
