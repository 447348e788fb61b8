"""What a page of the site says and leads to, read from its HTML alone."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


class Reading(HTMLParser):
    """Where a page's links lead, what it fetches, and what can be linked to."""

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
