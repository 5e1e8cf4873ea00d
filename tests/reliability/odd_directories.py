"""Directories unlike any that a training leaves: links in circles, files that are none, thousands of runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tb_convvis import schema
from tests.forged import payload
from tests.logs import LogFile
from tests.reliability.damaged_files import write_filters

EVENT_FILE = "events.out.tfevents.1700000000.odd"
TAGS = 10_000
RUNS = 5_000
FILES = 1_000

Write = Callable[[Path], None]


def _links_in_circles(run: Path) -> None:
    write_filters(run)
    (run / "again").symlink_to(run, target_is_directory=True)
    (run / "above").symlink_to(run.parent, target_is_directory=True)


def _link_to_itself(run: Path) -> None:
    write_filters(run)
    (run / EVENT_FILE).symlink_to(EVENT_FILE)


def _link_to_nothing(run: Path) -> None:
    write_filters(run)
    (run / EVENT_FILE).symlink_to("not there")


def _pipe(run: Path) -> None:
    write_filters(run)
    os.mkfifo(run / EVENT_FILE)


def _device(run: Path) -> None:
    write_filters(run)
    (run / EVENT_FILE).symlink_to("/dev/zero")


def _directory(run: Path) -> None:
    write_filters(run)
    write_filters(run / EVENT_FILE)


def _unreadable(run: Path) -> None:
    """Whom this keeps out is a user; an administrator reads it all the same."""
    write_filters(run).chmod(0)


def _read_errors(run: Path) -> None:
    """Opened like any file; reading it fails."""
    write_filters(run)
    (run / EVENT_FILE).symlink_to("/proc/self/mem")


def _other_files(run: Path) -> None:
    write_filters(run)
    for name in ("model.keras", "events.out.tfevents.1.profile-empty", "tfevents", ".hidden.tfevents"):
        (run / name).write_bytes(b"not an event file" * 9)


def _many_tags(run: Path) -> None:
    blobs = schema.encode("filters", {"layer": "conv1"})
    with LogFile(run) as log:
        for number in range(TAGS):
            log.payload(f"convvis/filters/layer{number}", 0, blobs)


def _many_files(run: Path) -> None:
    blobs = schema.encode("filters", {"layer": "conv1"})
    for number in range(FILES):
        with LogFile(run, number) as log:
            log.payload("convvis/filters/conv1", number, blobs)


def _many_runs(run: Path) -> None:
    """The same file linked again and again: a directory a run."""
    with LogFile(run) as log:
        log.payload("convvis/filters/conv1", 0, payload())
    for number in range(RUNS):
        directory = run.parent / f"run{number}" / schema.RUN_DIRECTORY
        directory.mkdir(parents=True)
        (directory / log.path.name).hardlink_to(log.path)


def _deep(run: Path) -> None:
    write_filters(run.joinpath(*["d"] * 300))


ODD_DIRECTORIES: dict[str, Write] = {
    "links-in-circles": _links_in_circles,
    "link-to-itself": _link_to_itself,
    "link-to-nothing": _link_to_nothing,
    "link-to-a-device": _device,
    "pipe": _pipe,
    "directory-named-like-a-file": _directory,
    "unreadable": _unreadable,
    "read-errors": _read_errors,
    "other-files": _other_files,
    "many-tags": _many_tags,
    "many-files": _many_files,
    "many-runs": _many_runs,
    "three-hundred-levels": _deep,
}
"""What writes each directory's odd run, by what is odd."""
