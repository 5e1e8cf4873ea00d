"""Small networks with weights of their own, and the gradient that TensorFlow itself finds in them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf


def randomise(model: Any) -> Any:
    random = np.random.default_rng(3)
    for weight in model.weights:
        fan_in = max(int(np.prod(weight.shape[:-1])), 1)
        value = random.normal(size=weight.shape) * (np.sqrt(2 / fan_in) if len(weight.shape) > 1 else 0.1)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    return model


def chain(*steps: Any, size: tuple[int, int] = (24, 24)) -> Any:
    return randomise(keras.Sequential([keras.Input((*size, 3)), *steps]))


def plain_gradient(model: Any, layer: str, images: Any, unit: Any) -> Any:
    part = keras.Model(model.inputs, model.get_layer(layer).output)

    # In a graph the gradients of the weights, which nobody wants, are never computed.
    @tf.function
    def gradient(x: Any) -> Any:
        value = part(x, training=False)[0, unit[1], unit[2], unit[3]]
        return tf.gradients(value, x)[0] * value

    return gradient(tf.constant(images[unit[0]][None])).numpy()[0]
