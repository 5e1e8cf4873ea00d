"""Recognise what two signals are multiplied for: masks, gates, normalisation by statistics, attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

IsData = Callable[[Any], bool]

PASSED_ON = frozenset({
    "BroadcastTo", "Cast", "ExpandDims", "Identity", "Reshape", "Slice", "Split", "SplitV", "Squeeze",
    "StridedSlice", "Tile", "Transpose",
})  # fmt: skip
AFFINE = frozenset({"Add", "AddV2", "Mul", "Neg", "RealDiv", "Sub"})
SHAPED = PASSED_ON | {"StopGradient"}
STATISTICS = frozenset({"Mean", "Sum"})
OF_STATISTICS = SHAPED | AFFINE | {
    "Maximum", "Minimum", "Pow", "Reciprocal", "Rsqrt", "Sqrt", "Square", "SquaredDifference",
}  # fmt: skip
NORMALISING = frozenset({"Pow", "RealDiv", "Reciprocal", "Rsqrt"})
DEPTH = 24


def find_mask(product: Any, is_data: IsData) -> tuple[Any, float] | None:
    """The x and the c of ``x * cast(x > c)``, with a constant c of at least 0; None for other products."""
    for branch in (0, 1):
        source, mask = product.inputs[branch], product.inputs[1 - branch]
        while mask.op.type == "Identity" or (mask.op.type == "Cast" and mask.dtype.is_floating):
            mask = mask.op.inputs[0]
        if mask.op.type not in ("Greater", "GreaterEqual") or mask.op.inputs[0] is not source:
            continue
        bound = None if is_data(mask.op.inputs[1]) else tf.get_static_value(mask.op.inputs[1])
        if bound is not None and np.size(bound) == 1 and float(np.reshape(bound, ())) >= 0:
            return source, float(np.reshape(bound, ()))
    return None


def affine_root(tensor: Any, is_data: IsData) -> Any:
    """The tensor that ``tensor`` is made of by constant factors and summands, shaping and casts."""
    for _ in range(DEPTH):
        operation = tensor.op
        data = [t for t in operation.inputs if is_data(t)]
        if len(data) != 1 or operation.type not in PASSED_ON | AFFINE:
            break
        tensor = data[0]
    return tensor


def is_gate(tensor: Any, is_data: IsData, hard: Callable[[Any], bool]) -> bool:
    """Whether ``tensor`` is a sigmoid, a softmax or ``hard``, up to constants and shape."""
    operation = affine_root(tensor, is_data).op
    return operation.type in ("Sigmoid", "Softmax") or hard(operation)


def is_statistic(tensor: Any, is_data: IsData) -> bool:
    """Whether ``tensor`` depends on the images only through means and sums of whole axes."""
    return _statistic(tensor, is_data, [], 0)


def is_normaliser(tensor: Any, is_data: IsData) -> bool:
    """Whether ``tensor`` is one over a statistic, as in a normalisation by mean and variance."""
    kinds: list[str] = []
    return _statistic(tensor, is_data, kinds, 0) and bool(NORMALISING & set(kinds))


def feeds_normalisation(tensor: Any, is_data: IsData) -> bool:
    """Whether a signal is multiplied or divided by what becomes of ``tensor``, one over a statistic."""
    ahead, seen = [tensor], {tensor.ref()}
    while ahead:
        here = ahead.pop()
        for operation in here.consumers():
            if operation.type in ("Mul", "RealDiv") and all(is_data(t) for t in operation.inputs):
                divided = operation.type == "RealDiv" and operation.inputs[1] is here
                if is_normaliser(here, is_data) or (divided and is_statistic(here, is_data)):
                    return True
            elif operation.type in OF_STATISTICS | STATISTICS:
                new = [t for t in operation.outputs if t.ref() not in seen]
                seen.update(t.ref() for t in new)
                ahead.extend(new)
    return False


def is_averaged(tensor: Any, is_data: IsData) -> bool:
    """Whether ``tensor`` is read by nothing but means and sums."""
    readers = [(operation, tensor) for operation in tensor.consumers()]
    for _ in range(DEPTH):
        through = [operation for operation, _ in readers if operation.type not in STATISTICS]
        if not through:
            return bool(readers)
        if any(operation.type not in SHAPED for operation in through):
            return False
        following = [t for operation in through for t in operation.outputs if is_data(t)]
        readers = [(operation, t) for t in following for operation in t.consumers()]
    return False


def is_attention(product: Any, is_data: IsData) -> bool:
    """Whether a matrix product of two signals makes the argument of a softmax, or is weighted by one."""
    if any(affine_root(t, is_data).op.type == "Softmax" for t in product.inputs):
        return True
    ahead = [product.outputs[0]]
    for _ in range(DEPTH):
        readers = [operation for tensor in ahead for operation in tensor.consumers()]
        if any(operation.type == "Softmax" for operation in readers):
            return True
        ahead = [t for o in readers if o.type in PASSED_ON | AFFINE for t in o.outputs]
    return False


def is_negated(tensor: Any) -> bool:
    """Whether an operation changes the sign of ``tensor``, before or after it is multiplied by a constant."""
    for operation in tensor.consumers():
        if operation.type == "Neg" or (operation.type == "Sub" and operation.inputs[1] is tensor):
            return True
        if operation.type == "Identity" and is_negated(operation.outputs[0]):
            return True
        if operation.type in ("Mul", "RealDiv"):
            factor = operation.inputs[1] if operation.inputs[0] is tensor else operation.inputs[0]
            value = tf.get_static_value(factor)
            if value is not None and np.any(np.less(value, 0)):
                return True
    return False


def subtracts_own_activation(operation: Any, is_data: IsData) -> str:
    """The saturating function g of a sum or difference of x and g(x), such as x - tanh(x); else empty."""
    roots = [affine_root(tensor, is_data) for tensor in operation.inputs]
    for here, other in (roots, reversed(roots)):
        kind = here.op.type
        if kind in ("Sigmoid", "Softplus", "Tanh") and affine_root(here.op.inputs[0], is_data) is other:
            return str(kind)
    return ""


def _statistic(tensor: Any, is_data: IsData, kinds: list[str], depth: int) -> bool:
    if not is_data(tensor) or tensor.op.type in STATISTICS:
        return True
    if depth > DEPTH or tensor.op.type not in OF_STATISTICS:
        return False
    kinds.append(tensor.op.type)
    return all(_statistic(t, is_data, kinds, depth + 1) for t in tensor.op.inputs)
