"""What the callbacks add to the demo's epochs.

One training each: the time spent in them is measured at their hooks, the
epoch's own time between them, so that both come from the same run and the machine's drift cancels.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import keras

from demo_training import dataset
from demo_training.model import FirstLayer, build
from tb_convvis.callbacks import ConvVis, ViewCallback
from tb_convvis.callbacks.convvis import VIEWS

EPOCHS = 6


class Timed(keras.callbacks.Callback):
    """Times the hooks of a callback, and the epochs around them."""

    def __init__(self, inner: ViewCallback | ConvVis) -> None:
        super().__init__()
        self.inner = inner
        self.epochs: list[float] = []
        self.hooks: list[float] = []

    def set_params(self, params):
        self.inner.set_params(params)

    def set_model(self, model):
        super().set_model(model)
        self.inner.set_model(model)

    def on_train_begin(self, logs=None):
        self.inner.on_train_begin(logs)

    def on_epoch_begin(self, epoch, logs=None):
        self.inner.on_epoch_begin(epoch, logs)
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        ended = time.perf_counter()
        self.epochs.append(ended - self._began)
        self.inner.on_epoch_end(epoch, logs)
        self.hooks.append(time.perf_counter() - ended)

    def on_train_end(self, logs=None):
        self.inner.on_train_end(logs)


def main() -> None:
    pictures = dataset.load("photographs", seed=0)
    print(
        f"{'callback':18s} {'epoch s':>9s} {'logging s':>10s} {'share':>7s}   medians of {EPOCHS - 1} epochs"
    )
    for kind in (*VIEWS, ConvVis):
        keras.utils.set_random_seed(0)
        model = build(pictures.x_train.shape[1:], len(pictures.class_names), FirstLayer(9, 2))
        model.compile("sgd", "sparse_categorical_crossentropy")
        with tempfile.TemporaryDirectory() as directory:
            timed = Timed(kind(directory, data=(pictures.x_val, pictures.y_val)))
            model.fit(
                pictures.x_train, pictures.y_train, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=[timed]
            )
            size = sum(path.stat().st_size for path in Path(directory).rglob("*tfevents*"))
        # The first epoch holds Keras's own tracing.
        epoch, hook = statistics.median(timed.epochs[1:]), statistics.median(timed.hooks[1:])
        print(
            f"{kind.__name__:18s} {epoch:9.2f} {hook:10.4f} {hook / epoch:7.2%}   "
            f"{size / (EPOCHS + 1) / 1e3:.0f} kB an epoch"
        )
