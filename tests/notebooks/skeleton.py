"""`make lesson NAME=12_attention`: a lesson with every part it should have, run and stored, for its author to fill.

python -m tests.notebooks.skeleton NAME [FOLDER]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks.lessons import FOLDER, missing
from tests.notebooks.notebook_guard import TAGGED
from tests.notebooks.store_outputs import run

SETUP = """import torch
from torch import nn
from rnnlib import LayerSpec, ShapeExplorer, check, predict

torch.set_default_dtype(torch.float64)
torch.set_printoptions(precision=4, sci_mode=False)
_ = torch.manual_seed(0)"""
EXPLORER = """ShapeExplorer(
    LayerSpec("GRU", input_size=5, hidden_size=4),
    seq_len=6,
    batch=3,
    controls=("seq_len", "batch"),
    question="which slider … ?",
    solution="`seq_len` …",
)"""
HINTS = """<details>
<summary>A hint</summary>

…

</details>
<details>
<summary>Another, nearly the solution</summary>

…

</details>"""
SOLUTION = """<details>
<summary>A solution</summary>

```python
answer = 4 * 6
```

</details>"""
SUMMARY = """## Summary

| | |
| --- | --- |
| … | … |"""

# Its cells in order, by their ids. An id that begins with "text" is text.
CELLS = {
    "text-title": "# {number} · {title}\n\n**The question: … ?**\n\nWhat you will know at the end. About 25 minutes.",
    "setup": SETUP,
    "text-predict": "## Predict\n\nThe layer, its sizes, and the tensor whose shape is asked for.",
    "card": 'predict(LayerSpec("GRU", input_size=5, hidden_size=4), "output", seq_len=6, batch=3)',
    "text-explorer": "## The explorer\n\nWhat to move, and the one thing to find out.",
    "explorer": EXPLORER,
    "text-torch": "## The same in bare torch\n\nTen lines, and a real output.",
    "torch": "layer = nn.GRU(5, 4)\noutput, h_n = layer(torch.randn(6, 3, 5))\ntuple(output.shape), tuple(h_n.shape)",
    "text-meaning": "## What it means\n\nShort; and the answer to the explorer's question.",
    "text-predict-again": "## Predict again\n\nAt the point where most people err.",
    "card-again": 'predict(LayerSpec("GRU", input_size=5, hidden_size=4), "h_n", seq_len=6, batch=3)',
    "text-raises": "## A bug that raises\n\nWhat is written, and why.",
    "raises": "try:\n    layer(torch.randn(6, 3, 4))\nexcept RuntimeError as error:\n    print(error)",
    "text-raises-cure": "And its cure.",
    "raises-cure": "tuple(layer(torch.randn(6, 3, 5))[0].shape)",
    "text-exercise": "## Exercise\n\nHow many numbers has one sequence's output?",
    "exercise": "answer = 0  # your code here",
    "exercise-check": 'check("{number}", answer)',
    "text-hints": HINTS,
    "text-solution": SOLUTION,
    "text-summary": SUMMARY,
}
TAGS = TAGGED | {"exercise": "exercise"}


def write(name: str, folder: Path) -> Path:
    """Write a lesson, and run it; its file."""
    number, _, title = name.partition("_")
    words = {"{number}": number, "{title}": title.replace("_", " ").capitalize()}
    notebook = new_notebook()
    for id_, source in CELLS.items():
        for word, value in words.items():
            source = source.replace(word, value)
        new_cell = new_markdown_cell if id_.startswith("text") else new_code_cell
        cell = new_cell(source, metadata={"tags": [TAGS[id_]]} if id_ in TAGS else {})
        if "solution=" in source:
            cell.metadata["jupyter"] = {"source_hidden": True}
        cell.id = id_
        notebook.cells.append(cell)
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    run(path)
    return path


def main(arguments: list[str]) -> int:
    """Begin the lesson named, and say where it must be entered; 1 if it cannot be."""
    name = arguments[0] if arguments else ""
    folder = Path(arguments[1]) if len(arguments) > 1 else FOLDER
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
        print(f"NAME={name!r} is no name of a lesson: a number, then words, as in make lesson NAME=12_attention.")
        return 1
    if (folder / f"{name}.ipynb").exists():
        print(f"notebooks/{name}.ipynb is there already.")
        return 1
    print(f"Written: {write(name, folder)}. It must still be entered here:", *missing(name), sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
