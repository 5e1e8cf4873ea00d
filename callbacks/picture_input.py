"""Which of a network's inputs takes the pictures, and whether a user's pictures fit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf


def picture_input(images: Any) -> int:
    """Number of the first of a model's inputs that holds pictures [n, H, W, C].

    Raises:
        ValueError: none does.

    Example:
        >>> picture_input([np.zeros((20, 5)), np.zeros((20, 8, 8, 3))])
        1

    """
    arrays = tf.nest.flatten(images)
    for number, array in enumerate(arrays):
        if array.ndim == 4:
            return number
    received = ", ".join(f"[{_size(array.shape)}]" for array in arrays)
    raise ValueError(
        f"data holds no pictures [n, H, W, C] among the network's inputs. Received: {received}. "
        "Grey pictures need a channel, x[..., None], and the network keras.Input((H, W, 1))."
    )


def check_fit(model: keras.Model, images: Any) -> None:
    """Check that pictures have the size that a model's inputs take, before Keras says so in its own way.

    Args:
        model: one without a graph tells nothing of its inputs, and nothing is checked.
        images: arrays [n, ...] in the structure of its inputs; what a dict of them takes Keras knows.

    Raises:
        ValueError: more or fewer inputs, or pictures of another size.

    Example:
        >>> check_fit(keras.Sequential([keras.Input((8, 8, 3))]), np.zeros((20, 8, 8, 3)))

    """
    inputs = getattr(model, "inputs", None)
    if not inputs or isinstance(images, Mapping):
        return
    arrays = tf.nest.flatten(images)
    if len(arrays) != len(inputs):
        raise ValueError(
            f"data does not fit the network. Received: {len(arrays)} inputs. Expected: {len(inputs)}."
        )
    for array, taken in zip(arrays, inputs, strict=True):
        pairs = zip(array.shape[1:], taken.shape[1:], strict=False)
        if array.ndim == len(taken.shape) == 4 and any(size not in (own, None) for own, size in pairs):
            raise ValueError(
                f"data does not fit the network. Received: pictures of {_size(array.shape[1:])}. "
                f"Expected: {_size(taken.shape[1:])}."
            )


def _size(shape: Sequence[int | None]) -> str:
    return " x ".join("any" if size is None else str(size) for size in shape)
