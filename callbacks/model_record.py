"""What the page must know about a model, for the record of a run."""

from __future__ import annotations

import platform
from typing import Any

import keras
import tensorflow as tf

import tb_convvis
from tb_convvis.callbacks.graph_record import graph_facts
from tb_convvis.callbacks.layer_record import count, layer_facts
from tb_convvis.callbacks.layers import layers_by_path


def model_facts(model: keras.Model) -> dict[str, Any]:
    """Return the layers, parameters and library versions of a training, as `schema.KINDS["run"]` says."""
    layers = layers_by_path(model)
    return {
        "layers": layer_facts(layers),
        **graph_facts(model, layers),
        "parameters": count(model.weights),
        "versions": {
            "tb_convvis": tb_convvis.__version__,
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "python": platform.python_version(),
        },
    }
