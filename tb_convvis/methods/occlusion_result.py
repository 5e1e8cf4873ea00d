"""What an occluder changes, position by position, and where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tb_convvis.methods.occlusion_grid import OccluderGrid


@dataclass(frozen=True)
class Occlusion:
    """What each position of the occluder changes in each image; pairs are (rows, columns), in pixels.

    Args:
        probability: Probability of the class ``labels``, float32 [n, rows, cols].
        top_class: Most probable class, int32 [n, rows, cols].
        activation: Total activation of the map ``strongest_map`` of ``layer``, float32 [n, rows, cols].
        unoccluded_probability: The same without an occluder, float32 [n].
        unoccluded_class: The same without an occluder, int32 [n].
        unoccluded_activation: The same without an occluder, float32 [n].
        labels: True class, or the predicted one where none was given, int32 [n].
        classes: Number of classes.
        strongest_map: Map with the largest total activation in the unoccluded image, int32 [n].
        grid: Positions: ``rows`` and ``cols`` are the top-left corners, ``size`` the sides of the occluder.
        image: Rows and columns of the images.
        value: Colour of the occluder, float32 [channels].
        layer: Path of the layer.
        scores: How probabilities were read from the model's output, in words.
        way: How it was computed: "incremental" in the windows that change, or "plain".
        reason: Why so, in words.
    """

    probability: NDArray[np.float32]
    top_class: NDArray[np.int32]
    activation: NDArray[np.float32]
    unoccluded_probability: NDArray[np.float32]
    unoccluded_class: NDArray[np.int32]
    unoccluded_activation: NDArray[np.float32]
    labels: NDArray[np.int32]
    classes: int
    strongest_map: NDArray[np.int32]
    grid: OccluderGrid
    image: tuple[int, int]
    value: NDArray[np.float32]
    layer: str
    scores: str
    way: Literal["incremental", "plain"]
    reason: str

    @property
    def rows(self) -> NDArray[np.int32]:
        """Top edge of each row of positions, int32 [rows]."""
        return self.grid.rows

    @property
    def cols(self) -> NDArray[np.int32]:
        """Left edge of each column of positions, int32 [cols]."""
        return self.grid.cols

    @property
    def size(self) -> tuple[int, int]:
        """Sides of the occluder."""
        return self.grid.size

    @property
    def stride(self) -> tuple[int, int]:
        """Distance of neighbouring positions."""
        return self.grid.stride

    @property
    def drop(self) -> NDArray[np.float32]:
        """By how much the occluder lowers the probability, float32 [n, rows, cols]."""
        return self.unoccluded_probability[:, None, None] - self.probability

    def per_pixel(self, values: Any) -> NDArray[np.float64]:
        """``values`` [n, rows, cols] as the mean over the positions that cover each pixel, [n, H, W]."""
        return self.grid.spread(values, *self.image)
