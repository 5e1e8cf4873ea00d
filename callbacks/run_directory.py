"""Which directory below a log directory a training is logged into."""

from __future__ import annotations

import re
from contextlib import suppress

import tensorflow as tf
from tensorboard.compat.proto import event_pb2

from tb_convvis import schema

LOOKED_AT = 3
"""Newest files in which a resumed training looks up how many steps were logged: 192 MB at the most."""

_RUN_DIRECTORY = re.compile(rf"{schema.RUN_DIRECTORY}(?:-(\d+))?/?")


def newest_run(log_dir: str) -> int:
    """The highest number among the runs in a log directory that hold events; 0 where there is none."""
    if not tf.io.gfile.isdir(log_dir):
        return 0
    numbers = [0]
    for name in tf.io.gfile.listdir(log_dir):
        match = _RUN_DIRECTORY.fullmatch(name)
        if match and any("tfevents" in file for file in tf.io.gfile.listdir(f"{log_dir}/{name}")):
            numbers.append(int(match[1] or 1))
    return max(numbers)


def run_name(number: int) -> str:
    """The name of the n-th run in a log directory, from 1."""
    return schema.RUN_DIRECTORY if number == 1 else f"{schema.RUN_DIRECTORY}-{number}"


def logged_before(directory: str, step: int) -> dict[str, int]:
    """How many steps below `step` a run holds of each tag, as its last records say.

    Read from the newest files only: every epoch writes every tag, so the rest need not be looked at.
    """
    counts: dict[str, int] = {}
    files = sorted(tf.io.gfile.glob(f"{directory}/*tfevents*"), reverse=True)
    for path in files[:LOOKED_AT]:
        of_file: dict[str, int] = {}
        with suppress(tf.errors.DataLossError):  # a killed writer's last record may be cut short
            for record in tf.data.TFRecordDataset(path):
                event = event_pb2.Event.FromString(record.numpy())
                for value in event.summary.value:
                    ours = value.metadata.plugin_data.plugin_name == schema.PLUGIN_NAME
                    if ours and event.step < step:
                        of_file[value.tag] = schema.parse_manifest(value.tensor.string_val[0]).logged
        counts = of_file | counts
    return counts
