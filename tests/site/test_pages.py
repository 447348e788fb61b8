"""The pages of the site as they are read and touched: in a real Chromium, with no kernel and no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from rnnlib.explorers.shared.page.html import NO_SCRIPTS
from tests.browser.screen import Explorer
from tests.notebooks.notebook_guard import SHOWN
from tests.site.conftest import Site
from tests.site.reading import Reading

pytestmark = pytest.mark.browser
MOST_BYTES = 1_500_000  # of a page and all that it fetches, before compression
LOOKS = {"desk": (1280, "light"), "phone": (390, "dark"), "desk, dark": (1280, "dark"), "phone, light": (390, "light")}

# What is wrong with a page's views, and whether the page, or its text, can be pushed sideways.
DEAD = """() => [...document.querySelectorAll(".rnnlib-page")].map((place) => [place, place.querySelector(".rnnlib")])
    .filter(([place, view]) => !place.classList.contains("alive") || !view ||
        (place.checkVisibility() && view.offsetHeight < 100) || place.querySelector(".rnnlib-text").checkVisibility())
    .map(([place]) => place.dataset.view)"""
SIDEWAYS = """() => [document.documentElement, document.body, document.querySelector(".content")]
    .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className || one.localName)"""
ALIVE = """() => document.querySelectorAll(".rnnlib-page:not(.alive)").length === 0 && performance.now()"""
# Where the keyboard is: its name, and whether it is seen.
FOCUS = """() => {
    const e = document.activeElement;
    if (e === document.body) return null;
    const outlined = [e, e.nextElementSibling].some((x) => x && getComputedStyle(x).outlineStyle !== "none");
    return [e.getAttribute("aria-label") ?? e.closest("label")?.innerText ?? e.innerText, outlined]; }"""
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 20, 24)"}  # of a view


class Reader:
    """One who reads the site; what it asks of any other host, and what it complains of, is kept."""

    def __init__(self, browser: Browser, site: Site, look: str, **how: object) -> None:
        width, theme = LOOKS[look]
        size = {"width": width, "height": 800}
        self.site = site
        self.context = browser.new_context(
            viewport=size, color_scheme=theme, has_touch=width < 800, reduced_motion="reduce", **how
        )
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.wrong.append(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._ask)
        self.ground = GROUNDS[theme]

    def _ask(self, request: Request) -> None:
        if not request.url.startswith((self.site.url, self.site.folder.as_uri(), "blob:", "data:")):
            self.wrong.append(request.url)

    def open(self, name: str, base: str = "") -> Page:
        self.page.goto(f"{base or self.site.url}/{name}")
        return self.page


@pytest.fixture
def reader(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Reader]:
    reader = Reader(browser, site, getattr(request, "param", "desk"))
    yield reader
    reader.context.close()
    assert reader.wrong == []


def texts_of(lesson: Path) -> list[str]:
    """What each view of a lesson says in plain text, as it is stored: several lines."""
    cells = [cell for cell in nbformat.read(lesson, as_version=4).cells if cell.get("outputs")]
    shows = [cell for cell in cells if re.search(rf"\b({'|'.join(SHOWN)})\(", cell.source)]
    texts = [output["data"]["text/plain"] for cell in shows for output in cell.outputs if "data" in output]
    return [text for text in texts if "\n" in text]


def in_themes(shown: Page) -> list[str]:
    """The ground of each view."""
    grounds: list[str] = shown.locator(".rnnlib").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    return grounds


@pytest.mark.parametrize("reader", LOOKS, indirect=True)
def test_every_view_of_every_page_is_alive_in_the_readers_theme(reader: Reader) -> None:
    for name, count in {"index": 1, **{path.stem: len(texts_of(path)) for path in reader.site.lessons}}.items():
        shown = reader.open(f"{name}.html")
        expect(shown.locator(".rnnlib-page.alive")).to_have_count(count)
        expect(shown.locator(".rnnlib-page")).to_have_count(count)
        assert shown.evaluate(DEAD) == [], name
        assert set(in_themes(shown)) == {reader.ground}, name


@pytest.mark.parametrize("reader", LOOKS, indirect=True)
def test_no_page_scrolls_sideways_and_axe_finds_nothing_serious(reader: Reader) -> None:
    for page in reader.site.pages:
        shown = reader.open(page.name)
        expect(shown.locator(".rnnlib-page:not(.alive)")).to_have_count(0)
        assert shown.evaluate(SIDEWAYS) == [], page.name
        found = Axe().run(shown).response
        serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
        told = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in serious]
        assert told == [], page.name
        assert found["passes"], "axe looked at nothing"


def test_the_pages_open_from_disk(reader: Reader) -> None:
    for page in reader.site.pages:
        shown = reader.open(page.name, reader.site.folder.as_uri())
        expect(shown.locator(".rnnlib-page:not(.alive)")).to_have_count(0)


def test_a_page_is_light_and_soon_alive(reader: Reader) -> None:
    """Alive within a second: the best of three, for a machine that is busy with other tests."""
    for page in reader.site.pages:
        sizes, seconds = {}, []
        reader.page.on("response", lambda one, sizes=sizes: sizes.update({one.url: len(one.body())}))
        for _ in range(3):
            shown = reader.open(page.name)
            seconds.append(shown.wait_for_function(ALIVE).json_value() / 1000)
        assert sum(sizes.values()) <= MOST_BYTES, (page.name, sizes)
        assert min(seconds) <= 1, page.name


def test_a_slider_moves_every_tensor_of_the_start_page(reader: Reader) -> None:
    explorer = Explorer(reader.open("index.html"), reader.page.locator(".rnnlib"))
    explorer.is_live(seq_len=8)
    assert explorer.press("seq_len", "ArrowRight") == 9
    explorer.is_live(seq_len=9)
    expect(explorer.diagram).to_contain_text("(9, 3, 16)")
    expect(explorer.diagram).not_to_contain_text("(8, 3, 16)")
    explorer.root.get_by_role("button", name="Show the answer").click()
    expect(explorer.line).to_contain_text("input and output have an entry a step.")


def test_the_views_follow_the_switch(reader: Reader) -> None:
    shown = reader.open("index.html")
    switch = shown.locator(".theme-toggle-content button")
    seen = []
    for _ in range(3):
        switch.click()
        (ground,) = in_themes(shown)
        assert ground == GROUNDS[shown.evaluate("getComputedStyle(document.body).colorScheme").split()[0]]
        seen.append(ground)
    assert set(seen) == set(GROUNDS.values())


def test_the_lessons_are_found(reader: Reader) -> None:
    for path in reader.site.lessons:
        shown = reader.open("index.html")
        title = nbformat.read(path, as_version=4).cells[0].source.partition("\n")[0].removeprefix("# ")
        shown.locator(".lessons").get_by_role("link", name=title).click()
        expect(shown.get_by_role("heading", level=1)).to_contain_text(title)
    shown = reader.open("search.html?q=unpack" if len(reader.site.lessons) > 1 else "search.html?q=update+gate")
    expect(shown.locator("#search-results li a").first).to_be_visible()


def test_the_keyboard_alone_reaches_all(reader: Reader) -> None:
    """The skip link first, then search, the map, the switch and the explorer; nothing catches it."""
    shown = reader.open("index.html")
    stops = []
    for _ in range(200):
        shown.keyboard.press("Tab")
        stop = shown.evaluate(FOCUS)
        if stop in (None, *stops[:1]):
            break
        stops.append(stop)
    names = [name for name, _ in stops]
    assert names[0] == "Skip to content"
    assert {"seq_len", "batch", "hidden_size", "Code", "Install the course"} <= set(names)
    assert [name for name, outlined in stops if not outlined] == []


@pytest.mark.parametrize("reader", ["phone"], indirect=True)
def test_the_menu_of_a_phone_opens_by_keyboard_and_hides_its_links_until_then(reader: Reader) -> None:
    shown = reader.open("index.html")
    link = shown.locator(".sidebar-tree").get_by_role("link", name="Install the course")
    expect(link).to_be_hidden()
    shown.get_by_role("checkbox", name="Toggle site navigation sidebar").focus()
    shown.keyboard.press("Space")
    expect(link).to_be_visible()


def test_solutions_and_hidden_outputs_are_folded(reader: Reader) -> None:
    for path in reader.site.lessons:
        cells = nbformat.read(path, as_version=4).cells
        shown = reader.open(f"{path.stem}.html")
        folded = shown.locator("details")
        tagged = sum("solution" in cell.metadata.get("tags", []) for cell in cells)
        hidden = sum(len(cell.metadata.get("jupyter", {})) for cell in cells)
        assert folded.filter(has=shown.get_by_text("A solution", exact=True)).count() == tagged == 1
        assert shown.locator("article details.hide").count() == hidden
        assert folded.evaluate_all("(all) => all.filter((one) => one.open).length") == 0


def test_a_browser_without_scripts_shows_the_text_and_a_sentence(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    for path in site.lessons:
        shown.goto(f"{site.url}/{path.stem}.html")
        texts = [one.strip() for one in shown.locator(".rnnlib-text").all_inner_texts()]
        assert texts == [text.strip() for text in texts_of(path)]
        assert shown.get_by_text(NO_SCRIPTS).count() == len(texts)
    context.close()


def test_links_lead_somewhere_and_nothing_is_fetched_from_elsewhere(site: Site) -> None:
    read = {page.name: Reading(page) for page in site.pages}
    for name, page in read.items():
        assert [file for file in page.fetched if urlsplit(file).netloc] == []
        assert [one for one in set(page.ids) if page.ids.count(one) > 1] == [], name
        for link in page.links:
            there = urlsplit(link)
            if there.netloc or (len(site.lessons) == 1 and link.startswith("#") and ".ipynb" in link):
                continue  # of another host; or a lesson that this small site leaves out
            assert (site.folder / (there.path or name)).is_file(), (name, link)
            if there.fragment and there.path.endswith((".html", "")):
                assert unquote(there.fragment) in read[there.path or name].ids, (name, link)


def test_a_style_fetches_nothing_from_elsewhere(site: Site) -> None:
    styles = list(site.folder.rglob("*.css"))
    assert styles
    assert [
        path.name for path in styles if re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", path.read_text("utf-8"))
    ] == []


def test_a_lesson_can_be_taken_along(site: Site) -> None:
    for path in site.lessons:
        links = Reading(site.folder / f"{path.stem}.html").links
        assert f"notebooks/{path.name}" in links
        assert (site.folder / "notebooks" / path.name).read_bytes() == path.read_bytes()
        hosts = [urlsplit(link).netloc for link in links if link.endswith(path.name)]
        assert hosts == ["", "mybinder.org", "colab.research.google.com"]


def test_formulas_are_typeset(site: Site) -> None:
    for path in site.lessons:
        sources = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
        formulas = sum(len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", source, re.DOTALL)) for source in sources)
        assert (site.folder / f"{path.stem}.html").read_text("utf-8").count("<math ") == formulas, path.name
