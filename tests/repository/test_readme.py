"""The README promises what is there."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from PIL import Image

import rnnlib
from tests.browser.pictures import DRAG, MOST_BYTES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_lessons_that_are_there_are_called_ready() -> None:
    ready = re.findall(r"^\| \[(\w+)\]\(notebooks/\1\.ipynb\) \|.*\| ready \|$", README, re.MULTILINE)
    rows = re.findall(r"^\| \[?(\d\d_\w+)\b.*\| (ready|to come) \|$", README, re.MULTILINE)
    assert ready == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert ready == [name for name, state in rows if state == "ready"]
    assert rows == sorted(set(rows))


def test_what_a_practitioner_sees_leads_to_a_question_and_a_lesson_as_in_lesson_11() -> None:
    heading = "| what you see | question | lesson |"
    lesson = nbformat.read(ROOT / "notebooks/11_your_own_model.ipynb", as_version=4)
    (there,) = [cell.source.partition(heading)[2] for cell in lesson.cells if heading in cell.source]
    here = README.partition(heading)[2].partition("\n\n")[0]
    assert here.replace("(notebooks/", "(") == there


def test_the_names_are_the_facades() -> None:
    table = README.partition("| name | what it is |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)\(", table, re.MULTILINE)) == sorted(rnnlib.__all__)


def test_its_python_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        exec(block, {})
    for code in re.findall(r"`((?:ShapeExplorer|predict)\(\"[^`…]*)`", README):
        assert eval(code, dict(vars(rnnlib)))


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert "notebooks/00_start_here.ipynb" in links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_its_pictures_are_there_and_light_and_one_moves() -> None:
    pictures = {name: ROOT / "pictures" / name for name in re.findall(r'"pictures/(\w+\.\w+)"', README)}
    assert set(pictures) == {f"shape_explorer{theme}.{kind}" for theme in ("", "_dark") for kind in ("png", "webp")}
    for name, picture in pictures.items():
        assert picture.stat().st_size < MOST_BYTES[picture.suffix], name
        with Image.open(picture) as image:
            assert getattr(image, "n_frames", 1) == (len(DRAG) if picture.suffix == ".webp" else 1)


def test_where_the_project_is_published_stands_in_one_place() -> None:
    site = r"^\[site\]: https://([\w-]+)\.github\.io/([\w.-]+)/\n"
    binder = r"\[binder\]: https://mybinder\.org/v2/gh/\1/\2/HEAD\?urlpath=lab/tree/notebooks/00_start_here\.ipynb\n"
    assert re.search(site + binder, README, re.MULTILINE)
    assert README.count("mybinder") == README.count("github.io") == 1
    assert README.count("][site]") == README.count("][binder]") == 1


def test_conda_opens_the_environment_that_it_makes() -> None:
    named = re.search(r"^name: (\w+)$", (ROOT / "environment.yml").read_text("utf-8"), re.MULTILINE)
    assert named
    assert f"conda env create -f environment.yml\nconda activate {named[1]}\n" in README
