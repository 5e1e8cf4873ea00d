"""What the page must know about a model, for the record of a run."""

from __future__ import annotations

import platform
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import tb_convvis
from tb_convvis.callbacks.layers import layers_by_path


def model_facts(model: keras.Model) -> dict[str, Any]:
    """Return the layers, parameters and library versions of a training, as `schema.KINDS["run"]` says."""
    return {
        "layers": [
            {
                "name": path,
                "class": type(layer).__name__,
                "output": _output_shape(layer),
                "parameters": _parameters(layer),
            }
            for path, layer in layers_by_path(model).items()
        ],
        "parameters": _parameters(model),
        "versions": {
            "tb_convvis": tb_convvis.__version__,
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "python": platform.python_version(),
        },
    }


def _parameters(layer: keras.layers.Layer) -> int:
    return sum(int(np.prod(weight.shape)) for weight in layer.weights)


def _output_shape(layer: keras.layers.Layer) -> list[int | None] | None:
    try:
        return list(layer.output.shape)
    except (AttributeError, ValueError, RuntimeError):
        # Subclassed and shared layers have no single output; several outputs have no shape.
        return None
