"""Zeiler and Fergus's deconvnet written out literally for Sequential models: unpool, rectify, filter.

It shares no code with the package and uses no automatic differentiation, so that agreement means something.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from keras import layers


def literal_deconvnet(model: Any, layer: str, image: Any, unit: tuple[int, int, int]) -> Any:
    """Projection [H, W, C] of unit (row, col, map) of ``layer`` for one image."""
    maps = tf.constant(image[None], tf.float32)
    seen: list[tuple[Any, Any, Any]] = []
    for step in model.layers:
        if isinstance(step, layers.MaxPooling2D):
            shape = maps.shape
            maps, switches = tf.nn.max_pool_with_argmax(
                maps, step.pool_size, step.strides, step.padding.upper(), include_batch_in_index=True
            )
            seen.append((step, shape, switches))
        else:
            seen.append((step, maps.shape, None))
            maps = step(maps, training=False)
        if step.name == layer:
            break
    row, col, number = unit
    signal = np.zeros(maps.shape, np.float32)
    signal[0, row, col, number] = max(float(maps[0, row, col, number]), 0.0)
    below = tf.constant(signal)
    for step, shape, switches in reversed(seen):
        below = _back(step, shape, switches, below)
    return below.numpy()[0]


def _back(step: Any, shape: Any, switches: Any, signal: Any) -> Any:  # noqa: PLR0911
    if isinstance(step, layers.MaxPooling2D):
        places = tf.reshape(switches, (-1, 1))
        flat = tf.scatter_nd(places, tf.reshape(signal, (-1,)), [int(np.prod(shape))])
        return tf.reshape(flat, shape)
    if isinstance(step, layers.Conv2D):
        if step.activation.__name__ == "relu":
            signal = tf.maximum(signal, 0.0)
        return tf.nn.conv2d_transpose(signal, step.kernel, shape, step.strides, step.padding.upper())
    if isinstance(step, layers.ReLU):
        return tf.maximum(signal, 0.0)
    if isinstance(step, layers.BatchNormalization):
        return signal * (step.gamma / tf.sqrt(step.moving_variance + step.epsilon))
    if isinstance(step, layers.AveragePooling2D):
        size, stride = step.pool_size[0], step.strides[0]
        identity = tf.eye(shape[3])[None, None] / size**2
        return tf.nn.conv2d_transpose(signal, tf.tile(identity, (size, size, 1, 1)), shape, stride, "VALID")
    if isinstance(step, layers.Flatten):
        return tf.reshape(signal, shape)
    if isinstance(step, layers.Dense):
        return tf.matmul(tf.maximum(signal, 0.0), step.kernel, transpose_b=True)
    raise NotImplementedError(type(step).__name__)
