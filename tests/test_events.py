from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.compat.proto import event_pb2

from tb_convvis import schema
from tb_convvis.events import EventWriter


def events_in(directory: str) -> list[event_pb2.Event]:
    """Every event under a directory, files in name order, read with TensorFlow and none of our code."""
    files = sorted(tf.io.gfile.glob(f"{directory}/*tfevents*"))
    return [
        event_pb2.Event.FromString(record.numpy())
        for file in files
        for record in tf.data.TFRecordDataset(file)
    ]


def payload(step: int) -> list[bytes]:
    return schema.encode("filters", {"layer": "conv1"}, [np.full((2, 2, 1, 3), step, np.float32)])


@pytest.mark.parametrize("scheme", ["local", "ram"])
def test_what_is_written_is_read_back(tmp_path: Path, scheme: str) -> None:
    directory = f"{tmp_path}/run/convvis" if scheme == "local" else f"ram:/{tmp_path}/run/convvis"
    writer = EventWriter(directory)
    writer.start(3)
    writer.write("filters", "conv1", 3, payload(3))
    writer.write_histogram("convvis/weights/conv1/kernel", 3, np.array([[0.0, 1.0, 5.0], [1.0, 2.0, 7.0]]))
    writer.flush()

    version, start, filters, histogram = events_in(directory)
    assert version.file_version == "brain.Event:2"
    assert (start.session_log.status, start.step) == (event_pb2.SessionLog.START, 3)
    (value,) = filters.summary.value
    assert (filters.step, value.tag) == (3, "convvis/filters/conv1")
    assert value.metadata.plugin_data.plugin_name == "convvis"
    assert value.metadata.plugin_data.content == b'{"version":1,"kind":"filters"}'
    manifest = schema.parse_manifest(value.tensor.string_val[0])
    decoded = schema.decode(manifest.blobs[0], value.tensor.string_val[1])
    np.testing.assert_array_equal(decoded, np.full((2, 2, 1, 3), 3, np.float32))
    np.testing.assert_array_equal(tf.make_ndarray(histogram.summary.value[0].tensor), [[0, 1, 5], [1, 2, 7]])


def test_metadata_is_on_every_record(tmp_path: Path) -> None:
    with EventWriter(str(tmp_path)) as writer:
        for step in range(3):
            writer.write("filters", "conv1", step, payload(step))
    values = [event.summary.value[0] for event in events_in(str(tmp_path)) if event.summary.value]
    assert [value.metadata.plugin_data.plugin_name for value in values] == ["convvis"] * 3


def test_rotation_keeps_order_and_loses_nothing(tmp_path: Path) -> None:
    with EventWriter(str(tmp_path), max_file_bytes=1_000) as writer:
        for step in range(20):
            writer.write("filters", "conv1", step, payload(step))
            writer.flush()
    assert len(list(tmp_path.iterdir())) > 3
    assert [event.step for event in events_in(str(tmp_path)) if event.summary.value] == list(range(20))
    assert all(file.stat().st_size < 2_000 for file in tmp_path.iterdir())


def test_a_file_is_left_at_64_mib_by_default(tmp_path: Path) -> None:
    with EventWriter(str(tmp_path)) as writer:
        for step, size in enumerate((1, 2**26, 1)):
            writer.write("filters", "conv1", step, [b"x" * size])
            writer.flush()
    first, second = sorted(tmp_path.iterdir())
    assert first.stat().st_size > 2**26 > second.stat().st_size
    assert [event.step for event in events_in(str(tmp_path)) if event.summary.value] == [0, 1, 2]


def test_the_disk_is_asked_for_a_file_and_once_for_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, synced = os.fsync, []

    def noted(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    writer = EventWriter(str(tmp_path))
    for step in (0, 1):
        writer.write("filters", "conv1", step, payload(step))
        writer.flush()
    (file,) = tmp_path.iterdir()
    assert synced == [file.stat().st_ino, tmp_path.stat().st_ino, file.stat().st_ino]


def test_flushed_records_are_in_the_file_while_it_is_open(tmp_path: Path) -> None:
    writer = EventWriter(str(tmp_path))
    for step in range(5):
        writer.write("filters", "conv1", step, payload(step))
        writer.flush()
        assert [event.step for event in events_in(str(tmp_path)) if event.summary.value][-1] == step


def test_after_a_failed_write_a_new_file_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = EventWriter(str(tmp_path))
    writer.write("filters", "conv1", 0, payload(0))
    writer.flush()

    class Full:
        def __init__(self, inner: tf.io.TFRecordWriter) -> None:
            self.inner = inner

        def write(self, record: bytes) -> None:
            raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

        def close(self) -> None:
            self.inner.close()

    monkeypatch.setattr(writer, "_records", Full(writer._records))
    with pytest.raises(tf.errors.ResourceExhaustedError):
        writer.write("filters", "conv1", 1, payload(1))
    writer.write("filters", "conv1", 2, payload(2))
    writer.close()
    assert len(list(tmp_path.iterdir())) == 2
    assert [event.step for event in events_in(str(tmp_path)) if event.summary.value] == [0, 2]


def test_nothing_is_made_before_the_first_write(tmp_path: Path) -> None:
    EventWriter(str(tmp_path / "run")).close()
    assert not (tmp_path / "run").exists()


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """Let the kernel refuse every byte that this process writes behind so many of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_start_that_never_reached_the_disk_is_said_again(tmp_path: Path) -> None:
    writer = EventWriter(str(tmp_path))
    writer.start(3)
    with no_room_beyond(0):
        writer.write("filters", "conv1", 3, payload(3))
        with pytest.raises(tf.errors.OpError):
            writer.flush()
    # Nothing of the file was promised, and each attempt on a full disk would leave another one.
    assert not list(tmp_path.iterdir())
    for step in (4, 5):
        writer.write("filters", "conv1", step, payload(step))
        writer.flush()
    writer.close()
    version, start, *filters = events_in(str(tmp_path))
    assert (version.file_version, start.session_log.status) == ("brain.Event:2", event_pb2.SessionLog.START)
    assert (start.step, [event.step for event in filters]) == (3, [4, 5])


def test_what_was_not_flushed_is_cut_off_a_file_that_is_given_up(tmp_path: Path) -> None:
    writer = EventWriter(str(tmp_path))
    writer.start(0)
    writer.write("filters", "conv1", 0, payload(0))
    writer.flush()
    (file,) = tmp_path.iterdir()
    flushed = file.read_bytes()
    with no_room_beyond(len(flushed) + 5_000), pytest.raises(tf.errors.OpError):
        for _ in range(100):
            writer.write("filters", "conv1", 1, payload(1))
    assert file.read_bytes() == flushed
    writer.write("filters", "conv1", 2, payload(2))
    writer.close()
    events = events_in(str(tmp_path))
    assert [event.step for event in events if event.summary.value] == [0, 2]
    assert len([event for event in events if event.session_log.status]) == 1


def test_an_epoch_that_fails_in_a_large_file_leaves_nothing_behind(tmp_path: Path) -> None:
    writer = EventWriter(str(tmp_path), max_file_bytes=1_000)
    writer.write("filters", "conv1", 0, payload(0))
    writer.flush()
    for _ in range(10):
        writer.write("filters", "conv1", 1, payload(1))
    with no_room_beyond(0), pytest.raises(tf.errors.OpError):
        writer.write("filters", "conv1", 1, payload(1))
        writer.flush()
    writer.write("filters", "conv1", 2, payload(2))
    writer.close()
    assert [event.step for event in events_in(str(tmp_path)) if event.summary.value] == [0, 2]


@pytest.mark.parametrize(
    "there",
    ["events.out.tfevents.8000000000.999999999.host.1.convvis", "events.out.tfevents.8000000000.host.2.v2"],
)
def test_a_new_file_sorts_behind_those_there_though_the_clock_is_behind(tmp_path: Path, there: str) -> None:
    (tmp_path / there).touch()
    writer = EventWriter(str(tmp_path), max_file_bytes=1)
    for step in range(3):
        writer.write("filters", "conv1", step, payload(step))
        writer.flush()
    writer.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert (names[0], len(names)) == (there, 4)
    assert [event.step for event in events_in(str(tmp_path)) if event.summary.value] == [0, 1, 2]


def test_a_host_of_any_name_can_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "../a b/\udcff\n")
    with EventWriter(str(tmp_path / "run")) as writer:
        writer.write("filters", "conv1", 0, payload(0))
    assert [event.step for event in events_in(str(tmp_path / "run")) if event.summary.value] == [0]


@pytest.mark.parametrize(
    ("number", "raises"), [(errno.EIO, True), (errno.ENOSPC, True), (errno.EINVAL, False)]
)
def test_only_a_file_system_without_fsync_may_refuse_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, raises: bool
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    writer = EventWriter(str(tmp_path))
    writer.write("filters", "conv1", 0, payload(0))
    monkeypatch.setattr(os, "fsync", refuse)
    if raises:
        with pytest.raises(OSError, match=os.strerror(number)):
            writer.flush()
    else:
        writer.flush()
    monkeypatch.undo()
    writer.write("filters", "conv1", 1, payload(1))
    writer.close()
    steps = [event.step for event in events_in(str(tmp_path)) if event.summary.value]
    assert steps == ([1] if raises else [0, 1])


def test_a_file_that_was_removed_is_not_written_on(tmp_path: Path) -> None:
    writer = EventWriter(str(tmp_path))
    writer.write("filters", "conv1", 0, payload(0))
    writer.flush()
    (file,) = tmp_path.iterdir()
    file.unlink()
    writer.write("filters", "conv1", 1, payload(1))
    with pytest.raises(FileNotFoundError):
        writer.flush()
    writer.write("filters", "conv1", 2, payload(2))
    writer.close()
    assert [event.step for event in events_in(str(tmp_path)) if event.summary.value] == [2]
