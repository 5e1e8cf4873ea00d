"""Whether a training leaves the same bits behind with and without each of the callbacks.

    python -m tests.reliability.training_bits MirroredStrategy [--short]

prints what differs in one row, as JSON: rows that need devices of their own run in a process of their own.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tb_convvis.callbacks import ConvVis
from tb_convvis.callbacks.convvis import VIEWS
from tests.reliability.figure import Figure
from tests.reliability.repeated_training import (
    RepeatedTraining,
    deterministic,
    differences,
    network,
    pictures,
)

BATCH = 8
ROOT = Path(__file__).parents[2]
MIRRORED = "MirroredStrategy"


class Batches(keras.utils.PyDataset):
    """Pictures with noise from the global generators, as hand-written augmentation has."""

    def __init__(self, noise: float = 1.0, **options: Any) -> None:
        super().__init__(**options)
        self.x, self.y = pictures()
        self.noise = noise

    def __len__(self) -> int:
        return len(self.x) // BATCH

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = slice(index * BATCH, (index + 1) * BATCH)
        return self.x[rows] + self.noise * (np.random.random() + random.random()), self.y[rows]


def dataset() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(pictures()).shuffle(len(pictures()[0])).batch(BATCH)


def arrays() -> dict[str, Any]:
    x, y = pictures()
    return {"x": x, "y": y, "batch_size": BATCH}


def generated() -> dict[str, Any]:
    batches = (Batches()[index % 2] for index in range(1_000_000))
    return {"x": batches, "steps_per_epoch": 2}


@contextmanager
def policy(name: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def mirrored() -> RepeatedTraining:
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        model = network()
    return RepeatedTraining(model, lambda: {"x": dataset()})


ROWS: dict[str, Callable[[], RepeatedTraining]] = {
    "NumPy": lambda: RepeatedTraining(network(), arrays()),
    "tf.data": lambda: RepeatedTraining(network(), lambda: {"x": dataset()}),
    "PyDataset, no workers": lambda: RepeatedTraining(network(), lambda: {"x": Batches(workers=0)}),
    "PyDataset, 1 worker": lambda: RepeatedTraining(network(), lambda: {"x": Batches(workers=1)}),
    # Without noise: which process draws it for which batch is not the same twice.
    "PyDataset, 2 processes": lambda: RepeatedTraining(
        network(), lambda: {"x": Batches(noise=0, workers=2, use_multiprocessing=True)}
    ),
    "generator": lambda: RepeatedTraining(network(), generated),
    "eager": lambda: RepeatedTraining(network(run_eagerly=True), arrays()),
    "validation": lambda: RepeatedTraining(network(), {**arrays(), "validation_data": pictures()}),
    "mixed_float16": lambda: RepeatedTraining(network(), arrays()),
    MIRRORED: mirrored,
}
COLUMNS: dict[str, Callable[[str], keras.callbacks.Callback]] = {
    **{kind.__name__: partial(kind, data=pictures()) for kind in (*VIEWS, ConvVis)},
    # Made when asked for: a dataset must belong to the devices that TensorFlow is set up with by then.
    "ConvVis, pictures from tf.data": lambda log_dir: ConvVis(log_dir, data=dataset(), budget=None),
    "ConvVis, pictures from a PyDataset": lambda log_dir: ConvVis(
        log_dir, data=Batches(workers=2), budget=None
    ),
}


SHORT = {
    "tf.data": ["ConvVis, pictures from a PyDataset"],
    "PyDataset, 1 worker": ["ConvVis"],
    "mixed_float16": ["ConvVis, pictures from tf.data"],
}


def changed(row: str, columns: list[str]) -> list[str]:
    """What is not the same with the callbacks of some columns as without."""
    found = []
    with deterministic(), policy("mixed_float16" if row == "mixed_float16" else "float32"):
        training = ROWS[row]()
        expected = training.fit()
        for column in columns:
            with tempfile.TemporaryDirectory() as directory:
                state = training.fit(COLUMNS[column](directory))
                found += [f"{row}, {column}: {name}" for name in differences(state, expected)]
                if not any(Path(directory).rglob("*tfevents*")):
                    found.append(f"{row}, {column}: nothing was logged")
        found += [f"{row}, without again: {name}" for name in differences(training.fit(), expected)]
    return found


def changed_elsewhere(row: str, columns: list[str]) -> list[str]:
    command = [sys.executable, "-m", __name__, row, *columns]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        return [f"{row}: {done.stderr[-2000:]}"]
    return list(json.loads(done.stdout.splitlines()[-1]))


def figures(short: bool) -> Iterator[Figure]:
    """Every row with every column; in short a few rows, each with one that has every view."""
    cells, found = 0, []
    for row, columns in SHORT.items() if short else ((row, list(COLUMNS)) for row in ROWS):
        found += (changed_elsewhere if row == MIRRORED else changed)(row, columns)
        cells += len(columns)
    yield Figure(
        f"{cells} of {len(ROWS) * len(COLUMNS)} trainings, each with one way of feeding and one callback",
        "weights, optimiser, history, random states, layers and Keras's settings as without",
        f"{len(found)} differences" + "".join(f"; {words}" for words in found[:5]),
        not found,
    )


def main() -> None:
    row, *columns = sys.argv[1:]
    if row == MIRRORED:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    sys.stdout.write(json.dumps(changed(row, columns)) + "\n")


if __name__ == "__main__":
    main()
