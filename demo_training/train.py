"""Train the network twice, with two first layers, and log both for TensorBoard."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import keras

from demo_training.dataset import Dataset
from demo_training.model import FirstLayer, build
from tb_convvis.callbacks import ConvVis

BATCH_SIZE = 32

# The comparison of Zeiler & Fergus (2014, section 4.1), who saw a coarse stride spoil the first layer.
RUNS = {"stride2": FirstLayer(size=9, stride=2), "stride4": FirstLayer(size=11, stride=4)}


def train(dataset: Dataset, logdir: Path, epochs: int, seed: int) -> None:
    """Train every run of `RUNS` from the same seed and write its logs to `logdir/<run>`."""
    for number, (run, first_layer) in enumerate(RUNS.items(), start=1):
        print(
            f"\nRun {number} of {len(RUNS)}, {run}: {first_layer.size} x {first_layer.size} filters, stride "
            f"{first_layer.stride}, {len(dataset.x_train)} pictures, {epochs} epochs"
        )
        # One after the other in one process: drop the run before, and start from the same seed.
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        _train_run(dataset, logdir / run, first_layer, epochs)


def _train_run(dataset: Dataset, logdir: Path, first_layer: FirstLayer, epochs: int) -> None:
    model = build(dataset.x_train.shape[1:], len(dataset.class_names), first_layer)
    steps = epochs * math.ceil(len(dataset.x_train) / BATCH_SIZE)
    model.compile(
        optimizer=keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.05, steps), momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        dataset.x_train,
        dataset.y_train,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=(dataset.x_val, dataset.y_val),
        callbacks=[
            keras.callbacks.TensorBoard(logdir),
            ConvVis(
                logdir,
                data=(dataset.x_val, dataset.y_val),
                class_names=dataset.class_names,
                budget=None,  # every epoch, though these take seconds only
            ),
        ],
        verbose=1 if sys.stdout.isatty() else 2,  # a progress bar redraws its line: useless in a file
    )
