"""The site as it is read and touched: in a real Chromium, with no kernel and no other host."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from rnnlib.explorers.shared.page.html import NO_SCRIPTS
from tests.browser.look import shut_out
from tests.browser.screen import Explorer
from tests.notebooks.notebook_guard import SHOWN
from tests.site.conftest import DESK, LOOKS, PHONE, SMALL, WHOLE, Reader, Site

pytestmark = pytest.mark.browser
MOST_BYTES = 1_500_000  # of a page and all that it fetches, before compression
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 20, 24)"}  # of a view
GROUND = "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"

# The views of which nothing, or only the text, is seen.
DEAD = """() => [...document.querySelectorAll(".rnnlib-page")].filter((place) => {
    const view = place.querySelector(".rnnlib");
    const folded = place.closest("details:not([open])");
    return !view || (!folded && view.offsetHeight < 100) || place.querySelector(".rnnlib-text").checkVisibility();
  }).map((place) => place.dataset.view)"""
SIDEWAYS = """() => [document.documentElement, document.body, document.querySelector(".content")]
    .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className || one.localName)"""

# Where the keyboard is: its name, and whether that is seen.
FOCUS = """() => {
    const e = document.activeElement;
    if (e === document.body) return null;
    const outlined = [e, e.nextElementSibling].some((x) => x && getComputedStyle(x).outlineStyle !== "none");
    return [e.getAttribute("aria-label") ?? e.closest("label")?.innerText ?? e.innerText, outlined]; }"""


FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src"}


class Reading(HTMLParser):
    """Where a page's links lead, what it fetches, and what in it can be linked to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if place := given.get("id"):
            self.ids.append(place)
        if tag == "a" and (link := given.get("href")):
            self.links.append(link)
        if file := given.get(FETCHED.get(tag, "")):
            self.fetched.append(file)


def texts_of(lesson: Path) -> list[str]:
    """What each view of a lesson says in plain text, as it is stored: several lines."""
    cells = [cell for cell in nbformat.read(lesson, as_version=4).cells if cell.get("outputs")]
    shows = [cell for cell in cells if re.search(rf"\b({'|'.join(SHOWN)})\(", cell.source)]
    texts = [output["data"]["text/plain"] for cell in shows for output in cell.outputs if "data" in output]
    return [text for text in texts if "\n" in text]


def title_of(lesson: Path) -> str:
    return nbformat.read(lesson, as_version=4).cells[0].source.partition("\n")[0].removeprefix("# ")


@pytest.mark.parametrize("reader", LOOKS, indirect=True)
def test_every_view_is_alive_in_the_readers_theme_and_no_page_scrolls_sideways(reader: Reader) -> None:
    views = {"index.html": 1, **{f"{path.stem}.html": len(texts_of(path)) for path in reader.site.lessons}}
    assert set(views) < set(reader.site.pages)
    for name in reader.site.pages:
        shown = reader.open(name)
        expect(shown.locator(".rnnlib-page")).to_have_count(views.get(name, 0))
        assert shown.evaluate(DEAD) == [], name
        assert set(shown.locator(".rnnlib").evaluate_all(GROUND)) <= {GROUNDS[reader.theme]}, name
        assert shown.evaluate(SIDEWAYS) == [], name


@pytest.mark.parametrize("reader", [DESK, PHONE], indirect=True)
def test_axe_finds_nothing_serious(reader: Reader) -> None:
    one = "index.html" if reader.theme == "dark" else f"{SMALL[0].stem}.html"  # it takes seconds a page
    for name in [one] if reader.site.lessons == SMALL else reader.site.pages:
        assert shut_out(reader.open(name)) == [], name


def test_the_pages_open_from_disk(reader: Reader) -> None:
    for name in reader.site.pages:
        reader.open(name, reader.site.folder.as_uri())


def test_a_page_is_light(reader: Reader) -> None:
    asked: set[str] = set()
    reader.page.on("request", lambda request: asked.add(request.url))
    for name in reader.site.pages:
        asked.clear()
        reader.open(name)
        files = [reader.site.folder / urlsplit(url).path.lstrip("/") for url in asked if url.startswith("http")]
        sizes = {file.name: file.stat().st_size for file in files}
        assert len(sizes) > 5
        assert sum(sizes.values()) <= MOST_BYTES, (name, sizes)


def test_a_slider_moves_the_tensors_of_the_start_page(reader: Reader) -> None:
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
    seen = []
    for _ in range(3):
        shown.locator(".theme-toggle-content button").click()
        chosen = shown.evaluate("document.body.dataset.theme")
        expect(shown.locator(".rnnlib")).to_have_css("background-color", GROUNDS.get(chosen, GROUNDS["light"]))
        seen.append(chosen)
    assert sorted(seen) == ["auto", "dark", "light"]


def test_every_lesson_is_found_on_the_map_and_by_search(reader: Reader) -> None:
    for path in reader.site.lessons:
        shown = reader.open("index.html")
        shown.locator(".lessons").get_by_role("link", name=title_of(path)).click()
        expect(shown.get_by_role("heading", level=1)).to_contain_text(title_of(path))
        shown = reader.open(f"search.html?q={path.stem.split('_', 1)[1].replace('_', '+')}")
        expect(shown.locator(f"#search-results a[href*='{path.stem}.html']").first).to_be_visible()


def test_the_keyboard_alone_reaches_all_and_is_seen(reader: Reader) -> None:
    shown = reader.open("index.html")
    stops = []
    for _ in range(100):
        shown.keyboard.press("Tab")
        stop = shown.evaluate(FOCUS)
        if stop is None:
            break
        stops.append(stop)
    names = [name for name, _ in stops]
    assert names[0] == "Skip to content"
    assert {"Install the course", "Show the answer", "seq_len", "batch", "hidden_size", "Code"} <= set(names)
    assert {title_of(path) for path in reader.site.lessons} <= set(names)
    assert [name for name, outlined in stops if not outlined] == []


@pytest.mark.parametrize("reader", [PHONE], indirect=True)
def test_a_phones_menu_hides_its_links_until_it_is_opened_as_by_keyboard(reader: Reader) -> None:
    shown = reader.open("index.html")
    link = shown.locator(".sidebar-tree").get_by_role("link", name="Install the course")
    expect(link).to_be_hidden()
    shown.get_by_role("checkbox", name="Toggle site navigation sidebar").focus()
    shown.keyboard.press("Space")
    expect(link).to_be_visible()


def test_what_is_folded_in_jupyterlab_is_folded_here(reader: Reader) -> None:
    for path in reader.site.lessons:
        cells = nbformat.read(path, as_version=4).cells
        shown = reader.open(f"{path.stem}.html")
        hidden = sum(len(cell.metadata.get("jupyter", {})) for cell in cells)
        expect(shown.locator("article details.hide")).to_have_count(hidden)
        solution = shown.locator("article details").filter(has=shown.get_by_text("A solution", exact=True))
        expect(solution.locator("pre").first).to_be_hidden()
        expect(shown.locator("article details[open]")).to_have_count(0)


def test_what_is_folded_is_drawn_when_it_is_unfolded(reader: Reader) -> None:
    """In lesson 04 that is code, in lesson 11 a check-up."""
    shown = reader.open(f"{reader.site.lessons[-1].stem}.html")
    fold = shown.locator("article details.hide").last
    fold.locator("summary").click()
    expect(fold.locator("pre, svg").locator("visible=true").first).to_be_visible()


@pytest.mark.parametrize("site", [WHOLE], indirect=True)
def test_a_check_up_leads_to_the_pages_of_the_lessons(reader: Reader) -> None:
    shown = reader.open("11_your_own_model.html")
    links = shown.locator(".rnnlib.checkup .lesson").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
    assert links
    assert [link for link in links if not re.match(r"\d\d_\w+\.html#", link)] == []


def test_a_browser_without_scripts_shows_the_text_and_a_sentence(browser: Browser, site: Site) -> None:
    shown: Page = browser.new_page(java_script_enabled=False)
    for path in site.lessons:
        shown.goto(f"{site.url}/{path.stem}.html")
        texts = [" ".join(one.split()) for one in shown.locator(".rnnlib-text").all_text_contents()]
        assert texts == [" ".join(f"{NO_SCRIPTS}{text}".split()) for text in texts_of(path)]
        expect(shown.locator(".rnnlib-text").first).to_be_visible()
    shown.close()


def test_links_lead_somewhere(site: Site) -> None:
    read = {name: Reading(site.folder / name) for name in site.pages}
    for name, page in read.items():
        assert [place for place in page.ids if page.ids.count(place) > 1] == [], name
        for link in page.links:
            there = urlsplit(link)
            if there.netloc or (site.lessons == SMALL and ".ipynb" in there.fragment):
                continue  # to another host; or to a lesson that the small site leaves out
            assert (site.folder / (there.path or name)).is_file(), (name, link)
            if there.fragment:
                assert unquote(there.fragment) in read[there.path or name].ids, (name, link)


def test_nothing_is_fetched_from_elsewhere(site: Site) -> None:
    fetched = {name: Reading(site.folder / name).fetched for name in site.pages}
    assert all(fetched.values())
    assert [file for files in fetched.values() for file in files if urlsplit(file).netloc] == []
    styles = [path.read_text("utf-8") for path in site.folder.rglob("*.css")]
    assert styles
    assert [style for style in styles if re.search(r"""(url\(|@import)\s*["']?(https?:)?//""", style)] == []


def test_a_lesson_can_be_taken_along_and_run(site: Site) -> None:
    for path in site.lessons:
        links = Reading(site.folder / f"{path.stem}.html").links
        to_run = [urlsplit(link) for link in links if link.endswith(path.name)]
        assert [link.netloc for link in to_run] == ["", "mybinder.org", "colab.research.google.com"]
        assert (site.folder / to_run[0].path).read_bytes() == path.read_bytes()


def test_formulas_are_typeset(site: Site) -> None:
    for path in site.lessons:
        texts = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
        formulas = sum(len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", text, re.DOTALL)) for text in texts)
        assert (site.folder / f"{path.stem}.html").read_text("utf-8").count("<math ") == formulas, path.name
