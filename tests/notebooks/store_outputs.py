"""`make notebooks`: run every notebook from the top in a fresh kernel and store what comes out.

Only what means something to a reader is stored, so that two runs of the same notebook give the same file.

    python -m tests.notebooks.store_outputs [NOTEBOOK ...]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

FOLDER = Path(__file__).parents[2] / "notebooks"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"
SOME_FILE = re.compile(r"(\x1b\[[\d;]*m)*File ")  # a frame of a traceback that lies in a file, not in a cell


def run(path: Path) -> None:
    """Run one notebook and store its outputs in its file."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": path.parent}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    ).execute()
    tidy(notebook)
    nbformat.write(notebook, path)


def tidy(notebook: NotebookNode) -> None:
    """Drop what differs from run to run or from machine to machine and means nothing to a reader."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata = {name: cell.metadata[name] for name in ("tags", "jupyter") if name in cell.metadata}
        for output in cell.get("outputs", []):
            if "data" in output:  # a widget's number lives as long as its kernel; its text stays
                output.data.pop(WIDGET, None)
            if "traceback" in output:
                output.traceback = [frame for frame in output.traceback if not SOME_FILE.match(frame)]


def main(names: list[str]) -> int:
    """Run the notebooks named, or all; 1 if one of them failed."""
    failed = []
    for path in [Path(name) for name in names] or sorted(FOLDER.glob("*.ipynb")):
        print(path.name, flush=True)
        try:
            run(path)
        except CellExecutionError as error:
            failed.append(path.name)
            print(error)
    if failed:
        print(f"Not stored, since a cell failed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
