"""Networks of every shape that the package handles."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import layers

from tests.zoo.registry import zoo_model


def conv(filters: int, name: str | None = None, activation: Any = None, **options: Any) -> Any:
    options = {"padding": "same", **options}
    return layers.Conv2D(filters, options.pop("size", 3), activation=activation, name=name, **options)


@zoo_model("conv1", "conv3", "logits")
def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            conv(6, "conv1", "relu", size=5, strides=2),
            layers.MaxPooling2D(3, 2, padding="same"),
            conv(8, "conv2", "relu", padding="valid"),
            conv(8, "conv3", "relu"),
            layers.Flatten(),
            layers.Dense(4, activation="softmax", name="logits"),
        ]
    )


@zoo_model("conv2", "joined", shapes=((16, 16, 3),))
def functional_branches() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = conv(6, "conv1", "relu")(inputs)
    left = conv(4, "conv2", "relu", size=1)(x)
    right = layers.AveragePooling2D(3, 1, padding="same")(conv(4, "conv3", "relu", size=5)(x))
    return keras.Model(inputs, layers.Concatenate(name="joined")([left, right]))


@zoo_model("backbone/conv1", "backbone/block/conv2", "head")
def nested() -> Any:
    block = keras.Sequential(
        [keras.Input((8, 8, 6)), conv(8, "conv2", "relu"), conv(8, "conv3", "relu")], name="block"
    )
    inner = keras.Input((16, 16, 3))
    backbone = keras.Model(
        inner, block(layers.MaxPooling2D()(conv(6, "conv1", "relu")(inner))), name="backbone"
    )
    inputs = keras.Input((16, 16, 3))
    x = layers.GlobalAveragePooling2D()(backbone(inputs))
    return keras.Model(inputs, layers.Dense(3, name="head")(x))


@zoo_model("shared", "shared:1", "last")
def shared_layer() -> Any:
    inputs = keras.Input((16, 16, 3))
    shared = conv(6, "shared", "relu")
    x = shared(shared(conv(6, "conv1", "relu")(inputs)))
    return keras.Model(inputs, conv(4, "last", "relu")(x))


@zoo_model("block1", "block2")
def residual_batch_norm() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = layers.ReLU()(layers.BatchNormalization()(conv(6, use_bias=False)(inputs)))
    for number, stride in ((1, 1), (2, 2)):
        y = layers.ReLU()(layers.BatchNormalization()(conv(6, strides=stride)(x)))
        y = layers.BatchNormalization()(conv(6)(y))
        x = x if stride == 1 else conv(6, size=1, strides=2)(x)
        x = layers.ReLU(name=f"block{number}")(layers.Add()([x, y]))
    return keras.Model(inputs, x)


@zoo_model("conv1", "sum2")
def pre_activation() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = conv(6, "conv1")(inputs)
    for number in (1, 2):
        y = conv(6)(layers.ReLU()(layers.BatchNormalization()(x)))
        x = layers.Add(name=f"sum{number}")([x, y])
    return keras.Model(inputs, x)


@zoo_model("depthwise", "separable")
def depthwise_separable() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu", name="depthwise")(
        inputs
    )
    x = layers.SeparableConv2D(8, 3, strides=2, padding="same", activation="relu", name="separable")(x)
    return keras.Model(inputs, x)


@zoo_model("grouped")
def grouped_convolution() -> Any:
    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, conv(8, "grouped", "relu", groups=2)(conv(8, "conv1", "relu")(inputs)))


@zoo_model("conv1", "conv2")
def preprocessing_inside() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = layers.RandomFlip()(layers.Rescaling(1 / 127.5, offset=-1)(inputs))
    x = layers.RandomRotation(0.1)(x)
    x = layers.Dropout(0.5)(conv(6, "conv1", "relu")(layers.GaussianNoise(0.3)(x)))
    return keras.Model(inputs, conv(6, "conv2", "relu")(x))


@zoo_model("conv1", "conv3", shapes=((20, 20, 3),))
def dilated() -> Any:
    inputs = keras.Input((20, 20, 3))
    x = conv(6, "conv1", "relu", dilation_rate=2)(inputs)
    x = conv(6, "conv2", "relu", dilation_rate=3, padding="valid")(x)
    return keras.Model(inputs, conv(6, "conv3", "relu")(x))


@zoo_model("squeeze", "conv2")
def squeeze_excite() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = conv(8, "conv1", "relu")(inputs)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Activation("hard_sigmoid")(conv(8, size=1)(conv(4, "squeeze", "relu", size=1)(gate)))
    return keras.Model(inputs, conv(6, "conv2", "relu")(layers.Multiply()([x, gate])))


@zoo_model("decode")
def encoder_decoder() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = layers.MaxPooling2D()(conv(6, "conv1", "relu")(inputs))
    x = layers.Conv2DTranspose(6, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    return keras.Model(inputs, conv(4, "decode", "relu")(layers.UpSampling2D()(x)))


@zoo_model("conv2")
def padded_and_cropped() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = conv(6, "conv1", "relu", padding="valid")(layers.ZeroPadding2D(((1, 2), (0, 3)))(inputs))
    return keras.Model(inputs, conv(6, "conv2", "relu")(layers.Cropping2D(((2, 1), (1, 0)))(x)))


@zoo_model("conv2")
def group_normalised() -> Any:
    inputs = keras.Input((16, 16, 3))
    x = layers.ReLU()(layers.GroupNormalization(2)(conv(6, "conv1")(inputs)))
    return keras.Model(inputs, conv(6, "conv2", "relu")(x))


def _plain(shape: tuple[int, int, int]) -> Any:
    inputs = keras.Input(shape)
    x = layers.MaxPooling2D()(conv(6, "conv1", "relu")(inputs))
    return keras.Model(inputs, conv(6, "conv2", "relu")(x))


@zoo_model("conv1", "conv2", shapes=((16, 16, 1),))
def one_channel() -> Any:
    return _plain((16, 16, 1))


@zoo_model("conv1", "conv2", shapes=((16, 16, 5),))
def five_channels() -> Any:
    return _plain((16, 16, 5))


@zoo_model("conv1", "conv2", shapes=((14, 23, 3),))
def rectangular() -> Any:
    return _plain((14, 23, 3))


@zoo_model("conv1", "conv2", shapes=((13, 18, 3),))
def open_image_size() -> Any:
    inputs = keras.Input((None, None, 3))
    x = layers.MaxPooling2D()(conv(6, "conv1", "relu")(inputs))
    return keras.Model(inputs, conv(6, "conv2", "relu")(x))


@zoo_model("conv2", shapes=((16, 16, 3), (5,)))
def two_inputs() -> Any:
    inputs, extra = keras.Input((16, 16, 3)), keras.Input((5,))
    x = conv(6, "conv1", "relu")(inputs)
    shift = layers.Reshape((1, 1, 6))(layers.Dense(6)(extra))
    return keras.Model([inputs, extra], conv(6, "conv2", "relu")(layers.Add()([x, shift])))


@zoo_model("conv2", "conv3")
def mixed_float16() -> Any:
    inputs = x = keras.Input((16, 16, 3))
    for number in (1, 2, 3):
        x = conv(6, f"conv{number}", "relu", dtype="mixed_float16")(x)
        x = layers.BatchNormalization(dtype="mixed_float16")(x)
    return keras.Model(inputs, x)


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.rest = conv(6, "first"), [conv(6, "second", "relu"), conv(4, "third")]

    def call(self, x: Any) -> Any:
        x = keras.ops.relu(self.first(x))
        return tf.nn.relu(self.rest[1](self.rest[0](x)))


@zoo_model("second", "third")
def subclassed() -> Any:
    return Subclassed()


class Compiled(Subclassed):
    @tf.function
    def call(self, x: Any) -> Any:
        return super().call(x)


@zoo_model("second", "third")
def subclassed_tf_function() -> Any:
    return Compiled()
