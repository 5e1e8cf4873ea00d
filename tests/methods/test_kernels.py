from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.methods.kernels import convolution_kernel


def built(layer: keras.layers.Layer, channels: int) -> keras.layers.Layer:
    layer.build((None, 9, 9, channels))
    return layer


def test_a_depthwise_filter_answers_as_the_layer_does() -> None:
    """Filter m of channel c is output channel c·multiplier + m: tried on one-hot pictures."""
    layer = built(keras.layers.DepthwiseConv2D(3, depth_multiplier=2), 3)
    values = convolution_kernel(layer).values
    for channel in range(3):
        picture = np.zeros((1, 5, 5, 3), np.float32)
        picture[0, 2, 2, channel] = 1
        response = layer(picture).numpy()[0, ::-1, ::-1]
        for output in range(6):
            expected = values[:, :, 0, output] if output // 2 == channel else np.zeros((3, 3))
            np.testing.assert_allclose(response[:, :, output], expected, atol=1e-7)


def test_a_transposed_filter_is_what_one_activation_paints() -> None:
    layer = built(keras.layers.Conv2DTranspose(4, 3), 2)
    values = convolution_kernel(layer).values
    for channel in range(2):
        activation = np.zeros((1, 1, 1, 2), np.float32)
        activation[..., channel] = 1
        np.testing.assert_allclose(layer(activation).numpy()[0], values[:, :, channel, :], atol=1e-7)


def test_a_plain_filter_answers_as_the_layer_does() -> None:
    layer = built(keras.layers.Conv2D(4, (3, 5)), 2)
    values = convolution_kernel(layer).values
    picture = tf.random.stateless_normal((1, 3, 5, 2), (1, 2))
    expected = np.einsum("hwc,hwcf->f", picture[0], values)
    np.testing.assert_allclose(layer(picture).numpy()[0, 0, 0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (keras.layers.Dense(3), (None, 4)),
        (keras.layers.Conv1D(3, 3), (None, 9, 2)),
        (keras.layers.ReLU(), (None, 4)),
    ],
)
def test_other_layers_are_refused_by_name(layer: keras.layers.Layer, shape: tuple[int | None, ...]) -> None:
    layer.build(shape)
    with pytest.raises(ValueError, match=f"layer '{layer.name}' \\({type(layer).__name__}\\)"):
        convolution_kernel(layer)


def test_rms_and_norm_are_per_filter() -> None:
    layer = built(keras.layers.Conv2D(3, 2, kernel_initializer="zeros"), 2)
    kernel = np.zeros((2, 2, 2, 3), np.float32)
    kernel[..., 1] = 3
    layer.kernel.assign(kernel)
    result = convolution_kernel(layer)
    np.testing.assert_allclose(result.rms, [0, 3, 0])
    np.testing.assert_allclose(result.norm, [0, 3 * np.sqrt(8), 0], rtol=1e-6)
    assert result.max_abs == 3
