"""Projections of units into the image, each kept as the window of pixels that the unit can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Projections:
    """What units of one layer look for in their images, in the order in which the units were given.

    Args:
        window: Signal at the input pixels around each unit, float32 [n, h, w, C]; 0 outside the image.
        row: Image row of the top of each window, int32 [n]; negative where it begins above the image.
        col: Image column of the left of each window, int32 [n].
        activation: Activation of each unit, float32 [n]. A unit of activation 0 or less is not active: its
            projection is 0 everywhere.
        image_size: Rows and columns of the image.
    """

    window: NDArray[np.float32]
    row: NDArray[np.int32]
    col: NDArray[np.int32]
    activation: NDArray[np.float32]
    image_size: tuple[int, int]

    @property
    def active(self) -> NDArray[np.bool_]:
        """Whether each unit is active, [n]."""
        return self.activation > 0

    def canvas(self) -> NDArray[np.float32]:
        """The projections on full-size images, [n, H, W, C], 0 outside their windows."""
        count, height, width, channels = self.window.shape
        rows, cols = self.image_size
        full = np.zeros((count, rows, cols, channels), np.float32)
        for number, (window, top, left) in enumerate(zip(self.window, self.row, self.col, strict=True)):
            upper, lower = max(int(top), 0), min(int(top) + height, rows)
            near, far = max(int(left), 0), min(int(left) + width, cols)
            if upper < lower and near < far:
                full[number, upper:lower, near:far] = window[
                    upper - top : lower - top, near - left : far - left
                ]
        return full


def check_units(units: Any, images: int, layer: str, shape: tuple[int, int, int]) -> NDArray[np.int32]:
    """``units`` as int32 [n, 4], each inside the layer.

    Args:
        units: Rows (image, row, col, map).
        images: Number of images.
        layer: Path of the layer, for the error.
        shape: Rows, columns and maps of the layer.

    Raises:
        ValueError: If the shape is not [n, 4], a number is not whole, or a unit does not exist.
    """
    array = np.asarray(units)
    if array.ndim != 2 or array.shape[1] != 4 or array.dtype.kind not in "iu":
        raise ValueError(
            "Expected units as integers [n, 4]: image, row, col, map. "
            f"Received shape {array.shape}, dtype {array.dtype}."
        )
    limits = np.array([images, *shape])
    wrong = np.flatnonzero(((array < 0) | (array >= limits)).any(axis=1))
    if len(wrong):
        raise ValueError(
            f"Expected units (image, row, col, map) below {(images, *shape)} in layer {layer!r}. "
            f"Received {tuple(int(n) for n in array[wrong[0]])} at position {wrong[0]}."
        )
    return array.astype(np.int32)
