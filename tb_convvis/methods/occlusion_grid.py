"""The positions of an occluder: a grid of corners that leaves no pixel uncovered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pair = int | tuple[int, int]


@dataclass(frozen=True)
class OccluderGrid:
    """Where an occluder stands; every pair is (rows, columns), in pixels.

    Args:
        size: Sides of the occluder.
        stride: Distance of neighbouring positions.
        rows: Top edge of each row of positions, int32 [rows], ascending.
        cols: Left edge of each column of positions, int32 [cols].
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    rows: NDArray[np.int32]
    cols: NDArray[np.int32]

    @property
    def count(self) -> int:
        """Number of positions."""
        return len(self.rows) * len(self.cols)

    @property
    def indices(self) -> NDArray[np.int32]:
        """Index into ``rows`` and ``cols`` of every position, row by row, [2, positions]."""
        return np.indices((len(self.rows), len(self.cols)), np.int32).reshape(2, -1)

    def coverage(self, height: int, width: int) -> NDArray[np.int64]:
        """By how many positions each pixel of an image is covered, [height, width]."""
        rows = _covers(self.rows, self.size[0], height).sum(axis=0)
        return np.outer(rows, _covers(self.cols, self.size[1], width).sum(axis=0))

    def spread(self, values: Any, height: int, width: int) -> NDArray[np.float64]:
        """For each pixel the mean of ``values`` [..., rows, cols] over the positions that cover it."""
        down, across = _covers(self.rows, self.size[0], height), _covers(self.cols, self.size[1], width)
        total = np.einsum("...rc,rh,cw->...hw", np.asarray(values, np.float64), down, across, optimize=True)
        return np.asarray(total / self.coverage(height, width))


def occluder_grid(
    height: int, width: int, size: Pair | None = None, stride: Pair | None = None
) -> OccluderGrid:
    """The grid of an occluder over images of ``height`` x ``width`` pixels.

    Where the stride does not divide the image, one more position is flush with the far edge.

    Args:
        height: Rows of the image.
        width: Columns of the image.
        size: Side of the occluder in pixels, or (rows, columns); by default a seventh of each axis.
        stride: Distance of positions in pixels, or (rows, columns); by default a quarter of the size.

    Raises:
        ValueError: If the occluder does not fit into the image, or the stride would leave pixels uncovered.

    Example:
        >>> occluder_grid(16, 16, size=5, stride=4).rows
        array([ 0,  4,  8, 11], dtype=int32)
    """
    image = (height, width)
    sides = _pair("size", size, tuple(max(1, round(pixels / 7)) for pixels in image))
    steps = _pair("stride", stride, tuple(max(1, side // 4) for side in sides))
    if any(side > pixels for side, pixels in zip(sides, image, strict=True)):
        raise ValueError(
            f"Expected an occluder within the image of {height} x {width} pixels. "
            f"Received size {sides[0]} x {sides[1]}."
        )
    if any(step > side for step, side in zip(steps, sides, strict=True)):
        raise ValueError(
            f"A stride of {steps} would leave pixels uncovered between occluders of size {sides}: "
            "expected a stride of at most the size."
        )
    rows, cols = (_corners(*axis) for axis in zip(image, sides, steps, strict=True))
    return OccluderGrid(sides, steps, rows, cols)


def _pair(name: str, given: Any, default: Any) -> tuple[int, int]:
    if given is None:
        given = default
    pair = tuple(given) if isinstance(given, (tuple, list, np.ndarray)) else (given, given)
    whole = all(isinstance(side, (int, np.integer)) and not isinstance(side, bool) for side in pair)
    if len(pair) != 2 or not whole or min(pair) < 1:
        raise ValueError(
            f"Expected {name} as a whole number of pixels, at least 1, or (rows, columns). "
            f"Received: {given!r}."
        )
    return int(pair[0]), int(pair[1])


def _corners(pixels: int, size: int, stride: int) -> NDArray[np.int32]:
    corners = list(range(0, pixels - size + 1, stride))
    if corners[-1] + size < pixels:
        corners.append(pixels - size)
    return np.array(corners, np.int32)


def _covers(corners: NDArray[np.int32], size: int, pixels: int) -> NDArray[np.int64]:
    """1 where a position covers a pixel of one axis, [positions, pixels]."""
    pixel = np.arange(pixels)[None]
    return ((pixel >= corners[:, None]) & (pixel < corners[:, None] + size)).astype(np.int64)
