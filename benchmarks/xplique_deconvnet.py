# mypy: ignore-errors
"""Milliseconds per projection of xplique's DeconvNet on model S, in batches, in xplique's own environment.

python xplique_deconvnet.py UNITS.npz: `images` and `units` (image, row, col, map) of the last convolution.
"""

import statistics
import sys
import time

import numpy as np
import tensorflow as tf
from xplique.attributions import DeconvNet


def main(path: str) -> None:
    data = np.load(path)
    keras, conv = tf.keras, tf.keras.layers.Conv2D
    same = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    network = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            conv(32, 3, **same),
            conv(32, 3, **same),
            keras.layers.MaxPooling2D(),
            conv(64, 3, **same),
            conv(64, 3, **same),
            keras.layers.MaxPooling2D(),
            conv(128, 3, **same),
        ]
    )

    def unit(model, x, place):
        place = tf.cast(place, tf.int32)
        numbers = tf.range(tf.shape(x)[0])[:, None]
        return tf.gather_nd(model(x), tf.concat([numbers, place], 1))

    explain = DeconvNet(network, operator=unit, batch_size=64, reducer=None)
    images, places = data["images"][data["units"][:, 0]], data["units"][:, 1:].astype(np.float32)
    explain(images, places)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        explain(images, places)
        seconds.append(time.perf_counter() - start)
    print(statistics.median(seconds) / len(images) * 1e3)


if __name__ == "__main__":
    main(sys.argv[1])
