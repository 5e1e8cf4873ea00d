"""What the record of a run says of the network as a graph: who reads what, and how far each can see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
from keras.layers import Layer

from tb_convvis.methods.axis_field import AxisField
from tb_convvis.methods.graph_fields import Field, Untold, graph_fields
from tb_convvis.methods.model_graph import GraphCall, ModelGraph, model_graph


def graph_facts(model: keras.Model, layers: Mapping[str, Layer]) -> dict[str, Any]:
    """Describe the graph of a model and of the models nested in it; the model is only looked at.

    Args:
        model: a built Keras model.
        layers: its layers by path, as `layers_by_path` returns them.

    Returns:
        `graphs`, `fields` and `graph_problem`, as `schema.KINDS["run"]` says. Whatever may be odd about a
        model, the rest of its record must not be lost for it: it then stands in `graph_problem`.
    """
    try:
        return {"graphs": _graphs(model, layers), "fields": dict(_fields(model)), "graph_problem": None}
    except Exception as error:  # noqa: BLE001 (Keras tells of the graph in private ways, which may change)
        return {"graphs": {}, "fields": {}, "graph_problem": f"{type(error).__name__}: {error}"}


def _graphs(model: keras.Model, layers: Mapping[str, Layer]) -> dict[str, Any]:
    paths = {id(layer): path for path, layer in layers.items()}
    found = {path: model_graph(layer) for path, layer in {"": model, **layers}.items()}
    return {path: _graph(graph, paths) for path, graph in found.items() if graph is not None}


def _graph(graph: ModelGraph, paths: Mapping[int, str]) -> dict[str, Any]:
    return {
        "inputs": [_shape(tensor) for tensor in graph.inputs],
        "calls": [_call(call, paths) for call in graph.calls],
        "outputs": [list(source) for source in graph.outputs],
    }


def _call(call: GraphCall, paths: Mapping[int, str]) -> dict[str, Any]:
    return {
        "name": call.name,
        "layer": paths.get(id(call.operation)),
        "class": type(call.operation).__name__,
        "inputs": [list(source) for source in call.inputs],
        "outputs": [_shape(tensor) for tensor in call.output_tensors],
    }


def _shape(tensor: Any) -> list[int | None]:
    return list(tensor.shape)


def _fields(model: keras.Model) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, field in graph_fields(model).items():
        yield path, _field(field)


def _field(field: Field) -> dict[str, Any]:
    if isinstance(field, Untold):
        return {"reason": field.reason}
    axes = (field.rows, field.cols)
    return {
        "size": [_size(axis) for axis in axes],
        "stride": [axis.stride for axis in axes],
        "start": [int(axis.first[0]) for axis in axes],
        "note": ", ".join(sorted(field.notes)),
    }


def _size(axis: AxisField) -> int:
    return int((axis.last - axis.first).max()) + 1
