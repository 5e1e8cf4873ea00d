"""Recognise x * g(x), the form of SiLU, GELU, Mish and hard SiLU, in a traced graph, however it was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

SATURATING = frozenset("Sigmoid Tanh Erf Erfc Relu6 Softplus Minimum Maximum ClipByValue".split())
ELEMENTWISE = SATURATING | frozenset(
    "Add AddV2 Cast Exp Identity Log1p Mul Neg Pow RealDiv Relu Square Sub".split()
)


@dataclass(frozen=True)
class SelfGate:
    """A product ``scale * x * g(x)`` of a tensor and a saturating function of itself.

    Args:
        branch: Which operand of the product is ``scale * x``.
        scale: The constant factor, 0.5 in GELU.
    """

    branch: int
    scale: float


def find_self_gate(product: Any, is_data: Callable[[Any], bool]) -> SelfGate | None:
    """The self gate that a Mul operation completes, or None where its operands come from different tensors.

    Args:
        product: A Mul operation of two operands that depend on the images.
        is_data: Whether a tensor depends on the images.
    """
    for branch in (0, 1):
        for tensor, scale in _scaled_sources(product.inputs[branch], is_data):
            saturates: list[bool] = []
            if _depends_only_on(product.inputs[1 - branch], tensor, is_data, saturates, 0) and any(saturates):
                return SelfGate(branch, scale)
    return None


def _scaled_sources(tensor: Any, is_data: Callable[[Any], bool]) -> list[tuple[Any, float]]:
    """(x, c) for every way to read ``tensor`` as c * x with a constant c."""
    sources = [(tensor, 1.0)]
    scale = 1.0
    while tensor.op.type in ("Mul", "RealDiv", "Identity"):
        operation = tensor.op
        if operation.type != "Identity":
            data = [is_data(t) for t in operation.inputs]
            if data == [True, False]:
                constant, following = operation.inputs[1], operation.inputs[0]
            elif data == [False, True] and operation.type == "Mul":
                constant, following = operation.inputs
            else:
                break
            value = tf.get_static_value(constant)
            if value is None or np.size(value) != 1 or float(np.reshape(value, ())) == 0:
                break
            number = float(np.reshape(value, ()))
            scale = scale * number if operation.type == "Mul" else scale / number
        else:
            following = operation.inputs[0]
        tensor = following
        sources.append((tensor, scale))
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
