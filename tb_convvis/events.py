"""Event protos into event files, so that no completed epoch is lost.

TensorFlow's summary writers are not used: `keras.callbacks.TensorBoard(update_freq=N)` leaves a global
condition behind under which they write nothing, and they say nothing when a disk is full.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.histogram import metadata as histogram_metadata

from tb_convvis import schema

MAX_FILE_BYTES = 64 * 2**20


class EventWriter:
    """Writes one run directory, one event file at a time.

    A file is opened at the first write and closed when it passes `max_file_bytes`, which bounds what a
    damaged file can cost. After a failed write the file is given up, because whatever followed the hole
    in it could not be read; the next write opens a new one.

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

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, step: int) -> None:
        """Say that a fit begins at `step`.

        Both of TensorBoard's readers then drop what an earlier fit, killed or resumed from before,
        logged at this step or later.
        """
        session = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        self._write(event_pb2.Event(wall_time=time.time(), step=step, session_log=session))

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
        """Hand everything written to the operating system, and on local disks to the disk."""
        if self._records is None:
            return
        try:
            self._records.flush()
        except (tf.errors.OpError, OSError):
            self._give_up_file()
            raise
        if "://" not in self._path:
            with suppress(OSError), Path(self._path).open("rb") as file:
                # Some file systems do not offer this; what a killed process wrote is safe without it.
                os.fsync(file.fileno())

    def close(self) -> None:
        """Close the current file; a later write opens a new one."""
        if self._records is not None:
            records, self._records = self._records, None
            records.close()

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
        if self._records is not None and self._file_bytes >= self._max_file_bytes:
            self.flush()
            self.close()
        try:
            if self._records is None:
                self._open()
            self._append(event)
        except (tf.errors.OpError, OSError):
            self._give_up_file()
            raise

    def _open(self) -> None:
        # Names must sort in the order of writing: TensorBoard reads a directory's files in that order.
        seconds, nanoseconds = divmod(time.time_ns(), 10**9)
        stamp = f"{seconds:010d}.{nanoseconds:09d}"
        name = f"events.out.tfevents.{stamp}.{socket.gethostname()}.{os.getpid()}.{schema.PLUGIN_NAME}"
        tf.io.gfile.makedirs(self.directory)
        self._path = f"{self.directory.rstrip('/')}/{name}"
        self._records = tf.io.TFRecordWriter(self._path)
        self._file_bytes = 0
        self._append(event_pb2.Event(wall_time=time.time(), file_version="brain.Event:2"))

    def _append(self, event: event_pb2.Event) -> None:
        record = event.SerializeToString()
        assert self._records is not None  # noqa: S101 (every caller has opened the file)
        self._records.write(record)
        self._file_bytes += len(record)
        self.bytes_written += len(record)

    def _give_up_file(self) -> None:
        with suppress(tf.errors.OpError, OSError):
            self.close()
        self._records = None


def _shape(*sides: int) -> tensor_shape_pb2.TensorShapeProto:
    return tensor_shape_pb2.TensorShapeProto(
        dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=side) for side in sides]
    )
