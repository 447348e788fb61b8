"""One server, one browser and one page for all browser tests of a worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

import nbformat
import pytest
from anywidget import AnyWidget
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.lab import LIGHT, ROOT, Lab, Notebook, jupyterlab
from tests.browser.plain_page import plain_page
from tests.browser.screen import Explorer

NO_KERNEL = "Could not send widget sync message"  # what ipywidgets says when a slider moves and there is no kernel
SHOTS = ROOT / "build" / "screens"  # where every screen is kept, to be looked at: SHOTS=1 make test-browser
STEPS = 30  # of the step explorer
SETUP = """import rnnlib, torch
from rnnlib import *
from rnnlib.engine.timing import measure
measure.LONGEST = 1"""  # on a busy machine a median is not steady soon, and nothing here depends on what is measured
VIEWS = {
    "shape": """ShapeExplorer(LayerSpec("LSTM", 12, 16, 2, bidirectional=True),
        question="Which sliders change the shape of h_n, and which never do?")""",
    "prediction": 'predict(LayerSpec("LSTM", 7, 10, 2), "h_n", seq_len=5, batch=3)',
    "step": f'StepExplorer(LayerSpec("LSTM", 12, 12, num_layers=2, bidirectional=True), seq_len={STEPS})',
    "packing": 'PackingExplorer("LSTM")',
    "direction": 'DirectionExplorer("LSTM")',
    "checkup": "rnnlib.checkup(torch.nn.GRU(3, 4), torch.randn(4, 6, 3))",
    "speed": """SpeedLab("GRU", compare=["layer", "packed"], axis="batch", values=[1, 2], seq_len=2,
        question="When does packing lose?")""",
    "training": 'TrainingLab("counting", "RNN", 8, seq_len=6, epochs=30, lr=0.01, question="How many ones?")',
}
CELLS = (SETUP, *(f"{kind} = {source}\n{kind}" for kind, source in VIEWS.items()))


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A JupyterLab with the lessons, and a notebook that has every view; once more, for who ends its kernel."""
    with jupyterlab() as lab:
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS], metadata={"kernelspec": kernel})
        for name in ("everything", "kernel"):  # a notebook has one kernel, however many pages show it
            nbformat.write(notebook, lab.folder / f"{name}.ipynb")
        yield lab


def shoot(shown: Page | Locator, name: str) -> None:
    """Keep a picture of what is shown, if that is asked for: to take it costs more than most tests."""
    if os.environ.get("SHOTS"):
        shown.screenshot(path=SHOTS / f"{name}.png")


def context_of(browser: Browser) -> BrowserContext:
    SHOTS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": 1400, "height": 1300}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    return context


@pytest.fixture(scope="session")
def context(lab: Lab, browser: Browser) -> BrowserContext:
    """The one in which JupyterLab is shown."""
    context = context_of(browser)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=lab.url)
    return context


@pytest.fixture(scope="session")
def page_of(browser: Browser) -> Callable[[Mapping[str, AnyWidget]], Page]:
    """Shows explorers in a plain page, in the place of those before; an error of theirs is the test's."""
    page = context_of(browser).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack}"))

    def page_of(explorers: Mapping[str, AnyWidget]) -> Page:
        page.bring_to_front()  # a page behind another draws once a second
        page.mouse.move(0, 0)
        page.goto("about:blank")  # in a document written anew Chromium no longer tells that the pointer has left
        page.set_content(plain_page(explorers))
        page.wait_for_selector("body[data-ready]", state="attached")
        assert errors == []
        return page

    return page_of


@pytest.fixture(scope="session")
def watched(context: BrowserContext, lab: Lab) -> Iterator[BrowserContext]:
    """The context, in which no page may ask anything of another host, or complain in its console."""
    seen: dict[str, list[str]] = {"asked": [], "errors": []}

    def listen(page: Page) -> None:
        page.on("websocket", lambda socket: seen["asked"].append(socket.url))
        page.on("pageerror", lambda error: seen["errors"].append(f"{error}\n{error.stack}"))
        page.on("console", lambda said: said.type == "error" and seen["errors"].append(said.text))

    context.on("request", lambda request: seen["asked"].append(request.url))
    context.on("page", listen)
    yield context
    assert len(seen["asked"]) > 10
    own = urlsplit(lab.url).netloc
    assert [url for url in seen["asked"] if urlsplit(url.removeprefix("blob:")).netloc not in (own, "")] == []
    assert [error for error in seen["errors"] if NO_KERNEL not in error and not _of_jupyterlab(error)] == []


def _of_jupyterlab(error: str) -> bool:
    """Whether JupyterLab's own files alone took part in it; a widget's file is a blob."""
    return "/static/lab/" in error and "blob:" not in error


@pytest.fixture(scope="session")
def open_notebook(lab: Lab, watched: BrowserContext) -> Callable[[str], Notebook]:
    def opened(name: str) -> Notebook:
        notebook = Notebook(lab, watched.new_page(), name)
        notebook.run_all()
        return notebook

    return opened


@pytest.fixture(scope="session")
def everything(open_notebook: Callable[[str], Notebook]) -> Notebook:
    """The notebook that has every view, run from the top."""
    return open_notebook("everything.ipynb")


def cell_of(kind: str) -> int:
    """The index of the cell that shows a view."""
    return 1 + list(VIEWS).index(kind)


def afresh(notebook: Notebook, kind: str) -> Explorer:
    """Run the cell that shows a view again; the new view, in the light theme and in sight."""
    notebook.page.bring_to_front()  # a page behind another draws once a second
    notebook.theme(LIGHT)
    view = notebook.views(kind)
    old = view.element_handle()
    notebook.run_cell(cell_of(kind))
    notebook.page.wait_for_function("(old) => !old.isConnected", arg=old)
    expect(view).to_be_visible()
    view.scroll_into_view_if_needed()
    return Explorer(notebook.page, view)


@pytest.fixture
def explorer(everything: Notebook) -> Explorer:
    """The shape explorer as it is at first: live, in the light theme, in sight."""
    shown = afresh(everything, "shape")
    shown.is_live()
    return shown
