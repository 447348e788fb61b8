"""See to it that there is a browser for the tests: `python -m tests.browser.install`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.browser.lab import find_browser


def install() -> None:
    """Debian's package, if this is a system that has it and we may."""
    apt = shutil.which("apt-get")
    if not apt:
        return
    command = ["env", "DEBIAN_FRONTEND=noninteractive", apt]
    if os.geteuid() != 0:
        if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode:
            return
        command = ["sudo", "-n", *command]
    print("No Chromium or Chrome on PATH: installing Debian's chromium.", flush=True)
    subprocess.run([*command, "update", "-q"], check=False)
    subprocess.run([*command, "install", "-q", "-y", "--no-install-recommends", "chromium"], check=False)


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
