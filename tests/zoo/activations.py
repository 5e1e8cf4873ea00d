"""One network around each activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from tests.zoo.networks import conv
from tests.zoo.registry import zoo_model


def with_activation(activation: Callable[[], Any] | str) -> Any:
    """Three convolutions, each followed by ``activation``: a layer of its own, or fused."""
    inputs = x = keras.Input((16, 16, 3))
    for number, filters in enumerate((6, 8, 8), start=1):
        if isinstance(activation, str):
            x = conv(filters, f"conv{number}", activation)(x)
        else:
            x = activation()(conv(filters, f"conv{number}")(x))
        if number == 1:
            x = layers.MaxPooling2D()(x)
    return keras.Model(inputs, x)


@zoo_model("conv2", "conv3")
def fused_relu() -> Any:
    return with_activation("relu")


@zoo_model("conv2", "conv3")
def separate_relu() -> Any:
    return with_activation(layers.ReLU)


@zoo_model("conv2", "conv3")
def functional_relu() -> Any:
    return with_activation(lambda: keras.ops.relu)


@zoo_model("conv2", "conv3")
def maximum_relu() -> Any:
    return with_activation(lambda: lambda x: keras.ops.maximum(x, 0.0))


@zoo_model("conv2", "conv3")
def relu6() -> Any:
    return with_activation("relu6")


@zoo_model("conv2", "conv3")
def relu_with_ceiling() -> Any:
    return with_activation(lambda: layers.ReLU(0.7))


@zoo_model("conv2", "conv3")
def leaky_relu() -> Any:
    return with_activation(layers.LeakyReLU)


@zoo_model("conv2", "conv3")
def prelu() -> Any:
    return with_activation(layers.PReLU)


@zoo_model("conv2", "conv3")
def silu() -> Any:
    return with_activation("silu")


@zoo_model("conv2", "conv3")
def gelu() -> Any:
    return with_activation("gelu")


@zoo_model("conv2", "conv3")
def gelu_tanh() -> Any:
    return with_activation(lambda: layers.Lambda(lambda x: tf.nn.gelu(x, approximate=True)))


@zoo_model("conv2", "conv3")
def hard_silu() -> Any:
    return with_activation("hard_silu")


@zoo_model("conv2", "conv3")
def mish() -> Any:
    return with_activation("mish")


@zoo_model("conv2", "conv3")
def elu() -> Any:
    return with_activation("elu")


@zoo_model("conv1", "conv3")
def tanh() -> Any:
    return with_activation("tanh")


@zoo_model("conv1", "conv3", refused={"conv3": "Abs"})
def absolute_value() -> Any:
    return with_activation(lambda: keras.ops.absolute)


@zoo_model("conv1", "conv3", refused={"conv3": "custom gradient"})
def custom_gradient() -> Any:
    @tf.custom_gradient
    def activation(x: Any) -> Any:
        return tf.nn.relu(x), lambda upstream: upstream

    return with_activation(lambda: layers.Lambda(activation))
