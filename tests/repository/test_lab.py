"""`make lab` serves the course on this machine alone, however the reader's own Jupyter is set up."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.repository.test_commands import script

ROOT = Path(__file__).parents[2]
MINE = (
    "c.ServerApp.ip = '0.0.0.0'; c.IdentityProvider.token = ''; c.ServerApp.root_dir = '/'"  # a reader's own settings
)

Lab = tuple[str, str, subprocess.Popen[bytes]]  # its address, its token, its process


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One that every test may ask, and none may end."""
    with make_lab(tmp_path_factory.mktemp("home")) as served:
        yield served


@contextlib.contextmanager
def make_lab(home: Path) -> Iterator[Lab]:
    """`make lab` as someone types it whose own Jupyter is set up otherwise."""
    (home / ".jupyter").mkdir()
    (home / ".jupyter" / "jupyter_server_config.py").write_text(MINE)
    venv = home / "venv"
    script(venv / "bin" / "python", f'exec {shlex.quote(sys.executable)} "$@"')
    (venv / "installed-lab").touch()
    log = home / "log"
    environment = os.environ | {"HOME": str(home), "BROWSER": "true"}  # a browser that shows nothing
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "lab", f"VENV={os.path.relpath(venv, ROOT)}"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    family: list[psutil.Process] = []
    try:
        address, token = wait_for_address(log, process)
        family = psutil.Process(process.pid).children(recursive=True)
        yield address, token, process
    finally:
        for one in [*family, process]:
            with contextlib.suppress(psutil.Error):
                one.kill()
        process.wait(10)


def wait_for_address(log: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"or copy and paste[^:]*:\s+(http://\S+)\?token=(\w+)", log.read_text(), re.IGNORECASE):
            return found[1], found[2]
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def status(address: str, token: str = "") -> int:
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"} if token else {})
    try:
        return urllib.request.urlopen(request, timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code


def get(lab: Lab, path: str) -> Any:
    """What the server's REST API answers to who has the token."""
    address, token, _ = lab
    request = urllib.request.Request(address.partition("/lab")[0] + path, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_make_lab_opens_the_first_lesson(lab: Lab) -> None:
    address, token, _ = lab
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/lab/tree/notebooks/00_start_here\.ipynb", address)
    assert status(f"{address}?token={token}") == 200
    assert get(lab, "/api/contents/notebooks/00_start_here.ipynb?content=0")["type"] == "notebook"


def test_make_lab_fetches_no_news(lab: Lab) -> None:
    settings = get(lab, "/lab/api/settings/@jupyterlab/apputils-extension:notification")
    assert '"fetchNews": "false"' in settings["raw"]


def test_make_lab_asks_for_its_token(lab: Lab) -> None:
    address, token, _ = lab
    contents = address.replace("/lab/tree/", "/api/contents/")
    assert status(contents) == 403
    assert status(contents, "0" * len(token)) == 403
    assert status(contents, token) == 200
    with urllib.request.urlopen(address, timeout=20) as page:
        assert "/login" in page.url


def test_make_lab_serves_this_folder_on_the_loopback_alone(lab: Lab) -> None:
    _, _, process = lab
    here = get(lab, "/api/contents?content=1")["content"]
    assert {"notebooks", "README.md"} <= {entry["name"] for entry in here}
    servers = [one for one in psutil.Process(process.pid).children(recursive=True) if one.net_connections()]
    listening = [c.laddr.ip for one in servers for c in one.net_connections() if c.status == psutil.CONN_LISTEN]
    assert set(listening) == {"127.0.0.1"}


def test_make_lab_ends_with_ctrl_c(tmp_path: Path) -> None:
    with make_lab(tmp_path) as (address, token, process):
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)
        with pytest.raises(urllib.error.URLError):
            status(address, token)
