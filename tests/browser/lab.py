"""A real JupyterLab in a real Chromium: what the browser tests, `make pictures` and `make bench` stand on."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Locator, Page, Playwright

from tests.browser.install import find_browser
from tests.notebooks.lessons import untrained

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"


def launch(playwright: Playwright) -> Browser:
    """A Chromium that asks nothing of any host but this one."""
    elsewhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    flags = [*FLAGS, elsewhere, *(["--no-sandbox"] if IS_ROOT else [])]  # Chromium has no sandbox for root
    return playwright.chromium.launch(executable_path=find_browser(), args=flags)


class Lab:
    """A JupyterLab server that serves a folder, on a free port of the loopback, with settings of its own.

    Attributes:
        folder: the notebooks that it serves.
        url: where it serves them.
        token: what its address asks for.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.token = secrets.token_hex(16)
        self._log = home / "lab.log"
        news = {"fetchNews": "false", "checkForUpdates": False}
        _settings(home / "settings", "@jupyterlab/apputils-extension:notification", news)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                self._command(), env=_environment(home, self.token), stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait_until_up(seconds=60)
        except BaseException:
            self.close()
            raise

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "jupyter", "lab", "--no-browser"),
            *(["--allow-root"] if IS_ROOT else []),
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.url.rpartition(':')[2]}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.folder}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=",
        ]

    def _wait_until_up(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(urllib.error.URLError, OSError):
                self.get("/api/status")
                return
            time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self._log.read_text()}")

    def get(self, path: str) -> Any:
        """What the server's REST API answers, such as ``/api/sessions``."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def close(self) -> None:
        """End the server and every kernel it started."""
        family = [self._process, *_children(self._process.pid)]
        self._process.terminate()  # it ends its kernels itself, if it can
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self._process.wait(5)


@contextlib.contextmanager
def jupyterlab(notebooks: Path = ROOT / "notebooks") -> Iterator[Lab]:
    """Serve a copy of the notebooks, which trains nothing, while the block runs; the originals are never touched."""
    with tempfile.TemporaryDirectory(prefix="rnnlib-lab-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary, "notebooks")
        shutil.copytree(notebooks, folder, ignore=shutil.ignore_patterns(".*"))
        for path in folder.glob("*.ipynb"):
            path.write_text(untrained(path.read_text("utf-8")), "utf-8")
        lab = Lab(folder, Path(temporary))
        try:
            yield lab
        finally:
            lab.close()


class Notebook:
    """One notebook of a lab, open in one page."""

    def __init__(self, lab: Lab, page: Page, name: str) -> None:
        self.page = page
        page.goto(f"{lab.url}/lab/tree/{name}?token={lab.token}&reset", wait_until="domcontentloaded")
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        # "Idle" shows before the session is there, and a run too early asks which kernel to use.
        self._tell("async (panel) => { await panel.revealed; await panel.sessionContext.ready; }")
        self._tell("async (panel) => { await panel.sessionContext.session.kernel.info; }")

    def _tell(self, script: str, argument: Any = None) -> Any:
        """Run a JavaScript function of the notebook's panel and one argument."""
        return self.page.evaluate(f"a => ({script})(jupyterapp.shell.currentWidget, a)", argument)

    def command(self, name: str, **arguments: Any) -> None:
        """Execute one of JupyterLab's own commands, and wait until it is done."""
        self.page.evaluate("([name, a]) => jupyterapp.commands.execute(name, a).then(() => null)", [name, arguments])

    def run_all(self) -> None:
        """Run every cell from the top."""
        self.command("notebook:run-all-cells")

    def run_cell(self, index: int) -> None:
        """Run one cell again."""
        self._tell("(panel, index) => { panel.content.activeCellIndex = index }", index)
        self.command("notebook:run-cell")

    def select_cell(self, index: int) -> None:
        """Make one cell the active one, in command mode, as a click at its left does."""
        self._tell(
            "(panel, index) => { panel.content.activeCellIndex = index; panel.content.mode = 'command'; }", index
        )
        self._tell("(panel) => { panel.content.activate(); }")

    def run_code(self, source: str) -> None:
        """Run a new cell at the end."""
        index = self._tell(
            """(panel, source) => {
            const cells = panel.content.model.sharedModel;
            cells.insertCell(cells.cells.length, {cell_type: "code", source});
            return cells.cells.length - 1; }""",
            source,
        )
        self.run_cell(index)

    def theme(self, name: str) -> None:
        """Switch to `LIGHT` or `DARK`."""
        switched = self.page.locator(f'body[data-jp-theme-name="{name}"]')
        if not switched.count():
            self.command("apputils:change-theme", theme=name)
            switched.wait_for(state="attached")

    def restart_kernel(self) -> None:
        """Restart the kernel, as from the menu, without running anything."""
        self._confirmed("kernelmenu:restart")
        self._tell("async (panel) => { await panel.sessionContext.session.kernel.info; }")

    def shut_down_kernel(self) -> None:
        """Shut the kernel down, as from the menu."""
        self.command("kernelmenu:shutdown")
        self.page.wait_for_function("!jupyterapp.shell.currentWidget.sessionContext.session?.kernel")

    def start_kernel(self) -> None:
        """Start a kernel where there is none."""
        self._tell("""async ({ sessionContext }) => {
            if (!sessionContext.session?.kernel) await sessionContext.changeKernel({ name: "python3" }); }""")

    def _confirmed(self, command: str) -> None:
        """Execute a command that asks "are you sure?", and say yes."""
        self.page.evaluate("name => { window.rnnlibDone = jupyterapp.commands.execute(name); }", command)
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.evaluate("() => window.rnnlibDone.then(() => null)")

    def errors(self) -> list[str]:
        """What cells wrote as an error or to stderr."""
        output = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.{}"]'
        return self.page.locator(f"{output.format('error')}, {output.format('stderr')}").all_inner_texts()

    def views(self, kind: str) -> Locator:
        """Every view of rnnlib of one kind, such as ``"shape"``, that stands in an output."""
        return self.page.locator(f".jp-OutputArea .rnnlib.{kind}")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def _environment(home: Path, token: str) -> dict[str, str]:
    """Folders of its own for everything that Jupyter reads or writes; this checkout's rnnlib for the kernels."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    for folder in folders.values():
        (home / folder).mkdir(exist_ok=True)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return os.environ | {k: str(home / v) for k, v in folders.items()} | {"JUPYTER_TOKEN": token, "PYTHONPATH": path}


def _settings(folder: Path, plugin: str, values: dict[str, Any]) -> None:
    extension, _, name = plugin.partition(":")
    file = folder / extension / f"{name}.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(values))


def _children(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []
