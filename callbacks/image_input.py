"""Whether a layer is applied to the picture itself, so that its weights may be read as colours."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from tb_convvis.callbacks.layers import layers_by_path, source_of
from tb_convvis.methods.kernels import is_convolution

KEEP_COLOURS = (
    layers.InputLayer,
    layers.Rescaling,
    layers.Normalization,
    layers.Resizing,
    layers.CenterCrop,
    layers.ZeroPadding2D,
    layers.Cropping2D,
    layers.GaussianNoise,
    layers.Dropout,
)
"""Layers whose three output channels are still those of the picture; so are Keras's Random... layers."""


def sees_image(model: keras.Model, path: str) -> bool:
    """Return whether nothing but colour-keeping layers stand between a layer and the network's input.

    Args:
        model: a built Keras model.
        path: path of the layer, see `layers_by_path`.

    Returns:
        False where it cannot be told, except for the first convolution of a subclassed model, which has
        no graph to ask: there it is taken to see the picture.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), layers.Rescaling(1 / 255), layers.Conv2D(4, 3)])
        >>> sees_image(model, model.layers[1].name)
        True

    """
    by_path = layers_by_path(model)
    if not getattr(model, "inputs", None):
        return path == next((name for name, layer in by_path.items() if is_convolution(layer)), None)
    operation: Any = by_path[path]
    parents = path.split("/")[:-1]
    while True:
        source = source_of(operation)
        while source is None or isinstance(source, layers.InputLayer):
            # The input of a nested model is what the model around it hands in.
            if not parents:
                return source is not None
            operation = by_path["/".join(parents)]
            parents.pop()
            source = source_of(operation)
        if isinstance(source, (keras.Sequential, keras.Model)):
            # A nested model before it, as for augmentation: all of its layers must keep colours.
            if not all(map(_keeps_colours, source.layers)):
                return False
        elif not _keeps_colours(source):
            return False
        operation = source


def _keeps_colours(layer: Any) -> bool:
    return isinstance(layer, KEEP_COLOURS) or type(layer).__name__.startswith("Random")
