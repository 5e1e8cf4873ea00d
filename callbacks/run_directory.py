"""Which directory below a log directory a training is logged into."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2

from tb_convvis import schema

LOOKED_AT = 3
"""Newest files with steps of before in which a resumed training looks up how many were logged."""

_SQUEEZED_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:/[^/]")
_RUN_DIRECTORY = re.compile(rf"{schema.RUN_DIRECTORY}(?:-(\d+))?/?")


def given_directory(log_dir: str | os.PathLike[str] | None, tensorboard: object) -> str | None:
    """Return where the user wants to log as text; None where a `keras.callbacks.TensorBoard` says it.

    A `~` at its beginning stands for the user's home directory.

    Raises:
        ValueError: not exactly one of the two, something else than they are, an empty text, which would be
            the root of the file system, or a remote address that pathlib has spoilt.
    """
    if (log_dir is None) == (tensorboard is None):
        raise ValueError(
            "say where to log, once. "
            f"Received: log_dir={log_dir!r}, tensorboard={tensorboard!r}. Expected exactly one of them."
        )
    if isinstance(log_dir, PurePath) and _SQUEEZED_SCHEME.match(str(log_dir)):
        raise ValueError(
            f"pathlib turns the two slashes of a remote address into one. Received: log_dir={log_dir!r}. "
            "Expected a str such as 'gs://bucket/run'."
        )
    if log_dir is None:
        if not hasattr(tensorboard, "log_dir"):
            raise ValueError(
                f"Received: tensorboard={tensorboard!r}. Expected a keras.callbacks.TensorBoard."
            )
        return None
    if not isinstance(log_dir, (str, os.PathLike)) or not os.fspath(log_dir):
        raise ValueError(f"Received: log_dir={log_dir!r}. Expected the path of a directory.")
    return os.path.expanduser(os.fspath(log_dir))  # noqa: PTH111 (a Path would spoil gs://)


def followed_directory(tensorboard: Any) -> str:
    """Return where a `keras.callbacks.TensorBoard` logs; it takes an empty text for the working directory."""
    return str(tensorboard.log_dir) or os.curdir


def newest_run(log_dir: str) -> int:
    """The highest number among the runs in a log directory that hold events; 0 where there is none."""
    if not tf.io.gfile.isdir(log_dir):
        return 0
    numbers = [0]
    for name in tf.io.gfile.listdir(log_dir):
        match, directory = _RUN_DIRECTORY.fullmatch(name), f"{log_dir}/{name}"
        # A file of that name cannot be listed, nor can a link to what is gone.
        if match is None or not tf.io.gfile.isdir(directory):
            continue
        if any("tfevents" in file for file in tf.io.gfile.listdir(directory)):
            numbers.append(int(match[1] or 1))
    return max(numbers)


def run_name(number: int) -> str:
    """The name of the n-th run in a log directory, from 1."""
    return schema.RUN_DIRECTORY if number == 1 else f"{schema.RUN_DIRECTORY}-{number}"


def new_run(log_dir: str, newest: int) -> int:
    """Take the number behind the newest run in a log directory.

    On a local disk by making its directory, so that of processes that begin at once each takes another;
    remote ones have no directories that could be made by one alone.

    Raises:
        OSError, tf.errors.OpError: the log directory cannot be read or written.
    """
    number = newest + 1
    if "://" in log_dir:
        return number
    tf.io.gfile.makedirs(log_dir)
    while True:
        try:
            Path(log_dir, run_name(number)).mkdir()
        except FileExistsError:
            number += 1
        else:
            return number


def logged_before(directory: str, step: int) -> dict[str, int]:
    """How many steps below `step` a run holds of each tag, as its last records say.

    Read from the newest files that hold any: every epoch writes every tag, so the rest can be left out.
    """
    counts: dict[str, int] = {}
    looked_at = 0
    for path in sorted(tf.io.gfile.glob(f"{directory}/*tfevents*"), reverse=True):
        of_file: dict[str, int] = {}
        with suppress(tf.errors.DataLossError):  # a killed writer's last record may be cut short
            for record in tf.data.TFRecordDataset(path):
                of_file |= _logged_in(record.numpy(), step)
        counts = of_file | counts
        looked_at += bool(of_file)
        if looked_at == LOOKED_AT:
            break
    return counts


def last_logged(log_dir: str) -> int:
    """The last step that the newest run in a log directory holds; -1 where there is none."""
    newest = newest_run(log_dir)
    files = tf.io.gfile.glob(f"{log_dir}/{run_name(newest)}/*tfevents*") if newest else []
    for path in sorted(files, reverse=True):
        steps = [-1]
        with suppress(tf.errors.DataLossError):  # as above
            steps += [
                event.step for record in tf.data.TFRecordDataset(path) for event in _ours(record.numpy())
            ]
        if max(steps) >= 0:
            return max(steps)
    return -1


def _ours(record: bytes) -> list[event_pb2.Event]:
    """The event in a record; none where it is damaged, or holds nothing of ours."""
    with suppress(DecodeError):
        event = event_pb2.Event.FromString(record)
        if any(value.metadata.plugin_data.plugin_name == schema.PLUGIN_NAME for value in event.summary.value):
            return [event]
    return []


def _logged_in(record: bytes, step: int) -> dict[str, int]:
    """The count that a record below `step` carries, by its tag; none where it is damaged or not ours."""
    try:
        event = event_pb2.Event.FromString(record)
        ours = [
            value
            for value in event.summary.value
            if value.metadata.plugin_data.plugin_name == schema.PLUGIN_NAME and event.step < step
        ]
        return {value.tag: schema.parse_manifest(value.tensor.string_val[0]).logged for value in ours}
    except (DecodeError, schema.SchemaError, IndexError):
        return {}
