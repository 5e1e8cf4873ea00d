"""The graph of a functional model: which call reads what, as Keras knows without running it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

Source = tuple[str, int]
"""A tensor: the name of the call that returns it, "" for the model's input; its number among the outputs."""


@dataclass(frozen=True)
class GraphCall:
    """One call of a layer, or of an operation such as `keras.ops.relu`, inside of one model.

    Args:
        name: Name of the layer; the second call of a shared layer is ``conv1:1``, the third ``conv1:2``.
        operation: The layer itself, or Keras's operation.
        inputs: What it reads, in the order of its arguments.
        input_tensors: The same as symbolic tensors of Keras.
        output_tensors: The symbolic tensors that it returns.
    """

    name: str
    operation: Any
    inputs: tuple[Source, ...]
    input_tensors: tuple[Any, ...]
    output_tensors: tuple[Any, ...]


@dataclass(frozen=True)
class ModelGraph:
    """The calls of one model in the order in which they run; a nested model is one call with its own graph.

    Args:
        inputs: The model's inputs as symbolic tensors, in the order in which it takes them.
        calls: Every call, inputs left out.
        outputs: The tensors that the model returns.
        output_tensors: The same as symbolic tensors.
    """

    inputs: tuple[Any, ...]
    calls: tuple[GraphCall, ...]
    outputs: tuple[Source, ...]
    output_tensors: tuple[Any, ...]


def model_graph(model: Any) -> ModelGraph | None:
    """The graph of a model or layer; None where there is none that Keras could tell.

    Args:
        model: A Keras model or layer. It is only looked at: nothing is run, traced or made.

    Returns:
        The graph of a functional or sequential model. None for subclassed models, also for those that were
        built from symbolic tensors and then compute otherwise in a ``call`` of their own.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> [call.name for call in model_graph(model).calls]
        ['conv']
    """
    # Keras offers the graph of a functional model in no public way.
    functional = getattr(model, "_functional", None) or model
    nodes_by_depth = getattr(functional, "_nodes_by_depth", None)
    if nodes_by_depth is None or not type(model).call.__module__.startswith("keras."):
        return None
    sources: dict[int, Source] = {id(tensor): ("", at) for at, tensor in enumerate(functional.inputs)}
    calls = tuple(_calls(nodes_by_depth, sources))
    outputs = tuple(functional.outputs)
    return ModelGraph(tuple(functional.inputs), calls, _known(outputs, sources), outputs)


def _calls(nodes_by_depth: Any, sources: dict[int, Source]) -> Iterator[GraphCall]:
    counts: dict[str, int] = {}
    # In the order in which Keras runs them, so that the numbers of repeated calls are those of a trace.
    for depth in sorted(nodes_by_depth, reverse=True):
        for node in nodes_by_depth[depth]:
            operation = node.operation
            if operation is None or node.is_input or isinstance(operation, keras.layers.InputLayer):
                continue
            count = counts[operation.name] = counts.get(operation.name, -1) + 1
            name = operation.name if count == 0 else f"{operation.name}:{count}"
            inputs, outputs = tuple(node.input_tensors), tuple(node.output_tensors)
            yield GraphCall(name, operation, _known(inputs, sources), inputs, outputs)
            sources.update((id(tensor), (name, at)) for at, tensor in enumerate(outputs))


def _known(tensors: tuple[Any, ...], sources: dict[int, Source]) -> tuple[Source, ...]:
    return tuple(sources[id(tensor)] for tensor in tensors if id(tensor) in sources)
