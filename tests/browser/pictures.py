"""`make pictures`: the README's pictures of the explorer, still and moving, taken in real Chromium."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.lab import DARK, LIGHT, ROOT, Notebook, jupyterlab, launch
from tests.browser.screen import Explorer

PICTURES = {LIGHT: "shape_explorer", DARK: "shape_explorer_dark"}
MOST_BYTES = {".png": 300_000, ".webp": 1_000_000}
DRAG = (*range(8, 17), *range(15, 2, -1), *range(4, 9))  # seq_len, step by step
MILLISECONDS = 110  # of each
WIDTH = 1000  # pixels
# Drag the slider to a value, as a hand does that is seen on its handle.
DRAG_TO = """(slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    const root = slider.closest(".rnnlib");
    const hand = root.querySelector(".hand") ?? root.appendChild(document.createElement("div"));
    const [of, at] = [root.getBoundingClientRect(), slider.getBoundingClientRect()];
    const thumb = 1.2 * parseFloat(getComputedStyle(slider).fontSize);
    const share = (value - slider.min) / (slider.max - slider.min);
    const x = at.left - of.left + thumb / 2 + share * (at.width - thumb);
    hand.className = "hand";
    hand.style = `position: absolute; left: ${x - 20}px; top: ${at.top - of.top + at.height / 2 - 20}px; width: 40px;
        height: 40px; border-radius: 50%; background: rgb(128 128 128 / 0.4); pointer-events: none`; }"""
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
                take(notebook, theme, folder / f"{name}.png")
            for theme, name in PICTURES.items():
                film(notebook, theme, folder / f"{name}.webp")


def take(notebook: Notebook, theme: str, file: Path) -> None:
    """The explorer alone, live, in one theme."""
    notebook.theme(theme)
    explorer = Explorer(notebook.page, notebook.views("shape"))
    explorer.is_live()
    explorer.root.screenshot(path=file, animations="disabled")
    _weigh(file)


def film(notebook: Notebook, theme: str, file: Path) -> None:
    """The explorer while seq_len is dragged, over and over."""
    notebook.theme(theme)
    explorer = Explorer(notebook.page, notebook.views("shape"))
    slider = explorer.slider("seq_len")
    frames = []
    for seq_len in DRAG:
        slider.evaluate(DRAG_TO, seq_len)
        explorer.is_live(seq_len=seq_len)
        taken = Image.open(io.BytesIO(explorer.root.screenshot(animations="disabled"))).convert("RGB")
        frames.append(taken.resize((WIDTH, taken.height * WIDTH // taken.width)))
    slider.evaluate("(slider) => slider.closest('.rnnlib').querySelector('.hand').remove()")
    first, *rest = frames
    first.save(file, save_all=True, append_images=rest, duration=MILLISECONDS, loop=0, quality=60, method=6)
    _weigh(file)


def _weigh(file: Path) -> None:
    size, most = file.stat().st_size, MOST_BYTES[file.suffix]
    print(f"{file.relative_to(ROOT)}: {size:,} bytes")
    if size > most:
        sys.exit(f"{file.name} is too large: {most:,} bytes at most.")


if __name__ == "__main__":
    main()
