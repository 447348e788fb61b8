"""See to it that there is a browser for the tests: `python -m tests.browser.install`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.browser.lab import find_browser


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
