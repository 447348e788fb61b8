"""What `make class` writes: each file opened and run; a small class in make test, and all lessons in the long run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser

from teaching import build
from tests.fresh import cell_outputs
from tests.notebooks.lessons import FOLDER, LESSONS, ROOT, untrained
from tests.notebooks.test_exercises import solved, sources
from tests.site.conftest import DESK, LOOKS, PHONE, SMALL, WHOLE, Reader, Site
from tests.site.test_pages import DEAD, GROUND, GROUNDS, SIDEWAYS

# Run before a notebook, so that each card says at once what is right.
TRUTHS = """import rnnlib
def telling(*given, make=rnnlib.predict, **named):
    card = make(*given, **named)
    print("§", card.show()["truth"])
    return card
rnnlib.predict = telling"""

# Of the slide that is shown: its place, what of it is seen, and whether anything is too wide for it.
SHOWN = """() => {
    const SEEN = { opacityProperty: true, visibilityProperty: true };
    const slide = Reveal.getCurrentSlide();
    const views = [...slide.querySelectorAll(".rnnlib")];
    return { place: Object.values(Reveal.getIndices()).join(" "), heading: slide.querySelector("h1, h2")?.innerText,
        views: views.map((view) => view.dataset.state ?? ""), flat: views.some((view) => view.offsetHeight < 100),
        early: [...slide.querySelectorAll(".fragment:not(.visible)")].some((one) => one.checkVisibility(SEEN)),
        wide: [slide, ...slide.querySelectorAll("pre")].some((one) => one.scrollWidth > one.clientWidth) }; }"""


@pytest.fixture(scope="module", params=["small", WHOLE])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A class's folder, as a site that is opened from disk."""
    folder, lessons = tmp_path_factory.mktemp("class"), {"small": SMALL, "whole": LESSONS}[request.param]
    named = [path.stem for path in SMALL] if lessons == SMALL else []
    command = [sys.executable, "-m", "teaching.build", "--to", folder, *named]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=850)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()[-len(build.FOLDERS) :]] == list(build.FOLDERS)
    return Site(folder, lessons, folder.as_uri())


@pytest.fixture
def reader(browser: Browser, made: Site, request: pytest.FixtureRequest) -> Iterator[Reader]:
    reader = Reader(browser, made, getattr(request, "param", DESK))
    yield reader
    reader.page.close()
    assert reader.wrong == []


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code(notebook: NotebookNode) -> list[str]:
    return [untrained(cell.source) for cell in notebook.cells if cell.cell_type == "code"]


def told(lesson: NotebookNode) -> set[str]:
    """Every line of a solution or an answer that stands nowhere else in a lesson, and what its arguments say."""
    folded, rest = set(), set()
    for cell in lesson.cells:
        tags = set(cell.metadata.get("tags", []))
        (folded if tags & {"solution", "answer"} else rest).update(line.strip() for line in cell.source.splitlines())
    calls = (node for source in code(lesson) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    given = [one.value for call in calls for one in call.keywords if one.arg in ("solution", "slips")]
    said = [value for one in given for value in (one.values if isinstance(one, ast.Dict) else [one])]  # not the choices
    texts = {node.value for one in said for node in ast.walk(one) if isinstance(node, ast.Constant)}
    alone = {line for line in folded if not any(line in other for other in rest)}
    return {text for text in alone | texts if len(text) > 20}


def test_a_students_notebook_runs_and_holds_no_answer_anywhere(made: Site) -> None:
    for path in made.lessons:
        lesson, text = read(path), (made.folder / "students" / path.name).read_text("utf-8")
        student = nbformat.reads(text, as_version=4)
        assert [cell for cell in student.cells if cell.get("outputs") or cell.get("execution_count")] == []

        shown = cell_outputs([TRUTHS, *code(student)], FOLDER)
        raising = [cell for cell in student.cells if "raises-exception" in cell.metadata.get("tags", [])]
        assert sum("Traceback (most recent call last)" in one for one in shown) == len(raising), path.name
        assert sum("Not yet: " in one for one in shown) == 1, path.name

        # What is right of each card: a choice or a shape, for an index is what a lesson goes on to teach.
        right = re.findall(r"^§ (it .*|\(.*\)(?= = ))", "\n".join(shown), re.MULTILINE)
        assert any("§ " in one for one in shown), path.name
        everything = "\n".join([text, *(cell.source for cell in student.cells)])  # as it is stored, and as it is read
        assert [answer for answer in {*told(lesson), *right} if answer in everything] == [], path.name


def test_an_exercise_runs_by_itself_and_can_be_solved(made: Site) -> None:
    for path in made.lessons:
        sheet = read(made.folder / "exercises" / path.name)
        source = sources(path.stem)
        assert sheet.cells[0].source.startswith("# ")
        assert "## Exercise" in [cell.source.partition("\n")[0] for cell in sheet.cells]
        assert sheet.cells[-1].source.count("<details>") == sheet.cells[-1].source.count("</details>") == 2
        assert [text for text in told(read(path)) if any(text in cell.source for cell in sheet.cells)] == []
        *_, begun, _, right = cell_outputs([*code(sheet), solved(source), source["exercise-check"]], FOLDER)
        assert ("Not yet: " in begun, "Right" in right) == (True, True), path.name


def test_the_lecturers_notebook_is_the_lesson(made: Site) -> None:
    for path in made.lessons:
        assert (made.folder / "lecturer" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("reader", [look for look in LOOKS if look != PHONE], indirect=True)
def test_slides_are_walked_through_by_the_space_bar_and_every_view_is_alive(reader: Reader) -> None:
    for path in reader.site.lessons:
        page = reader.open(f"slides/{path.stem}.html")
        assert set(page.locator(".rnnlib").evaluate_all(GROUND)) == {GROUNDS[reader.theme]}
        seen = {}
        for _ in range(400):
            shown = page.evaluate(SHOWN)
            if shown["place"] in seen:
                break
            seen[shown["place"]] = shown
            page.keyboard.press("Space")
        slides = {place.rsplit(" ", 1)[0]: shown for place, shown in seen.items()}
        headings = re.findall(r"^##? (.*)$", "\n".join(c.source for c in read(path).cells), re.MULTILINE)
        assert len({shown["heading"] for shown in slides.values()} - {None}) == len(headings), path.name
        assert [shown for shown in seen.values() if shown["wide"] or shown["flat"] or shown["early"]] == [], path.name
        views = [state for shown in slides.values() for state in shown["views"]]
        assert len(views) == page.locator(".rnnlib-page").count() > 1, path.name
        # A progress bar would stand still: it is left out.
        outputs = [c for c in read(path).cells if any("%|" not in str(output) for output in c.get("outputs", []))]
        steps = len(outputs) - len(views) + page.locator(".hide .cell_output .rnnlib-page").count()
        assert len(seen) - len(slides) == steps, path.name  # what code gives, or is folded, is a step of its own


def test_a_slider_on_a_slide_moves_and_the_slide_stays(reader: Reader) -> None:
    page = reader.open("slides/04_gru.html")
    slider = page.locator(".rnnlib").get_by_role("slider", name="time").first
    while not slider.is_visible():
        page.keyboard.press("Space")
    before, place = slider.input_value(), page.evaluate(SHOWN)["place"]
    slider.press("ArrowRight")
    assert int(slider.input_value()) == int(before) + 1
    assert page.evaluate(SHOWN)["place"] == place


@pytest.mark.parametrize("reader", LOOKS, indirect=True)
def test_the_page_is_one_file_and_every_view_is_alive(reader: Reader) -> None:
    for path in reader.site.lessons:
        page = reader.open(f"pages/{path.stem}.html")
        assert page.evaluate(DEAD) == [], path.name
        assert page.evaluate(SIDEWAYS) == [], path.name
        assert set(page.locator(".rnnlib").evaluate_all(GROUND)) == {GROUNDS[reader.theme]}
        html = (reader.site.folder / "pages" / f"{path.stem}.html").read_text("utf-8")
        near = [link for link in re.findall(r'<a [^>]*href="([^":]+)"', html) if not link.startswith("#")]
        assert [link for link in near if not (reader.site.folder / "pages" / link.partition("#")[0]).exists()] == []
        ids = set(re.findall(r'\bid="([^"]+)"', html))
        assert set(re.findall(r'<a [^>]*href="#([^"]+)"', html)) <= ids, path.name


def test_an_unknown_lesson_gets_a_sentence_that_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["06_packing"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("There is no lesson '06_packing'. These there are: 00_start_here, ")
    assert all(path.stem in said for path in LESSONS)


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert build.main(["--to", str(tmp_path / "file"), "04_gru"]) == 1
    said = capsys.readouterr().err
    assert re.fullmatch(r"\S+/file/students cannot be written: .+\. Name another folder with --to\.\n", said)


def test_slides_and_pages_show_what_a_changed_lesson_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [new_code_cell(f"'{tag} {{}}'.format(6 * 7)", metadata={"tags": [tag]}) for tag in ("exercise", "hint")]
    cells[0].outputs = [new_output("execute_result", {"text/plain": "'exercise 41'"})]
    cells[0].source = f"## Exercise\n{cells[0].source}"
    changed = new_notebook(cells=[new_markdown_cell("# 12 · Changed"), *cells])
    nbformat.write(changed, tmp_path / "12_changed.ipynb")
    monkeypatch.setattr(build, "LESSONS", {"12_changed": tmp_path / "12_changed.ipynb"})
    assert build.main(["--to", str(tmp_path / "class"), "12_changed"]) == 0, capsys.readouterr().err
    for kind in ("slides", "pages"):
        html = (tmp_path / "class" / kind / "12_changed.html").read_text("utf-8")
        assert "exercise 42" in html
        assert "exercise 41" not in html


def test_a_lesson_that_does_not_run_is_named_with_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = "needed", "exercise", "check", "hint"
    cells = [new_code_cell("## Exercise", id=tag, metadata={"tags": [tag]}) for tag in exercise]
    broken = new_notebook(cells=[new_code_cell("1 / 0", id="divided"), *cells])
    nbformat.write(broken, tmp_path / "12_broken.ipynb")
    monkeypatch.setattr(build, "LESSONS", {"12_broken": tmp_path / "12_broken.ipynb"})
    assert build.main(["--to", str(tmp_path / "class"), "12_broken"]) == 1
    said = capsys.readouterr().err
    assert "Not all is written. 12_broken.ipynb, cell divided: it does not run." in said
    assert (tmp_path / "class/students/12_broken.ipynb").exists()
