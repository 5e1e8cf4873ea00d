"""The doctor over hostile log directories: it ends, salvages what is healthy, leaves the rest as it was."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.reliability.figure import Figure
from tests.reliability.hostile_corpus import CORPUS, healthy_runs, write_hostile

SHORT = ("bit-of-the-length", "pipe")
MAX_SECONDS = 300
MAX_BYTES = 4 * 2**30
ROOT = Path(__file__).parents[2]


def figures(short: bool) -> Iterator[Figure]:
    """One figure, over the corpus."""
    names = SHORT if short else tuple(CORPUS)
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        for name in names:
            faults += [f"{name}: {fault}" for fault in _doctor(Path(directory), name)]
    yield Figure(
        f"the doctor over {len(names)} hostile log directories",
        "ends, salvages what is healthy, finds nothing wrong with what it wrote, touches nothing",
        f"{len(faults)} faults{''.join(f'; {fault}' for fault in faults[:9])}",
        not faults,
    )


def _doctor(directory: Path, name: str) -> Iterator[str]:
    old, new = directory / name, directory / f"{name}-salvaged"
    write_hostile(name, old)
    before = _states(old)
    first = _run(["doctor", str(old), "--salvage", str(new)])
    if first.returncode not in (0, 1) or "Traceback" in first.stderr:
        yield f"exit status {first.returncode}: {first.stderr[-300:]}"
        return
    if _states(old) != before:
        yield "the old directory is not as it was"
    for run in healthy_runs(old):
        if _contents(new / run) != _contents(old / run):
            yield f"{run} was not salvaged"
    again = _run(["doctor", str(new)])
    if again.returncode != 0:
        yield f"what was salvaged has problems: {again.stdout[:300]}"


def _run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The command line, its memory and its time bounded; a hang ends the measurement."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))

    return subprocess.run(
        [sys.executable, "-m", "tb_convvis", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
        preexec_fn=bound,
        check=False,
    )


def _states(root: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of change of everything in a directory; links are not followed."""
    return {path: (path.lstat().st_size, path.lstat().st_mtime_ns) for path in sorted(root.rglob("*"))}


def _contents(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.iterdir()} if run.is_dir() else {}
