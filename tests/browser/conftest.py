"""One server, one browser and one page for all browser tests of a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import nbformat
import pytest
from anywidget import AnyWidget
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.browser.lab import LIGHT, Lab, Notebook, jupyterlab, launch
from tests.browser.plain_page import plain_page
from tests.browser.screen import Explorer

HERE = Path(__file__).parent
SHOTS = HERE.parents[1] / "build" / "screens"
CELLS = (
    "from rnnlib import LayerSpec, ShapeExplorer, predict",
    'spec = LayerSpec("LSTM", 12, 16, 2, bidirectional=True)',
    'explorer = ShapeExplorer(spec, question="Which sliders change the shape of h_n, and which never do?")\nexplorer',
    'card = predict(LayerSpec("LSTM", 7, 10, 2), "h_n", seq_len=5, batch=3)\ncard',
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A JupyterLab with the lessons and one notebook more, that has every control."""
    with jupyterlab() as lab:
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS], metadata={"kernelspec": kernel})
        for name in ("everything", "kernel"):  # a notebook has one kernel, however many pages show it
            nbformat.write(notebook, lab.folder / f"{name}.ipynb")
        yield lab


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    SHOTS.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=15_000)  # a busy machine is slow
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def context_of(browser: Browser) -> BrowserContext:
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
        page.goto("about:blank")  # in a document written anew Chromium no longer tells that the pointer has left
        page.set_content(plain_page(explorers))
        page.wait_for_selector("body[data-ready]", state="attached")
        assert errors == []
        return page

    return page_of


@pytest.fixture(scope="session")
def traffic(context: BrowserContext) -> dict[str, list[str]]:
    """Every address that a page asked for, and every error in its console, since the browser started."""
    seen: dict[str, list[str]] = {"asked": [], "errors": []}

    def listen(page: Page) -> None:
        page.on("websocket", lambda socket: seen["asked"].append(socket.url))
        page.on("pageerror", lambda error: seen["errors"].append(f"{error}\n{error.stack}"))
        page.on("console", lambda said: said.type == "error" and seen["errors"].append(said.text))

    context.on("request", lambda request: seen["asked"].append(request.url))
    context.on("page", listen)
    return seen


@pytest.fixture(scope="session")
def open_notebook(lab: Lab, context: BrowserContext, traffic: dict[str, list[str]]) -> Callable[[str], Notebook]:
    def opened(name: str) -> Notebook:
        notebook = Notebook(lab, context.new_page(), name)
        notebook.run_all()
        return notebook

    return opened


@pytest.fixture(scope="session")
def everything(open_notebook: Callable[[str], Notebook]) -> Notebook:
    """The notebook that has every control, run from the top."""
    return open_notebook("everything.ipynb")


def afresh(notebook: Notebook, index: int, kind: str) -> Locator:
    """Run the cell that shows the notebook's one view of a kind again; the new view."""
    notebook.page.bring_to_front()  # a page behind another draws once a second
    view = notebook.views(kind)
    old = view.element_handle()
    notebook.run_cell(index)
    notebook.page.wait_for_function("(old) => !old.isConnected", arg=old)
    expect(view).to_be_visible()
    return view


@pytest.fixture
def explorer(everything: Notebook) -> Explorer:
    """The explorer as it is at first: live, in the light theme, in view."""
    everything.theme(LIGHT)
    shown = Explorer(everything.page, afresh(everything, 2, "shape"))
    shown.root.scroll_into_view_if_needed()
    shown.is_live()
    return shown
