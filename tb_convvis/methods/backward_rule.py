"""Which backward rule an operation gets: the deconvnet's, guided backpropagation's, or its own derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import tensorflow as tf
from keras import layers

from tb_convvis.methods.data_product import (
    feeds_normalisation,
    find_mask,
    is_attention,
    is_averaged,
    is_gate,
    is_negated,
    is_normaliser,
    is_statistic,
    subtracts_own_activation,
)
from tb_convvis.methods.rule_error import RuleError
from tb_convvis.methods.self_gate import find_self_gate

Rule = Literal["deconvnet", "guided", "gradient"]
Treatment = Literal["rectifier", "extended", "derivative", "linear", "identity"]
"""rectifier: the rule as published. extended: the rule of ReLU at an activation that is not ReLU. derivative:
a gate or normalisation, differentiated. linear: transposed or routed by switches. identity: passed on."""

RECTIFIERS = frozenset(["Relu"])
SOFT_RECTIFIERS = frozenset({"Relu6", "LeakyRelu", "Elu", "Selu", "Softplus"})
DERIVATIVES = frozenset({"Sigmoid", "Tanh", "Softmax"})
POWERS = frozenset({"Pow", "Reciprocal", "Rsqrt", "Sqrt", "Square", "SquaredDifference"})
LINEAR = frozenset({
    "Add", "AddN", "AddV2", "AvgPool", "BatchMatMulV2", "BatchToSpaceND", "BiasAdd", "Cast", "ConcatV2",
    "Conv2D", "Conv2DBackpropInput", "Conv3D", "Conv1D", "DepthToSpace", "DepthwiseConv2dNative", "Einsum",
    "ExpandDims", "FusedBatchNormV3", "GatherNd", "GatherV2", "Identity", "MatMul", "Max", "MaxPool",
    "Mean", "MirrorPad", "Neg", "Pack", "Pad", "PadV2", "Reshape", "ResizeBicubic", "ResizeBilinear",
    "ResizeNearestNeighbor", "ReverseV2", "Roll", "Slice", "SpaceToBatchND", "SpaceToDepth", "Split",
    "SplitV", "Squeeze", "StridedSlice", "Sub", "Sum", "Tile", "Transpose", "Unpack",
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


def choose_treatment(  # noqa: PLR0911, PLR0912
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
        if kind == "Softplus" and is_negated(operation.outputs[0]):
            raise RuleError(rule, layer, "a softplus that is negated, as in log_sigmoid, is not a rectifier")
        return "extended"
    if kind in ("Maximum", "Minimum"):
        return _extremum(operation, rule, layer, data, is_data)
    if kind in ("Mul", "RealDiv"):
        return _product(operation, rule, layer, data, is_data)
    if kind in ("MatMul", "BatchMatMulV2", "Einsum") and sum(data) > 1:
        if is_attention(operation, is_data):
            return "derivative"
        raise RuleError(rule, layer, f"a product of two signals ({kind}) is not attention through a softmax")
    if kind == "LRN":
        return "identity"
    if kind == "IdentityN":
        return _custom_gradient(operation, rule, layer, is_data)
    if kind in POWERS or kind == "StopGradient":
        return _statistic(operation, rule, layer, is_data)
    if kind in LINEAR:
        _check_linear(operation, rule, layer, is_data)
        return "linear"
    if kind in DERIVATIVES:
        return "derivative"
    raise RuleError(rule, layer, f"the rule is not defined for the operation {kind}; use rule='gradient'")


def _product(
    operation: Any, rule: Rule, layer: str, data: list[bool], is_data: Callable[[Any], bool]
) -> Treatment:
    if not all(data) and (operation.type == "Mul" or data == [True, False]):
        return "linear"
    if operation.type == "RealDiv":
        if is_statistic(operation.inputs[1], is_data):
            return "derivative"
        reason = "a division by the signal is not a normalisation by statistics"
        raise RuleError(rule, layer, reason)
    if find_self_gate(operation, is_data):
        return "extended"
    mask = find_mask(operation, is_data)
    if mask is not None:
        return "extended" if mask[1] else "rectifier"

    def hard(operation: Any) -> bool:
        return _is_hard_sigmoid(operation, is_data)

    if any(is_normaliser(t, is_data) or is_gate(t, is_data, hard) for t in operation.inputs):
        return "derivative"
    reason = "a product of two signals (Mul) is neither a gate by sigmoid or softmax nor a normalisation"
    raise RuleError(rule, layer, reason)


def _is_hard_sigmoid(operation: Any, is_data: Callable[[Any], bool]) -> bool:
    if operation.type == "Relu6":
        return _is_raised(operation.inputs[0], is_data)
    if operation.type != "Minimum" or sum(is_data(t) for t in operation.inputs) != 1:
        return False
    source = operation.inputs[0] if is_data(operation.inputs[0]) else operation.inputs[1]
    return _rectified(source) and _is_raised(source.op.inputs[0], is_data)


def _statistic(operation: Any, rule: Rule, layer: str, is_data: Callable[[Any], bool]) -> Treatment:
    """Squares below a mean, roots and constants above one, by which the signal is then divided."""
    if feeds_normalisation(operation.outputs[0], is_data) and (
        all(is_statistic(t, is_data) for t in operation.inputs)
        or (
            operation.type in ("Pow", "Square", "SquaredDifference")
            and is_averaged(operation.outputs[0], is_data)
        )
    ):
        return "derivative"
    if operation.type == "StopGradient":
        raise RuleError(
            rule, layer, "it stops gradients (StopGradient), so that nothing would reach the image"
        )
    raise RuleError(
        rule, layer, f"{operation.type} of the signal is not part of a normalisation by statistics"
    )


def _check_linear(operation: Any, rule: Rule, layer: str, is_data: Callable[[Any], bool]) -> None:
    if operation.type == "Cast" and not operation.inputs[0].dtype.is_floating:
        source = operation.inputs[0].dtype.name
        raise RuleError(rule, layer, f"a cast from {source} cuts the signal off; no rectifier was recognised")
    if operation.type in ("Add", "AddV2", "Sub") and all(is_data(t) for t in operation.inputs):
        own = subtracts_own_activation(operation, is_data)
        if own:
            raise RuleError(
                rule, layer, f"the sum or difference of a signal and its own {own} is not a rectifier"
            )


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
    if is_statistic(source, is_data) and feeds_normalisation(operation.outputs[0], is_data):
        return "derivative"
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
