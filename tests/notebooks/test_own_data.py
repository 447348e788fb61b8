"""A lesson that names its data in one cell runs to its end on other data put there, its exercise solved."""

from __future__ import annotations

import nbformat
import pytest

from tests.fresh import cell_outputs
from tests.notebooks.lessons import FOLDER, untrained
from tests.notebooks.test_exercises import solved, sources

LESSONS = ["03_lstm", "04_gru", "06_padding_packing", "07_bidirectional", "10_training", "11_your_own_model"]
DATA = {  # what is put into the cell
    "made": """
sequences = [torch.randn(n, 5, generator=torch.Generator().manual_seed(n)) for n in (4, 11, 6, 3, 9, 8, 7, 5)]
labels = [0, 1, 2, 3] * 2
""",
    "prices": """
import numpy
from matplotlib.cbook import get_sample_data
table = torch.from_numpy(numpy.genfromtxt(get_sample_data("Stocks.csv"), delimiter=",", skip_header=2)[:, 1:])
prices = {name: table[:, i][~table[:, i].isnan()].log().diff()[:, None] for i, name in enumerate(("IBM", "AAPL"))}
pieces = [(piece, i) for i, all in enumerate(prices.values()) for piece in all.split([12, 7, 15, 9, 30, len(all) - 73])]
sequences, labels = [piece for piece, _ in pieces], [i for _, i in pieces]
""",
    "two of 200 steps": """
sequences, labels = [*torch.randn(2, 200, 1)], [0, 1]
""",
    "one step": """
sequences, labels = [torch.ones(1, 3), torch.ones(4, 3), torch.zeros(2, 3)], [1, 0, 0]
""",
    "one sequence": """
sequences, labels = [torch.randn(7, 2)], [1]
""",
    "many, the longest first": """
sequences, labels = [torch.randn(n, 12) for n in range(60, 5, -1)], [i % 11 for i in range(55)]
""",
}
THEN = {  # what else a lesson asks for there
    "10_training": "pairs = list(zip(sequences, labels, strict=True))\nlearned, tested = pairs, pairs[::-1]",
    "11_your_own_model": "classes = 1 + max(labels)",
}
DAILY = {("06_padding_packing", "made"), ("10_training", "prices")}
EVERY = [pytest.param(x, y, marks=[pytest.mark.long] * ((x, y) not in DAILY)) for x in LESSONS for y in DATA]

SCREENS = """
import gc
from rnnlib.explorers.shared.view import View
for view in [one for one in gc.get_objects() if issubclass(type(one), View)]:
    if hasattr(view, "reveal"):
        view.show()
    if hasattr(view, "start"):
        view.epochs = 2
        view.start()
        view.wait()
    print(type(view).__name__, repr(view.problem))
"""


@pytest.mark.parametrize(("lesson", "data"), EVERY)
def test_a_lesson_runs_on_other_data(lesson: str, data: str) -> None:
    cells = [cell for cell in nbformat.read(FOLDER / f"{lesson}.ipynb", as_version=4).cells if cell.cell_type == "code"]
    put = {"data": f"{DATA[data]}{THEN.get(lesson, '')}"}
    code = [
        solved(sources(lesson)) if "exercise" in cell.metadata.get("tags", []) else put.get(cell.id, cell.source)
        for cell in cells
    ]
    names = [*(cell.id for cell in cells), "screens"]
    said = dict(zip(names, cell_outputs([*map(untrained, code), SCREENS], FOLDER), strict=True))
    assert "data" in said
    assert {name: text[-300:] for name, text in said.items() if "Traceback" in text} == {}
    assert "Right: " in said["exercise-check"]
    screens = said["screens"].split()
    assert screens
    assert set(screens[1::2]) == {"''"}
