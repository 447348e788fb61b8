"""The site, built and served: a small one, and in the long run the whole."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.notebooks.lessons import FOLDER, LESSONS, ROOT

SMALL = [FOLDER / "04_gru.ipynb"]


class Site(NamedTuple):
    """A site that was built.

    Attributes:
        folder: where it lies.
        lessons: the notebooks that it shows.
        url: where it is served.
    """

    folder: Path
    lessons: list[Path]
    url: str

    @property
    def pages(self) -> list[Path]:
        return sorted(self.folder.glob("*.html"))


def build(folder: Path, *lessons: Path) -> subprocess.CompletedProcess[str]:
    """What `make site` runs."""
    command = [sys.executable, "site/build.py", "--to", folder, *lessons]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(
    scope="module", params=["small", pytest.param("whole", marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, lessons = tmp_path_factory.mktemp("site") / "site", SMALL if request.param == "small" else LESSONS
    done = build(folder, *(lessons if lessons != LESSONS else []))
    assert done.returncode == 0, done.stdout + done.stderr
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(folder, lessons, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
