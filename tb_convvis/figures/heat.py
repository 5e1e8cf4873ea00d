"""Values at positions of an occluder as pixels, at the centre of the occluder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis.figures.colours import rgb
from tb_convvis.figures.drawing import GREY, Pixels

NOWHERE = -1


def shown_positions(edges: Sequence[int], side: int, length: int, pixels: int) -> NDArray[np.int64]:
    """Return which position each pixel along an axis shows: the one whose centre is the nearest.

    As far as half the way to the next centre; the margin beyond the outermost centres shows `NOWHERE`.

    Args:
        edges: where each position begins, ascending, in pixels of the picture.
        side: of the occluder.
        length: of the picture along the axis.
        pixels: so many the picture is drawn with.
    """
    centres = np.array(edges) + side / 2
    places = (np.arange(pixels) + 0.5) * length / pixels
    nearest = np.abs(places[:, None] - centres).argmin(axis=1)  # the earlier of two equals
    gaps = np.diff(centres)
    low, high = (
        (centres[0] - gaps[0] / 2, centres[-1] + gaps[-1] / 2) if len(gaps) else (edges[0], edges[0] + side)
    )
    return np.where((places >= low) & (places < high), nearest, NOWHERE)


def laid_over(  # noqa: PLR0917
    picture: Pixels,
    values: NDArray[Any],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    colour: Callable[[NDArray[Any]], Pixels],
    alpha: float,
) -> Pixels:
    """Return a picture with a map over it; striped where a value is not a number.

    Args:
        picture: [height, width, 3] as it is drawn.
        values: [rows, cols] at the positions.
        rows: which row of positions each row of pixels shows.
        cols: which column each column of pixels shows.
        colour: of values, none of them NaN.
        alpha: of the map, from 0 to 1.
    """
    known = np.isfinite(values)
    colours = colour(np.where(known, values, 0)).astype(np.float64)
    at = np.ix_(np.maximum(rows, 0), np.maximum(cols, 0))
    heat, drawn = colours[at], known[at]
    y, x = np.mgrid[: len(rows), : len(cols)]
    stripe = ((x + y) % 6 < 2) & ~drawn
    heat[stripe] = rgb(GREY)
    covered = (drawn | stripe) & (rows >= 0)[:, None] & (cols >= 0)
    mixed = np.floor(alpha * heat + (1 - alpha) * picture + 0.5).astype(np.uint8)
    return np.where(covered[..., None], mixed, picture)
