"""Paints a drawing with Pillow."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tb_convvis.figures.drawing import Drawing, Path, Picture, Text, check_size
from tb_convvis.figures.font import drawable, font_of

FINE = 4
"""Lines are drawn so much larger and then made smaller: Pillow itself draws them with steps."""

_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def paint(drawing: Drawing, scale: int = 1) -> Image.Image:
    """Return a drawing on white.

    Args:
        drawing: what stands where.
        scale: pixels per dot.

    Raises:
        ValueError: more pixels than a picture can have.
    """
    size = math.ceil(drawing.width * scale), math.ceil(drawing.height * scale)
    check_size(*size)
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for item in drawing.items:
        if isinstance(item, Picture):
            pixels = item.pixels.repeat(scale, axis=0).repeat(scale, axis=1)
            image.paste(Image.fromarray(pixels), (round(item.left * scale), round(item.top * scale)))
        elif isinstance(item, Text):
            place = round(item.x * scale), round(item.y * scale)
            words, font = drawable(item.text), font_of(item.size * scale)
            draw.text(place, words, font=font, fill=item.colour, anchor=_ANCHORS[item.anchor])
        else:
            _paint_path(image, item, scale)
    return image


def _paint_path(image: Image.Image, path: Path, scale: int) -> None:
    points = path.points * scale
    if path.fill:
        _paste(image, points, path.fill, path.alpha, width=0)
    if path.stroke:
        width = path.width * scale
        for piece in _dashes(points, [length * scale for length in path.dash]):
            _paste(image, piece, path.stroke, path.alpha, width)


def _paste(image: Image.Image, points: NDArray[np.float64], colour: str, alpha: float, width: float) -> None:
    """A line of this width, or the shape that is enclosed where it has none."""
    low = np.floor(points.min(0) - width / 2 - 1).astype(int)
    high = np.ceil(points.max(0) + width / 2 + 1).astype(int)
    across, down = (high - low).tolist()
    mask = Image.new("L", (FINE * across, FINE * down))
    draw = ImageDraw.Draw(mask)
    # Pillow counts from the middle of a pixel, a drawing from its edge.
    fine = [(x, y) for x, y in ((points - low) * FINE - 0.5).tolist()]
    if width:
        draw.line(fine, fill=255, width=max(1, round(FINE * width)), joint="curve")
    else:
        draw.polygon(fine, fill=255)
    mask = mask.reduce(FINE)
    if alpha < 1:
        mask = mask.point(lambda value: round(alpha * value))
    image.paste(colour, (int(low[0]), int(low[1])), mask)


def _dashes(points: NDArray[np.float64], dash: list[float]) -> Iterator[NDArray[np.float64]]:
    """The pieces of a line that are drawn."""
    if not dash or len(points) < 2:
        yield points
        return
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0], np.cumsum(lengths)])
    start, place = 0.0, 0
    while start < along[-1]:
        end = start + dash[place % len(dash)]
        if place % 2 == 0:
            inside = along[(along > start) & (along < end)]
            at = np.concatenate([[start], inside, [min(end, along[-1])]])
            yield np.stack([np.interp(at, along, axis) for axis in points.T], axis=1)
        start, place = end, place + 1
