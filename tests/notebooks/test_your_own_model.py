"""Lesson 11's ten sick models: `checkup` finds each, and finds nothing once it is mended as its cure says."""

from __future__ import annotations

import re

import nbformat
import pytest

from tests.fresh import printed
from tests.notebooks.lessons import FOLDER
from tests.strategies import later

CELLS = nbformat.read(FOLDER / "11_your_own_model.ipynb", as_version=4).cells
SOURCE = {cell.id: cell.source for cell in CELLS}
TEN = [name.removeprefix("sick-") for name in SOURCE if name.startswith("sick-")]


def mended(source: str, cure: str) -> str:
    """A cell's code after the diff that is folded under it."""
    for taken, put in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", cure, re.MULTILINE):
        old, new = (re.sub("^.", "", lines, flags=re.MULTILINE) for lines in (taken, put))
        assert f"{source}\n".count(old) == 1
        source = f"{source}\n".replace(old, new).rstrip("\n")
    return source


def told(source: str, ok: str) -> str:
    """A cell that ends in a check-up, made to print what it says."""
    *before, last = source.splitlines()
    return "\n".join([*before, f"print({ok.format(last)})"])


def lesson() -> str:
    """The lesson's code; it prints whether each model is ok as it stands, and whether it is once it is mended."""
    code = []
    for name, source in SOURCE.items():
        kind, _, of = name.partition("-")
        if kind == "sick":
            code.append(told(source, "({}).ok"))
        elif kind == "well":
            code.append(told(source, "{}"))
        elif kind == "cure":
            first = re.search(r"^-(.*)$", source, re.MULTILINE)[1]
            model = next(cell for cell in SOURCE.values() if first in cell.splitlines())
            code += [mended(model, source), told(SOURCE[f"sick-{of}"], "({}).ok"), model]
        elif kind != "text" and of != "check":
            code.append(source)
    return "\n".join(code)


def test_a_diff_mends() -> None:
    assert mended("a\nb\nc\nd", "- is out\n```diff\n-b\n+x\n+y\n-d\n+z\n```") == "a\nx\ny\nc\nz"


@pytest.mark.parametrize("seed", [0, *map(later, range(1, 10))])
def test_each_of_the_ten_is_found_and_is_well_once_mended(seed: int) -> None:
    said = printed(lesson().replace("manual_seed(0)", f"manual_seed({seed})"), FOLDER).split()
    assert len(TEN) == 10
    assert said == ["False", "True"] * 10
