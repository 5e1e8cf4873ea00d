"""Pictures whose reading a test can watch and hold up, in whatever process it happens."""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tb_convvis.callbacks.picture_directory import PictureDirectory

SHAPE = (None, 12, 12, 3)
PATIENCE = 120


@dataclass(frozen=True)
class WatchedPictures(PictureDirectory):
    """Notes in a directory which process reads which part; waits while the part is held up there.

    `notes`: the directory; a part is known by the name of its first picture.
    """

    notes: str = ""

    def load(self) -> NDArray[np.float32]:
        """Read all."""
        first = Path(self.files[0]).name
        Path(self.notes, f"{uuid.uuid4()}.read").write_text(f"{os.getpid()} {first}")
        deadline = time.monotonic() + PATIENCE
        while Path(self.notes, f"{first}.held").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return super().load()


def watched(pictures: str | None = None, notes: str | None = None) -> WatchedPictures:
    """The pictures of a directory, watched in another; of the environment where none are given."""
    found = PictureDirectory.find(pictures or os.environ["WATCHED_PICTURES"], SHAPE, 1 / 255)
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    return WatchedPictures(**values, notes=notes or os.environ["WATCHED_NOTES"])


def hold(notes: Path, first: str) -> Path:
    """Hold up a part until the file that is returned is removed."""
    held = notes / f"{first}.held"
    held.touch()
    return held


def readings(notes: Path) -> list[tuple[int, str]]:
    """Process and first picture of everything that was read."""
    lines = [path.read_text().split() for path in notes.glob("*.read")]
    return [(int(line[0]), line[1]) for line in lines if len(line) == 2]


def reader_of(notes: Path, first: str) -> int:
    """The process that reads a part, awaited."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for process, name in readings(notes):
            if name == first:
                return process
        assert time.monotonic() < deadline, f"nobody reads {first}"
        time.sleep(0.05)
