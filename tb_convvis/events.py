"""Event protos into event files, so that no completed epoch is lost.

TensorFlow's summary writers are not used: `keras.callbacks.TensorBoard(update_freq=N)` leaves a global
condition behind under which they write nothing, and they say nothing when a disk is full.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.histogram import metadata as histogram_metadata

from tb_convvis import schema

MAX_FILE_BYTES = 64 * 2**20

_FRAME_BYTES = 16
"""What a record takes besides its data: its length and two checksums."""

_STAMP = re.compile(r"events\.out\.tfevents\.(\d{10})(?:\.(\d{9}))?\.")
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF}
"""How a file system says that it does not offer fsync; any other error means that data was lost."""


class EventWriter:
    """Writes one run directory, one event file at a time.

    A file is opened at the first write and left once what was flushed to it passes `max_file_bytes`, which
    bounds what a damaged file can cost. After a failed write the file is given up, because whatever followed
    the hole in it could not be read; it is cut back to what was flushed, and removed where nothing was. The
    next write opens a new one.

    Args:
        directory: run directory, local or remote (anything `tf.io.gfile` opens); made when missing.
        max_file_bytes: size in bytes at which a new file is begun, default 64 MiB.

    Example:
        >>> with EventWriter("ram://run/convvis") as writer:
        ...     writer.start(step=0)
        ...     writer.write("run", "model", step=0, payload=schema.encode("run", {"parameters": 10}))
        ...     writer.flush()

    """

    def __init__(self, directory: str, max_file_bytes: int = MAX_FILE_BYTES) -> None:
        self.directory = directory
        self.bytes_written = 0
        self._max_file_bytes = max_file_bytes
        self._records: tf.io.TFRecordWriter | None = None
        self._path = ""
        self._file_bytes = 0
        self._flushed_bytes = 0
        self._start_step: int | None = None

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, step: int) -> None:
        """Say that a fit begins at `step`, before the first write, which opens the file.

        Both of TensorBoard's readers then drop what an earlier fit, killed or resumed from before,
        logged at this step or later. It is said again in the next file where the first one is given up
        before anything of it was flushed.
        """
        self._start_step = step

    def write(self, kind: str, subject: str, step: int, payload: Sequence[bytes]) -> None:
        """Write one record of a kind.

        Args:
            kind: a key of `schema.KINDS`.
            subject: what the record is about, such as a layer's path.
            step: number of completed epochs.
            payload: manifest and blobs, from `schema.encode`.

        Raises:
            tf.errors.OpError, OSError: the file could not be opened or written.
        """
        metadata = summary_pb2.SummaryMetadata(
            plugin_data=summary_pb2.SummaryMetadata.PluginData(
                plugin_name=schema.PLUGIN_NAME, content=schema.metadata_content(kind)
            ),
            data_class=summary_pb2.DATA_CLASS_BLOB_SEQUENCE,
        )
        tensor = tensor_pb2.TensorProto(
            dtype=types_pb2.DT_STRING, string_val=payload, tensor_shape=_shape(len(payload))
        )
        self._write_summary(schema.make_tag(kind, subject), step, metadata, tensor)

    def write_histogram(self, tag: str, step: int, buckets: NDArray[np.float64]) -> None:
        """Write one histogram in the format of TensorBoard's own Histograms tab.

        Args:
            tag: the tag, see `schema.HISTOGRAMS_TAG_PREFIX`.
            step: number of completed epochs.
            buckets: [n, 3]: left edge, right edge, count.

        Raises:
            tf.errors.OpError, OSError: the file could not be opened or written.
        """
        metadata = histogram_metadata.create_summary_metadata(display_name=None, description=None)
        metadata.data_class = summary_pb2.DATA_CLASS_TENSOR
        tensor = tensor_pb2.TensorProto(
            dtype=types_pb2.DT_DOUBLE,
            tensor_content=np.ascontiguousarray(buckets, "<f8").tobytes(),
            tensor_shape=_shape(*buckets.shape),
        )
        self._write_summary(tag, step, metadata, tensor)

    def flush(self) -> None:
        """Hand everything written to the operating system, and on local disks to the disk.

        Raises:
            tf.errors.OpError, OSError: what was written since the last flush may be lost, its file given up.
        """
        if self._records is None:
            return
        try:
            self._records.flush()
            if "://" not in self._path:
                _sync(self._path)
                if self._flushed_bytes == 0 and os.name == "posix":
                    _sync(self.directory)  # a new file's name is kept there
        except (tf.errors.OpError, OSError):
            self._give_up_file()
            raise
        self._flushed_bytes, self._start_step = self._file_bytes, None

    def close(self) -> None:
        """Close the current file; a later write opens a new one."""
        if self._records is not None:
            records, self._records = self._records, None
            records.close()
            self._flushed_bytes, self._start_step = self._file_bytes, None

    def _write_summary(
        self,
        tag: str,
        step: int,
        metadata: summary_pb2.SummaryMetadata,
        tensor: tensor_pb2.TensorProto,
    ) -> None:
        value = summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)
        summary = summary_pb2.Summary(value=[value])
        self._write(event_pb2.Event(wall_time=time.time(), step=step, summary=summary))

    def _write(self, event: event_pb2.Event) -> None:
        # Of an epoch that fails later, nothing may be left in a file that is closed.
        if self._file_bytes >= self._max_file_bytes and self._file_bytes == self._flushed_bytes:
            self.close()
        try:
            if self._records is None:
                self._open()
            self._append(event)
        except (tf.errors.OpError, OSError):
            self._give_up_file()
            raise

    def _open(self) -> None:
        tf.io.gfile.makedirs(self.directory)
        self._path = f"{self.directory.rstrip('/')}/{self._new_name()}"
        self._file_bytes = self._flushed_bytes = 0
        self._records = tf.io.TFRecordWriter(self._path)
        self._append(event_pb2.Event(wall_time=time.time(), file_version="brain.Event:2"))
        if self._start_step is not None:
            session = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
            self._append(event_pb2.Event(wall_time=time.time(), step=self._start_step, session_log=session))

    def _new_name(self) -> str:
        """A name that sorts behind those there, whatever the clock says.

        TensorBoard reads a directory's files in the order of their names, and its Python reader none that
        sorts before one that it has read.
        """
        found = [match for name in tf.io.gfile.listdir(self.directory) if (match := _STAMP.match(name))]
        newest = max((int(match[1] + (match[2] or "9" * 9)) for match in found), default=0)
        seconds, nanoseconds = divmod(max(time.time_ns(), newest + 1), 10**9)
        host = re.sub(r"[^A-Za-z0-9.-]", "_", socket.gethostname())
        stamp = f"{seconds:010d}.{nanoseconds:09d}"
        return f"events.out.tfevents.{stamp}.{host}.{os.getpid()}.{schema.PLUGIN_NAME}"

    def _append(self, event: event_pb2.Event) -> None:
        record = event.SerializeToString()
        assert self._records is not None  # noqa: S101 (every caller has opened the file)
        self._records.write(record)
        self._file_bytes += len(record) + _FRAME_BYTES
        self.bytes_written += len(record)

    def _give_up_file(self) -> None:
        records, self._records = self._records, None
        with suppress(tf.errors.OpError, OSError):
            if records is not None:
                records.close()
        # What is left of an epoch that was not flushed would be shown, and twice where it is tried again.
        with suppress(tf.errors.OpError, OSError):
            if self._flushed_bytes == 0:
                tf.io.gfile.remove(self._path)
            elif "://" not in self._path:
                os.truncate(self._path, self._flushed_bytes)


def _sync(path: str) -> None:
    """Wait until the disk holds a file, or the names in a directory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def _shape(*sides: int) -> tensor_shape_pb2.TensorShapeProto:
    return tensor_shape_pb2.TensorShapeProto(
        dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=side) for side in sides]
    )
