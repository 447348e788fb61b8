"""What a checkup's picture can be sent, and what must then hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.notebooks.driven.kernel import WORDS, View, each


def good_values(view: View) -> Iterator[dict[str, Any]]:
    """Every question; last, the one that it had."""
    yield from each("chosen", *(finding["name"] for finding in view.state["found"]["findings"]), view.state["chosen"])


def bad_values(_: View) -> Iterator[dict[str, Any]]:
    yield from each("chosen", *WORDS, "bach", ["batch"])


def check(view: View, sent: Any) -> None:
    """The question is one of those answered, and the head counts the answers."""
    findings = view.state["found"]["findings"]
    assert view.state["chosen"] in [finding["name"] for finding in findings], sent
    failed = sum(finding["holds"] is False for finding in findings)
    asked = sum(finding["holds"] is not None for finding in findings)
    counted = f"{asked} of {len(findings)} questions answered"
    counted = f": {counted}, {failed} with no" if failed else f": nothing found, {counted}"
    assert view.state["found"]["head"].endswith(counted), sent
