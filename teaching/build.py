"""`make class`: what a lecturer hands out and shows of a lesson, from its notebook.

Run as ``python -m teaching.build [--to FOLDER] [LESSON ...]``; of all lessons, if none is named.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import nbformat

from teaching import pages
from teaching.student import exercise_notebook, student_notebook

ROOT = Path(__file__).parents[1]
LESSONS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
FOLDERS = {
    "students": "the notebook without answers, solutions and outputs",
    "lecturer": "the notebook with all of them",
    "exercises": "the exercise by itself, with its hints and its check",
    "slides": "slides, each view alive, from the disk",
    "pages": "the lesson on one page, each view alive, from the disk",
}


def main(arguments: list[str] | None = None) -> int:
    """Write the files of the lessons named, or of all; 1 if it cannot be."""
    parser = argparse.ArgumentParser(description="Make what a class needs of a lesson.")
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 06_padding_packing")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "class", help="the folder that is written into")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.lessons if name not in LESSONS]:
        print(f"There is no lesson {unknown[0]!r}. These there are: {', '.join(LESSONS)}.", file=sys.stderr)
        return 1
    try:
        write([LESSONS[name] for name in given.lessons or LESSONS], given.to)
    except OSError as error:
        print(f"{error.filename} cannot be written: {error.strerror}. Name another folder with --to.", file=sys.stderr)
        return 1
    except RuntimeError as error:
        print(f"Not all is written. {error}", file=sys.stderr)
        return 1
    print(f"Written into {given.to}:", *(f"  {name:10} {what}" for name, what in FOLDERS.items()), sep="\n")
    return 0


def write(lessons: list[Path], folder: Path) -> None:
    """Write all files of the lessons into the folder.

    Raises:
        OSError: the folder cannot be written.
        RuntimeError: a lesson does not run; it names the cell.
    """
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    names = {path.stem for path in lessons}
    for path in lessons:
        lesson = pages.linked(nbformat.read(path, as_version=4), names)
        nbformat.write(student_notebook(lesson), folder / "students" / path.name)
        nbformat.write(exercise_notebook(lesson), folder / "exercises" / path.name)
        shutil.copyfile(path, folder / "lecturer" / path.name)
    pages.write(lessons, folder)


if __name__ == "__main__":
    sys.exit(main())
