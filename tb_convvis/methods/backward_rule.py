"""Which backward rule an operation gets: the deconvnet's, guided backpropagation's, or its own derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import tensorflow as tf
from keras import layers

from tb_convvis.methods.rule_error import RuleError
from tb_convvis.methods.self_gate import find_self_gate

Rule = Literal["deconvnet", "guided", "gradient"]
Treatment = Literal["rectifier", "extended", "derivative", "linear", "identity"]
"""rectifier: the rule as published. extended: the rule of ReLU at an activation that is not ReLU. derivative:
a gate or normalisation, differentiated. linear: transposed or routed by switches. identity: passed on."""

RECTIFIERS = frozenset(["Relu"])
SOFT_RECTIFIERS = frozenset({"Relu6", "LeakyRelu", "Elu", "Selu", "Softplus"})
DERIVATIVES = frozenset({
    "Sigmoid", "Tanh", "Softmax", "Rsqrt", "Sqrt", "Square", "SquaredDifference", "Pow", "Reciprocal",
})  # fmt: skip
LINEAR = frozenset({
    "Add", "AddN", "AddV2", "AvgPool", "BatchMatMulV2", "BatchToSpaceND", "BiasAdd", "Cast", "ConcatV2",
    "Conv2D", "Conv2DBackpropInput", "Conv3D", "Conv1D", "DepthToSpace", "DepthwiseConv2dNative", "Einsum",
    "ExpandDims", "FusedBatchNormV3", "GatherNd", "GatherV2", "Identity", "MatMul", "Max", "MaxPool",
    "Mean", "MirrorPad", "Neg", "Pack", "Pad", "PadV2", "Reshape", "ResizeBicubic", "ResizeBilinear",
    "ResizeNearestNeighbor", "ReverseV2", "Roll", "Slice", "SpaceToBatchND", "SpaceToDepth", "Split",
    "SplitV", "Squeeze", "StopGradient", "StridedSlice", "Sub", "Sum", "Tile", "Transpose", "Unpack",
})  # fmt: skip
ACTIVATION_LAYERS = (layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU)


@dataclass(frozen=True)
class RuleUse:
    """How one operation was passed on the way back.

    Args:
        layer: Path of the layer that holds it; empty between layers.
        operation: TensorFlow's name of the operation, or the class of an activation layer.
        treatment: See ``Treatment``.
    """

    layer: str
    operation: str
    treatment: Treatment


def check_rule(rule: str) -> None:
    """Refuse a rule that does not exist.

    Raises:
        ValueError: With the rules that do.
    """
    if rule not in get_args(Rule):
        raise ValueError(f"Expected a rule of {', '.join(get_args(Rule))}. Received: {rule!r}.")


def rectify(gradient: Any, output: Any, rule: Rule) -> Any:
    """The signal below a rectifier: max(R, 0), under 'guided' only where the unit was active."""
    positive = tf.nn.relu(gradient)
    return tf.where(output > 0, positive, tf.zeros_like(positive)) if rule == "guided" else positive


def choose_treatment(  # noqa: PLR0911
    operation: Any, rule: Rule, layer: str, is_data: Callable[[Any], bool]
) -> Treatment:
    """How ``operation`` is to be passed under a rule that changes activations.

    Args:
        operation: An operation through which the images act on the target.
        rule: 'deconvnet' or 'guided'.
        layer: Path of its layer, for the error.
        is_data: Whether a tensor depends on the images.

    Raises:
        RuleError: If the rule says nothing about it.
    """
    kind = operation.type
    data = [is_data(tensor) for tensor in operation.inputs]
    if kind in RECTIFIERS:
        return "rectifier"
    if kind == "Relu6" and _is_raised(operation.inputs[0], is_data):
        return "derivative"  # relu6(x + 3) is a hard sigmoid: a gate
    if kind in SOFT_RECTIFIERS:
        return "extended"
    if kind in ("Maximum", "Minimum"):
        return _extremum(operation, rule, layer, data, is_data)
    if kind == "Mul" and all(data):
        return "extended" if find_self_gate(operation, is_data) else "derivative"
    if kind in ("Mul", "RealDiv"):
        return "linear" if kind == "Mul" or data == [True, False] else "derivative"
    if kind in ("MatMul", "BatchMatMulV2", "Einsum") and sum(data) > 1:
        return "derivative"
    if kind == "LRN":
        return "identity"
    if kind == "IdentityN":
        return _custom_gradient(operation, rule, layer, is_data)
    if kind in LINEAR:
        return "linear"
    if kind in DERIVATIVES:
        return "derivative"
    raise RuleError(rule, layer, f"the rule is not defined for the operation {kind}; use rule='gradient'")


def _extremum(
    operation: Any, rule: Rule, layer: str, data: list[bool], is_data: Callable[[Any], bool]
) -> Treatment:
    if all(data):
        return "linear"  # the larger of two signals: a switch, as in max pooling
    constant, source = (operation.inputs[1], operation.inputs[0]) if data[0] else operation.inputs
    bound = tf.get_static_value(constant)
    if bound is not None and operation.type == "Maximum" and not np.any(bound):
        return "rectifier"
    if (
        bound is not None
        and operation.type == "Minimum"
        and np.all(np.greater(bound, 0))
        and _rectified(source)
    ):
        return "extended"  # a ReLU with a ceiling, as ReLU6
    raise RuleError(rule, layer, f"{operation.type.lower()} with the bound {bound} is not a rectifier")


def _rectified(tensor: Any) -> bool:
    return tensor.op.type in ("Relu", "Maximum")


def _is_raised(tensor: Any, is_data: Callable[[Any], bool]) -> bool:
    operation = tensor.op
    if operation.type not in ("Add", "AddV2") or all(is_data(t) for t in operation.inputs):
        return False
    raised = tf.get_static_value(operation.inputs[1] if is_data(operation.inputs[0]) else operation.inputs[0])
    return raised is not None and np.size(raised) == 1 and float(np.reshape(raised, ())) > 0


def _custom_gradient(operation: Any, rule: Rule, layer: str, is_data: Callable[[Any], bool]) -> Treatment:
    """TensorFlow gives its SiLU a gradient of its own; anybody else's gradient is not ours to undo."""
    source = operation.inputs[0]
    while source.op.type == "Identity":
        source = source.op.inputs[0]
    if (
        source.op.type == "Mul"
        and all(is_data(t) for t in source.op.inputs)
        and find_self_gate(source.op, is_data)
    ):
        return "identity"
    raise RuleError(rule, layer, "it has a custom gradient, which the rule would silently replace")
