"""The arguments of occlusion sensitivity, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis.methods.model_images import ModelImages

Colour = float | Sequence[float] | NDArray[Any]
"""A number, or one for each channel."""


def image_input(data: ModelImages) -> int:
    """Which of the arrays, counted from 0, holds the images.

    Raises:
        ValueError: If none or several are of rank 4.
    """
    planes = [number for number, shape in enumerate(data.signature) if len(shape) == 3]
    if len(planes) != 1:
        raise ValueError(
            "Expected one input of images [n, rows, cols, channels] to occlude. Received shapes: "
            f"{[a.shape for a in data.arrays]}."
        )
    return planes[0]


def colour(value: Any, images: NDArray[Any]) -> NDArray[np.float32]:
    """The occluder's value of each channel, float32 [channels]: ``value``, or that of ``mean_colour``.

    Raises:
        ValueError: If it is not one finite number, or one for each channel.
    """
    channels = images.shape[-1]
    if value is None:
        return np.asarray(mean_colour(images), np.float32)
    given = np.asarray(value, np.float32)
    if given.shape not in ((), (1,), (channels,)) or not np.isfinite(given).all():
        raise ValueError(
            f"Expected value as a finite number or {channels} of them, one for each channel. "
            f"Received: {value!r}."
        )
    return np.array(np.broadcast_to(given, (channels,)))


def mean_colour(images: NDArray[Any]) -> NDArray[np.float64]:
    """Mean of each channel over the finite values of ``images`` [n, H, W, C], 0 where there is none.

    Example:
        >>> mean_colour(np.array([1, 3, np.nan, np.inf]).reshape(2, 2, 1, 1))
        array([2.])
    """
    total, count = np.zeros((2, images.shape[-1]))
    for image in images:  # one at a time: all of them as float64 may not fit
        finite = np.isfinite(image)
        total += image.sum((0, 1), np.float64, where=finite)
        count += finite.sum((0, 1))
    return np.asarray(total / np.maximum(count, 1))


def check_labels(labels: Any, count: int, classes: int) -> NDArray[np.int32] | None:
    """``labels`` as int32 [count], None where there are none.

    Raises:
        ValueError: If they are not ``count`` whole numbers below ``classes``.
    """
    if labels is None:
        return None
    given = np.asarray(labels)
    flat = given[:, 0] if given.shape == (count, 1) else given
    if flat.shape != (count,) or flat.dtype.kind not in "buif" or (flat != np.floor(flat)).any():
        raise ValueError(
            f"Expected labels as {count} whole numbers, one class for each image (one-hot rows: pass "
            f"labels.argmax(axis=1)). Received shape {given.shape}, dtype {given.dtype}."
        )
    if flat.min() < 0 or flat.max() >= classes:
        raise ValueError(
            f"Expected labels from 0 to {classes - 1}. Received labels from {flat.min()} to {flat.max()}."
        )
    return np.asarray(flat, np.int32)
