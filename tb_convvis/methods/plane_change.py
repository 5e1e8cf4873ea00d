"""Which units of a tensor change when an occluder stands at each of its positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class AxisChange:
    """Units ``first[p]..last[p]`` (both included) of an axis, that change with position ``p`` of an occluder.

    Args:
        first: First changed unit, [positions].
        last: Last changed unit, [positions].
        units: Number of units along the axis.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    units: int

    @classmethod
    def occluder(cls, corners: NDArray[np.int32], size: int, pixels: int) -> AxisChange:
        """Pixels under an occluder with its edge at ``corners``."""
        first = corners.astype(np.int64)
        return cls(first, first + size - 1, pixels)

    @property
    def size(self) -> int:
        """Side of a window that holds the change wherever the occluder stands."""
        return int(np.max(self.last - self.first)) + 1

    @property
    def start(self) -> NDArray[np.int64]:
        """First unit of that window, which lies inside the axis, [positions]."""
        return np.clip(self.first, 0, self.units - self.size)

    def window(self, kernel: int, stride: int, dilation: int, padding: int, units: int) -> AxisChange:
        """After a convolution or pool with ``padding`` units added on the left: ``units`` windows."""
        reach = (kernel - 1) * dilation
        first = -((reach - padding - self.first) // stride)
        last = (self.last + padding) // stride
        first = np.clip(first, 0, units - 1)
        # A stride may step over the change: then the unit nearest to it stands for it, unchanged.
        return AxisChange(first, np.clip(np.maximum(last, first), 0, units - 1), units)

    def union(self, other: AxisChange) -> AxisChange:
        """Units that change in either."""
        return AxisChange(np.minimum(self.first, other.first), np.maximum(self.last, other.last), self.units)


@dataclass(frozen=True, eq=False)
class PlaneChange:
    """Changed units along both axes of a tensor."""

    rows: AxisChange
    cols: AxisChange

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a window that holds the change."""
        return self.rows.size, self.cols.size

    @property
    def share(self) -> float:
        """Area of that window as a share of the plane."""
        return self.rows.size * self.cols.size / (self.rows.units * self.cols.units)


@dataclass(frozen=True)
class WindowGeometry:
    """How a unit reads the tensor below it; every pair is (rows, columns)."""

    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)

    def change(self, below: PlaneChange, units: tuple[int, int]) -> PlaneChange:
        """What changes in ``units`` that read a tensor that changes as ``below``."""
        rows, cols = (
            axis.window(self.kernel[i], self.stride[i], self.dilation[i], self.padding[i], units[i])
            for i, axis in enumerate((below.rows, below.cols))
        )
        return PlaneChange(rows, cols)

    def reach(self, change: PlaneChange) -> Reach:
        """What the window of ``change`` reads of the tensor below."""
        axes = []
        for i, axis in enumerate((change.rows, change.cols)):
            start = axis.start * self.stride[i] - self.padding[i]
            length = (axis.size - 1) * self.stride[i] + (self.kernel[i] - 1) * self.dilation[i] + 1
            axes.append((start, length))
        (top, height), (left, width) = axes
        return Reach((top, left), (height, width))


@dataclass(frozen=True, eq=False)
class Reach:
    """A window of one size in a plane, which may stick out of it, for every position of the occluder.

    Args:
        start: First row by row of positions, first column by column of positions.
        shape: Rows and columns of the window.
    """

    start: tuple[NDArray[np.int64], NDArray[np.int64]]
    shape: tuple[int, int]

    @classmethod
    def whole(cls, change: PlaneChange) -> Reach:
        """The whole plane at every position."""
        starts = (np.zeros_like(change.rows.first), np.zeros_like(change.cols.first))
        return cls(starts, (change.rows.units, change.cols.units))

    def is_window_of(self, change: PlaneChange) -> bool:
        """Whether it is the very window that holds ``change``."""
        return (
            self.shape == change.shape
            and np.array_equal(self.start[0], change.rows.start)
            and np.array_equal(self.start[1], change.cols.start)
        )

    def sticks_out(self, change: PlaneChange) -> bool:
        """Whether it reads units outside the plane at some position."""
        axes = zip(self.start, self.shape, (change.rows.units, change.cols.units), strict=True)
        return any(bool((start < 0).any() or (start + n > units).any()) for start, n, units in axes)


def unite(changes: Sequence[PlaneChange]) -> PlaneChange:
    """What changes in an elementwise combination of tensors of the same plane."""
    united = changes[0]
    for change in changes[1:]:
        united = PlaneChange(united.rows.union(change.rows), united.cols.union(change.cols))
    return united
