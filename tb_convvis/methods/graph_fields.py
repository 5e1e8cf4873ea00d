"""Receptive fields from a model's graph alone: nothing is traced, and what cannot be told so is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import tensorflow as tf
from keras import layers

from tb_convvis.methods.axis_field import AxisField
from tb_convvis.methods.field_propagation import PlaneField, layer_field, merged_field, whole_field
from tb_convvis.methods.model_graph import GraphCall, ModelGraph, model_graph

POINTWISE = (
    layers.Activation,
    layers.ReLU,
    layers.LeakyReLU,
    layers.ELU,
    layers.Dropout,
    layers.GaussianNoise,
    layers.GaussianDropout,
    layers.Rescaling,
    layers.Normalization,
)
MERGING = (
    layers.Add,
    layers.Average,
    layers.Maximum,
    layers.Minimum,
    layers.Multiply,
    layers.Subtract,
)
WHOLE = (
    layers.Flatten,
    layers.Reshape,
    layers.GlobalAveragePooling2D,
    layers.GlobalMaxPooling2D,
)
OPERATIONS = frozenset({
    "Absolute", "Add", "Clip", "Divide", "Elu", "Exp", "Gelu", "HardSigmoid", "HardSilu", "LayerScale",
    "LeakyRelu", "Log", "Maximum", "Minimum", "Mish", "Multiply", "Negative", "Power",
    "Relu", "Relu6", "Selu", "Sigmoid", "Silu", "Softplus", "Softsign", "Sqrt",
    "Square", "Subtract", "Tanh", "TrueDivide",
})  # fmt: skip
"""What acts on each place by itself, by class, where Keras has no public name for it."""


@dataclass(frozen=True)
class Untold:
    """Why a receptive field cannot be told from the graph."""

    reason: str


Field: TypeAlias = PlaneField | Untold
OPEN_SIZE = Untold("The model leaves the size of its input open.")
NO_IMAGE = Untold("It looks at no picture.")


def graph_fields(model: Any) -> dict[str, Field]:
    """The receptive field of every layer call of a model, as far as its graph tells.

    Costs milliseconds where `receptive_fields`, which reads the operations of a traced model, costs
    seconds; says less where layers are not Keras's own.

    Args:
        model: A Keras model. It is only looked at.

    Returns:
        Slash path of each call, as in `receptive_fields`, to its field or the reason why there is none.
        Empty where the model has no graph.

    Source:
        As `receptive_fields`.
    """
    graph = model_graph(model)
    found: dict[str, Field] = {}
    if graph is not None:
        _walk(graph, [_image(tensor) for tensor in graph.inputs], "", found)
    return found


def _image(tensor: Any) -> Field:
    if len(tensor.shape) != 4:
        return NO_IMAGE
    _, height, width, _ = tensor.shape
    if height is None or width is None:
        return OPEN_SIZE
    return PlaneField(AxisField.image(height), AxisField.image(width), (height, width))


def _walk(graph: ModelGraph, inputs: Sequence[Field], prefix: str, found: dict[str, Field]) -> list[Field]:
    fields = dict(zip(map(id, graph.inputs), inputs, strict=True))
    for call in graph.calls:
        read = [fields[id(tensor)] for tensor in call.input_tensors if id(tensor) in fields]
        path = f"{prefix}{call.name}"
        inner = model_graph(call.operation)
        if inner is not None and len(read) == len(inner.inputs):
            returned = _walk(inner, read, f"{path}/", found)
        else:
            returned = list(_returned(call, read))
        fields.update(zip(map(id, call.output_tensors), returned, strict=False))
        if len(returned) == 1:
            found[path] = returned[0]
    return [fields.get(id(tensor), NO_IMAGE) for tensor in graph.output_tensors]


def _returned(call: GraphCall, read: Sequence[Field]) -> Iterator[Field]:
    planes = [field for field in read if isinstance(field, PlaneField)]
    causes = [field for field in read if isinstance(field, Untold) and field is not NO_IMAGE]
    for tensor in call.output_tensors:
        if causes:
            yield causes[0]
        elif not planes:
            yield NO_IMAGE
        elif None in tensor.shape[1:3]:
            yield OPEN_SIZE
        else:
            yield _field(call.operation, planes, _Shaped(tf.TensorShape(tensor.shape)))


@dataclass(frozen=True)
class _Shaped:
    """A tensor as the rules want it: they ask for its shape alone."""

    shape: tf.TensorShape


def _field(operation: Any, planes: Sequence[PlaneField], tensor: _Shaped) -> Field:
    if len({plane.image for plane in planes}) > 1:
        return Untold("It looks at several pictures of different sizes.")
    own_call = not type(operation).call.__module__.startswith("keras.")
    if own_call:
        return Untold(f"What {type(operation).__name__} reads can only be told by running it.")
    if tensor.shape.rank != 4 or isinstance(operation, WHOLE):
        return whole_field(planes[0], tensor)
    by_layer = layer_field(operation, planes[0], tensor) if len(planes) == 1 else None
    if by_layer is not None:
        return by_layer
    joined = isinstance(operation, layers.Concatenate) and operation.axis in (3, -1)
    name = type(operation).__name__
    # Augmentation changes nothing where nothing is trained.
    by_name = name in OPERATIONS or name.startswith("Random")
    if joined or by_name or isinstance(operation, (*POINTWISE, *MERGING)):
        return merged_field(planes, tensor)
    return Untold(f"What {name} reads is not known without running it.")
