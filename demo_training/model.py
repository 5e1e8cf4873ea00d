"""A small convolutional network whose first-layer filters are large enough to look at."""

from __future__ import annotations

import keras
from keras import layers


def build(
    input_shape: tuple[int, int, int], classes: int, size: int, stride: int, learning_rate: float, steps: int
) -> keras.Model:
    """Build and compile the network.

    Args:
        input_shape: height, width and channels of a picture with values in [0, 1].
        classes: number of classes.
        size: height and width of the first layer's filters, in pixels.
        stride: of the first layer, in pixels.
        learning_rate: at the start; it falls to zero along a half cosine.
        steps: training steps in all, for the fall of the learning rate.
    """
    # A small start and a weight decay on the first layer let the noise of the initial weights die out, so
    # that what remains visible in a filter was learned. Batch norm makes up for the lost scale.
    first = layers.Conv2D(
        32,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
        kernel_regularizer=keras.regularizers.L2(2e-3),
        name="conv1",
    )
    model = keras.Sequential(
        [
            keras.Input(input_shape),
            first,
            layers.BatchNormalization(name="norm1"),
            layers.ReLU(name="relu1"),
            layers.MaxPooling2D(name="pool1"),
            layers.Conv2D(48, 3, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(name="pool2"),
            layers.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
            layers.GlobalAveragePooling2D(name="average"),
            layers.Dense(classes, activation="softmax", name="class"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(learning_rate, steps), momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
