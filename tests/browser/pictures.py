"""`make pictures`: the README's pictures of the explorer, taken in real Chromium."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import sync_playwright

from tests.browser.lab import DARK, LIGHT, ROOT, Notebook, jupyterlab, launch
from tests.browser.screen import Explorer

PICTURES = {LIGHT: "shape_explorer.png", DARK: "shape_explorer_dark.png"}
MOST_BYTES = 300_000
CELL = """from rnnlib import LayerSpec, ShapeExplorer
spec = LayerSpec("LSTM", input_size=12, hidden_size=16, num_layers=2, bidirectional=True)
ShapeExplorer(spec, seq_len=8, batch=3, question="which sliders change the shape of h_n, and which never do?")"""


def main() -> None:
    """Take each picture, and refuse one that is too large for a README."""
    folder = ROOT / "pictures"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        notebook = new_notebook(cells=[new_code_cell(CELL)], metadata={"kernelspec": kernel})
        nbformat.write(notebook, Path(temporary, "picture.ipynb"))
        with jupyterlab(Path(temporary)) as lab, sync_playwright() as playwright:
            page = launch(playwright).new_page(viewport={"width": 1500, "height": 1400})
            notebook = Notebook(lab, page, "picture.ipynb")
            notebook.run_all()
            for theme, name in PICTURES.items():
                take(notebook, theme, folder / name)


def take(notebook: Notebook, theme: str, file: Path) -> None:
    """The explorer alone, live, in one theme."""
    notebook.theme(theme)
    explorer = Explorer(notebook.page, notebook.views("shape"))
    explorer.is_live()
    explorer.root.screenshot(path=file, animations="disabled")
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {size:,} bytes")
    if size > MOST_BYTES:
        sys.exit(f"{file.name} is too large: {MOST_BYTES:,} bytes at most.")


if __name__ == "__main__":
    main()
