"""Small models of every kind that the package handles. Add one here and every method is tested on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers


@dataclass(frozen=True)
class ZooModel:
    """How to build a model, and what is to be expected of it.

    ``layers``: the deeper of the layers that are probed comes last. ``refused``: layers that rule='deconvnet'
    refuses, and the word that the reason must hold. ``slow``: left out of the quick run.
    """

    build: Callable[[], Any]
    layers: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...] = ((16, 16, 3),)
    refused: dict[str, str] = field(default_factory=dict)
    slow: bool = False

    def images(self, count: int = 4, seed: int = 0) -> Any:
        random = np.random.default_rng(seed)
        arrays = [random.normal(size=(count, *shape)).astype(np.float32) for shape in self.shapes]
        return arrays[0] if len(arrays) == 1 else arrays


ZOO: dict[str, ZooModel] = {}


def zoo_model(*names: str, **expectations: Any) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def register(build: Callable[[], Any]) -> Callable[[], Any]:
        ZOO[build.__name__] = ZooModel(build, names, **expectations)
        return build

    return register


def build(name: str) -> Any:
    """The zoo's model ``name`` with fixed, non-trivial weights."""
    model = ZOO[name].build()
    if not model.built:
        model(ZOO[name].images(1))
    random = np.random.default_rng(7)
    for weight in model.weights:
        shape = tuple(weight.shape)
        if (
            not str(weight.dtype).startswith("float")
            or "seed" in weight.path
            or weight.path.endswith("mean_imagenet")
        ):
            continue
        if len(shape) > 1:
            fan_in = max(int(np.prod(shape[:-1])), 1)
            if "depthwise" in weight.path:
                fan_in = int(np.prod(shape[:2]))
            weight.assign(random.normal(size=shape) * np.sqrt(2 / fan_in))
        elif "variance" in weight.path or "gamma" in weight.path:
            weight.assign(random.uniform(0.5, 1.5, size=shape))
        else:
            weight.assign(random.normal(size=shape) * 0.1)
    return model


def conv(filters: int, name: str | None = None, activation: Any = None, **options: Any) -> Any:
    options = {"padding": "same", **options}
    return layers.Conv2D(filters, options.pop("size", 3), activation=activation, name=name, **options)


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


APPLICATIONS: dict[str, tuple[tuple[str, ...], int]] = {
    "VGG16": (("block2_conv2", "block5_conv3"), 48),
    "ResNet50V2": (("conv2_block3_out", "conv3_block4_out"), 64),
    "MobileNetV3Small": (("expanded_conv_1_expand", "expanded_conv_4_add"), 64),
    "EfficientNetB0": (("block2a_expand_activation", "block3b_add"), 64),
    "DenseNet121": (("conv2_block6_concat", "conv3_block2_concat"), 64),
    "InceptionV3": (("mixed0", "mixed3"), 96),
    "ConvNeXtTiny": (
        (
            "convnext_tiny_stage_0_block_0_depthwise_conv",
            "convnext_tiny_stage_1_block_0_pointwise_conv_1",
        ),
        64,
    ),
}


def _application(name: str, size: int) -> Callable[[], Any]:
    return lambda: getattr(keras.applications, name)(
        weights=None, include_top=False, input_shape=(size, size, 3)
    )


for _name, (_layers, _size) in APPLICATIONS.items():
    ZOO[_name] = ZooModel(_application(_name, _size), _layers, ((_size, _size, 3),), slow=True)
