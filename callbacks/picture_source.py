"""Pictures named on a command line."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tb_convvis.callbacks.picture_directory import PictureDirectory


def read_pictures(source: str, shape: tuple[int | None, ...], scale: float = 1.0, offset: float = 0.0) -> Any:
    """Return what a source names, in a form that the callbacks' `data` takes.

    Args:
        source: a directory of pictures, one sub-directory per class or none; an `.npz` file with `x` and
            perhaps `y`, as the network gets them; or `module:name` of data, or of a function that returns
            them.
        shape: of the model's input, (None, rows, columns, channels): pictures of a directory are brought
            to it.
        scale: a directory's pixel values, 0 to 255, are multiplied by it.
        offset: added to them then.

    Raises:
        ValueError: a source of no such kind, or an input that is no picture.

    Example:
        >>> np.savez("pictures.npz", x=np.zeros((20, 8, 8, 3)))
        >>> read_pictures("pictures.npz", (None, 8, 8, 3)).shape
        (20, 8, 8, 3)

    """
    path = Path(source)
    if path.is_dir():
        return PictureDirectory.find(path, shape, scale, offset)
    if path.suffix == ".npz" and path.is_file():
        with np.load(path, allow_pickle=False) as arrays:
            if "x" not in arrays:
                raise ValueError(f"no pictures in {source!r}. Received: {sorted(arrays)}. Expected x, and y.")
            return (arrays["x"], arrays["y"]) if "y" in arrays else arrays["x"]
    module, colon, name = source.partition(":")
    if not colon:
        raise ValueError(
            f"no pictures there. Received: data={source!r}. "
            "Expected a directory of pictures, an .npz file, or module:name."
        )
    try:
        found = getattr(importlib.import_module(module), name)
    except AttributeError as error:
        raise ValueError(f"no pictures there. Received: data={source!r}. {error}") from error
    return found() if callable(found) and not isinstance(found, keras.utils.PyDataset) else found
