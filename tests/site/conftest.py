"""The site, built and served: a small one, and in the long run the whole; and one who reads it."""

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
from playwright.sync_api import Browser, Page, Request, expect

from tests.notebooks.lessons import FOLDER, LESSONS, ROOT

SMALL = [FOLDER / "04_gru.ipynb"]
WHOLE = pytest.param("whole", marks=[pytest.mark.long, pytest.mark.timeout(900)])
DESK, PHONE = "1280 light", "390 dark"  # a reader's screen: its width, and the theme that the system asks for
LOOKS = (pytest.param(DESK, marks=pytest.mark.smoke), PHONE, "1280 dark", "390 light", "800 light")


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
    def pages(self) -> list[str]:
        return sorted(page.name for page in self.folder.glob("*.html"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module", params=["small", WHOLE])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, lessons = tmp_path_factory.mktemp("site") / "site", {"small": SMALL, "whole": LESSONS}[request.param]
    command = [sys.executable, "site/build.py", "--to", folder, *(SMALL if lessons == SMALL else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=800)
    assert done.returncode == 0, done.stdout + done.stderr
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(folder, lessons, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


class Reader:
    """One who reads the site on a desk or a phone; what goes wrong meanwhile is kept.

    Attributes:
        page: what is open.
        theme: what the reader's system asks for.
        wrong: what a page asked of any other host, and what was said in the console.
    """

    def __init__(self, browser: Browser, site: Site, look: str) -> None:
        width, self.theme = look.split()
        self.site = site
        self.page = browser.new_page(
            viewport={"width": int(width), "height": 800},
            color_scheme=self.theme,  # type: ignore[arg-type]
            has_touch=look == PHONE,
            reduced_motion="reduce",
        )
        self.wrong: list[str] = []
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.wrong.append(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._ask)

    def _ask(self, request: Request) -> None:
        if not request.url.startswith((self.site.url, self.site.folder.as_uri(), "blob:", "data:")):
            self.wrong.append(request.url)

    def open(self, name: str, where: str = "") -> Page:
        """Open a page, and wait until all its views are alive."""
        self.page.goto(f"{where or self.site.url}/{name}")
        expect(self.page.locator(".rnnlib-page:not(.alive)")).to_have_count(0)
        return self.page


@pytest.fixture
def reader(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Reader]:
    reader = Reader(browser, site, getattr(request, "param", DESK))
    yield reader
    reader.page.close()
    assert reader.wrong == []
