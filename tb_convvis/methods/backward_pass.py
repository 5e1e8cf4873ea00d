"""One reverse pass through a traced model under a chosen rule for its activations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

# The registered derivative of a single operation has no public name; tf.gradients applies them to whole
# graphs only, with no say in the rule and no chance to refuse.
from tensorflow.python.framework import ops as tensorflow_ops

from tb_convvis.methods.backward_rule import (
    ACTIVATION_LAYERS,
    LINEAR,
    Rule,
    RuleUse,
    Treatment,
    choose_treatment,
    rectify,
)
from tb_convvis.methods.data_product import find_mask
from tb_convvis.methods.layer_calls import LayerCall
from tb_convvis.methods.rule_error import NestedFunctionError, RuleError
from tb_convvis.methods.self_gate import find_self_gate

FUNCTION_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
SOURCES = frozenset(
    ["Const", "Identity", "NoOp", "Placeholder", "ReadVariableOp", "Shape", "_Arg", "_Retval"]
)

SIZES = frozenset(["OnesLike", "Rank", "Shape", "ShapeN", "Size", "ZerosLike"])
"""Operations whose results are the same for all images of one size."""


class BackwardPass:
    """Carries a signal from a tensor of a graph down to the images, one operation at a time.

    The weights and the derivative of linear operations are TensorFlow's own; only activations follow
    ``rule``. Every operation on the way must be known to the rule, or the pass is refused.

    Args:
        source: The image tensor at which the pass ends.
        calls: The layer calls of the graph, to name layers in errors.
        rule: "deconvnet", "guided" or "gradient".

    Source:
        Zeiler and Fergus 2013, section 2.1; Springenberg et al. 2014, section 3.4; Simonyan et al. 2013,
        section 4.
    """

    def __init__(self, source: Any, calls: Sequence[LayerCall], rule: Rule) -> None:
        self.source = source
        self._calls = calls
        self._rule = rule
        self._operations: list[Any] = source.graph.get_operations()
        self._number = {operation: number for number, operation in enumerate(self._operations)}
        self._data = self._reached()
        self._functions: dict[str, set[str]] | None = None
        self._shortcuts = {} if rule == "gradient" else self._activation_layers()
        self.uses: list[RuleUse] = []
        """What was done on the way, filled by ``run``; linear operations are left out."""

    def run(self, target: Any, signal: Any) -> Any:
        """The signal at the source for ``signal`` at ``target``; both have the shape of their tensor.

        Raises:
            RuleError: If an operation on the way is not covered by the rule, or the target does not depend on
                the source.
        """
        if not self.is_data(target):
            raise RuleError(self._rule, self._layer(target.op), "it does not depend on the images")
        gathered: dict[Any, list[Any]] = {target.ref(): [signal]}
        wanted = self._between(target)
        for operation in reversed(wanted):
            arrived = [_total(gathered.pop(t.ref(), [])) for t in operation.outputs]
            if all(gradient is None for gradient in arrived):
                continue
            for tensor, gradient in self._step(operation, arrived):
                if gradient is not None and self.is_data(tensor):
                    gathered.setdefault(tensor.ref(), []).append(gradient)
        total = _total(gathered.get(self.source.ref(), []))
        if total is None:
            raise RuleError(self._rule, self._layer(target.op), "no signal reaches the images from it")
        return total

    def activation(self, tensor: Any) -> tuple[Any, Treatment | None]:
        """The tensor below the activation that makes ``tensor`` and how it is treated; None if it makes none.

        Under 'gradient' only ReLU is one, whose derivative is the signal where it is active.

        Raises:
            RuleError: If it is an activation that the rule does not cover.
        """
        operation = tensor.op
        data = [t for t in operation.inputs if self.is_data(t)]
        if self._rule == "gradient":
            return (data[0], "rectifier") if operation.type == "Relu" else (tensor, None)
        shortcut = self._shortcuts.get(tensor.ref())
        if shortcut is not None:
            treatment = self._note_layer(shortcut)
            return shortcut.inputs[0], treatment
        if operation.type in FUNCTION_CALLS:
            return tensor, None
        layer = self._layer(operation)
        found = choose_treatment(operation, self._rule, layer, self.is_data)
        if found not in ("rectifier", "extended", "identity"):
            return tensor, None
        self.uses.append(RuleUse(layer, operation.type, found))
        return self._below(operation), found

    def _below(self, operation: Any) -> Any:
        """The tensor that an activation acts on."""
        if operation.type == "Mul":
            gate = find_self_gate(operation, self.is_data)
            mask = find_mask(operation, self.is_data)
            if gate is not None:
                return gate.source
            if mask is not None:
                return mask[0]
            raise AssertionError("A product is only rectified where it is a self gate or a mask.")
        return next(tensor for tensor in operation.inputs if self.is_data(tensor))

    def _note_layer(self, call: LayerCall) -> Treatment:
        treatment: Treatment = "rectifier" if _is_plain_relu(call.layer) else "extended"
        self.uses.append(RuleUse(call.path, type(call.layer).__name__, treatment))
        return treatment

    def _step(self, operation: Any, arrived: list[Any]) -> list[tuple[Any, Any]]:
        """(input tensor, gradient) of one operation, or of the activation layer that it completes."""
        layer = self._layer(operation)
        shortcut = self._shortcuts.get(operation.outputs[0].ref())
        if shortcut is not None:
            self._note_layer(shortcut)
            return [(shortcut.inputs[0], rectify(arrived[0], operation.outputs[0], self._rule))]
        if self._rule == "gradient":
            return self._derivative(operation, arrived, layer)
        if operation.type in FUNCTION_CALLS:
            self._check_function(operation, layer)
            return self._derivative(operation, arrived, layer)
        treatment = choose_treatment(operation, self._rule, layer, self.is_data)
        if treatment != "linear":
            self.uses.append(RuleUse(layer, operation.type, treatment))
        if treatment in ("linear", "derivative"):
            return self._derivative(operation, arrived, layer)
        if treatment == "identity":
            return [(operation.inputs[0], arrived[0])]
        return self._rectifier(operation, arrived[0])

    def _rectifier(self, operation: Any, arrived: Any) -> list[tuple[Any, Any]]:
        signal = rectify(arrived, operation.outputs[0], self._rule)
        return [(self._below(operation), signal)]

    def _derivative(self, operation: Any, arrived: list[Any], layer: str) -> list[tuple[Any, Any]]:
        filled = [
            tf.zeros_like(tensor) if gradient is None and tensor.dtype.is_floating else gradient
            for tensor, gradient in zip(operation.outputs, arrived, strict=True)
        ]
        try:
            function = tensorflow_ops.get_gradient_function(operation)
        except LookupError as error:
            raise RuleError(self._rule, layer, f"{operation.type} has no derivative in TensorFlow") from error
        if function is None:
            return []
        gradients = function(operation, *filled)
        gradients = list(gradients) if isinstance(gradients, list | tuple) else [gradients]
        dense = [tf.convert_to_tensor(g) if isinstance(g, tf.IndexedSlices) else g for g in gradients]
        return list(zip(operation.inputs, dense, strict=False))

    def _check_function(self, operation: Any, layer: str) -> None:
        """Let a call pass whose body is linear, such as a grouped convolution."""
        if self._functions is None:
            library = operation.graph.as_graph_def().library.function
            self._functions = {f.signature.name: {node.op for node in f.node_def} for f in library}
        name = operation.get_attr("f").name
        others = sorted(self._functions.get(name, {"?"}) - LINEAR - SOURCES)
        if others:
            reason = f"it runs in a tf.function of its own, with the operations {', '.join(others)}"
            raise NestedFunctionError(self._rule, layer, reason)

    def _reached(self) -> set[Any]:
        reached = {self.source.ref()}
        for operation in self._operations:
            if operation.type not in SIZES and any(t.ref() in reached for t in operation.inputs):
                reached.update(t.ref() for t in operation.outputs)
        return reached

    def is_data(self, tensor: Any) -> bool:
        """Whether ``tensor`` depends on the images."""
        return tensor.ref() in self._data

    def _between(self, target: Any) -> list[Any]:
        """Operations from the source to ``target``, in order."""
        wanted = {target.op}
        last = self._number[target.op]
        for operation in reversed(self._operations[: last + 1]):
            if operation in wanted:
                wanted.update(t.op for t in operation.inputs if self.is_data(t))
        wanted.discard(self.source.op)
        return sorted(wanted, key=lambda operation: self._number[operation])

    def _layer(self, operation: Any) -> str:
        number = self._number[operation]
        around = [call for call in self._calls if call.first_operation <= number < call.last_operation]
        if around:
            return min(around, key=lambda call: call.last_operation - call.first_operation).path
        before = [call.path for call in self._calls if call.last_operation <= number]
        return f"{before[-1]} (just after it)" if before else ""

    def _activation_layers(self) -> dict[Any, LayerCall]:
        """Layers that are an activation, whose rule holds whatever operations they are made of."""
        return {
            call.output.ref(): call
            for call in self._calls
            if isinstance(call.layer, ACTIVATION_LAYERS) and call.output is not None and len(call.inputs) == 1
            if call.output is not call.inputs[0]
        }


def _total(gradients: list[Any]) -> Any:
    if len(gradients) < 2:
        return gradients[0] if gradients else None
    return tf.add_n(gradients)


def _is_plain_relu(layer: Any) -> bool:
    return (
        type(layer).__name__ == "ReLU"
        and layer.max_value is None
        and not layer.negative_slope
        and not layer.threshold
    )
