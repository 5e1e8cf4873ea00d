"""Floating point operations that a chain of convolutions, max pools and dense layers cannot do without.

A multiplication with its addition counts as two, as in TensorFlow's profiler; a pool's comparisons, biases
and activations count as none. Zeros within a window count: those that unpooling leaves, and those of padding
on the way forward.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers

Pair = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """One layer: the rows and columns that it reads and gives, its window, and the products of a tap.

    `products`: of one tap of the window with all channels, for all maps; of a dense layer its weights.
    """

    name: str
    size: Pair
    units: Pair
    window: Pair
    stride: Pair
    padding: Pair
    products: int
    channels: int
    dense: bool = False

    @property
    def flops(self) -> int:
        """Of one image."""
        return 2 * int(np.prod(self.units) * np.prod(self.window)) * self.products


def chain(model: keras.Model) -> list[Step]:
    """The steps of a model, from the image upwards.

    Raises:
        ValueError: the model has a layer of another kind.
    """
    return [step for layer in model.layers if (step := _step(layer)) is not None]


def forward(steps: Sequence[Step], last: str | None = None) -> int:
    """Of one image through all steps, or through those up to one."""
    return sum(step.flops for step in _up_to(steps, last))


def projected(steps: Sequence[Step], layer: str, units: Any) -> int:
    """Of the way back from units of a layer to the image, each in windows of what it sees.

    Args:
        steps: the model's.
        layer: whose units.
        units: rows of image, row, column and map.
    """
    low = [np.array(units)[:, axis] for axis in (1, 2)]
    high = list(low)
    total, maps = 0, 1  # a unit is one of its layer's maps; below it every map takes part
    for step in reversed(_up_to(steps, layer)):
        taps = [_taps_inside(step, axis, low[axis], high[axis]) for axis in (0, 1)]
        if step.products:
            total += 2 * int((taps[0] * taps[1]).sum()) * step.channels * maps
            maps = step.channels
        for axis in (0, 1):
            first, last = low[axis] * step.stride[axis], high[axis] * step.stride[axis]
            low[axis] = np.maximum(first - step.padding[axis], 0)
            high[axis] = np.minimum(last - step.padding[axis] + step.window[axis], step.size[axis]) - 1
    return total


def occluded(steps: Sequence[Step], corners: Sequence[Any], size: Pair) -> int:
    """Of all positions of an occluder over one image, where only units that see it are computed again.

    Args:
        steps: the model's.
        corners: first rows, and first columns, of the positions: every row goes with every column.
        size: of the occluder.
    """
    low = [np.array(corner) for corner in corners]
    high = [corner + side - 1 for corner, side in zip(low, size, strict=True)]
    total = 0
    for step in steps:
        if step.dense:
            total += step.flops * len(low[0]) * len(low[1])
            continue
        for axis in (0, 1):
            window, stride, padding = step.window[axis], step.stride[axis], step.padding[axis]
            low[axis] = np.maximum(-((window - 1 - padding - low[axis]) // stride), 0)
            high[axis] = np.minimum((high[axis] + padding) // stride, step.units[axis] - 1)
        # Every row goes with every column: the sum over pairs is the product of the sums.
        rows, cols = (int((high[axis] - low[axis] + 1).sum()) for axis in (0, 1))
        total += 2 * rows * cols * int(np.prod(step.window)) * step.products
    return total


def _up_to(steps: Sequence[Step], last: str | None) -> list[Step]:
    names = [step.name for step in steps]
    return list(steps if last is None else steps[: names.index(last) + 1])


def _taps_inside(step: Step, axis: int, low: Any, high: Any) -> Any:
    """How many pairs of a unit from `low` to `high` and a tap of its window read a place that exists."""
    first = np.arange(step.units[axis]) * step.stride[axis] - step.padding[axis]
    inside = np.minimum(first + step.window[axis], step.size[axis]) - np.maximum(first, 0)
    before = np.concatenate([[0], np.cumsum(inside)])
    return before[high + 1] - before[low]


def _step(layer: Any) -> Step | None:
    if isinstance(layer, layers.InputLayer | layers.Flatten):
        return None
    if isinstance(layer, layers.Dense):
        weights = int(np.prod(layer.kernel.shape))
        return Step(layer.name, (1, 1), (1, 1), (1, 1), (1, 1), (0, 0), weights, 0, dense=True)
    if not isinstance(layer, layers.Conv2D | layers.MaxPooling2D):
        raise ValueError(
            "Expected convolutions, max pools and dense layers. "
            f"Received: {layer.name!r}, {type(layer).__name__}."
        )
    convolves = isinstance(layer, layers.Conv2D)
    window = layer.kernel_size if convolves else layer.pool_size
    size, units = layer.input.shape[1:3], layer.output.shape[1:3]
    padding = [0, 0]
    if layer.padding == "same":
        for axis in (0, 1):
            reach = (units[axis] - 1) * layer.strides[axis] + window[axis]
            padding[axis] = max(reach - size[axis], 0) // 2
    channels = int(layer.input.shape[3])
    products = channels * int(layer.output.shape[3]) if convolves else 0
    size, units, window, stride, around = map(_pair, (size, units, window, layer.strides, padding))
    return Step(layer.name, size, units, window, stride, around, products, channels)


def _pair(sides: Sequence[int]) -> Pair:
    return int(sides[0]), int(sides[1])
