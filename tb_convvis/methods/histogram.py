"""Histograms of weights, exact and on the device that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

_CHUNK = 2**22
"""Values looked at together: bounds the extra memory at about 100 MB however large a weight is."""


@dataclass(frozen=True)
class Histogram:
    """A histogram of the finite values of a weight, with the others counted apart.

    `buckets`: float64 [n, 3]: left edge, right edge, count. The last bucket includes its right edge.
    One bucket of no width when all values are equal, none when there are none.
    """

    buckets: NDArray[np.float64]
    nan: int
    infinite: int


def weight_histogram(weight: tf.Tensor, buckets: int = 30) -> Histogram:
    """Return the histogram of a weight over its own range.

    Args:
        weight: a variable or tensor of any shape and real dtype.
        buckets: how many of equal width, default 30 as in TensorBoard.

    Returns:
        Counts equal `numpy.histogram` of the weight in float64; they add up to the number of weights
        less `nan` and `infinite`. Subnormal values count as zero, as they do in TensorFlow.

    Example:
        >>> weight_histogram(tf.constant([0.0, 1.0, 1.0, float("nan")]), buckets=2).buckets.tolist()
        [[0.0, 0.5, 1.0], [0.5, 1.0, 2.0]]

    """
    flat = tf.reshape(tf.convert_to_tensor(weight), [-1])
    low, high, nan, infinite = np.inf, -np.inf, 0, 0
    for part in _chunks(flat):
        part_low, part_high, part_nan, part_infinite = (item.numpy() for item in _range(part))
        low, high = min(low, part_low), max(high, part_high)
        nan, infinite = nan + int(part_nan), infinite + int(part_infinite)
    finite = flat.shape[0] - nan - infinite
    if not finite:
        return Histogram(np.zeros((0, 3)), nan, infinite)
    if low == high:
        return Histogram(np.array([[low, high, finite]]), nan, infinite)
    edges = np.linspace(low, high, buckets + 1)
    counts = sum(_counts(part, edges).numpy() for part in _chunks(flat))
    return Histogram(np.stack([edges[:-1], edges[1:], counts], axis=1), nan, infinite)


def _chunks(flat: tf.Tensor) -> Iterator[tf.Tensor]:
    for start in range(0, flat.shape[0], _CHUNK):
        yield tf.cast(flat[start : start + _CHUNK], tf.float64)


@tf.function(input_signature=[tf.TensorSpec([None], tf.float64)])
def _range(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    finite = tf.math.is_finite(values)
    infinity = tf.constant(np.inf, tf.float64)
    return (
        tf.reduce_min(tf.where(finite, values, infinity)),
        tf.reduce_max(tf.where(finite, values, -infinity)),
        tf.math.count_nonzero(tf.math.is_nan(values)),
        tf.math.count_nonzero(tf.math.is_inf(values)),
    )


@tf.function(input_signature=[tf.TensorSpec([None], tf.float64), tf.TensorSpec([None], tf.float64)])
def _counts(values: tf.Tensor, edges: tf.Tensor) -> tf.Tensor:
    values = tf.boolean_mask(values, tf.math.is_finite(values))
    last = tf.shape(edges)[0] - 2
    width = (edges[-1] - edges[0]) / tf.cast(last + 1, tf.float64)
    index = tf.clip_by_value(tf.cast((values - edges[0]) / width, tf.int32), 0, last)
    # Division rounds: a value beside an edge is put where the edges themselves say.
    index -= tf.cast(values < tf.gather(edges, index), tf.int32)
    index += tf.cast((values >= tf.gather(edges, index + 1)) & (index < last), tf.int32)
    return tf.math.bincount(index, minlength=last + 1, maxlength=last + 1, dtype=tf.int64)
