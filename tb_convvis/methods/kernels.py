"""The kernel of a 2-D convolution, and the size of each of its filters."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

_CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
    keras.layers.Conv2DTranspose,
)
_WEIGHTS = ("depthwise_kernel", "kernel")


class NoKernelError(ValueError):
    """A layer has no kernel of a 2-D convolution."""


@dataclass(frozen=True)
class Kernel:
    """A kernel with one filter along its last axis.

    `values`: float32 [height, width, input channels, filters]; `weight`: the name of the layer's
    variable; `rms` and `norm`: float32 [filters], root mean square and Euclidean norm over height,
    width and input channels (not finite where a weight is not); `max_abs`: the largest finite
    magnitude; `nonfinite`: how many weights are NaN or infinite.
    """

    values: NDArray[np.float32]
    weight: str
    rms: NDArray[np.float32]
    norm: NDArray[np.float32]
    max_abs: float
    nonfinite: int


def is_convolution(layer: keras.layers.Layer) -> bool:
    """Whether a layer is a 2-D convolution: plain, depthwise, separable or transposed.

    Example:
        >>> is_convolution(keras.layers.DepthwiseConv2D(3)), is_convolution(keras.layers.Dense(3))
        (True, False)
    """
    return isinstance(layer, _CONVOLUTIONS)


def convolution_kernel(layer: keras.layers.Layer) -> Kernel:
    """Return the kernel of a 2-D convolution.

    Each output channel of a depthwise kernel becomes a filter of one input channel; a transposed
    convolution's kernel is turned so that its filters come last. Of a separable convolution it is the
    depthwise part.

    Args:
        layer: a built layer with a four-dimensional kernel.

    Raises:
        NoKernelError: the layer has no such kernel.

    Source: Zeiler & Fergus 2013, Fig. 6 and Section 3 (RMS over a filter).

    Example:
        >>> layer = keras.layers.Conv2D(4, 3)
        >>> layer.build((None, 8, 8, 3))
        >>> convolution_kernel(layer).values.shape
        (3, 3, 3, 4)

    """
    weight = next((name for name in _WEIGHTS if getattr(layer, name, None) is not None), None)
    shape = () if weight is None else tuple(getattr(layer, weight).shape)
    if weight is None or len(shape) != 4:
        raise NoKernelError(
            f"filters are drawn for kernels of 2-D convolutions. Received: layer {layer.name!r} "
            f"({type(layer).__name__}) with kernel shape {shape}. Expected [height, width, in, out]."
        )
    values = np.asarray(keras.ops.convert_to_numpy(getattr(layer, weight)), np.float32)
    if isinstance(layer, (keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)):
        values = values.reshape(*shape[:2], 1, -1)
    elif isinstance(layer, keras.layers.Conv2DTranspose):
        values = values.transpose(0, 1, 3, 2)
    squares = np.square(values, dtype=np.float64)
    finite = np.isfinite(values)
    return Kernel(
        values=np.ascontiguousarray(values),
        weight=weight,
        rms=np.sqrt(squares.mean((0, 1, 2))).astype(np.float32),
        norm=np.sqrt(squares.sum((0, 1, 2))).astype(np.float32),
        max_abs=float(np.abs(values).max(initial=0.0, where=finite)),
        nonfinite=int(finite.size - np.count_nonzero(finite)),
    )
