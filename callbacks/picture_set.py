"""Pictures that are read by their number, so that more of them can be searched than memory holds."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.callbacks.picture_directory import PictureDirectory
from tb_convvis.callbacks.probe import split

Rows = slice | NDArray[np.integer[Any]]


class PictureSet(Protocol):
    """Pictures in a fixed order; parts of them can be sent to other processes and read there."""

    @property
    def count(self) -> int:
        """Number of pictures."""

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """Class of each picture, or None."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """What tells these pictures from others, as JSON values."""

    def part(self, rows: Rows) -> PictureSet:
        """Some of the pictures; nothing is read."""

    def load(self) -> Any:
        """Read all: arrays [n, ...] in the structure of the model's inputs."""


@dataclass(frozen=True)
class PictureArrays:
    """Pictures in arrays, which may be memory-mapped.

    `images`: in the structure of the model's inputs, each [n, ...]; `labels`: int64 [n] or None.
    """

    images: Any
    labels: NDArray[np.int64] | None = None

    @property
    def count(self) -> int:
        """Number of pictures."""
        return len(tf.nest.flatten(self.images)[0])

    @property
    def identity(self) -> dict[str, Any]:
        """Shapes, and a checksum of some of the pictures: all may be too many to read for it."""
        arrays = tf.nest.flatten(self.images)
        some = np.unique(np.linspace(0, self.count - 1, 64).astype(int))
        checksum = 0
        for array in arrays:
            checksum = zlib.crc32(np.ascontiguousarray(array[some]).tobytes(), checksum)
        return {"shapes": [[*array.shape, str(array.dtype)] for array in arrays], "checksum": checksum}

    def part(self, rows: Rows) -> PictureArrays:
        """Some of the pictures."""
        images = tf.nest.map_structure(lambda array: array[rows], self.images)
        return PictureArrays(images, None if self.labels is None else self.labels[rows])

    def load(self) -> Any:
        """The arrays."""
        return tf.nest.map_structure(np.asarray, self.images)


def picture_set(data: Any) -> PictureSet:
    """Return a user's data as pictures that are read by their number.

    Args:
        data: array [n, H, W, C], (x, y) or (x, y, weights) as `draw_probe` takes them, or a
            `PictureDirectory`.

    Raises:
        ValueError: data that can only be read in its own order, or holds no pictures.
        TypeError: data of another kind.

    Example:
        >>> picture_set((np.zeros((20, 8, 8, 3)), np.arange(20))).part(slice(5, 9)).labels
        array([5, 6, 7, 8])

    """
    if isinstance(data, PictureDirectory):
        return data
    if isinstance(data, (tf.data.Dataset, keras.utils.PyDataset)):
        raise ValueError(
            "all pictures are searched by their number, part by part, which data that comes in batches does "
            f"not allow. Received: {type(data).__name__}. Expected a PictureDirectory, or arrays, "
            'which may be memory-mapped: numpy.load(..., mmap_mode="r").'
        )
    images, labels, _ = split(data, spread=False)
    sizes = {len(array) for array in tf.nest.flatten(images)}
    if len(sizes) != 1 or 0 in sizes:
        raise ValueError(f"data needs pictures, as many in every input. Received: {sorted(sizes)} pictures.")
    return PictureArrays(images, labels)


def load_mapped(pictures: PictureSet, at_once: int) -> Any:
    """Read pictures, so many at once, into temporary files that are mapped into memory.

    They may be more than memory holds; the files are gone when nobody uses them any more.

    Returns:
        Arrays in the structure of the model's inputs.

    Example:
        >>> load_mapped(PictureArrays(np.ones((20, 8, 8, 3))), at_once=6).shape
        (20, 8, 8, 3)

    """
    structure, mapped = None, None
    for first in range(0, pictures.count, at_once):
        structure = pictures.part(slice(first, first + at_once)).load()
        arrays = tf.nest.flatten(structure)
        if mapped is None:
            mapped = [_mapped((pictures.count, *array.shape[1:]), array.dtype) for array in arrays]
        for whole, part in zip(mapped, arrays, strict=True):
            whole[first : first + len(part)] = part
    return tf.nest.pack_sequence_as(structure, mapped)


def _mapped(shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    with tempfile.TemporaryFile() as file:
        # Mapped, it stays until the last array of it is gone.
        return np.asarray(np.memmap(file, dtype, "w+", shape=shape))
