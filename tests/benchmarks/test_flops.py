"""The counts against TensorFlow's profiler, and against which units really take part, found by trying."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from benchmarks import flops

PLACES = [[0, 0, 0, 1], [0, 2, 3, 0], [0, 4, 6, 1]]


@pytest.fixture(scope="module")
def model() -> Any:
    """Strided, overlapping and uneven; every weight is 1, so that whatever is read shows."""
    return keras.Sequential(
        [
            keras.Input((19, 26, 2)),
            layers.Conv2D(3, (5, 3), 2, padding="same", kernel_initializer="ones", name="conv1"),
            layers.MaxPooling2D(3, 2, padding="same", name="pool"),
            layers.Conv2D(2, 3, padding="same", kernel_initializer="ones", name="conv2"),
            layers.Flatten(),
            layers.Dense(4, kernel_initializer="ones"),
        ]
    )


def test_forward_is_what_tensorflow_counts(model: Any) -> None:
    run = tf.function(model).get_concrete_function(tf.TensorSpec((1, 19, 26, 2)))
    options = tf.compat.v1.profiler.ProfileOptionBuilder(
        tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    )
    told = tf.compat.v1.profiler.profile(run.graph, options=options.with_empty_output().build())
    products = [
        child
        for child in _leaves(told)
        if child.name.rpartition("/")[2].startswith(("convolution", "MatMul"))
    ]
    assert len(products) == 3
    assert flops.forward(flops.chain(model)) == sum(one.total_float_ops for one in products)


def test_projected_is_what_the_units_see(model: Any) -> None:
    steps = flops.chain(model)
    expected = 0
    for unit in PLACES:
        # conv2 from one of its maps to what it reads of the pool, conv1 from all maps there to the picture.
        pooled = _seen(model, "conv2", unit, until="pool")
        expected += 2 * pooled.sum() * 3
        maps = _seen(model, "conv2", unit, until="conv1")
        taps = np.asarray(_taps(maps), np.int64)
        expected += 2 * taps * 2 * 3
    assert flops.projected(steps, "conv2", PLACES) == expected


def test_occluded_counts_the_units_that_see_the_square(model: Any) -> None:
    rows, cols, size = [0, 4, 13], [0, 7, 20], (6, 5)
    steps = flops.chain(model)
    expected = 0
    for row in rows:
        for col in cols:
            image = np.zeros((1, 19, 26, 2), np.float32)
            image[:, row : row + size[0], col : col + size[1]] = 1
            for name, products in (("conv1", 5 * 3 * 2 * 3), ("conv2", 3 * 3 * 3 * 2)):
                top = keras.Model(model.inputs, model.get_layer(name).output)
                expected += 2 * int((top(image).numpy()[0, :, :, 0] > 0).sum()) * products
            expected += 2 * int(np.prod(model.layers[-1].kernel.shape))
    assert flops.occluded(steps, (rows, cols), size) == expected


def test_a_layer_of_another_kind_is_refused() -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.LayerNormalization(name="norm")])
    with pytest.raises(ValueError, match="'norm', LayerNormalization"):
        flops.chain(model)


def _leaves(node: Any) -> list[Any]:
    return [node, *(leaf for child in node.children for leaf in _leaves(child))]


def _seen(model: Any, layer: str, unit: list[int], until: str) -> Any:
    """Which places of what `until` gives the unit reads, whatever a pool would choose: [rows, cols]."""
    chain = [one.name for one in model.layers]
    below = model.get_layer(until).output
    between = model.layers[chain.index(until) + 1 : chain.index(layer) + 1]
    shape = below.shape[1:]
    places = int(np.prod(shape[:2]))
    maps = np.repeat(np.eye(places, dtype=np.float32)[..., None], shape[2], -1).reshape(places, *shape)
    for one in between:
        maps = one(maps)
    return np.asarray(maps)[:, unit[1], unit[2], unit[3]].reshape(shape[:2]) > 0


def _taps(units: Any) -> int:
    """Pairs of a unit of conv1 and a tap of its window, 5 x 3 at stride 2, that lies in the picture."""
    count = 0
    for row, col in np.argwhere(units):
        for down in range(5):
            for across in range(3):
                # 19 rows to 10 pad by 4, two above; 26 columns to 13 by 1, none on the left.
                inside = 0 <= 2 * row - 2 + down < 19 and 0 <= 2 * col + across < 26
                count += inside
    return count
