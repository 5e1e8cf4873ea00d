"""One small network, trained again and again from the same state, and everything that a training leaves."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state
from keras.src.random.seed_generator import global_seed_generator
from tensorflow.python.framework import config, ops

CLASSES, SIDE, PICTURES = 3, 8, 16

State = dict[str, Any]
"""What a training leaves, by name; two are equal where the trainings were."""


@contextmanager
def deterministic() -> Iterator[None]:
    """Operations that give the same bits every time."""
    tf.config.experimental.enable_op_determinism()
    try:
        yield
    finally:
        config.disable_op_determinism()


def pictures() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(7)
    x = generator.normal(size=(PICTURES, SIDE, SIDE, 3)).astype(np.float32)
    return x, np.arange(PICTURES) % CLASSES


def network(policy: str = "float32", **compiled: Any) -> keras.Model:
    """Augmentation, batch norm and dropout in a nested model, which a careless look would disturb."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    backbone = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(4, 3, name="conv1", dtype=policy),
            layers.BatchNormalization(name="norm", dtype=policy),
            layers.Activation("relu", dtype=policy),
            layers.Conv2D(5, 3, activation="relu", name="conv2", dtype=policy),
        ],
        name="backbone",
    )
    backbone.get_layer("conv2").trainable = False
    stem = [keras.Input((SIDE, SIDE, 3)), layers.RandomFlip(seed=1), layers.GaussianNoise(0.1, seed=2)]
    head = [layers.GlobalAveragePooling2D(), layers.Dropout(0.5, seed=3), layers.Dense(CLASSES, name="head")]
    model = keras.Sequential([*stem, backbone, *head])
    model.compile(
        keras.optimizers.Adam(0.01),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        **compiled,
    )
    # Else it would be built at the first step, after its state was looked at.
    model.optimizer.build(model.trainable_variables)
    return model


class RepeatedTraining:
    """Trains a model from the state that it is in now, as often as asked; the training is compiled once.

    Args:
        model: a compiled model.
        data: what `fit` takes: `x`, `y` and the like, or a function that makes them anew for each training.
    """

    def __init__(self, model: keras.Model, data: Any) -> None:
        self.model, self._data = model, data
        self.traced = 0
        """How often Python ran the training step: once per tracing, or once per step in eager mode."""
        step = model.train_step

        def counted(*arguments: Any) -> Any:
            self.traced += 1
            return step(*arguments)

        model.train_step = counted
        self._initial = [variable.numpy() for variable in self._variables()]
        self.fit()
        self.first_traces = self.traced

    def fit(self, *callbacks: keras.callbacks.Callback, epochs: int = 2, **arguments: Any) -> State:
        """Train from the initial state and return what that leaves."""
        for variable, value in zip(self._variables(), self._initial, strict=True):
            variable.assign(value)
        self.model.stop_training = False
        # Not keras.utils.set_random_seed, which makes a new generator for Keras each time.
        random.seed(3)
        np.random.seed(3)
        tf.random.set_seed(3)
        global_seed_generator().state.assign([3, 0])
        tf.random.set_global_generator(tf.random.Generator.from_seed(3))
        before, names = self.traced, _names_given()
        data = self._data() if callable(self._data) else self._data
        fitted = {"epochs": epochs, "verbose": 0, "callbacks": [*callbacks], **data, **arguments}
        history = self.model.fit(**fitted)
        return {
            **_of_model(self.model),
            **_of_generators(),
            **_of_libraries(),
            "names given": {kind: count - names.get(kind, 0) for kind, count in _names_given().items()},
            "history": json.dumps([history.epoch, history.history]),
            "tracings": self.traced - before,
        }

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]


def differences(state: State, expected: State) -> list[str]:
    """Names of what is not the same in two states."""
    return [name for name in {**state, **expected} if state.get(name) != expected.get(name)]


def _of_model(model: keras.Model) -> State:
    layers = list(model._flatten_layers())
    return {
        "weights": [_bits(variable) for variable in model.variables],
        "optimizer": [_bits(variable) for variable in model.optimizer.variables],
        "metrics": {name: float(value) for name, value in model.get_metrics_result().items()},
        "config": json.dumps(model.get_config(), sort_keys=True, default=str),
        "compiled": json.dumps(model.get_compile_config(), sort_keys=True, default=str),
        "trainable": [layer.trainable for layer in layers],
        "activations": [id(getattr(layer, "activation", None)) for layer in layers],
        "policies": [layer.dtype_policy.name for layer in layers],
        "attributes": [_short({**vars(layer), "history": None}) for layer in layers],
        "functions": [id(model.train_function), id(model.test_function), id(model.predict_function)],
    }


def _of_generators() -> State:
    return {
        "Python's generator": random.getstate(),
        "NumPy's generator": str(np.random.get_state()),
        "TensorFlow's generator": tf.random.get_global_generator().state.numpy().tolist(),
        "TensorFlow's next seed": float(tf.random.uniform([])),
        "Keras's generator": global_seed_generator().state.numpy().tolist(),
    }


def _of_libraries() -> State:
    kept = _short({**vars(global_state.GLOBAL_STATE_TRACKER), "object_name_uids": None})
    return {
        "Keras's settings": (
            keras.config.floatx(),
            keras.config.epsilon(),
            keras.config.image_data_format(),
            keras.config.dtype_policy().name,
            keras.config.is_traceback_filtering_enabled(),
        ),
        "Keras's global state": kept,
        "Keras's layer call": id(keras.layers.Layer.__call__),
        "TensorFlow's modes": (
            tf.config.functions_run_eagerly(),
            tf.executing_eagerly(),
            tf.distribute.has_strategy(),
            len(ops._default_graph_stack.stack),
        ),
    }


def _names_given() -> dict[str, int]:
    """How many layers, datasets and the like Keras has numbered: one more would rename all later ones."""
    return dict(global_state.get_global_attribute("object_name_uids") or {})


def _bits(variable: Any) -> str:
    value = np.ascontiguousarray(variable.numpy())
    return f"{value.dtype}{value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"


def _short(value: Any) -> Any:
    """A value that can be compared later: plain ones as they are, containers by size, others by identity."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _short(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_short(item) for item in value]
    return id(value)
