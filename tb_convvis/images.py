"""Arrays into pictures: what is shown of a number, and how it is encoded."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tb_convvis.schema import Picture

JPEG_QUALITY = 90
DRAWN_AT_ONCE = 1 << 17
"""Values of signals that are drawn together: half a MiB."""
Bytes = NDArray[np.uint8]
Media = Literal["image/png", "image/jpeg"]


@dataclass(frozen=True)
class Display:
    """How the network's input becomes the picture that the user sees, in words and as a linear map.

    A value x of channel c is drawn at (x - `low`[c]) / (`high`[c] - `low`[c]), black to white.
    """

    words: str
    low: NDArray[np.float32]
    high: NDArray[np.float32]


def input_display(images: NDArray[np.generic]) -> Display:
    """Return how pictures [n, H, W, C] in a network's input range are drawn.

    uint8 and 0..255, 0..1 and -1..1 are recognised. Anything else, such as channels that were standardised,
    is stretched over the range each channel has in these pictures, and said to be. Only finite values count.

    Example:
        >>> input_display(np.linspace(0, 1, 12).reshape(1, 2, 2, 3)).words
        '0 is black, 1 is white'

    """
    channels = images.shape[-1]
    lows, highs = _range(images)
    low, high = float(lows.min()), float(highs.max())
    for first, last in ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)):
        within = first <= low and high <= last
        if within and (images.dtype != np.uint8 or last == 255.0):
            ends = (np.full(channels, value, np.float32) for value in (first, last))
            return Display(f"{first:g} is black, {last:g} is white", *ends)
    ends = (np.asarray(edge, np.float32) for edge in (lows, highs))
    return Display("each channel is stretched over its range in these pictures", *ends)


def _range(images: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Lowest and highest finite value of each channel, 0 where there is none; one picture at a time."""
    lows, highs = [], []
    for image in images:
        values = image.reshape(-1, image.shape[-1])
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            finite = np.isfinite(values)
            lows.append(np.min(values, 0, initial=np.inf, where=finite))
            highs.append(np.max(values, 0, initial=-np.inf, where=finite))
        else:
            lows.append(values.min(0))
            highs.append(values.max(0))
    low, high = np.min(lows, axis=0), np.max(highs, axis=0)
    return np.where(low <= high, low, 0), np.where(low <= high, high, 0)


def draw_input(images: NDArray[np.generic], display: Display, channel_order: str = "RGB") -> Bytes:
    """Return pictures [n, H, W, C] as uint8 [n, H, W, 3]; other than 3 channels become grey, their mean."""
    span = np.maximum(display.high - display.low, 1e-12)
    return _to_rgb((images.astype(np.float32) - display.low) / span, channel_order)


def draw_signed(
    signals: NDArray[np.float32], channel_order: str = "RGB"
) -> tuple[Bytes, NDArray[np.float32]]:
    """Return signed signals [n, h, w, C] as uint8 [n, h, w, 3], and the scale of each.

    A value p is drawn at 1/2 + p / (2 scale), where the scale is the signal's largest magnitude: zero is
    mid-grey (Yosinski et al. 2015). More or fewer than 3 channels become grey, their mean.

    Example:
        >>> draw_signed(np.array([0.0, -2.0, 1.0], np.float32).reshape(1, 1, 3, 1))[0][0, 0, :, 0].tolist()
        [128, 0, 191]

    """
    each = (1, 2, 3)
    scale = np.maximum(signals.max(axis=each, initial=0.0), -signals.min(axis=each, initial=0.0))
    safe = np.where(scale > 0, scale, 1).astype(np.float32)[:, None, None, None]
    drawn = np.empty((*signals.shape[:3], 3), np.uint8)
    # A few at a time stay in the processor's cache.
    few = max(1, DRAWN_AT_ONCE // max(math.prod(signals.shape[1:]), 1))
    for first in range(0, len(signals), few):
        part = slice(first, first + few)
        drawn[part] = _to_rgb(0.5 + signals[part] / (2 * safe[part]), channel_order)
    return drawn, scale.astype(np.float32)


def shrink(signals: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return signals [n, h, w, C] averaged over blocks, so that neither side is longer than `side`.

    Blocks are square; the last ones reach over the edge, where the signal is zero.
    """
    _, height, width, _ = signals.shape
    block = math.ceil(max(height, width) / side)
    if block <= 1:
        return signals
    rows, columns = math.ceil(height / block), math.ceil(width / block)
    room = ((0, 0), (0, rows * block - height), (0, columns * block - width), (0, 0))
    padded = np.pad(signals, room)
    # Rows first: whole ones are added, which is fast.
    added = padded.reshape(len(signals), rows, block, -1).sum(axis=2)
    added = added.reshape(len(signals), rows, columns, block, -1).sum(axis=3)
    return np.asarray(added / np.float32(block * block), np.float32)


def mosaic(tiles: Bytes, columns: int) -> Bytes:
    """Return tiles [n, h, w, 3] as one picture, row by row; what is left of the last row is mid-grey."""
    count, height, width, _ = tiles.shape
    rows = math.ceil(count / columns)
    picture = np.full((rows * columns, height, width, 3), 128, np.uint8)
    picture[:count] = tiles
    grid = picture.reshape(rows, columns, height, width, 3).transpose(0, 2, 1, 3, 4)
    return np.asarray(grid.reshape(rows * height, columns * width, 3))


def encode_picture(picture: Bytes, media: Media) -> Picture:
    """Return a picture uint8 [h, w, 3] as a lossless PNG, or as a JPEG of quality 90 with full colour.

    JPEG keeps every pixel's colour (4:4:4): with the usual halved colour, small tiles lose theirs.
    """
    file = io.BytesIO()
    image = Image.fromarray(picture)
    if media == "image/png":
        image.save(file, "PNG", compress_level=1)
    else:
        image.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return Picture(file.getvalue(), media, height=picture.shape[0], width=picture.shape[1])


def _to_rgb(values: NDArray[np.float32], channel_order: str) -> Bytes:
    if values.shape[-1] != 3:
        values = np.repeat(values.mean(-1, keepdims=True), 3, axis=-1)
    elif channel_order == "BGR":
        values = values[..., ::-1]
    # Not a number is drawn as black, for fmax passes it over: a cast of it to whole numbers is undefined.
    shown = np.fmin(np.fmax(values, 0), 1)
    shown *= 255
    shown += 0.5
    return shown.astype(np.uint8)
