"""Finds known pixels in a picture, wherever its layout puts them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def places(image: Any, block: Pixels) -> list[tuple[int, int]]:
    """The top left corners (top, left) at which exactly this block [height, width, 3] stands."""
    pixels = np.asarray(image.convert("RGB")).astype(np.int64) @ [1, 256, 65536]
    wanted = block.astype(np.int64) @ [1, 256, 65536]
    height, width = wanted.shape
    tall, wide = (side - length + 1 for side, length in zip(pixels.shape, wanted.shape, strict=True))
    if min(tall, wide) < 1:
        return []
    # Pixel by pixel of the block, fewer and fewer corners are left.
    tops, lefts = np.nonzero(pixels[:tall, :wide] == wanted[0, 0])
    for y in range(height):
        for x in range(width):
            same = np.equal(pixels[tops + y, lefts + x], wanted[y, x])
            tops, lefts = tops[same], lefts[same]
            if not len(tops):
                return []
    return list(zip(tops.tolist(), lefts.tolist(), strict=True))


def squares(pixels: Any, scale: int) -> Pixels:
    """Each pixel of [height, width, 3] as a square."""
    return np.asarray(pixels, np.uint8).repeat(scale, 0).repeat(scale, 1)
