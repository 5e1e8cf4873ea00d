# mypy: ignore-errors
"""Milliseconds per image of xplique's Occlusion on model S in its own environment: occluder 4, stride 2.

python xplique_occlusion.py WORK.npz: `images`, `labels` and the weights of S in order.
"""

import statistics
import sys
import time

import keras
import numpy as np
from keras import layers
from xplique.attributions import Occlusion

BATCH = 225


def main(path: str) -> None:
    data = np.load(path)

    def conv(filters: int) -> layers.Layer:
        return layers.Conv2D(filters, 3, padding="same", activation="relu")

    network = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            conv(32),
            conv(32),
            layers.MaxPooling2D(),
            conv(64),
            conv(64),
            layers.MaxPooling2D(),
            conv(128),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.set_weights([data[f"weight{number}"] for number in range(12)])
    method = Occlusion(network, batch_size=BATCH, patch_size=4, patch_stride=2, occlusion_value=0.0)
    images, targets = data["images"], np.eye(10, dtype=np.float32)[data["labels"]]
    method(images, targets)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        method(images, targets)
        seconds.append(time.perf_counter() - start)
    print(statistics.median(seconds) / len(images) * 1e3)


if __name__ == "__main__":
    main(sys.argv[1])
