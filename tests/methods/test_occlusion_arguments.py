"""The arguments of occlusion sensitivity, their defaults, and the models that it takes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tb_convvis.methods import OcclusionProbe, mean_colour, occlusion_sensitivity
from tb_convvis.methods.feature_layers import watched_layer
from tests.methods.test_occlusion import classifier
from tests.methods.test_zoo import NAMES
from tests.zoo import ZOO, build, conv


def test_defaults() -> None:
    model, images = classifier("rectangular"), ZOO["rectangular"].images(3) + 2
    steps: list[tuple[int, int]] = []
    found = occlusion_sensitivity(model, images, progress=lambda done, total: steps.append((done, total)))
    assert found.size == (2, 3)
    assert found.stride == (1, 1)
    assert found.probability.shape == (3, 13, 21)
    np.testing.assert_allclose(found.value, images.mean(axis=(0, 1, 2)), rtol=1e-6)
    assert found.layer.endswith("conv2")
    assert found.labels.tolist() == found.unoccluded_class.tolist()
    np.testing.assert_allclose(found.unoccluded_probability, model(images).numpy().max(axis=1), rtol=1e-5)
    assert steps[-1] == (3 * 13 * 21, 3 * 13 * 21)
    assert sorted(steps) == steps


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_one_unit_is_two_classes(activation: Any) -> None:
    inputs = keras.Input((12, 12, 3))
    output = layers.Dense(1, activation=activation)(layers.Flatten()(conv(4, "conv1", "relu")(inputs)))
    model, images = keras.Model(inputs, output), np.random.default_rng(0).normal(size=(4, 12, 12, 3))
    labels = np.array([0, 1, 0, 1])
    found = occlusion_sensitivity(model, images, labels, 4, 4)
    raw = model(images).numpy()[:, 0]
    second = raw if activation else 1 / (1 + np.exp(-raw))
    np.testing.assert_allclose(found.unoccluded_probability, np.where(labels, second, 1 - second), rtol=1e-5)
    assert np.array_equal(found.top_class, np.where(labels[:, None, None], 1, 0) ^ (found.probability < 0.5))
    assert ("own sigmoid" if activation else "sigmoid applied") in found.scores


def test_logits_become_probabilities() -> None:
    model, images = build("nested"), ZOO["nested"].images(2)
    found = occlusion_sensitivity(model, images, [2, 0], 5, 5)
    expected = tf.nn.softmax(model(images)).numpy()[[0, 1], [2, 0]]
    np.testing.assert_allclose(found.unoccluded_probability, expected, rtol=1e-5)
    assert found.scores == "the model ends in logits: softmax applied"
    assert found.layer == "backbone/block/conv3"


def averaged() -> Any:
    inputs = keras.Input((8, 8, 3))
    x = layers.Flatten()(conv(3, "conv1")(inputs))
    return keras.Model(inputs, layers.Average()([layers.Dense(3, "softmax")(x) for _ in range(2)]))


def test_probabilities_in_disguise_are_not_taken_for_logits() -> None:
    images = np.random.default_rng(0).normal(size=(1, 8, 8, 3))
    with pytest.raises(ValueError, match=r"add up to 1.*scores='probabilities'"):
        occlusion_sensitivity(averaged(), images)
    found = OcclusionProbe(averaged(), scores="probabilities")(images)
    assert 0 < found.unoccluded_probability[0] < 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 17}, "within the image of 16 x 16 pixels. Received size 17 x 17"),
        ({"size": 0}, "Expected size as a whole number.*Received: 0"),
        ({"size": 2.5}, "Expected size as a whole number"),
        ({"size": 3, "stride": 4}, "would leave pixels uncovered"),
        ({"value": [1, 2]}, "3 of them, one for each channel"),
        ({"value": np.nan}, "finite number"),
        ({"layer": "missing"}, "no layer 'missing'"),
        ({"labels": [0, 1]}, "Expected labels as 4 whole numbers"),
        ({"labels": np.eye(4)}, "labels.argmax"),
        ({"labels": [0, 1, 2, 4]}, "from 0 to 3. Received labels from 0 to 4"),
    ],
)
def test_bad_arguments(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        occlusion_sensitivity(build("sequential"), ZOO["sequential"].images(), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"way": "quick"}, "'auto', 'incremental' or 'plain'. Received: 'quick'"),
        ({"batch_size": 0}, "batch_size of at least 1"),
        ({"scores": "log"}, "Expected scores"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OcclusionProbe(build("sequential"), **options)


def test_models_without_one_score_for_each_class_are_refused() -> None:
    images = np.zeros((1, 8, 8, 3), np.float32)
    inputs = keras.Input((8, 8, 3))
    x = conv(4, "maps")(inputs)
    flat = layers.Flatten()(x)
    heads = [layers.Dense(2, name="colour")(flat), layers.Dense(3, name="shape")(flat)]
    with pytest.raises(ValueError, match=r"has 2 outputs: \['colour', 'shape'\]"):
        occlusion_sensitivity(keras.Model(inputs, heads), images)
    with pytest.raises(ValueError, match=r"expected \[images, classes\]"):
        occlusion_sensitivity(keras.Model(inputs, x), images)
    with pytest.warns(UserWarning, match="softmax over axis"), pytest.raises(ValueError, match="always 1"):
        occlusion_sensitivity(keras.Model(inputs, layers.Dense(1, "softmax")(flat)), images)
    with pytest.raises(ValueError, match="no convolution"):
        occlusion_sensitivity(keras.Model(inputs, layers.Dense(2)(layers.Flatten()(inputs))), images)


def test_a_pixel_that_is_no_number_does_not_spoil_the_mean() -> None:
    images = np.random.default_rng(0).normal(size=(3, 16, 16, 3)).astype(np.float32)
    expected = images.astype(np.float64).mean((0, 1, 2))
    np.testing.assert_allclose(mean_colour(images), expected, rtol=1e-6)
    spoilt = images.copy()
    spoilt[1, 2, 3, 0], spoilt[2, 4, 5, 0] = np.nan, np.inf
    left = np.delete(images[..., 0].ravel(), [256 + 2 * 16 + 3, 2 * 256 + 4 * 16 + 5])
    found = mean_colour(spoilt)
    np.testing.assert_allclose(found, [left.mean(dtype=np.float64), *expected[1:]], rtol=1e-6)
    assert np.isfinite(occlusion_sensitivity(build("sequential"), spoilt, size=8, stride=8).value).all()
    assert mean_colour(np.full((1, 2, 2, 1), np.nan)).tolist() == [0]
    assert mean_colour(np.full((2, 2, 2, 1), 250, np.uint8)).tolist() == [250]


def gated() -> Any:
    inputs = keras.Input((12, 12, 3))
    x = conv(4, "trunk")(inputs)
    x = layers.ReLU(name="shown")(layers.BatchNormalization()(x))
    gate = layers.Conv2D(4, 1, activation="sigmoid", name="gate")(
        layers.GlobalAveragePooling2D(keepdims=True)(x)
    )
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(layers.Multiply()([x, gate]))))


def decoder() -> Any:
    inputs = keras.Input((12, 12, 3))
    x = conv(4, "outer")(inputs)
    x = conv(4, "inner")(layers.MaxPooling2D()(x))
    x = conv(4, "last")(layers.UpSampling2D()(x))
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))


def units_only() -> Any:
    inputs = keras.Input((3, 3, 3))
    x = layers.Conv2D(4, 1, name="second")(layers.Conv2D(4, 3, name="first")(inputs))
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))


@pytest.mark.parametrize(("make", "layer"), [(gated, "shown"), (decoder, "last"), (units_only, "second")])
def test_the_last_convolution_that_has_a_plane_is_watched(make: Any, layer: str) -> None:
    model = make()
    images = np.random.default_rng(0).normal(size=(1, *model.input_shape[1:]))
    assert occlusion_sensitivity(model, images).layer == layer


@pytest.mark.parametrize("name", NAMES)
def test_the_watched_layer_of_every_model_has_a_plane(name: str) -> None:
    model, images = classifier(name), ZOO[name].images(1)
    path = watched_layer(model, images)
    assert path is not None
    watched = next(part for part in model._flatten_layers() if part.name == path.rsplit("/", 1)[-1])
    shapes = []
    call = watched.call

    def noted(*inputs: Any, **options: Any) -> Any:
        shapes.append(call(*inputs, **options))
        return shapes[-1]

    watched.call = noted
    tf.config.run_functions_eagerly(True)
    try:
        model(images, training=False)
    finally:
        tf.config.run_functions_eagerly(False)
        watched.call = call
    assert max(shapes[-1].shape[1:3]) > 1
