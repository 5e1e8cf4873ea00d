"""Where tiles stand in an exported picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.browser.menu import Pixels


class Tiles:
    """Finds tiles in a picture.

    Its pixels are sorted by colour once: a search of all of them for each of many tiles takes seconds.
    """

    def __init__(self, image: Pixels) -> None:
        self._image = image
        colours = _colours(image).ravel()
        self._order = np.argsort(colours, kind="stable")
        self._sorted = colours[self._order]

    def scale_of(self, tile: Pixels) -> int:
        """By how much a tile is enlarged: how long its first colour goes on. No other tile has it."""
        tops, lefts = self._of_colour(tile[0, 0])
        same = (self._image[tops[0], lefts[0] :] == tile[0, 0]).all(-1)
        return int(np.argmin(same))

    def places(self, tile: Pixels, scale: int) -> list[tuple[int, int]]:
        """Where a tile stands, each of its pixels a square of this side: (top, left) in reading order."""
        large = tile.repeat(scale, 0).repeat(scale, 1)
        height, width = large.shape[:2]
        tops, lefts = self._of_colour(tile[0, 0])
        inside = (tops + height <= self._image.shape[0]) & (lefts + width <= self._image.shape[1])
        tops, lefts = tops[inside], lefts[inside]
        # Two corners of each square first: of the many places that begin alike hardly any is left to compare.
        for y, x, far in np.ndindex(*tile.shape[:2], 2):
            down, right = y * scale + far * (scale - 1), x * scale + far * (scale - 1)
            same = (self._image[tops + down, lefts + right] == tile[y, x]).all(-1)
            tops, lefts = tops[same], lefts[same]
        return [
            (y, x)
            for y, x in zip(tops.tolist(), lefts.tolist(), strict=True)
            if np.array_equal(self._image[y : y + height, x : x + width], large)
        ]

    def place(self, tile: Pixels, scale: int) -> tuple[int, int]:
        """Where the only one of a tile stands."""
        (place,) = self.places(tile, scale)
        return place

    def _of_colour(self, colour: Pixels) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        first, last = (np.searchsorted(self._sorted, _colours(colour), side) for side in ("left", "right"))
        tops, lefts = np.divmod(self._order[first:last], self._image.shape[1])
        return tops, lefts


def _colours(pixels: Pixels) -> NDArray[np.uint32]:
    """Each colour as one number."""
    return np.asarray(pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32))
