"""The models that benchmarks of methods run on, and pictures to feed them."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import layers


def small(classes: int = 10) -> keras.Model:
    """S: five convolutions at 32 x 32, as for CIFAR-10."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            _conv(32, "conv1"),
            _conv(32, "conv2"),
            layers.MaxPooling2D(),
            _conv(64, "conv3"),
            _conv(64, "conv4"),
            layers.MaxPooling2D(),
            _conv(128, "conv5"),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def zfnet(classes: int = 10) -> keras.Model:
    """A: the convolutions of Zeiler and Fergus 2013, Fig. 3, at 224 x 224, with a small head."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((224, 224, 3)),
            _conv(96, "conv1", 7, 2),
            layers.MaxPooling2D(3, 2, padding="same"),
            _conv(256, "conv2", 5, 2),
            layers.MaxPooling2D(3, 2, padding="same"),
            _conv(384, "conv3"),
            _conv(384, "conv4"),
            _conv(256, "conv5"),
            layers.MaxPooling2D(3, 2, padding="same"),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def vgg16() -> keras.Model:
    """V: VGG16 with random weights, scaled so that the upper layers are alive."""
    keras.utils.set_random_seed(0)
    model = keras.applications.VGG16(weights=None)
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel * np.sqrt(2.0), bias])
    return model


MODELS: dict[str, tuple[Callable[[], keras.Model], int]] = {
    "S": (small, 32),
    "A": (zfnet, 224),
    "V": (vgg16, 224),
}


def pictures(count: int, size: int) -> np.ndarray:
    """Smooth blobs, bars and discs with a little noise, float32 in -1..1: maps have places to prefer."""
    random = np.random.default_rng(1)
    rows, cols = np.mgrid[:size, :size] / size
    images = np.empty((count, size, size, 3), np.float32)
    for number in range(count):
        image = images[number]
        image[:] = np.kron(random.normal(size=(8, 8, 3)) * 0.4, np.ones((size // 8, size // 8, 1)))
        for _ in range(4):
            a, b, col, row, radius = random.uniform([-1, -1, 0, 0, 0.05], [1, 1, 1, 1, 0.25])
            bar = np.abs(a * (cols - col) + b * (rows - row)) < 0.04
            disc = (cols - col) ** 2 + (rows - row) ** 2 < radius**2
            image[bar | disc] = image[bar | disc] * 0.3 + random.uniform(-1, 1, 3)
        images[number] += random.normal(size=image.shape) * 0.05
    return np.clip(images, -1, 1)


def conv_names(model: keras.Model) -> list[str]:
    return [layer.name for layer in model.layers if isinstance(layer, layers.Conv2D)]


def _conv(filters: int, name: str, size: int = 3, stride: int = 1) -> layers.Layer:
    return layers.Conv2D(
        filters, size, stride, padding="same", activation="relu", kernel_initializer="he_normal", name=name
    )
