"""The lessons, as the tests read them, and every place where one must be entered."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import nbformat

from rnnlib.exercises.lessons.judges import JUDGES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))


def untrained(source: str) -> str:
    """A cell's code without its training, `for … in tqdm(range(…))`, and measuring briefly: nbval alone does both."""
    source = re.sub(r"tqdm\(range\(\d+\)", "tqdm(range(0)", source)
    return re.sub(r"(\btime_layer\(.*)\)$", r"\1, min_run_time=0.01)", source, flags=re.MULTILINE)


def missing(lesson: str) -> list[str]:
    """Where a lesson, such as "12_attention", is not entered yet, a line each."""
    exercises = tomllib.loads((HERE / "exercises.toml").read_text("utf-8"))
    claims = tomllib.loads((HERE / "claims.toml").read_text("utf-8"))["claim"]
    claiming = {claim["notebook"] for claim in claims}
    readme = (ROOT / "README.md").read_text("utf-8")
    before = [path for path in LESSONS if path.stem < lesson][-1:]
    links = {path.name: nbformat.read(path, as_version=4).cells[-1].source for path in before}
    entered = {
        "README.md: a row in the table of lessons": f"(notebooks/{lesson}.ipynb)" in readme,
        "tests/notebooks/claims.toml: each claim, and the cell that shows it": lesson in claiming,
        "rnnlib/exercises/lessons: a module that judges its exercise, entered in judges.py": lesson[:2] in JUDGES,
        "tests/notebooks/exercises.toml: usual slips, right answers": lesson in exercises,
        **{f"notebooks/{name}: a link to it at the end": f"({lesson}.ipynb)" in text for name, text in links.items()},
    }
    return [place for place, is_there in entered.items() if not is_there]
