# mypy: ignore-errors
"""tf-keras-vis's task: python peer_tf_keras_vis.py, in an environment with it and tf_keras; see protocol.py.

It has no deconvnet. Its Saliency with the GuidedBackpropagation modifier does the same work by another rule.
"""

from __future__ import annotations

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf
from protocol import Job, Work, serve
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.utils.model_modifiers import ExtractIntermediateLayer, GuidedBackpropagation

BATCH = 64
TAKEN = {
    "Conv2D": ("filters", "kernel_size", "strides", "padding", "activation"),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "Flatten": (),
    "Dense": ("units", "activation"),
}


def build(work: Work) -> tf.keras.Model:
    """The model in Keras 2, which cannot read model.keras."""
    parts = [tf.keras.Input(work["images"].shape[1:])]
    for layer in work.layers:
        if layer["class"] != "InputLayer":
            arguments = {name: layer[name] for name in TAKEN[layer["class"]]}
            parts.append(getattr(tf.keras.layers, layer["class"])(**arguments, name=layer["name"]))
    model = tf.keras.Sequential(parts)
    model.set_weights(work.weights)
    return model


def projections(work: Work) -> Job:
    """Guided saliency of units, in batches; each layer on the part of the model up to it."""
    model, images = build(work), work["images"]
    explainers = {
        name: Saliency(model, [ExtractIntermediateLayer(name), GuidedBackpropagation()])
        for name in work.units
    }

    def project(name: str, units: np.ndarray) -> np.ndarray:
        found = []
        for first in range(0, len(units), BATCH):
            batch = units[first : first + BATCH]
            places = tf.constant(np.column_stack([np.arange(len(batch)), batch[:, 1:]]))

            def unit(output: tf.Tensor) -> tf.Tensor:
                return tf.gather_nd(output, places)  # noqa: B023 (called at once)

            found.append(
                explainers[name](
                    unit, images[batch[:, 0]], keepdims=True, normalize_map=False, gradient_modifier=None
                )
            )
        return np.concatenate(found)

    def run() -> dict[str, np.ndarray]:
        return {name: project(name, units) for name, units in work.units.items()}

    def answer(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: rows[: int(work["compared"])] for name, rows in found.items()}

    return Job(run, model.predict(images, verbose=0), answer)


if __name__ == "__main__":
    serve({"projections": projections})
