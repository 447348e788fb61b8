"""See to it that there is a browser for the tests: `python -m tests.browser.install`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "${HOME}/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "${PROGRAMFILES}/Google/Chrome/Application/chrome.exe",
    "${PROGRAMFILES(X86)}/Google/Chrome/Application/chrome.exe",
    "${LOCALAPPDATA}/Google/Chrome/Application/chrome.exe",
    "${LOCALAPPDATA}/Chromium/Application/chrome.exe",
)


def find_browser() -> str:
    """The path of Chromium or Chrome.

    Raises:
        RuntimeError: neither is on PATH or where macOS and Windows put it.
    """
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    for place in PLACES:
        if Path(os.path.expandvars(place)).is_file():
            return os.path.expandvars(place)
    raise RuntimeError(f"No browser on PATH ({', '.join(BROWSERS)}): install Chromium or Chrome.")


def install() -> None:
    """Debian's package, where there is apt-get and we may use it; else nothing."""
    if not shutil.which("apt-get"):
        return
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    if os.geteuid() != 0:
        if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL).returncode:
            return
        command = ["sudo", "-n", *command]
    print("No Chromium or Chrome on PATH: installing Debian's chromium.", flush=True)
    subprocess.run([*command, "update"], check=False)
    subprocess.run([*command, "install", "-y", "--no-install-recommends", "chromium"], check=False)


def main() -> None:
    """Find a browser, installing one if need be; else end with a sentence."""
    try:
        find_browser()
    except RuntimeError:
        install()
    try:
        find_browser()
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
