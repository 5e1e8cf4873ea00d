"""Receptive fields: published numbers, and what gradients can reach."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tb_convvis.methods import receptive_fields
from tests.zoo import ZOO, build, conv

GOLDEN: dict[str, dict[str, tuple[int, int, int | None]]] = {
    "VGG16": {
        "block1_pool": (6, 2, -2), "block2_pool": (16, 4, -6), "block3_pool": (44, 8, -18),
        "block4_pool": (100, 16, -42), "block5_conv3": (196, 16, -90), "block5_pool": (212, 32, -90),
    },
    "ResNet50": {
        "conv2_block3_out": (35, 4, None), "conv3_block4_out": (99, 8, None),
        "conv4_block6_out": (291, 16, None),
        "conv5_block3_out": (483, 32, None),
    },
    "InceptionV3": {"mixed0": (63, 8, -18), "mixed10": (1311, 32, -618)},
    "MobileNet": {"conv_pw_13": (315, 32, None)},
    "DenseNet121": {"conv5_block16_concat": (2071, 32, None)},
}  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        name if name in ("VGG16", "MobileNet") else pytest.param(name, marks=pytest.mark.slow)
        for name in GOLDEN
    ],
)
def test_golden_numbers(name: str) -> None:
    fields = receptive_fields(getattr(keras.applications, name)(weights=None))
    for layer, (size, stride, start) in GOLDEN[name].items():
        field = fields[layer]
        assert field.size == (size, size)
        assert field.stride == (stride, stride)
        assert start is None or field.start == (start, start)
        assert field.note == ""


def tf_pad_and_pool(x: Any) -> Any:
    return tf.nn.avg_pool2d(tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]), 3, 2, "VALID")


WINDOWED = {
    "same": lambda x: conv(2)(
        layers.AveragePooling2D(3, 2, padding="same")(conv(2, size=5, strides=2)(x))
    ),
    "valid": lambda x: conv(2, size=2, padding="valid")(
        layers.AveragePooling2D(2)(conv(2, size=4, padding="valid")(x))
    ),
    "dilated": lambda x: conv(2, dilation_rate=2)(conv(2, dilation_rate=3, padding="valid")(x)),
    "depthwise": lambda x: layers.SeparableConv2D(2, 3, strides=2, padding="same")(
        layers.DepthwiseConv2D(3)(x)
    ),
    "padded, cropped": lambda x: layers.Cropping2D(((1, 0), (0, 2)))(
        conv(2)(layers.ZeroPadding2D(((2, 1), (0, 3)))(x))
    ),
    "branches": lambda x: layers.Concatenate()([conv(2, size=1)(x), conv(2, size=5)(conv(2, size=3)(x))]),
    "upsampled": lambda x: conv(2)(layers.UpSampling2D(2)(layers.AveragePooling2D(2)(x))),
    "bilinear": lambda x: layers.UpSampling2D(2, interpolation="bilinear")(conv(2, strides=2)(x)),
    "transposed": lambda x: layers.Conv2DTranspose(2, 3, strides=2, padding="same")(conv(2, strides=2)(x)),
    "transposed valid": lambda x: layers.Conv2DTranspose(2, 4, strides=2, padding="valid")(
        conv(2, strides=2)(x)
    ),
    "tf.nn": lambda x: layers.Lambda(tf_pad_and_pool)(conv(2)(x)),
    "dense": lambda x: layers.Dense(3)(conv(2)(x)),
    "grouped": lambda x: conv(4, groups=2)(conv(4)(x)),
}  # fmt: skip


@pytest.mark.parametrize("kind", WINDOWED)
def test_equals_gradient_support(kind: str) -> None:
    """With positive kernels nothing cancels: a unit's gradient is positive exactly on its receptive field."""
    inputs = keras.Input((18, 21, 2))
    model = keras.Model(inputs, layers.Activation("linear", name="end")(WINDOWED[kind](inputs)))
    for weight in model.weights:
        weight.assign(np.random.default_rng(0).uniform(0.5, 1, size=weight.shape))
    field = receptive_fields(model)["end"]
    rows, cols = field.units
    x = tf.ones((1, 18, 21, 2))
    for row in {0, 1, 2, rows // 2, rows - 2, rows - 1}:
        for col in {0, 1, cols // 2, cols - 1}:
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = tf.reduce_sum(model(x)[0, row, col])
            support = np.argwhere(tape.gradient(value, x).numpy()[0].sum(-1) > 0)
            (top, left), (bottom, right) = support.min(axis=0), support.max(axis=0) + 1
            box = field.box(row, col)
            clipped = (box[2] - box[0], box[3] - box[1]) != field.size
            if kind == "dilated" and clipped:
                # Between the taps lies nothing: the support may end before the border that clips the box.
                assert (np.array(box[:2]) <= (top, left)).all() and (
                    np.array(box[2:]) >= (bottom, right)
                ).all()
            else:
                assert box == (top, left, bottom, right)


@pytest.mark.parametrize(
    "name", ["sequential", "nested", "rectangular", "shared_layer", "residual_batch_norm", "subclassed"]
)
def test_contains_gradient_support_with_max_pools(name: str) -> None:
    from tb_convvis.methods import Deconvnet, top_activations

    model, images = build(name), ZOO[name].images(2)
    fields = receptive_fields(model, image_shape=list(ZOO[name].shapes))
    for layer in ZOO[name].layers:
        units = top_activations(model, [layer], images, k=2)[layer].units()[:6]
        # Whole images both ways and no cropping: the receptive field must not be needed to bound the
        # gradient.
        canvas = Deconvnet(model, [layer], "gradient", windows=False)(images, {layer: units})[layer].canvas()
        for projection, (_, row, col, _) in zip(canvas, units, strict=True):
            top, left, bottom, right = fields[layer].box(row, col)
            inside = projection[top:bottom, left:right]
            assert np.count_nonzero(inside) == np.count_nonzero(projection)


def test_paths_of_nested_and_shared_layers() -> None:
    fields = receptive_fields(build("nested"))
    assert {"backbone", "backbone/conv1", "backbone/block", "backbone/block/conv3", "head"} <= set(fields)
    assert fields["backbone/conv1"].size == (3, 3)
    assert fields["head"].note == "whole image"
    shared = receptive_fields(build("shared_layer"))
    assert (shared["shared"].size, shared["shared:1"].size) == ((5, 5), (7, 7))


def test_notes() -> None:
    assert receptive_fields(build("squeeze_excite"))["conv2"].note == "ignoring gate"
    assert receptive_fields(build("group_normalised"))["conv2"].note == "structural"


def test_open_image_size_must_be_given() -> None:
    model = build("open_image_size")
    with pytest.raises(ValueError, match="image_shape"):
        receptive_fields(model)
    assert receptive_fields(model, image_shape=(13, 18, 3))["conv2"].size == (8, 8)


def test_unit_outside_the_layer() -> None:
    field = receptive_fields(build("sequential"))["conv1"]
    with pytest.raises(IndexError, match="8 x 8"):
        field.box(8, 0)


class ReflectPadded(layers.Conv2D):
    def call(self, x: Any) -> Any:
        return super().call(tf.pad(x, [[0, 0], [2, 2], [2, 2], [0, 0]], "REFLECT"))


def test_subclass_that_pads_in_its_call_is_read_off_its_operations() -> None:
    model = keras.Sequential([keras.Input((16, 16, 3)), ReflectPadded(4, 5, padding="valid", name="padded")])
    field = receptive_fields(model)["padded"]
    assert (field.size, field.start) == ((5, 5), (-2, -2))
