"""Where the Pythons of this machine are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def find_python(version: str) -> str | None:
    """Return the path of a Python of a version such as "3.12", or None where there is none.

    Looked for: this interpreter, `python3.12` on the PATH, pyenv's versions, and what uv knows.
    """
    return next((found for found in _candidates(version) if _version_of(found) == version), None)


def _candidates(version: str) -> Iterator[str]:
    yield sys.executable
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(str(path) for path in pyenv.glob(f"versions/{version}.*/bin/python"))
    if shutil.which("uv"):
        found = subprocess.run(
            ["uv", "python", "find", version], capture_output=True, text=True, check=False, timeout=60
        )
        if found.returncode == 0:
            yield found.stdout.strip()


def _version_of(python: str) -> str | None:
    """Ask it: what stands on the PATH may be a shim for a version that is not there."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        asked = subprocess.run(
            [python, "-c", program], capture_output=True, text=True, check=False, timeout=60
        )
    except OSError:
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None
