"""The machine that a table was measured on, and how fast it does the simplest things."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

MIB = 2**20


def describe() -> str:
    """Processor, cores, memory, system and versions, in one line."""
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("tensorflow", "keras", "tensorboard", "numpy")
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    accelerators = ", ".join(names_of_accelerators()) or "no accelerator"
    return (
        f"{_processor()}, {cores} cores, {_memory()}, {accelerators}; "
        f"{platform.system()}, Python {platform.python_version()}, {versions}"
    )


def names_of_accelerators() -> list[str]:
    """What TensorFlow sees besides the processor."""
    devices = tf.config.list_physical_devices("GPU")
    return [
        str(tf.config.experimental.get_device_details(one).get("device_name", one.name)) for one in devices
    ]


def load() -> float:
    """Processes that ran or waited for a core, on the average of the last minute."""
    return os.getloadavg()[0]


def multiply(side: int = 2048) -> Any:
    """A function that multiplies two square matrices, and its FLOPs."""
    matrix = tf.random.stateless_normal((side, side), (1, 2))
    run = tf.function(lambda: tf.reduce_sum(matrix @ matrix))
    return (lambda: run().numpy()), 2 * side**3


def copy(count: int) -> Any:
    """A function that copies `count` bytes."""
    source, target = np.ones(count, np.uint8), np.zeros(count, np.uint8)
    return lambda: np.copyto(target, source)


def write_through(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk holds it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (ValueError, OSError):
        return "memory unknown"
