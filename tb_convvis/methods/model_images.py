"""Images as a model takes them: one array, or a list or dict of arrays, in batches of one fixed size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

FLOATS_PER_BATCH = 1 << 21
"""Input values in a batch by default: 14 pictures of 224 x 224 x 3, 680 of 32 x 32 x 3."""


def float_source(images: Any) -> Any:
    """The floating tensor that a model computes with: ``images``, or what it makes of them as integers.

    Images are fed as float32. A model with inputs of dtype uint8 casts them to integers, which carry no
    signal, and back: the way down ends behind that cast.

    Args:
        images: A symbolic image tensor that a traced model was called with.
    """
    readers = images.consumers()
    if len(readers) != 1 or readers[0].type != "Cast" or readers[0].outputs[0].dtype.is_floating:
        return images
    again = readers[0].outputs[0].consumers()
    if len(again) != 1 or again[0].type != "Cast" or not again[0].outputs[0].dtype.is_floating:
        return images
    return again[0].outputs[0]


class ModelImages:
    """Arrays in the structure of a model's inputs, with the number of images in each the same.

    Args:
        images: Array [n, H, W, C], or a list, tuple or dict of arrays with n rows each, of any real dtype.

    Raises:
        ValueError: If there is no image, an array has no batch axis, or the arrays disagree about n.

    Example:
        >>> ModelImages(np.zeros((5, 8, 8, 3))).count
        5
    """

    def __init__(self, images: Any) -> None:
        self.structure = tf.nest.map_structure(np.asarray, images)
        self.arrays: list[NDArray[Any]] = tf.nest.flatten(self.structure)
        shapes = [a.shape for a in self.arrays]
        if not self.arrays or any(len(s) < 2 for s in shapes) or len({s[0] for s in shapes}) != 1:
            raise ValueError(
                f"Expected images of shape [n, rows, cols, channels]. Received shapes: {shapes}."
            )
        self.count = int(shapes[0][0])
        if self.count == 0:
            raise ValueError(f"Expected at least one image. Received shapes: {shapes}.")
        if any(a.dtype.kind not in "buif" for a in self.arrays):
            raise ValueError(f"Expected numbers. Received dtypes: {[str(a.dtype) for a in self.arrays]}.")

    @property
    def signature(self) -> tuple[tuple[int, ...], ...]:
        """Shape of one image in each array."""
        return tuple(a.shape[1:] for a in self.arrays)

    @property
    def values(self) -> int:
        """How many values one image has, in all arrays."""
        return sum(int(np.prod(shape)) for shape in self.signature)

    def default_batch_size(self) -> int:
        """Images per batch that fit an ordinary machine's memory, and no more than there are, or a few."""
        return self.batch_size_for(self.count)

    def batch_size_for(self, count: int) -> int:
        """The same for ``count`` images like these."""
        # Compiled functions keep the size of their first batch: a first call with one image must not slow the
        # next.
        most = min(256, max(count, 16))
        return int(np.clip(FLOATS_PER_BATCH // max(self.values, 1), 1, most))

    def take(self, rows: NDArray[np.integer[Any]]) -> list[NDArray[np.float32]]:
        """The images ``rows`` of each array, as float32."""
        return [a[rows].astype(np.float32, copy=False) for a in self.arrays]

    def batches(self, size: int) -> Iterator[tuple[int, int, list[NDArray[np.float32]]]]:
        """(first image, how many, arrays of exactly ``size`` images): the last image fills a short batch."""
        for first in range(0, self.count, size):
            count = min(size, self.count - first)
            rows = np.minimum(np.arange(first, first + size), first + count - 1)
            arrays = self.take(rows) if count < size else self._slice(first, size)
            yield first, count, arrays

    def specs(self, batch: int) -> list[tf.TensorSpec]:
        """Signature of a compiled function that takes ``batch`` images."""
        return [tf.TensorSpec((batch, *shape), tf.float32) for shape in self.signature]

    def pack(self, tensors: Any) -> Any:
        """``tensors``, one for each array, in the structure that the images came in."""
        return tf.nest.pack_sequence_as(self.structure, list(tensors))

    def _slice(self, first: int, size: int) -> list[NDArray[np.float32]]:
        return [a[first : first + size].astype(np.float32, copy=False) for a in self.arrays]
