"""Whether a tensor in an event file is what its shape says, before anybody makes an array of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tensorboard.compat.proto import tensor_pb2, types_pb2
from tensorboard.compat.tensorflow_stub import dtypes
from tensorboard.util import tensor_util

MAX_REPEATED_BYTES = 2**16
"""One value may stand for all of a tensor: more than these are a bomb, for nobody logs a large one so."""

_FIELDS: Mapping[int, str] = {
    types_pb2.DT_HALF: "half_val",
    types_pb2.DT_BFLOAT16: "half_val",
    types_pb2.DT_FLOAT: "float_val",
    types_pb2.DT_DOUBLE: "double_val",
    types_pb2.DT_INT32: "int_val",
    types_pb2.DT_UINT8: "int_val",
    types_pb2.DT_INT16: "int_val",
    types_pb2.DT_INT8: "int_val",
    types_pb2.DT_INT64: "int64_val",
    types_pb2.DT_BOOL: "bool_val",
    types_pb2.DT_STRING: "string_val",
}
"""By its type, where a tensor's values are if they are not raw bytes."""


def tensor_problem(tensor: tensor_pb2.TensorProto, most_repeated: int = MAX_REPEATED_BYTES) -> str | None:
    """Say in words why no array can be made of a tensor, or only a monstrous one; None where it is sound.

    Args:
        tensor: of one of the types that views log; others are not looked at.
        most_repeated: bytes that an array may have of which a single value was logged.

    Example:
        >>> tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, float_val=[1.0])
        >>> dimension = tensor.tensor_shape.dim.add(size=10**10)
        >>> tensor_problem(tensor)
        'its tensor has the shape [10000000000] and 1 values'
    """
    field = _FIELDS.get(tensor.dtype)
    if field is None:
        return None
    shape = [dimension.size for dimension in tensor.tensor_shape.dim]
    said = f"its tensor has the shape {str(shape)[:80]}"
    if min(shape, default=0) < 0:
        return said
    count = math.prod(shape)
    is_text = tensor.dtype == types_pb2.DT_STRING
    item = 8 if is_text else dtypes.as_dtype(tensor.dtype).size
    if tensor.tensor_content and not is_text:
        size = len(tensor.tensor_content)
        return None if size == count * item else f"{said} and {size} bytes"
    there = len(getattr(tensor, field))
    if there == count or (there == 1 and count * item <= most_repeated):
        return None
    return f"{said} and {there} values"


def array_of(tensor: tensor_pb2.TensorProto) -> Any:
    """Make the array of a tensor of a type that views log; None where none can be made, or a monstrous one.

    A tensor of one number may claim any shape, and TensorBoard itself allocates all of it: 37 GiB for
    100,000 x 100,000.

    Args:
        tensor: as it was logged.
    """
    if tensor.dtype not in _FIELDS or tensor_problem(tensor):
        return None
    try:
        return tensor_util.make_ndarray(tensor)
    except (OverflowError, TypeError, ValueError):  # numbers that the type does not hold
        return None
