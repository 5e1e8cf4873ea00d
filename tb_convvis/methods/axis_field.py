"""Receptive field arithmetic along one axis: which input pixels each unit of a tensor can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class AxisField:
    """Input pixels ``first[i]..last[i]`` (both included, not clipped to the image) seen by unit ``i``.

    Args:
        first: Leftmost pixel of each unit, [units].
        last: Rightmost pixel of each unit, [units].
        stride: Distance in pixels of neighbouring units where it is the same everywhere, else None (after an
            upsampling by more than the stride before it).
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    stride: int | None

    @property
    def units(self) -> int:
        """Number of units along the axis."""
        return len(self.first)

    @classmethod
    def image(cls, pixels: int) -> AxisField:
        """The image itself: each pixel sees itself."""
        position = np.arange(pixels, dtype=np.int64)
        return cls(position, position, 1)

    @classmethod
    def whole(cls, pixels: int, units: int) -> AxisField:
        """``units`` units that all see the whole image."""
        return cls(
            np.zeros(units, np.int64), np.full(units, pixels - 1, np.int64), None if units > 1 else pixels
        )

    def window(self, kernel: int, stride: int, dilation: int, padding: int, units: int) -> AxisField:
        """After a convolution or pool with ``padding`` units added on the left: ``units`` windows."""
        reach = (kernel - 1) * dilation
        start = np.arange(units, dtype=np.int64) * stride - padding
        return self._span(start, start + reach, None if self.stride is None else self.stride * stride)

    def shift(self, padding: int, units: int) -> AxisField:
        """After ``padding`` units were added on the left (cropped, where negative): ``units`` remain."""
        return self.window(1, 1, 1, padding, units)

    def interpolate(self, units: int, bilinear: bool) -> AxisField:
        """After resizing to ``units`` units with half-pixel centres."""
        scale = self.units / units
        position = np.arange(units)
        if bilinear:
            centre = (position + 0.5) * scale - 0.5
            near, far = np.floor(centre).astype(np.int64), np.ceil(centre).astype(np.int64)
        else:
            near = far = np.floor((position + 0.5) * scale).astype(np.int64)
        return self._span(np.clip(near, 0, self.units - 1), np.clip(far, 0, self.units - 1), None)

    def transposed_window(
        self, kernel: int, stride: int, dilation: int, padding: int, units: int
    ) -> AxisField:
        """After a transposed convolution: unit i reads t with 0 <= i + padding - t * stride <= reach."""
        reach = (kernel - 1) * dilation
        position = np.arange(units, dtype=np.int64) + padding
        near, far = -((reach - position) // stride), position // stride
        near, far = np.clip(near, 0, self.units - 1), np.clip(far, 0, self.units - 1)
        return self._span(np.minimum(near, far), np.maximum(near, far), None)

    def _span(self, start: NDArray[np.int64], end: NDArray[np.int64], stride: int | None) -> AxisField:
        if self.stride is None or stride is None:
            # The pixels of padding units are unknown here; padding adds none, so the nearest real unit bounds
            # it.
            inside = self.units - 1
            return AxisField(self.first[np.clip(start, 0, inside)], self.last[np.clip(end, 0, inside)], None)
        first, last = self.first[0] + self.stride * start, self.last[0] + self.stride * end
        return AxisField(first, last, stride)


def merge(fields: Sequence[AxisField]) -> AxisField:
    """A unit that reads the unit of its own position in each of ``fields``.

    Raises:
        ValueError: If they differ in the number of units.
    """
    if len({field.units for field in fields}) != 1:
        raise ValueError(f"Cannot merge fields of {[field.units for field in fields]} units.")
    first = np.min([field.first for field in fields], axis=0)
    last = np.max([field.last for field in fields], axis=0)
    strides = {field.stride for field in fields}
    return AxisField(first, last, strides.pop() if len(strides) == 1 else None)


def left_padding(padding: Any, units: int, kernel: int, stride: int, dilation: int) -> int:
    """Units that TensorFlow adds on the left of ``units`` units under 'same' or 'valid' padding."""
    if str(padding).lower() != "same":
        return 0
    reach = (kernel - 1) * dilation + 1
    windows = -(-units // stride)
    return max((windows - 1) * stride + reach - units, 0) // 2
