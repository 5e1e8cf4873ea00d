"""A new log directory with every valid record of an old one, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from tensorboard.compat.proto import event_pb2

from tb_convvis.doctor.framing import Record, frame

FILE_VERSION = "brain.Event:2"


class SalvageError(Exception):
    """The new directory cannot be used; the text says why. No OSError: that would be one of the old log."""


class SalvagedFile:
    """A new event file; nothing is made before its first record.

    A file that has lost the record of its version gets one: without it TensorBoard's Python reader takes
    it for one of a version in which a step that goes back deletes what came before.

    Args:
        path: where; it must not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> SalvagedFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with self._writing():
                self._file.close()

    def keep(self, record: Record) -> None:
        """Add a record as it is.

        Raises:
            SalvageError: it cannot be written. Leaving, which writes what is buffered, raises it, too.
        """
        with self._writing():
            self._write(record)

    def _write(self, record: Record) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("xb")
            first = event_pb2.Event.FromString(bytes(record.data))
            if not first.file_version:
                version = event_pb2.Event(wall_time=first.wall_time, file_version=FILE_VERSION)
                self._file.write(frame(version.SerializeToString()))
        self._file.write(record.framed)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or error
            raise SalvageError(f"cannot write {self._path}: {reason}. The old log is as it was.") from error


def salvaged_name(name: Path) -> Path:
    """The path of a file below the new directory: the old one, but for directories named like event files.

    TensorBoard would try to read such a directory, and leave out the run that it lies in.

    Example:
        >>> salvaged_name(Path("a.tfevents/run/1.tfevents")).as_posix()
        'a.tf_events/run/1.tfevents'
    """
    parents = [part.replace("tfevents", "tf_events") for part in name.parts[:-1]]
    return Path(*parents, name.name)


def check_directory(new: Path, logdir: Path, others: Iterable[Path]) -> None:
    """Check that a new directory can be written without touching an old one.

    Args:
        new: the new directory.
        logdir: the old one.
        others: directories in which files of the old one are, as links may lead out of it.

    Raises:
        SalvageError: it is inside an old one, or it is there and not an empty directory.
    """
    place = new.resolve()
    for old in (logdir, *others):
        if place.is_relative_to(old.resolve()):
            raise SalvageError(
                f"{new} is inside {old}, which is left as it is. Expected a directory elsewhere."
            )
    if new.exists() and not new.is_dir():
        raise SalvageError(f"{new} is a file. Expected a directory that is empty or does not exist.")
    if new.is_dir() and any(new.iterdir()):
        raise SalvageError(f"{new} is not empty. Expected a directory that is empty or does not exist.")
