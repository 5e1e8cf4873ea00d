"""A model and pictures laid down for the peers, who read them in environments of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

ARGUMENTS = ("filters", "kernel_size", "strides", "padding", "activation", "pool_size", "units")


def lay_down(folder: Path, model: keras.Model | None = None, **arrays: Any) -> None:
    """Write what `peers/protocol.py` reads.

    Args:
        folder: of this row.
        model: a chain of layers; with it, `images` stand among the arrays, and its scores are added.
        **arrays: whatever the task needs.
    """
    if model is not None:
        arrays["scores"] = model.predict(arrays["images"], verbose=0)
        model.save(folder / "model.keras")
        described = []
        for layer in model.layers:
            config = layer.get_config()
            known = {name: config[name] for name in ARGUMENTS if name in config}
            described.append({"class": type(layer).__name__, "name": layer.name, **known})
        (folder / "layers.json").write_text(json.dumps(described))
        np.savez(folder / "weights.npz", **{str(n): weight for n, weight in enumerate(model.get_weights())})
    np.savez(folder / "work.npz", **arrays)


def bare_forward(
    model: keras.Model, images: np.ndarray, batch: int, last: str | None = None
) -> Callable[[], float]:
    """A function that runs `images` through a model, or up to one of its layers, compiled and no more.

    One value is read back from each batch, so that all of them are computed when it returns.
    """
    top = model if last is None else keras.Model(model.inputs, model.get_layer(last).output)
    forward = tf.function(
        lambda x: tf.reshape(top(x, training=False), (len(x), -1))[:, 0], reduce_retracing=False
    )

    def run() -> float:
        firsts = range(0, len(images), batch)
        return float(
            sum(forward(tf.constant(images[first : first + batch])).numpy().sum() for first in firsts)
        )

    return run
