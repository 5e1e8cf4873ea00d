"""The event files below a log directory, and whatever only has the name of one."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EventFile:
    """A file or directory found; `problem` says in words why it cannot be read.

    Args:
        path: where it is.
        name: its path below the log directory.
        size: in bytes.
        problem: None where it is a file that can be read.
    """

    path: Path
    name: Path
    size: int = 0
    problem: str | None = None


def find(logdir: Path) -> Iterator[EventFile]:
    """Every event file that TensorBoard finds, and every directory that cannot be listed.

    Links are followed, as TensorBoard does, but no directory is entered twice; one that can be reached
    without a link goes by that name.

    Args:
        logdir: a log directory.
    """
    todo = deque([Path()])
    entered: set[tuple[int, int]] = set()
    while todo:
        name = todo.popleft()
        try:
            status = (logdir / name).stat()
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(logdir / name) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            yield EventFile(
                logdir / name, name, problem=f"this directory cannot be listed: {error.strerror}."
            )
            continue
        below: list[Path] = []
        for entry in entries:
            if _is_directory(entry):
                (todo if entry.is_symlink() else below).append(name / entry.name)
            if _is_event_file(entry.name):
                yield _event_file(Path(entry.path), name / entry.name)
        todo.extendleft(reversed(below))


def _is_event_file(name: str) -> bool:
    """As TensorBoard decides; the second is what its profiler leaves, and nothing is in it."""
    return "tfevents" in name and not name.endswith(".profile-empty")


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _event_file(path: Path, name: Path) -> EventFile:
    try:
        status = path.stat()
    except OSError as error:
        return EventFile(path, name, problem=f"it cannot be found: {error.strerror}.")
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe would wait for somebody to write into it.
        what = "directory" if stat.S_ISDIR(status.st_mode) else "pipe, socket or device"
        return EventFile(path, name, problem=f"it is a {what}.")
    return EventFile(path, name, status.st_size)
