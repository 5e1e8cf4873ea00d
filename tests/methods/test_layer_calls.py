"""Tracing: nothing that would change the training is run, and nothing stays patched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tb_convvis.methods import Deconvnet, StatefulLayerError, receptive_fields, top_activations
from tests.zoo import build, conv


class AlwaysTraining(keras.Model):
    """Calls its inner layer as if in training, whatever it is told."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.first, self.inner = conv(4, "first"), inner

    def call(self, x: Any) -> Any:
        return self.inner(self.first(x), training=True)


class Noise(layers.Layer):
    def __init__(self) -> None:
        super().__init__(name="odd")
        self.seed = keras.random.SeedGenerator(3)

    def call(self, x: Any) -> Any:
        return x + keras.random.normal((1, 8, 8, 4), seed=self.seed)


class Counter(layers.Layer):
    def __init__(self) -> None:
        super().__init__(name="odd")
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")

    def call(self, x: Any) -> Any:
        self.count.assign_add(1)
        return x


class CompiledCounter(Counter):
    @tf.function
    def call(self, x: Any) -> Any:
        return super().call(x)


class StatefulRandom(layers.Layer):
    def call(self, x: Any) -> Any:
        return x + tf.random.normal(tf.shape(x))


def _then(layer: Any) -> Any:
    return keras.Sequential([keras.Input((8, 8, 3)), conv(4, "first"), layer])


STATEFUL: dict[str, Callable[[], Any]] = {
    "dropout": lambda: AlwaysTraining(layers.Dropout(0.5, name="odd")),
    "batch normalisation": lambda: AlwaysTraining(layers.BatchNormalization(name="odd")),
    "seed generator": lambda: _then(Noise()),
    "counter": lambda: _then(Counter()),
    "counter in a tf.function": lambda: _then(CompiledCounter()),
    "random operation": lambda: _then(StatefulRandom(name="odd")),
}


@pytest.mark.parametrize("kind", STATEFUL)
def test_refuses_to_run_what_would_change_the_training(kind: str) -> None:
    model, images = STATEFUL[kind](), np.ones((2, 8, 8, 3), np.float32)
    model(images[:1])
    before = [variable.numpy() for variable in model.variables]
    with pytest.raises(StatefulLayerError, match="change the training") as refusal:
        top_activations(model, ["first"], images)
    assert refusal.value.layer == "odd"
    assert refusal.value.operation in str(refusal.value)
    for windows in (True, False):
        with pytest.raises(StatefulLayerError):
            Deconvnet(model, ["first"], windows=windows)(images, {"first": [[0, 1, 1, 0]]})
    assert "first" in receptive_fields(model, (8, 8, 3))
    after = [variable.numpy() for variable in model.variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


class Slow(layers.Layer):
    def call(self, x: Any) -> Any:
        time.sleep(0.2)
        return x


def test_traces_at_once_leave_nothing_patched() -> None:
    original = keras.layers.Layer.__call__
    models = [_then(Slow(name=f"slow{number}")) for number in range(3)]
    threads = [threading.Thread(target=receptive_fields, args=(model,)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    patched = keras.layers.Layer.__call__
    keras.layers.Layer.__call__ = original
    assert patched is original
    assert receptive_fields(build("fused_relu"))
