# mypy: ignore-errors
"""Milliseconds per projection of xplique's DeconvNet on model S, in batches, in xplique's own environment.

python xplique_deconvnet.py UNITS.npz: `images`, and under `conv1` to `conv5` units (image, row, col, map).
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

    convolutions = [layer for layer in network.layers if isinstance(layer, conv)]
    runs = []
    for number, layer in enumerate(convolutions, start=1):
        units = data[f"conv{number}"]
        part = keras.Model(network.inputs, layer.output)
        explain = DeconvNet(part, operator=unit, batch_size=64, reducer=None)
        runs.append((explain, data["images"][units[:, 0]], units[:, 1:].astype(np.float32)))
    seconds = []
    for _ in range(4):
        start = time.perf_counter()
        for explain, images, places in runs:
            explain(images, places)
        seconds.append(time.perf_counter() - start)
    # The first round compiles.
    print(statistics.median(seconds[1:]) / sum(len(images) for _, images, _ in runs) * 1e3)


if __name__ == "__main__":
    main(sys.argv[1])
