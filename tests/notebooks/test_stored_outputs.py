"""Stored outputs are compared by nbval, strictly, as `make test` runs every notebook again: it notices one digit."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).parents[2]


def test_make_test_compares_every_notebook() -> None:
    command = re.search(r"^test:.*\n\t(.*)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert command
    assert "--nbval " in command[1]
    assert command[1].split()[-1] == "notebooks"


STORED = {"0.1234": "PASSED", "0.1235": "FAILED", None: "FAILED"}  # of a cell that prints 0.1234


@pytest.mark.long
def test_one_digit_of_an_output_is_noticed(tmp_path: Path) -> None:
    outputs = [[new_output("stream", name="stdout", text=f"{text}\n")] if text else [] for text in STORED]
    cells = [new_code_cell("print(0.1234)", execution_count=1, outputs=stored) for stored in outputs]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "one.ipynb")
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "--nbval", "one.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert re.findall(r"^([A-Z]+) one\.ipynb::Cell \d", done.stdout, re.MULTILINE) == [*STORED.values()], done.stdout
    for said in ("Cell outputs differ", "Unexpected output"):
        assert said in done.stdout
