# mypy: ignore-errors
"""xplique's tasks: python peer_xplique.py, in an environment with it and TensorFlow; see protocol.py."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from protocol import Job, Work, serve
from xplique.attributions import DeconvNet, Occlusion

BATCH = 64


def projections(work: Work) -> Job:
    """DeconvNet of units, in batches; each layer on the part of the model up to it."""
    network, images = keras.models.load_model(work.model_path), work["images"]

    def unit(model, x, place):
        place = tf.cast(place, tf.int32)
        numbers = tf.range(tf.shape(x)[0])[:, None]
        return tf.gather_nd(model(x), tf.concat([numbers, place], 1))

    def explainer(name: str) -> DeconvNet:
        part = keras.Model(network.inputs, network.get_layer(name).output)
        return DeconvNet(part, operator=unit, batch_size=BATCH, reducer=None)

    explainers = {name: explainer(name) for name in work.units}
    places = {name: units[:, 1:].astype(np.float32) for name, units in work.units.items()}

    def run() -> dict[str, np.ndarray]:
        return {
            name: explainers[name](images[units[:, 0]], places[name]).numpy()
            for name, units in work.units.items()
        }

    def answer(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: rows[: int(work["compared"])] for name, rows in found.items()}

    return Job(run, network.predict(images, verbose=0), answer)


def occlusion(work: Work) -> Job:
    network, images = keras.models.load_model(work.model_path), work["images"]
    method = Occlusion(
        network,
        batch_size=int(work["batch"]),
        patch_size=int(work["size"]),
        patch_stride=int(work["stride"]),
        occlusion_value=float(work["value"]),
    )
    targets = np.eye(network.output_shape[1], dtype=np.float32)[work["labels"]]

    def run() -> np.ndarray:
        return method(images, targets).numpy()[..., 0]

    return Job(run, network.predict(images, verbose=0), lambda found: {"summed_drop": found})


if __name__ == "__main__":
    serve({"projections": projections, "occlusion": occlusion})
