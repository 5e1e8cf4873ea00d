"""Top activations of sets of images that were searched apart, put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_convvis.methods.top_activations import TopActivations

MOST_IMAGES = 1 << 23
"""Up to so many images a share of them in float32 tells how many it is the share of."""


def merge_top_activations(parts: Sequence[TopActivations], counts: Sequence[int]) -> TopActivations:
    """What one search over all images would have found, from searches over parts of them.

    The parts may come in any order, and may be merged themselves.

    Args:
        parts: Of one layer and one state of the model, each [maps, k], with ``image`` numbered throughout:
            no image is in two parts.
        counts: How many images each part was found among.

    Returns:
        The k strongest of all, of equal activations that of the lower image first.

    Raises:
        ValueError: No parts, parts of several shapes, not a count of at least 1 for each, or more than 2^23
            images in all.

    Example:
        >>> from tb_convvis.methods import top_activations
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> images = np.random.rand(10, 8, 8, 3)
        >>> first = top_activations(model, ["conv"], images[:6])["conv"]
        >>> rest = number_from(top_activations(model, ["conv"], images[6:])["conv"], 6)
        >>> merged = merge_top_activations([first, rest], [6, 4])
        >>> bool((merged.image == top_activations(model, ["conv"], images)["conv"].image).all())
        True
    """
    shapes = sorted({part.value.shape for part in parts})
    if len(shapes) != 1 or len(counts) != len(parts) or min(counts) < 1:
        raise ValueError(
            "Expected parts of one shape [maps, k], and how many images each was found among. "
            f"Received shapes {shapes} and counts {list(counts)}."
        )
    total = sum(counts)
    if total > MOST_IMAGES:
        raise ValueError(f"Expected at most {MOST_IMAGES:,} images. Received: {total:,}.")
    value, image, row, col = (
        np.concatenate([getattr(part, name) for part in parts], axis=1)
        for name in ("value", "image", "row", "col")
    )
    # Places without an image hold -inf, which comes last.
    order = np.lexsort((image, -value), axis=1)[:, : shapes[0][1]]
    value, image, row, col = (np.take_along_axis(array, order, axis=1) for array in (value, image, row, col))
    shares = np.array([part.dead_share for part in parts], np.float64)
    active = np.rint((1 - shares) * np.array(counts)[:, None]).sum(axis=0)
    return TopActivations(value, image, row, col, (1 - active / total).astype(np.float32))


def number_from(top: TopActivations, first: int) -> TopActivations:
    """Top activations of a part whose images are the ``first``-th of all and those behind it.

    Args:
        top: Numbered from 0.
        first: Number of its first image among all.

    Example:
        >>> nothing = np.zeros((1, 2), np.int32)
        >>> top = TopActivations(nothing + 1.0, np.array([[3, -1]]), nothing, nothing, nothing[0])
        >>> number_from(top, 40).image
        array([[43, -1]])
    """
    image = np.where(top.image >= 0, top.image + np.int32(first), top.image)
    return TopActivations(top.value, image, top.row, top.col, top.dead_share)
