# mypy: ignore-errors
"""tf-explain's tasks: python peer_tf_explain.py, in an environment with it; see protocol.py."""

from __future__ import annotations

import tempfile

import keras
import numpy as np
import tensorflow as tf
from protocol import Job, Work, serve
from tf_explain.callbacks import ActivationsVisualizationCallback, OcclusionSensitivityCallback
from tf_explain.core.occlusion_sensitivity import OcclusionSensitivity
from tf_explain.utils.display import grid_display
from timed_fit import timed_fit


def occlusion(work: Work) -> Job:
    """Maps of squares side by side: its stride is its size."""
    network, images = keras.models.load_model(work.model_path), work["images"]
    method = OcclusionSensitivity(batch_size=int(work["batch"]))

    def run() -> np.ndarray:
        return np.stack(
            [
                method.get_sensitivity_map(network, image, int(label), int(work["size"]))
                for image, label in zip(images, work["labels"], strict=True)
            ]
        )

    return Job(run, network.predict(images, verbose=0))


def writing(work: Work) -> Job:
    """One picture of all tiles, as its callbacks write theirs."""
    folder = tempfile.TemporaryDirectory()
    writer, step = tf.summary.create_file_writer(folder.name), iter(range(10**6))

    def run() -> tempfile.TemporaryDirectory:
        grid = grid_display(work["tiles"])
        with writer.as_default():
            tf.summary.image("tiles", np.array([grid]), step=next(step))
        writer.flush()
        return folder

    return Job(run)


def epoch(work: Work) -> Job:
    """The share of an epoch's time that maps of occlusion and activations take at its end."""
    model = keras.models.load_model(work.model_path)
    scores = model.predict(work["images"], verbose=0)
    model.compile("sgd", "sparse_categorical_crossentropy")
    looked_at = (work["looked_at"], None)
    folder = tempfile.TemporaryDirectory()

    def run() -> float:
        callbacks = [
            OcclusionSensitivityCallback(looked_at, 0, int(work["size"]), folder.name),
            ActivationsVisualizationCallback(looked_at, [str(work["layer"])], folder.name),
        ]
        x, y = (np.concatenate([work[name]] * int(work["times"])) for name in ("images", "labels"))
        training, logging = timed_fit(model, x, y, callbacks, int(work["epochs"]))
        return logging / (training * int(work["counted"]))

    return Job(run, scores, warm_up=False)


if __name__ == "__main__":
    keras.utils.disable_interactive_logging()
    serve({"occlusion": occlusion, "writing": writing, "epoch": epoch})
