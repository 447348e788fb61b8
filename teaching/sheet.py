"""`make sheet`: PyTorch's recurrent layers on one page to print, HTML and PDF, its shapes from `rnnlib.shapes`.

Run as ``python -m teaching.sheet [FOLDER]``.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path
from string import Template
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from rnnlib import LayerSpec, shapes
from tests.browser.lab import launch

HERE = Path(__file__).parent
CLASS = HERE.parent / "build" / "class"
KINDS = ("RNN", "LSTM", "GRU")


class Column(NamedTuple):
    """A way to make and call a layer: what it is called, its arguments, whether x has a batch axis."""

    name: str
    given: dict[str, bool]
    cell: bool = False
    batched: bool = True

    def spec(self, kind: str, proj_size: int = 0) -> LayerSpec:
        """A layer of a kind, made so."""
        if self.cell:
            return LayerSpec(f"{kind}Cell", 7, 5)
        return LayerSpec(kind, 7, 5, num_layers=2, bidirectional=True, proj_size=proj_size, **self.given)


COLUMNS = (
    Column("as it comes", {}),
    Column("batch_first=True", {"batch_first": True}),
    Column("x without batch", {}, batched=False),
    Column("a cell, one step", {}, cell=True),
)


class Rule(NamedTuple):
    """A line of code that torch makes true.

    Attributes:
        code: two sides that are equal.
        says: of which layers, and what it means.
        packed: it is of a packed batch.
        kinds: of which kinds.
        directions: of how many directions; None is any.
    """

    code: str
    says: str
    packed: bool = False
    kinds: tuple[str, ...] = KINDS
    directions: int | None = None


RULES = (
    Rule("output[-1] == h_n[-1]", "one direction: the last step is the last layer's state", directions=1),
    Rule("output[-1, :, :H] == h_n[-2]", "two: the forward half ends at the last step", directions=2),
    Rule("output[0, :, H:] == h_n[-1]", "two: the backward half ends at step 0", directions=2),
    Rule("h_n.view(num_layers, D, batch, H)[i, d] == h_n[D*i + d]", "rows: layer by layer, forward before backward"),
    Rule("layer(x)[0] == layer(x, zeros)[0]", "no state is given: it begins at zeros"),
    Rule("c_n.shape == h_n.shape", "LSTM: output is h at each step; c is given at the end alone", kinds=("LSTM",)),
    Rule("output[lengths-1, range(batch), :H] == ends", "packed: each sequence's own last step, forward", packed=True),
    Rule("h_n == each_alone", "packed: the states of each sequence run by itself", packed=True),
    Rule("len(packed.data) == lengths.sum()", "packed: no pad is left, and no pad is computed", packed=True),
)
ASIDE = (
    "D is num_directions: 2 if bidirectional, else 1. G is the number of blocks: 1, 4, 3 in RNN, LSTM, GRU.",
    "With proj_size, an LSTM's h, and so output, is proj_size wide; c stays hidden_size wide.",
    "lengths live on the CPU; enforce_sorted=False takes them in any order.",
    "A summary of two directions: torch.cat((h_n[-2], h_n[-1]), dim=-1), of 2·hidden_size.",
)


def rows(kind: str, column: Column, proj_size: int = 0) -> dict[str, tuple[str, ...]]:
    """The axes of a layer's tensors by name; of the weights those of one direction.

    Example:
        >>> rows("GRU", COLUMNS[0])["output"]
        ('seq_len', 'batch', 'num_directions*hidden_size')
    """
    found = shapes(column.spec(kind, proj_size), 3, 2 if column.batched else None)
    return {name: tensor.axes for name, tensor in found.items() if not name.endswith("_reverse")}


def sheet() -> str:
    """The page as HTML; nothing in it is fetched."""
    data = [_row(name, [rows("LSTM", column).get(_in_a_cell(name, column)) for column in COLUMNS]) for name in _data()]
    weights = [_row(name, [axes]) for name, axes in _weights().items()]
    blocks = {kind: LayerSpec(kind, 7, 5).family.blocks for kind in KINDS}
    gates = "".join(f"<li><b>{kind}</b> {', '.join(names)}</li>" for kind, names in blocks.items())
    rules = "".join(f"<tr><td>{_code(rule.code)}<td>{html.escape(rule.says)}" for rule in RULES)
    return Template((HERE / "sheet.html").read_text("utf-8")).substitute(
        columns="".join(f"<th>{_code(column.name) if '=' in column.name else column.name}" for column in COLUMNS),
        data="".join(data),
        weights="".join(weights),
        gates=gates,
        rules=rules,
        aside="".join(f"<li>{html.escape(line)}</li>" for line in ASIDE),
    )


def _data() -> list[str]:
    return [name for name in rows("LSTM", COLUMNS[0]) if not name.startswith(("weight", "bias"))]


def _weights() -> dict[str, tuple[str, ...]]:
    """Of layer 0 all, and of layer 1 what is another there; of a projection its own weight alone."""
    plain, projected = rows("LSTM", COLUMNS[0]), rows("LSTM", COLUMNS[0], proj_size=3)
    names = [name for name in plain if name.endswith("_l0")] + ["weight_ih_l1"]
    return {name: plain[name] for name in names} | {"weight_hr_l0": projected["weight_hr_l0"]}


def _in_a_cell(name: str, column: Column) -> str:
    return name.replace("_n", "_1") if column.cell else name


def _row(name: str, cells: list[tuple[str, ...] | None]) -> str:
    marks = {"h_n": "a cell's h_1", "c_n": "LSTM; a cell's c_1", "c_0": "LSTM", "weight_hr_l0": "LSTM with proj_size"}
    mark = f"<sup>{marks[name]}</sup>" if name in marks else ""
    return f"<tr><th>{name}{mark}" + "".join(f"<td>{'' if axes is None else _axes(axes)}" for axes in cells)


def _axes(axes: tuple[str, ...]) -> str:
    return f"({', '.join(map(_axis, axes))}{',' if len(axes) == 1 else ''})"


def _axis(axis: str) -> str:
    """An axis in its colour: that of its size, or of what it counts."""
    short = axis.replace("num_directions", "D").replace("num_gates", "G").replace("*", "·")
    symbol = axis.split("*")[0 if axis.startswith("num_layers") else -1]
    return f'<b data-symbol="{symbol}" title="{axis}">{short}</b>'


def _code(code: str) -> str:
    return f"<code>{html.escape(code)}</code>"


def main(folder: Path) -> None:
    """Write both files into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "shapes.html"
    page.write_text(sheet(), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        shown = browser.new_page()
        shown.goto(page.resolve().as_uri())
        shown.pdf(path=page.with_suffix(".pdf"), prefer_css_page_size=True, print_background=True)
        browser.close()
    print(f"{page} and {page.with_suffix('.pdf').name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CLASS)
