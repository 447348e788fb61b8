"""What all tests share: how hypothesis tells its cases, and which tests may be skipped."""

from __future__ import annotations

import pytest
from hypothesis import settings

# No deadline: a machine with one busy core is slow now and then. The blob runs a failing case again.
settings.register_profile("rnnlib", deadline=None, print_blob=True)
settings.load_profile("rnnlib")


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
