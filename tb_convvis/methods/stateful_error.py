"""The refusal to run a model that changes its own variables, or draws random numbers, even in inference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

CHANGING = re.compile(
    r"Assign\w*VariableOp|VariableAssign|Resource(Scatter|Apply|SparseApply|StridedSliceAssign|CountUpTo)\w*|Rng\w+"
    r"|Stateful(?!Partitioned)\w+|(?!Stateless)\w*(Random|TruncatedNormal|Multinomial)\w*"
)
"""Operations that write a variable or advance a random state; reading a variable is not among them."""


class StatefulLayerError(ValueError):
    """A layer writes variables or draws random numbers even in inference: running it would alter training.

    Args:
        layer: Path of the layer; empty where the model itself does it.
        operation: TensorFlow's name of the operation.
    """

    def __init__(self, layer: str, operation: str) -> None:
        self.layer = layer
        self.operation = operation
        where = f"Layer {layer!r}" if layer else "The model"
        super().__init__(
            f"{where} runs {operation} even in inference (training=False): it writes a variable or draws "
            "random numbers, so that running it here would change the training. Make it depend on the "
            "argument training."
        )


def check_stateless(graph: Any, calls: Sequence[Any]) -> None:
    """Refuse a graph that a traced model was written into, where running it would change the model.

    All operations of the graph count, also behind the layers in question: TensorFlow runs every one that
    changes something, whatever result is asked for.

    Args:
        graph: The graph that the model was called in, just after the call.
        calls: The layer calls traced in it.

    Raises:
        StatefulLayerError: At the first such operation, also inside a function that the graph calls.
    """
    functions: dict[str, Any] | None = None
    for number, operation in enumerate(graph.get_operations()):
        kinds = [operation.type]
        if operation.op_def.is_stateful and _called(operation.node_def):
            if functions is None:
                functions = {f.signature.name: f for f in graph.as_graph_def().library.function}
            kinds.extend(_inside(operation.node_def, functions, set()))
        for kind in kinds:
            if CHANGING.fullmatch(kind):
                raise StatefulLayerError(_layer(calls, number), kind)


def _called(node: Any) -> list[str]:
    return [
        function.name
        for attribute in node.attr.values()
        for function in ([attribute.func] if attribute.HasField("func") else attribute.list.func)
    ]


def _inside(node: Any, functions: dict[str, Any], seen: set[str]) -> Iterator[str]:
    for name in _called(node):
        if name in functions and name not in seen:
            seen.add(name)
            for inner in functions[name].node_def:
                yield inner.op
                yield from _inside(inner, functions, seen)


def _layer(calls: Sequence[Any], number: int) -> str:
    around = [call for call in calls if call.first_operation <= number < call.last_operation]
    return min(around, key=lambda call: call.last_operation - call.first_operation).path if around else ""
