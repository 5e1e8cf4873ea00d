"""Pictures that lie as files in a directory."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

CHANNELS = (1, 3, 4)
"""Of grey pictures, coloured ones, and such with transparency."""


@dataclass(frozen=True, repr=False)
class PictureDirectory:
    """The pictures below a directory in the order of their names, read by their number.

    Made by `find`. They are read as `keras.utils.image_dataset_from_directory` reads them, and as float32.

    `path`: the directory; `files`: paths of the pictures; `labels`: int64 [n], the number of the
    sub-directory that each lies in, or None where there are none; `shape`: (rows, columns, channels) that
    they are brought to; `scale`, `offset`: pixel values, 0 to 255, are multiplied by the one, and the other
    is added then.
    """

    path: str
    files: Sequence[str]
    labels: NDArray[np.int64] | None
    shape: tuple[int, int, int]
    scale: float = 1.0
    offset: float = 0.0

    def __repr__(self) -> str:
        """Without the files, which may be a million."""
        return f"{self.described} below {self.path}"

    @property
    def described(self) -> str:
        """How many there are and what a network gets of them, in words."""
        size = " x ".join(map(str, self.shape))
        darkest, lightest = sorted((self.offset, 255 * self.scale + self.offset))
        return f"{self.count} pictures of {size} with pixels from {darkest:g} to {lightest:g}"

    @classmethod
    def find(
        cls,
        path: str | os.PathLike[str],
        shape: Sequence[int | None],
        scale: float = 1.0,
        offset: float = 0.0,
    ) -> PictureDirectory:
        """Look up which pictures there are.

        Args:
            path: a directory of pictures, one sub-directory per class or none.
            shape: of the model's input, (None, rows, columns, channels).
            scale: pixel values, 0 to 255, are multiplied by it.
            offset: added to them then.

        Raises:
            ValueError: no pictures there, or an input that is no picture of 1, 3 or 4 channels.

        Example:
            >>> pictures = PictureDirectory.find("imagenet/train", model.input_shape)  # doctest: +SKIP
            >>> pictures.count  # doctest: +SKIP
            1281167

        """
        if len(shape) != 4 or None in shape[1:3] or shape[3] not in CHANNELS:
            raise ValueError(
                f"pictures of a directory are brought to the size of the input. Received: an input {shape}. "
                "Expected (None, rows, columns, 1, 3 or 4 channels); else give data as module:name."
            )
        # Other processes may look for it from elsewhere.
        root = str(Path(path).absolute())
        classes = any(entry.is_dir() for entry in os.scandir(root))
        listed = keras.utils.image_dataset_from_directory(
            root, labels="inferred" if classes else None, shuffle=False, verbose=False
        )
        labels = None
        if classes:
            number_of = {name: number for number, name in enumerate(listed.class_names)}
            names = (_below(root, file).split(os.sep, 1)[0] for file in listed.file_paths)
            labels = np.array([number_of[name] for name in names], np.int64)
        size = (int(shape[1] or 0), int(shape[2] or 0), int(shape[3]))
        return cls(root, tuple(listed.file_paths), labels, size, scale, offset)

    @property
    def count(self) -> int:
        """Number of pictures."""
        return len(self.files)

    @property
    def identity(self) -> dict[str, Any]:
        """The names of the files and how they are read."""
        names = "\n".join(_below(self.path, file) for file in self.files)
        how = {"shape": list(self.shape), "scale": self.scale, "offset": self.offset}
        return {"count": self.count, "checksum": zlib.crc32(names.encode("utf-8", "surrogateescape")), **how}

    def part(self, rows: slice | NDArray[np.integer[Any]]) -> PictureDirectory:
        """Some of the pictures, by their numbers."""
        chosen = np.arange(self.count)[rows]
        labels = None if self.labels is None else self.labels[chosen]
        return replace(self, files=tuple(self.files[int(number)] for number in chosen), labels=labels)

    def load(self) -> NDArray[np.float32]:
        """Read all, [n, rows, columns, channels].

        Raises:
            ValueError: a file that is no picture; it is named.
        """
        images = np.empty((self.count, *self.shape), np.float32)
        read = tf.data.Dataset.from_tensor_slices(list(self.files)).map(self._read, tf.data.AUTOTUNE)
        try:
            for row, image in enumerate(read.as_numpy_iterator()):
                images[row] = image
        except tf.errors.OpError as error:
            raise ValueError(f"cannot read a picture. {self._unreadable() or error}") from error
        return images

    def _read(self, file: Any) -> Any:
        pixels = tf.image.decode_image(tf.io.read_file(file), channels=self.shape[2], expand_animations=False)
        return tf.image.resize(pixels, self.shape[:2], "bilinear") * self.scale + self.offset

    def _unreadable(self) -> str | None:
        """The first file that cannot be read, and why."""
        for file in self.files:
            try:
                self._read(file)
            except tf.errors.OpError as error:
                return f"Received: {file!r}. {error.message}"
        return None


def _below(directory: str, file: str) -> str:
    # relpath would take a minute for a million files.
    return file.removeprefix(directory).lstrip(os.sep)
