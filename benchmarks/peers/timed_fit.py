"""What callbacks add to the epochs of a fit; used by this project and by a peer alike."""

from __future__ import annotations

import statistics
import time
from typing import Any

import keras


class Mark(keras.callbacks.Callback):
    """Notes when its turn comes as an epoch begins and ends: one stands before the callbacks, one after."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[float] = []
        self.ended: list[float] = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begun.append(time.perf_counter())

    def on_epoch_end(self, epoch, logs=None):
        self.ended.append(time.perf_counter())


def timed_fit(model: Any, x: Any, y: Any, callbacks: list[Any], epochs: int) -> tuple[float, float]:
    """Median seconds of an epoch without the callbacks, and of the callbacks at its end.

    The first epoch, which holds Keras's own tracing, is not counted.
    """
    before, after = Mark(), Mark()
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0, callbacks=[before, *callbacks, after])
    training = [end - begin for begin, end in zip(after.begun, before.ended, strict=True)]
    logging = [end - begin for begin, end in zip(before.ended, after.ended, strict=True)]
    return statistics.median(training[1:]), statistics.median(logging[1:])
