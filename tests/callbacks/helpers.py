"""Small trainings for the tests of the callbacks, and what they logged."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from tensorboard.compat.proto import event_pb2

from tb_convvis import schema

CLASSES = 3


def pictures(count: int = 24, side: int = 12, channels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(7)
    x = generator.normal(size=(count, side, side, channels)).astype(np.float32)
    return x, generator.integers(0, CLASSES, count)


def small_model(seed: int = 0) -> keras.Model:
    """A nested model with batch norm, dropout and augmentation, which a careless probe would disturb."""
    keras.backend.clear_session()  # older versions of Keras keep the global generator beyond a new seed
    keras.utils.set_random_seed(seed)
    backbone = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            keras.layers.Conv2D(4, 3, name="conv1"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.ReLU(),
            keras.layers.Conv2D(6, 3, activation="relu", name="conv2"),
        ],
        name="backbone",
    )
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            keras.layers.RandomFlip(),
            backbone,
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(CLASSES, name="head"),
        ]
    )
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def fit(model: keras.Model, *callbacks: keras.callbacks.Callback, epochs: int = 2, **arguments: Any) -> Any:
    x, y = pictures()
    common = {"batch_size": 8, "verbose": 0, "epochs": epochs, **arguments}
    return model.fit(x, y, callbacks=list(callbacks), **common)


def drive(callback: keras.callbacks.Callback, model: keras.Model, epochs: int) -> None:
    """Call a callback's hooks as `fit` does, with nothing trained."""
    callback.set_model(model)
    callback.set_params({"epochs": epochs, "verbose": 0})
    callback.on_train_begin()
    for epoch in range(epochs):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch)
    callback.on_train_end()


def state_after(
    model: keras.Model, *callbacks: keras.callbacks.Callback, data: object = None
) -> list[np.ndarray]:
    """Weights, optimizer, history and the position of every random generator after a training."""
    x, y = pictures()
    keras.utils.set_random_seed(3)
    fed = data(x, y) if callable(data) else None
    arguments = {"x": fed} if fed is not None else {"x": x, "y": y, "batch_size": 8}
    history = model.fit(**arguments, epochs=3, verbose=0, callbacks=list(callbacks))
    variables = [*model.variables, *model.optimizer.variables]
    draws = [
        np.random.random(),
        random.random(),
        tf.random.uniform([]).numpy(),
        keras.random.uniform([]).numpy(),
    ]
    return [variable.numpy() for variable in variables] + [np.array(history.history["loss"]), np.array(draws)]


@dataclass(frozen=True)
class Record:
    """One summary value as it stands in an event file."""

    tag: str
    step: int
    value: Any

    @property
    def manifest(self) -> schema.Manifest:
        return schema.parse_manifest(self.value.tensor.string_val[0])

    @property
    def array(self) -> np.ndarray:
        blob = schema.decode(self.manifest.blobs[0], self.value.tensor.string_val[1])
        assert isinstance(blob, np.ndarray)
        return blob

    @property
    def buckets(self) -> np.ndarray:
        return np.asarray(tf.make_ndarray(self.value.tensor))


def blob(record: Record, index: int) -> np.ndarray:
    """Blob `index` of a record, counted after the manifest: an array, or the pixels of a picture."""
    value = schema.decode(record.manifest.blobs[index], record.value.tensor.string_val[index + 1])
    if isinstance(value, schema.Picture):
        return np.asarray(Image.open(io.BytesIO(value.data)))
    return value


def events(run: Path | str) -> list[event_pb2.Event]:
    files = sorted(tf.io.gfile.glob(f"{run}/*tfevents*"))
    return [
        event_pb2.Event.FromString(record.numpy())
        for file in files
        for record in tf.data.TFRecordDataset(file)
    ]


def records(run: Path | str, tag: str | None = None) -> list[Record]:
    found = [Record(value.tag, event.step, value) for event in events(run) for value in event.summary.value]
    return [record for record in found if tag is None or record.tag == tag]


def steps(run: Path | str, tag: str = "convvis/filters/backbone/conv1") -> list[int]:
    return [record.step for record in records(run, tag)]


def starts(run: Path | str) -> list[int]:
    return [event.step for event in events(run) if event.session_log.status == event_pb2.SessionLog.START]
