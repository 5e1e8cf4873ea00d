# mypy: ignore-errors
"""Run in an environment with tensorflow, tf-keras and xplique: python xplique_deconvnet.py WORK.npz.

Rebuilds the network of ``test_deconvnet.py`` from its saved weights and writes beside them what xplique's
DeconvNet and GuidedBackprop say of the same units.
"""

import sys

import numpy as np
import tensorflow as tf
from xplique.attributions import DeconvNet, GuidedBackprop


def main(path: str) -> None:
    data = dict(np.load(path))
    conv, keras = tf.keras.layers.Conv2D, tf.keras
    network = keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            conv(8, 3, padding="same", name="conv1"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Activation("relu"),
            keras.layers.MaxPooling2D(2),
            conv(12, 3, padding="same", activation="relu", name="conv2"),
            keras.layers.MaxPooling2D(3, 2),
            conv(10, 3, padding="same", activation="relu", name="target"),
        ]
    )
    for name in ("conv1", "conv2", "target"):
        network.get_layer(name).set_weights([data[f"{name}/kernel"], data[f"{name}/bias"]])
    network.get_layer("norm").set_weights(
        [data[f"norm/{part}"] for part in ("gamma", "beta", "mean", "variance")]
    )
    for name, method in (("deconvnet", DeconvNet), ("guided", GuidedBackprop)):
        found = []
        for image, row, col, number in data["units"]:

            def unit(model, x, _, at=(row, col, number)):
                return model(x)[:, at[0], at[1], at[2]]

            explain = method(network, operator=unit, reducer=None)
            explained = explain(data["images"][image : image + 1], np.ones((1, 1), np.float32))
            found.append(np.asarray(explained)[0])
        data[name] = np.stack(found)
    np.savez(path, **data)


main(sys.argv[1])
