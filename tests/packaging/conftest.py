"""Distributions of this tree, built without network and without Node.js around a stand-in for the page."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = "export function render() {}\n"


class Tree:
    """A copy of the sources, and setuptools run on it as pip runs it."""

    def __init__(self, path: Path, programs: Path) -> None:
        self.path = path
        # No Node.js on PATH, and an index that would answer nothing.
        self.environment = os.environ | {"PATH": str(programs), "PIP_NO_INDEX": "1"}

    def run(self, program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, hook: str, *arguments: Path) -> str:
        """Call a hook of the build back end and return its answer."""
        call = f"build_meta.{hook}({', '.join(repr(str(argument)) for argument in arguments)})"
        return self.run(f"from setuptools import build_meta; print({call})").splitlines()[-1]

    def add_page(self) -> None:
        """Put in a stand-in for the built page, marked as up to date."""
        self.run(
            "import build_frontend as b; b.BUNDLE.parent.mkdir(); "
            f"b.BUNDLE.write_text({PAGE!r}); "
            f"b.BUNDLE.with_name('part.js').write_text({PAGE!r}); b.STAMP.write_text(b.sources_hash())"
        )


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty directory to be all of PATH."""
    return tmp_path_factory.mktemp("programs")


@pytest.fixture
def bare_tree(tmp_path: Path, programs: Path) -> Tree:
    """The sources as they are cloned: without the page."""
    return Tree(copy_sources(tmp_path / "tree"), programs)


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Tree:
    """The sources with the page."""
    tree = Tree(copy_sources(tmp_path_factory.mktemp("sources") / "tree"), programs)
    tree.add_page()
    return tree


@pytest.fixture(scope="session")
def wheel(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    return directory / tree.ask("build_wheel", directory)


@pytest.fixture(scope="session")
def sdist(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sdist")
    return directory / tree.ask("build_sdist", directory)


@pytest.fixture(scope="session")
def unpacked_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Tree:
    directory = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(directory, filter="data")
    (path,) = directory.iterdir()
    return Tree(path, programs)


def copy_sources(to: Path) -> Path:
    """Copy what git would commit, symlinks as symlinks."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, copy = ROOT / name, to / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            copy.symlink_to(source.readlink())
        elif source.exists():
            copy.write_bytes(source.read_bytes())
    return to
