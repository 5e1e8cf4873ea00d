"""Recognise x * g(x), the form of SiLU, GELU, Mish and hard SiLU, however it was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

SATURATING = frozenset({
    "Sigmoid", "Tanh", "Erf", "Erfc", "Relu6", "Softplus", "Minimum", "Maximum", "ClipByValue",
})  # fmt: skip
ELEMENTWISE = SATURATING | frozenset({
    "Add", "AddV2", "Cast", "Exp", "Identity", "Log1p", "Mul", "Neg", "Pow", "RealDiv", "Relu", "Square",
    "Sub",
})  # fmt: skip


@dataclass(frozen=True)
class SelfGate:
    """A product ``x * g(x)`` of a tensor and a function of itself, perhaps with a constant as in GELU.

    Args:
        source: The tensor x.
    """

    source: Any


def find_self_gate(product: Any, is_data: Callable[[Any], bool]) -> SelfGate | None:
    """The self gate that a Mul operation completes, or None where its operands come from different tensors.

    Args:
        product: A Mul operation of two operands that depend on the images.
        is_data: Whether a tensor depends on the images.
    """
    for branch in (0, 1):
        for tensor in _scaled_sources(product.inputs[branch], is_data):
            saturates: list[bool] = []
            if _depends_only_on(product.inputs[1 - branch], tensor, is_data, saturates, 0) and any(saturates):
                return SelfGate(tensor)
    return None


def _scaled_sources(tensor: Any, is_data: Callable[[Any], bool]) -> list[Any]:
    """``tensor``, and every x of which it is a constant, positive multiple."""
    sources = [tensor]
    while tensor.op.type in ("Mul", "RealDiv", "Identity"):
        operation = tensor.op
        following = operation.inputs[0]
        if operation.type != "Identity":
            constant = operation.inputs[1]
            if operation.type == "Mul" and not is_data(following):
                constant, following = following, constant
            value = None if is_data(constant) else tf.get_static_value(constant)
            if value is None or np.size(value) != 1 or not np.reshape(value, ()) > 0:
                break
        tensor = following
        sources.append(tensor)
    return sources


def _depends_only_on(
    tensor: Any, source: Any, is_data: Callable[[Any], bool], saturates: list[bool], depth: int
) -> bool:
    if tensor is source or not is_data(tensor):
        return True
    if depth > 16 or tensor.op.type not in ELEMENTWISE:
        return False
    saturates.append(tensor.op.type in SATURATING)
    return all(_depends_only_on(t, source, is_data, saturates, depth + 1) for t in tensor.op.inputs)
