"""Pixels enlarged, cut out and put beside one another."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from tb_convvis.blobs import Picture
from tb_convvis.figures.drawing import Pixels, check_size

Box = tuple[float, float, float, float]
"""Left, top, right and bottom edge."""


def enlarged(pixels: Pixels, scale: int) -> Pixels:
    """Return pixels [..., height, width, 3] as squares."""
    return pixels.repeat(scale, axis=-3).repeat(scale, axis=-2)


def opened(picture: Picture) -> Image.Image:
    """Return a logged picture as RGB.

    Raises:
        ValueError: it cannot be read, or is not of the size that it says.
    """
    try:
        image = Image.open(io.BytesIO(picture.data), formats=["PNG", "JPEG"])
        if image.size != (picture.width, picture.height):
            raise ValueError(f"picture of {image.size}, not of {(picture.width, picture.height)} pixels")
        return image.convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"a picture that cannot be read: {error}") from None


def fitted(image: Image.Image, source: Box, size: tuple[int, int]) -> Pixels:
    """Return a part of a picture in this size [width, height]: squares where that is a whole multiple."""
    check_size(*size)
    left, top, right, bottom = source
    exact = all(edge == int(edge) for edge in source) and size[0] % (right - left) == 0 == size[1] % (
        bottom - top
    )
    how = Image.Resampling.NEAREST if exact else Image.Resampling.LANCZOS
    return np.asarray(image.resize(size, how, box=source))


def canvas(height: int, width: int, colour: int = 255) -> Pixels:
    """Return pixels of one grey."""
    check_size(height, width)
    return np.full((height, width, 3), colour, np.uint8)


def put(target: Pixels, pixels: Pixels, left: int, top: int) -> None:
    """Paste pixels into others."""
    height, width = pixels.shape[:2]
    target[top : top + height, left : left + width] = pixels
