"""What all tests share: the same numbers at every run, and which tests may be skipped."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The same cases at every run: a red run then means that the code changed. `HYPOTHESIS_PROFILE=new` looks for new ones.
# No deadline: a machine with one busy core is slow now and then.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(autouse=True)
def the_same_weights() -> None:
    """Give every test the same random weights and inputs at every run."""
    import torch

    torch.manual_seed(0)


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
