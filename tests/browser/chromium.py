"""A Chromium for the browser tests.

    python -m tests.browser.chromium

prints where it is, after installing one where there is none: as root Debian's package, else Playwright's.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The shell is the same engine without a window, whose tabs and buttons cost more than most of our pages.
SHELL, WHOLE = "chromium-headless-shell", "chromium"
NAMES = (SHELL, WHOLE, "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
"""For a browser in a container, as root."""


def find() -> str | None:
    """The path of an installed Chromium that starts, or None."""
    installed = filter(None, map(shutil.which, NAMES))
    return next((path for path in (*installed, _playwrights()) if _starts(path)), None)


def install() -> str:
    """Install a Chromium and return its path."""
    if _is_root() and shutil.which("apt-get"):
        _try("apt-get", "update")
        # Ubuntu has no package of the shell, and its `chromium` is an empty one that wants snap: then go on.
        for package in (SHELL, WHOLE):
            _try("apt-get", "install", "--yes", "--no-install-recommends", package)
            if path := find():
                return path
    # System libraries need root; most desktops have them.
    _try(sys.executable, "-m", "playwright", "install", *(["--with-deps"] if _is_root() else []), "chromium")
    if path := find():
        return path
    raise SystemExit(
        "No Chromium could be installed. Install Chromium or Chrome yourself and run this again."
    )


def _playwrights() -> str:
    with sync_playwright() as playwright:
        return str(playwright.chromium.executable_path)


def _starts(path: str) -> bool:
    return (
        Path(path).exists()
        and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
    )


def _try(*command: str) -> None:
    # Standard output is kept for the answer.
    subprocess.run(command, stdout=sys.stderr, check=False)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    print(find() or install())
