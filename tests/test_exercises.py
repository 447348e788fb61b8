"""Every exercise can be solved: its folded solution is called right, and each usual slip is named."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SLIPS = {  # in the solution, write the second for the first, and the check says the third
    "00_start_here": [
        ("five.transpose(0, 1)", "five.view(7, 5, 12)", "samples are mixed"),
        ("five.transpose(0, 1)", "five", "it is (5, 7, 12)"),
    ],
    "01_rnncell_loop": [
        ("cell(x, hidden)", "cell(x)", "knows the last step only"),
        ("cell(x, hidden)", "cell(x, torch.ones(1, 2))", "start from the one before"),
        ("states.append(hidden)", "pass", "it holds 0"),
    ],
    "02_rnn": [
        ("listener(frame, state)", "listener(frame)", "handed over"),
        ("heard.append(output)", "pass", "it holds 0"),
    ],
}


@pytest.mark.parametrize("lesson", SLIPS)
def test_the_solution_is_called_right_and_each_slip_is_named(lesson: str) -> None:
    cells = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4).cells
    before = [cell.source for cell in cells if cell.cell_type == "code" and not cell.id.startswith("exercise")]
    source = {cell.id: cell.source for cell in cells}
    folded = re.search(r"<details>.*```python\n(.*?)```.*</details>", source["text-solution"], re.DOTALL)
    assert folded, "the solution is not folded, or has no code"
    answers = [folded[1], *(folded[1].replace(right, wrong) for right, wrong, _ in SLIPS[lesson])]
    assert len(set(answers)) == len(answers), "a slip changes nothing in the solution"
    said = run([*before, *(f"{answer}\n{source['exercise-check']}" for answer in answers)])[-len(answers) :]
    assert said[0].startswith("Right")
    for sentence, (_, _, hint) in zip(said[1:], SLIPS[lesson], strict=True):
        assert sentence.startswith("Not yet")
        assert hint in sentence


def run(code: list[str]) -> list[str]:
    """The lines that the cells print, run in one Python of their own."""
    command = [sys.executable, "-c", "\n".join(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=NOTEBOOKS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
