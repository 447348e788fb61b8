"""What all tests share: the same numbers at every run, their order, and which of them may be skipped."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# `make test`: the same few hundred cases at every run, so that a red run means that the code changed.
# `make test-long`: thousands, drawn anew. No deadline: a machine with one busy core is slow now and then.
settings.register_profile("same", deadline=None, derandomize=True, max_examples=200)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


# Begun in the background, a shell's child ignores Ctrl-C, and so would everything that a test begins.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def the_same_weights() -> None:
    """Give every test the same random weights and inputs at every run, whatever ran before it."""
    random.seed(0)
    if torch := sys.modules.get("torch"):  # which has a seed of its own when it is first imported, always the same
        torch.manual_seed(0)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests of a worker."""
    from playwright.sync_api import expect, sync_playwright

    from tests.browser.lab import launch

    expect.set_options(timeout=15_000)  # a busy machine is slow
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


# With several workers, what takes longest begins first, lest one worker ends long after the others.
SLOW = (
    *(f"tests/{name}/" for name in ("site", "teaching", "browser", "notebooks", "explorers/training")),
    "tests/repository/",
    "tests/engine/trace/",
    "notebooks/",
    "tests/engine/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is done in a browser, and put the slow tests first."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):  # a notebook's cells have none
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: next((i for i, name in enumerate(SLOW) if item.nodeid.startswith(name)), len(SLOW)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a GPU where there is none, and say so."""
    if item.get_closest_marker("gpu"):
        import torch

        if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
            pytest.skip("there is no GPU here")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which anything else was skipped: a test that did not run showed nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = [] if reporter is None else reporter.stats.get("skipped", [])
    if not session.exitstatus and any("gpu" not in getattr(report, "keywords", {}) for report in skipped):
        reporter.write_line("\nA test was skipped that does not need a GPU: the run fails.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
