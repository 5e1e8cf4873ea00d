"""A small convolutional network whose first-layer filters are large enough to look at."""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import layers


@dataclass(frozen=True)
class FirstLayer:
    """The height and width of the first layer's filters and its stride, in pixels."""

    size: int
    stride: int


def build(input_shape: tuple[int, ...], classes: int, first_layer: FirstLayer) -> keras.Sequential:
    """Build the network for pictures [height, width, channels] with values in [0, 1].

    The first layer starts small and its weights decay, so that the noise it starts from dies out and what
    stays visible in a filter was learned. The batch normalization after it makes up for the lost scale.
    """
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1.0, offset=-0.5, name="centre"),
            layers.Conv2D(
                32,
                first_layer.size,
                strides=first_layer.stride,
                padding="same",
                use_bias=False,
                kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
                kernel_regularizer=keras.regularizers.L2(5e-3),
                name="conv1",
            ),
            # Keras's default momentum of 0.99 lags behind in runs as short as these.
            layers.BatchNormalization(momentum=0.9, name="norm1"),
            layers.ReLU(name="relu1"),
            layers.MaxPooling2D(name="pool1"),
            layers.Conv2D(48, 3, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(name="pool2"),
            layers.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
            layers.GlobalAveragePooling2D(name="average"),
            layers.Dense(classes, activation="softmax", name="classes"),
        ]
    )
