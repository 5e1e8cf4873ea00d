"""Layers of a model by path, nested models and composite layers included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import keras
from keras.layers import Layer

from tb_convvis.methods import feature_layers, resolve_layers

LayerChoice: TypeAlias = "Iterable[str | Layer] | Layer | str | None"


def layers_by_path(model: keras.Model) -> dict[str, Layer]:
    """Return every layer of a model by its path, in the order of the network.

    Args:
        model: a built Keras model of any kind.

    Returns:
        Path to layer; layers inside of others are joined with `/`, as in ``backbone/conv1``. A layer
        that is used several times stands at its first place. Should two layers of a subclassed model
        share a path, the second is called ``path (2)``.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv1")])
        >>> list(layers_by_path(model))
        ['conv1']

    """
    found: dict[str, Layer] = {}
    seen: set[int] = set()
    for path, layer in _walk(model, ""):
        if id(layer) in seen or isinstance(layer, keras.layers.InputLayer):
            continue
        seen.add(id(layer))
        unique, number = path, 1
        while unique in found:
            number += 1
            unique = f"{path} ({number})"
        found[unique] = layer
    return found


def choose_layers(model: keras.Model, choice: LayerChoice, default: Iterable[str]) -> dict[str, Layer]:
    """Return the layers a user chose, by path.

    Args:
        model: a built Keras model.
        choice: None for `default`, "all", or a list of paths, names or layers. A name that only one
            layer has may stand for its path.
        default: paths that None stands for; "all" stands for every layer.

    Raises:
        ValueError: a layer that is not in the model, or a name that several layers have.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv1")])
        >>> list(choose_layers(model, ["conv1"], default=[]))
        ['conv1']

    """
    layers = layers_by_path(model)
    choice = listed(choice)
    if choice is None:
        return {path: layers[path] for path in default}
    if isinstance(choice, str):
        return layers
    chosen = {}
    for item in choice:
        path = _find(item, layers)
        chosen[path] = layers[path]
    return chosen


def searched_layers(
    model: keras.Model, images: Any, choice: list[str | Layer] | str | None
) -> tuple[list[str], dict[str, ValueError]]:
    """Return the paths of the layers whose maps are searched, and what is wrong with others asked for.

    Args:
        model: a built Keras model.
        images: pictures as the model takes them; only their shapes matter.
        choice: None for the last convolution of each spatial resolution, "all" for every convolution, or a
            list, as `listed` returns it.

    Raises:
        ValueError: none that could be searched.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv1")])
        >>> searched_layers(model, np.zeros((1, 8, 8, 3)), None)
        (['conv1'], {})

    """
    unknown: dict[str, ValueError] = {}
    if choice is None:
        paths = feature_layers(model, images)
    else:
        paths, unknown = resolve_layers(model, images, choice)
    if not paths:
        raise ValueError("; ".join(map(str, unknown.values())) or "the model has no convolution.")
    return paths, unknown


def listed(choice: LayerChoice) -> list[str | Layer] | str | None:
    """Return a choice of layers in a form that can be gone through again: a list, "all" or None.

    Raises:
        ValueError: neither of these, nor a layer.
    """
    if choice is None or choice == "all":
        return choice
    if isinstance(choice, (str, Layer)):
        return [choice]
    items = list(choice) if isinstance(choice, Iterable) else []
    if not items or not all(isinstance(item, (str, Layer)) for item in items):
        raise ValueError(f'Received: layers={choice!r}. Expected None, "all", or layers or their names.')
    return items


def layer_names(choice: LayerChoice) -> list[str] | str | None:
    """Return a choice of layers as JSON: layers become their names."""
    items = listed(choice)
    return [str(getattr(item, "name", item)) for item in items] if isinstance(items, list) else items


def source_of(operation: Any) -> Any:
    """Return the operation that makes the only input of another; None where there are several, or none."""
    # Keras offers the graph of a functional model in no public way.
    calls = [node.input_tensors for node in operation._inbound_nodes if node.input_tensors]
    if not calls or any(len(inputs) != 1 for inputs in calls):
        return None
    # A Sequential that is loaded is built anew at each layer: the same call is noted several times.
    sources = {id(source): source for source in (inputs[0]._keras_history.operation for inputs in calls)}
    return next(iter(sources.values())) if len(sources) == 1 else None


def path_of_call(path: str) -> str:
    """Return the path of the layer that a call belongs to: the second call of `conv` is `conv:1`."""
    return re.sub(r":\d+(?=/|$)", "", path)


def _walk(parent: Layer, prefix: str) -> Iterator[tuple[str, Layer]]:
    # Keras offers the layers inside a model publicly, those inside a composite layer only here.
    for layer in parent._flatten_layers(include_self=False, recursive=False):
        path = f"{prefix}{layer.name}"
        yield path, layer
        yield from _walk(layer, f"{path}/")


def _find(item: str | Layer, layers: dict[str, Layer]) -> str:
    if isinstance(item, str) and item in layers:
        return item
    matches = [path for path, layer in layers.items() if layer is item]
    # By name: as the user gave it, or because a tuner copied the layer with the callback.
    name = getattr(item, "name", item)
    matches = matches or [path for path, layer in layers.items() if layer.name == name]
    if len(matches) == 1:
        return matches[0]
    shown = ", ".join(matches or layers)
    problem = "several layers have this name" if matches else "no such layer in the model"
    raise ValueError(f"{problem}. Received: {getattr(item, 'name', item)!r}. Expected one of: {shown}.")
