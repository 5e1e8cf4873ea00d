"""The tests in every combination of versions that is promised, each in an environment of its own.

    python -m tests.compat [tf2.16-keras3.12 ...]

The environments are below .compat and are used again as long as what is asked of them stays the same. A cell
whose Python is not on this machine is not run, and the table says so.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pythons import find_python

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".compat"
TOOLS = ("pytest", "hypothesis")
PYTEST = (
    *("-m", "not slow and not peers", "-p", "no:cacheprovider", "-o", "addopts=--strict-markers"),
    *("-rfE", "--tb=short", "--durations=15"),
)
SHOWN = ("tensorflow", "keras", "tensorboard", "numpy", "protobuf", "setuptools")
TRAINING = (
    *("tests/test_events.py", "tests/test_schema.py"),
    *(
        f"tests/callbacks/test_{name}.py"
        for name in ("training_is_untouched", "what_is_logged", "runs", "zoo")
    ),
    *(f"tests/methods/test_{name}.py" for name in ("layer_calls", "receptive_field", "zoo")),
    *(
        f"tests/backend/test_{name}.py"
        for name in ("contract", "histograms", "live", "sampling", "scalars", "sources")
    ),
)
"""What rests on Keras, protobuf and TensorBoard; what is arithmetic is the same in every cell."""
VIEWING = ("tests/backend", "tests/test_schema.py")


@dataclass(frozen=True)
class Cell:
    """One combination: a Python, what is pinned beside our own requirements, and the tests that run in it."""

    python: str
    pins: tuple[str, ...]
    extra: str = "[train]"
    tests: tuple[str, ...] = TRAINING


CELLS = {
    "tf2.16-keras3.12": Cell("3.10", ("tensorflow==2.16.*", "keras==3.12.*")),
    "tf2.16-keras3.15": Cell("3.12", ("tensorflow==2.16.*", "keras==3.15.*")),
    "tf2.18": Cell("3.11", ("tensorflow==2.18.*",)),
    "tf2.20": Cell("3.13", ("tensorflow==2.20.*",)),
    "tf2.21": Cell("3.13", ("tensorflow==2.21.*",)),
    "viewer-tb2.17": Cell("3.12", ("tensorboard==2.17.*",), extra="", tests=VIEWING),
    "viewer-tb2.21": Cell("3.13", ("tensorboard==2.21.*",), extra="", tests=VIEWING),
}


@dataclass(frozen=True)
class Outcome:
    """A row of the table; `passed` is None for a cell that was not run."""

    cell: str
    versions: str
    words: str
    passed: bool | None


def run(name: str, wheel: Path) -> Outcome:
    """Run one cell; what pip and pytest say goes into .compat/<cell>.txt."""
    cell = CELLS[name]
    python = find_python(cell.python)
    if python is None:
        return Outcome(name, "", f"not run: no Python {cell.python} found", None)
    with (FOLDER / f"{name}.txt").open("w") as log:
        installed = _install(name, cell, python, wheel, log.fileno())
        if installed is None:
            return Outcome(name, f"python {cell.python}", f"failed to install, see {log.name}", False)
        tests = subprocess.run(
            [str(installed), "-m", "pytest", *PYTEST, *cell.tests],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    last = (FOLDER / f"{name}.txt").read_text().rstrip().rpartition("\n")[2].strip("= ")
    if tests.returncode:
        return Outcome(name, _versions(installed), f"failed: {last}, see {log.name}", False)
    return Outcome(name, _versions(installed), last, True)


def _install(name: str, cell: Cell, python: str, wheel: Path, log: int) -> Path | None:
    """The Python of the cell's environment; made anew where it was made for something else."""
    place, wanted = FOLDER / name, "\n".join([python, cell.extra, *cell.pins, *TOOLS, _requirements()])
    inside, stamp = place / "bin" / "python", place / "made-for"

    def quiet(*command: str | Path) -> bool:
        return subprocess.run(command, stdout=log, stderr=log, check=False, cwd=ROOT).returncode == 0

    pip = (inside, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar=off")
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(place, ignore_errors=True)
        made = quiet(python, "-m", "venv", place)
        if not made or not quiet(*pip, f"{wheel}{cell.extra}", *cell.pins, *TOOLS):
            return None
        stamp.write_text(wanted)
    # The tests read the tree; the entry point and the metadata are those of the wheel.
    return inside if quiet(*pip, "--force-reinstall", "--no-deps", str(wheel)) else None


def _requirements() -> str:
    return (ROOT / "setup.py").read_text("utf-8")


def _versions(python: Path) -> str:
    program = (
        "import sys; from importlib.metadata import distributions as d; "
        "v = {x.metadata['Name'].lower(): x.version for x in d()}; "
        f"print('python %d.%d.%d' % sys.version_info[:3], *(f'{{n}} {{v[n]}}' for n in {SHOWN} if n in v), "
        "sep=', ')"
    )
    return subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def _wheel() -> Path:
    """One wheel for all cells, as users install it."""
    folder = FOLDER / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", f"--wheel-dir={folder}", "."]
    subprocess.run(command, cwd=ROOT, check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes, one a line, and how many cells were not run."""
    width = max(len(outcome.cell) for outcome in outcomes)
    lines = [f"{one.cell:{width}}  {one.words}\n{'':{width}}  {one.versions or '-'}" for one in outcomes]
    counts = Counter(one.passed for one in outcomes)
    lines.append(f"{counts[True]} cells passed, {counts[False]} failed, {counts[None]} not run")
    return "\n".join(lines)


def main() -> None:
    """Run the cells named, all when none is; exit 1 where one failed or none could be run."""
    parser = argparse.ArgumentParser(prog="python -m tests.compat", description=__doc__)
    parser.add_argument("cells", nargs="*", metavar="cell", help=f"of {', '.join(CELLS)}; default all")
    options = parser.parse_args()
    unknown = sorted(set(options.cells) - set(CELLS))
    if unknown:
        parser.error(f"no such cell. Received: {unknown}. Expected some of {list(CELLS)}.")
    FOLDER.mkdir(exist_ok=True)
    wheel, outcomes = _wheel(), []
    for name in options.cells or CELLS:
        outcomes.append(run(name, wheel))
        print(f"{name}: {outcomes[-1].words}", flush=True)
    print(f"\n{table(outcomes)}")
    passed = [outcome.passed for outcome in outcomes]
    sys.exit(False in passed or True not in passed)


if __name__ == "__main__":
    main()
