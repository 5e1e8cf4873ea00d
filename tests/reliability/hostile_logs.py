"""Hostile log directories on all of TensorBoard's readers: answered in words, healthy runs shown."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.reliability.figure import Figure
from tests.reliability.hostile_board import ASKING
from tests.reliability.hostile_corpus import CORPUS, write_hostile

READERS = {"rust-alone": "data server", "python-alone": "Python reader", "python": "with TensorFlow"}
SHORT_READERS = ("rust-alone", "python-alone")
SHORT = ("bit-of-a-blob", "no-proto", "facts-nan", "histogram-of-37-gib")
MAX_SECONDS = 300
"""Of one directory; TensorBoard's own start is most of the two it takes."""
MAX_MIB = 1500

ROOT = Path(__file__).parents[2]


def figures(short: bool) -> Iterator[Figure]:
    """A figure for each reader."""
    names = SHORT if short else tuple(CORPUS)
    with tempfile.TemporaryDirectory() as directory:
        for name in names:
            write_hostile(name, Path(directory) / name)
        for reader in SHORT_READERS if short else READERS:
            yield _figure(reader, examine(Path(directory), names, reader, together=short))


def examine(root: Path, names: Sequence[str], reader: str, together: bool) -> list[dict[str, Any]]:
    """What came of each directory; a process of its own for each unless they go `together`."""
    found: list[dict[str, Any]] = []
    left = list(names)
    while left:
        asked = left if together else left[:1]
        results, asking, end = _process(reader, [root / name for name in asked])
        found += results
        left = left[len(results) :]
        if len(results) < len(asked):
            # The process died or hung over the first directory that it did not answer for.
            name = left.pop(0)
            alone = {"name": name, "survived": False, "healthy": False, "faults": [], "why": end[:16]}
            found.append({"name": name, "fatal": end} if asking else alone)
    return found


def _process(reader: str, directories: Sequence[Path]) -> tuple[list[dict[str, Any]], bool, str]:
    """The results, whether the process ended while our plugin was asked, and how it ended."""
    command = [sys.executable, "-m", "tests.reliability.hostile_board", reader, *map(str, directories)]
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=log)
        try:
            end = f"exit status {process.wait(MAX_SECONDS * len(directories))}"
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            end = "it hung"
        said.seek(0)
        log.seek(0)
        lines = said.read().splitlines()
        results = [json.loads(line) for line in lines if line.startswith("{")]
        whole = f"{end}: {log.read()[-300:]}" if len(results) < len(directories) else end
        return results, lines[-1:] == [ASKING], whole


def _figure(reader: str, found: Sequence[dict[str, Any]]) -> Figure:
    alive = [one for one in found if "fatal" not in one]
    shown = [one for one in alive if one["healthy"]]
    died = [f"{one['name']} ({one['why']})" for one in alive if not one["survived"]]
    hidden = [one["name"] for one in alive if one["survived"] and not one["healthy"]]
    faults = [f"{one['name']}: {fault}" for one in alive for fault in [*one["faults"], *one.get("wrong", [])]]
    fatal = [f"{one['name']}: {one['fatal']}" for one in found if "fatal" in one]
    large = [f"{one['name']}: {one['mib']} MiB" for one in alive if one.get("mib", 0) > MAX_MIB]
    asked, lost = (sum(one.get(what, 0) for one in alive) for what in ("asked", "lost"))
    measured = [
        f"{len(shown)} of {len(found)} show it",
        *([f"TensorBoard itself dies of {', '.join(died)}"] if died else []),
        f"{asked} requests, {lost} answered that the data server is lost",
        f"at most {max((one.get('mib', 0) for one in alive), default=0)} MiB",
    ]
    for what, which in (("HIDDEN", hidden), ("FAULTS", faults), ("DIED", fatal), ("LARGE", large)):
        if which:
            measured.append(f"{what}: {', '.join(which)}")
    return Figure(
        f"{len(found)} hostile log directories, {READERS[reader]}",
        "healthy run shown wherever TensorBoard reads it, no 5xx but that of a lost data server, "
        "nothing damaged shown, nothing hung, nothing large allocated",
        "; ".join(measured),
        not (hidden or faults or fatal or large),
    )
