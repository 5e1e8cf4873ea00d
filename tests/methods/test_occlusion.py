"""Occlusion sensitivity against one position at a time, and its two ways against each other."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tb_convvis.methods import Occlusion, OcclusionProbe, occluder_grid
from tb_convvis.methods.occluded_model import Way
from tests.methods.test_zoo import NAMES, assert_equal, snapshot
from tests.zoo import ZOO, build

WAYS: tuple[Way, Way] = ("plain", "incremental")


def classifier(name: str) -> Any:
    """The zoo's model with a softmax over four classes behind its maps."""
    model = build(name)
    if ZOO[name].slow:  # with random weights little of an image is left at the top
        model = keras.Model(model.inputs, model.get_layer(ZOO[name].layers[-1]).output)
    inputs = [keras.Input(shape) for shape in ZOO[name].shapes]
    images = inputs[0] if len(inputs) == 1 else inputs
    output = model(images)
    if len(output.shape) == 4:
        flat = layers.UnitNormalization()(layers.Flatten()(output))  # no softmax that is 1 everywhere
        kernel = keras.initializers.RandomNormal(stddev=3, seed=1)
        output = layers.Dense(4, activation="softmax", kernel_initializer=kernel)(flat)
    return keras.Model(images, output)


def one_at_a_time(model: Any, images: Any, found: Occlusion) -> list[Any]:
    """Probability, all scores' best and total activation by a loop over images occluded in NumPy."""
    watched = next(part for part in model._flatten_layers() if part.name == found.layer.rsplit("/", 1)[-1])
    call, seen = watched.call, []

    def noted(*args: Any, **kwargs: Any) -> Any:
        seen.append(call(*args, **kwargs))
        return seen[-1]

    watched.call = noted
    tf.config.run_functions_eagerly(True)
    result: list[list[Any]] = [[], [], []]
    try:
        arrays = images if isinstance(images, list) else [images]
        for number, row, col in np.ndindex(found.probability.shape):
            one = [array[number : number + 1].copy() for array in arrays]
            top, left = found.rows[row], found.cols[col]
            one[0][0, top : top + found.size[0], left : left + found.size[1]] = found.value
            scores = model(one if len(one) > 1 else one[0], training=False)[0]
            scores = (tf.nn.softmax(scores) if found.scores.endswith("softmax applied") else scores).numpy()
            maps = seen.pop().numpy()[0].astype(np.float64)
            result[0].append(scores[found.labels[number]])
            result[1].append(scores)
            result[2].append(maps[..., found.strongest_map[number]].sum())
    finally:
        tf.config.run_functions_eagerly(False)
        watched.call = call
    plane = found.probability.shape
    return [np.reshape(result[0], plane), np.reshape(result[1], (*plane, -1)), np.reshape(result[2], plane)]


def assert_same(found: Occlusion, other: Occlusion) -> None:
    np.testing.assert_allclose(found.probability, other.probability, rtol=1e-5, atol=1e-6)
    scale = np.abs(other.activation).max()
    np.testing.assert_allclose(found.activation, other.activation, rtol=1e-5, atol=1e-5 * scale)
    assert np.array_equal(found.top_class, other.top_class)


@pytest.mark.parametrize("name", NAMES)
def test_equals_one_position_at_a_time(name: str) -> None:
    model, images = classifier(name), ZOO[name].images(2)
    if name == "EfficientNetB0":
        images = images * 255  # it divides them by that
    before = snapshot(model)
    size = 6 if ZOO[name].shapes[0][0] < 32 else 30
    tolerance = 2e-2 if name == "mixed_float16" else 2e-5  # the model itself computes in float16
    both = [OcclusionProbe(model, size=size, stride=size, way=way)(images) for way in WAYS]
    assert_equal(before, snapshot(model))
    probability, scores, activation = one_at_a_time(model, images, both[0])
    assert np.ptp(probability, axis=(1, 2)).min() > 1e-5
    for way, found in zip(WAYS, both, strict=True):
        assert found.way == way
        np.testing.assert_allclose(found.probability, probability, atol=tolerance)
        np.testing.assert_allclose(
            found.activation, activation, rtol=tolerance, atol=tolerance * np.abs(activation).max()
        )
        chosen = np.take_along_axis(scores, found.top_class[..., None], 3)[..., 0]
        np.testing.assert_allclose(chosen, scores.max(axis=3), atol=tolerance)


def random_chain(seed: int) -> Any:
    random = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    height, width, channels = (int(n) for n in random.integers((24, 24, 1), (40, 40, 6)))
    x = inputs = keras.Input((height, width, channels))
    for _ in range(5):
        side = [int(n) for n in random.choice([1, 2, 3, 5], 2)]
        stride = int(random.choice([1, 1, 2, 3]))
        padding = str(random.choice(["same", "valid"]))
        if min(size - side[i] for i, size in enumerate(x.shape[1:3])) < 4:
            side = [1, 1]
        kind = random.choice(["conv", "conv", "max", "average", "depthwise", "norm", "pad"])
        if kind == "conv":
            x = layers.Conv2D(8, side, stride, padding, activation="relu")(x)
        elif kind == "depthwise":
            x = layers.DepthwiseConv2D(side, stride, padding, activation="leaky_relu")(x)
        elif kind == "norm":
            x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
        elif kind == "pad":
            x = layers.ZeroPadding2D(((1, 0), (2, 1)))(x)
        else:
            pool = layers.MaxPooling2D if kind == "max" else layers.AveragePooling2D
            x = pool(side, stride, padding)(x)
    x = layers.Conv2D(6, 1, name="last")(x)
    return keras.Model(inputs, layers.Dense(5)(layers.Flatten()(x)))


@pytest.mark.parametrize("seed", range(12))
def test_windows_equal_the_whole_model_on_chains(seed: int) -> None:
    """Rectangular images, occluders and kernels; strides, overlapping pools, both paddings, in any order."""
    model = random_chain(seed)
    images = np.random.default_rng(seed).normal(size=(2, *model.input_shape[1:])).astype(np.float32)
    options: dict[str, Any] = {"size": (5, 4), "stride": (4, 3), "value": 0.5}
    whole = OcclusionProbe(model, way="plain", **options)(images)
    windows = OcclusionProbe(model, way="incremental", batch_size=17, **options)(images)
    assert_same(windows, whole)


def test_windows_do_save_work() -> None:
    """The result would be the same if every window were the whole map."""
    probe = OcclusionProbe(classifier("residual_batch_norm"), size=2, stride=2, way="incremental")
    probe(ZOO["residual_batch_norm"].images(1))
    windows, whole = probe._compiled.work
    assert windows < whole / 3


def linear_model(weights: Any) -> Any:
    inputs = keras.Input(weights.shape[:3])
    score = layers.Dense(weights.shape[3], use_bias=False, name="score")
    model = keras.Model(inputs, score(layers.Flatten()(inputs)))
    score.set_weights([weights.reshape(-1, weights.shape[3])])
    return model


@pytest.mark.parametrize("way", WAYS)
def test_linear_score_changes_by_the_patch_exactly(way: Any) -> None:
    random = np.random.default_rng(0)
    images = random.integers(-8, 9, size=(3, 9, 14, 3)).astype(np.float32)
    weights = random.integers(-8, 9, size=(9, 14, 3, 2)).astype(np.float32)
    value, labels = np.array([1, -2, 3], np.float32), np.array([0, 1, 1])
    probe = OcclusionProbe(
        linear_model(weights), "score", (3, 4), (2, 3), value, way=way, scores="probabilities"
    )
    found = probe(images, labels)
    gain = np.einsum("hwck,nhwc->nhwk", weights, value - images)
    for number, row, col in np.ndindex(found.probability.shape):
        top, left = found.rows[row], found.cols[col]
        patch = gain[number, top : top + 3, left : left + 4, labels[number]].sum()
        assert found.drop[number, row, col] == -patch
    assert found.rows.tolist() == [0, 2, 4, 6]
    assert found.cols.tolist() == [0, 3, 6, 9, 10]


def test_rectangular_images_are_not_transposed() -> None:
    weights = np.zeros((14, 23, 1, 2), np.float32)
    weights[3, 19, 0, 1] = 1
    images = np.ones((1, 14, 23, 1), np.float32)
    found = OcclusionProbe(linear_model(weights), "score", 4, 3, 0, scores="probabilities")(images)
    rows, cols = np.nonzero(found.drop[0])
    assert {(int(found.rows[r]), int(found.cols[c])) for r, c in zip(rows, cols, strict=True)} == {
        (0, 18), (0, 19), (3, 18), (3, 19)
    }  # fmt: skip
    heat = found.per_pixel(found.drop)[0]
    assert heat.shape == (14, 23)
    assert np.unravel_index(heat.argmax(), heat.shape)[0] in range(7)
    assert heat[:, :18].max() == 0


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_every_pixel_is_covered(data: st.DataObject) -> None:
    height, width = data.draw(st.tuples(st.integers(1, 60), st.integers(1, 60)))
    size = data.draw(st.tuples(st.integers(1, height), st.integers(1, width)) | st.none())
    limit = occluder_grid(height, width, size).size
    stride = data.draw(st.tuples(*(st.integers(1, side) for side in limit)) | st.none())
    grid = occluder_grid(height, width, size, stride)
    coverage = np.zeros((height, width), int)
    for row in grid.rows:
        for col in grid.cols:
            coverage[row : row + grid.size[0], col : col + grid.size[1]] += 1
    assert coverage.min() >= 1
    assert np.array_equal(coverage, grid.coverage(height, width))
    assert coverage.sum() == grid.count * grid.size[0] * grid.size[1]  # no position sticks out
    np.testing.assert_allclose(grid.spread(np.ones((1, len(grid.rows), len(grid.cols))), height, width), 1)


@pytest.mark.parametrize("name", ["sequential", "residual_batch_norm", "subclassed_tf_function"])
def test_follows_training_without_compiling_again(name: str) -> None:
    model, images = classifier(name), ZOO[name].images(2)
    probe = OcclusionProbe(model, size=5, stride=5)
    first = probe(images)
    compiled = probe.trace_count
    for weight in model.weights:
        weight.assign(weight * 0.8 if len(weight.shape) > 1 else weight)
    second = probe(images)
    assert probe.trace_count == compiled
    assert second.way == first.way
    assert_same(second, OcclusionProbe(model, size=5, stride=5, way="plain")(images))
    assert not np.allclose(first.probability, second.probability)
