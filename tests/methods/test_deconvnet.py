"""Projections against a literal deconvnet."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tb_convvis.methods import Deconvnet, deconvnet, top_activations
from tb_convvis.methods.window_projector import step_size
from tests.methods.networks import chain, randomise
from tests.methods.reference import literal_deconvnet
from tests.zoo import ZOO, build, conv

LITERAL = {
    "plain pooling": lambda: chain(
        conv(6, activation="relu"), layers.MaxPooling2D(), conv(8, activation="relu"), layers.MaxPooling2D(),
        conv(8, "target", "relu"),
    ),
    "overlapping pooling": lambda: chain(
        conv(6, activation="relu"), layers.MaxPooling2D(3, 2, padding="same"), conv(8, activation="relu"),
        layers.MaxPooling2D(3, 2), conv(8, "target", "relu"),
    ),
    "strides": lambda: chain(
        conv(6, activation="relu", size=7, strides=2), layers.MaxPooling2D(3, 2, padding="same"),
        conv(8, activation="relu", size=5, strides=2), conv(8, "target", "relu"),
    ),
    "valid, odd sizes": lambda: chain(
        conv(6, activation="relu", size=4, strides=3, padding="valid"), layers.MaxPooling2D(2, 1),
        conv(8, "target", "relu", size=2, padding="valid"), size=(25, 22),
    ),
    "batch norm": lambda: chain(
        conv(6), layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D(), conv(8),
        layers.BatchNormalization(), layers.ReLU(name="target"),
    ),
    "no bias, average pooling": lambda: chain(
        conv(6, activation="relu", use_bias=False), layers.AveragePooling2D(2),
        conv(8, "target", "relu", use_bias=False),
    ),
    "dense": lambda: chain(
        conv(6, activation="relu"), layers.MaxPooling2D(4), layers.Flatten(),
        layers.Dense(7, "relu", name="target"),
    ),
    "target is a pool": lambda: chain(
        conv(6, activation="relu"), conv(4, activation="relu"), layers.MaxPooling2D(name="target"),
    ),
    "before its activation": lambda: chain(conv(6), layers.ReLU(), conv(8, "target"), layers.ReLU()),
}  # fmt: skip


@pytest.mark.parametrize("windows", [True, False])
@pytest.mark.parametrize("kind", LITERAL)
def test_equals_literal_deconvnet(kind: str, windows: bool) -> None:
    model = LITERAL[kind]()
    images = np.random.default_rng(0).normal(size=(3, *model.input_shape[1:])).astype(np.float32)
    units = top_activations(model, ["target"], images, k=2)["target"].units([0, 1, 2, 3])
    corners = [[0, 0, 0, 1], [1, *(np.array(model.get_layer("target").output.shape[1:3]) - 1), 2]]
    if len(model.get_layer("target").output.shape) == 4:
        units = np.concatenate([units, corners])
    found = Deconvnet(model, ["target"], windows=windows)(images, {"target": units})["target"].canvas()
    assert found.any(axis=(1, 2, 3)).sum() >= 4
    for projection, (image, row, col, number) in zip(found, units, strict=True):
        shape = model.get_layer("target").output.shape
        expected = _literal(model, images[image], (row, col, number), len(shape))
        assert np.abs(projection - expected).max() <= 1e-5 * max(np.abs(expected).max(), 1e-12)


def _literal(model: Any, image: Any, unit: tuple[int, int, int], rank: int) -> Any:
    if rank == 4:
        return literal_deconvnet(model, "target", image, unit)
    # A dense layer is 1 x 1 maps: let the literal way see it so.
    head = model.get_layer("target")
    inner = keras.Sequential([*model.layers, layers.Reshape((1, 1, head.units))])
    body = [step for step in inner.layers if step is not head and not isinstance(step, layers.Reshape)]
    features = tf.constant(image[None])
    for step in body:
        features = step(features)
    value = tf.nn.relu(features @ head.kernel + head.bias).numpy()[0, unit[2]]
    signal = tf.constant(head.kernel.numpy()[:, unit[2]][None] * value)
    pool, first = body[-2], body[0]
    maps = first(tf.constant(image[None]))
    shape = (1, *pool.output.shape[1:])
    _, switches = tf.nn.max_pool_with_argmax(maps, 4, 4, "VALID", include_batch_in_index=True)
    flat = tf.scatter_nd(tf.reshape(switches, (-1, 1)), tf.reshape(signal, (-1,)), [int(np.prod(maps.shape))])
    assert tuple(switches.shape) == shape
    below = tf.maximum(tf.reshape(flat, maps.shape), 0.0)
    return tf.nn.conv2d_transpose(below, first.kernel, (1, *image.shape), 1, "SAME").numpy()[0]


@pytest.mark.parametrize("rule", ["deconvnet", "gradient"])
def test_integer_inputs_are_projected_as_floats(rule: Any) -> None:
    def network(dtype: str) -> Any:
        steps = [layers.Rescaling(1 / 255), conv(4, activation="relu"), conv(4, "target", "relu")]
        return randomise(keras.Sequential([keras.Input((8, 8, 3), dtype=dtype), *steps]))

    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype(np.uint8)
    units = top_activations(network("uint8"), ["target"], images, k=2)["target"].units([0, 1])
    for windows in (True, False):
        found, expected = (
            Deconvnet(network(dtype), ["target"], rule, windows=windows)(images, {"target": units})["target"]
            for dtype in ("uint8", "float32")
        )
        assert found.canvas().any()
        np.testing.assert_allclose(found.canvas(), expected.canvas(), rtol=1e-5)


def test_inactive_unit_is_not_projected() -> None:
    model = build("pre_activation")
    images = ZOO["pre_activation"].images()
    maps = keras.Model(model.inputs, model.get_layer("conv1").output)(images).numpy()
    place = np.argwhere(maps < 0)[:1].astype(np.int32)
    result = Deconvnet(model, ["conv1"])(images, {"conv1": place})["conv1"]
    assert not result.active.any()
    assert result.activation[0] < 0
    assert not result.canvas().any()


def test_softmax_is_projected_from_its_logits() -> None:
    model = build("sequential")
    images = ZOO["sequential"].images()
    head = model.get_layer("logits")
    features = keras.Model(model.inputs, head.input)(images).numpy()
    logits = features @ head.kernel.numpy() + head.bias.numpy()
    top = top_activations(model, ["logits"], images, k=4)["logits"]
    np.testing.assert_allclose(top.value, np.sort(logits.T)[:, ::-1], rtol=1e-5)


def test_units_keep_their_order_across_steps() -> None:
    model, images = build("sequential"), ZOO["sequential"].images(7)
    units = np.random.default_rng(5).integers(0, [7, 2, 2, 8], size=(23, 4))
    for windows in (True, False):
        many = Deconvnet(model, ["conv3"], batch_size=5, windows=windows)(images, {"conv3": units})["conv3"]
        for number in (0, 4, 5, 22):
            one = deconvnet(model, "conv3", images, units[number : number + 1])
            np.testing.assert_allclose(many.canvas()[number], one[0], rtol=1e-5, atol=1e-6)
    assert deconvnet(model, "conv3", images, np.zeros((0, 4), int)).shape == (0, 16, 16, 3)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ([[0, 0, 0, 99]], "below"),
        ([[-1, 0, 0, 0]], "below"),
        ([[9, 0, 0, 0]], "below"),
        ([[0, 0, 0]], r"\[n, 4\]"),
        ([[0.5, 0, 0, 0]], "integers"),
    ],
)
def test_bad_units(units: Any, message: str) -> None:
    model, images = build("sequential"), ZOO["sequential"].images()
    for layer in ("conv1", "logits"):
        with pytest.raises(ValueError, match=message):
            deconvnet(model, layer, images, units)


def test_bad_arguments() -> None:
    model, images = build("sequential"), ZOO["sequential"].images()
    rule: Any = "relu"
    with pytest.raises(ValueError, match="deconvnet, guided, gradient"):
        Deconvnet(model, ["conv1"], rule)
    with pytest.raises(ValueError, match="conv1"):
        deconvnet(model, "nothing", images, [[0, 0, 0, 0]])
    with pytest.raises(ValueError, match="Received units of"):
        Deconvnet(model, ["conv1"])(images, {"conv2": [[0, 0, 0, 0]]})
    with pytest.raises(ValueError, match=r"keras\.Model"):
        deconvnet("model", "conv1", images, [[0, 0, 0, 0]])
    with pytest.raises(ValueError, match="at least one image"):
        deconvnet(model, "conv1", images[:0], [[0, 0, 0, 0]])


@pytest.mark.parametrize(
    ("units", "filled"), [(1, 1), (2, 2), (3, 3), (5, 6), (9, 12), (13, 16), (33, 38), (38, 38)]
)
def test_a_step_is_filled_up_by_half_at_most(units: int, filled: int) -> None:
    assert step_size(units, 38) == filled
