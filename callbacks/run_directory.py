"""Which directory below a log directory a training is logged into."""

from __future__ import annotations

import re

import tensorflow as tf

from tb_convvis import schema

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
