"""What the record of a run says of each layer: its class, shape, weights and arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from keras.layers import Layer


def layer_facts(layers: Mapping[str, Layer]) -> list[dict[str, Any]]:
    """Describe every layer of a model.

    Args:
        layers: by path, as `layers_by_path` returns them.

    Returns:
        One dict per layer, as `schema.KINDS["run"]` says; arguments that a layer lacks are left out.
    """
    counted: set[int] = set()
    facts = []
    # Inner layers first, so that what is left for a layer around them are its own weights.
    for path, layer in reversed([*layers.items()]):
        own = [weight for weight in layer.weights if id(weight) not in counted]
        counted.update(map(id, own))
        facts.append(
            {
                "name": path,
                "class": type(layer).__name__,
                "output": _told(partial(_output, layer)),
                "parameters": count(layer.weights),
                "own": count(own),
                "trainable": count(layer.trainable_weights),
                **_arguments(layer),
            }
        )
    return facts[::-1]


def count(weights: Iterable[Any]) -> int:
    """Return how many numbers some weights hold."""
    return sum(int(np.prod(weight.shape)) for weight in weights)


def _output(layer: Layer) -> list[int | None]:
    return list(layer.output.shape)


def _arguments(layer: Layer) -> dict[str, Any]:
    read: dict[str, Callable[[], Any]] = {
        "activation": lambda: _name(layer.activation),
        "kernel": lambda: _integers(getattr(layer, "kernel_size", None) or layer.pool_size),
        "strides": lambda: _integers(layer.strides),
        "padding": lambda: str(layer.padding),
        "dilation": lambda: _integers(layer.dilation_rate),
        "groups": lambda: int(layer.groups),
    }
    values = {name: _told(value) for name, value in read.items()}
    return {name: value for name, value in values.items() if value is not None}


def _integers(values: Any) -> list[int]:
    return [int(value) for value in (values if isinstance(values, Iterable) else [values])]


def _name(activation: Any) -> str | None:
    if activation is None:
        return None
    return str(getattr(activation, "__name__", type(activation).__name__))


def _told(value: Callable[[], Any]) -> Any:
    # A layer of the user's own may use these names for anything, and compute what they stand for. Keras
    # raises where a layer has no single output: when it is subclassed, shared, or returns several.
    with suppress(Exception):
        return value()
    return None
