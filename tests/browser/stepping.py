"""A notebook of step explorers in a real JupyterLab."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator

from tests.browser.lab import Lab, Notebook
from tests.browser.screen import Explorer


def opened(lab: Lab, open_notebook: Callable[[str], Notebook], name: str, cells: Iterable[str]) -> Notebook:
    """Write a notebook with these cells into the lab, open it, and run it."""
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    whole = new_notebook(cells=[new_code_cell(source) for source in cells], metadata={"kernelspec": kernel})
    nbformat.write(whole, lab.folder / name)
    return open_notebook(name)


def part_of(explorer: Explorer, within: str, part: str) -> Locator:
    """What shows one part, such as the gate f, within a circuit, an equation or a heat map."""
    return explorer.root.locator(f'{within}[data-part="{part}"]')
