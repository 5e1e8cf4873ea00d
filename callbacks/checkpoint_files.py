"""The checkpoints of a training: which there are, after which epoch each was saved, and what is in them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

import keras
import tensorflow as tf

ENDINGS = (".weights.h5", ".keras", ".h5", ".index")
_NUMBER = re.compile(r"\d+")


def find_checkpoints(pattern: str) -> dict[int, str]:
    """Return the checkpoints that a pattern names, by their step.

    The step is read from the file's name: of the numbers in it the first that no two files share, such as
    7 in `vgg16-07-0.31.weights.h5` among its like. `keras.callbacks.ModelCheckpoint` counts epochs from 1,
    so that number is the number of completed epochs.

    Args:
        pattern: with * and ?, such as "ckpt/*.weights.h5"; local or remote.

    Raises:
        ValueError: no file, or none of the numbers tells the files apart.

    Example:
        >>> import pathlib, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> for name in ("m3-00.keras", "m3-01.keras"):
        ...     pathlib.Path(folder, name).touch()
        >>> sorted(find_checkpoints(f"{folder}/*.keras"))
        [0, 1]

    """
    paths = sorted(tf.io.gfile.glob(pattern))
    paths = [path for path in paths if path.endswith(ENDINGS)] or paths
    if not paths:
        raise ValueError(f"no file there. Received: checkpoints={pattern!r}.")
    return dict(sorted(zip(_steps(paths), paths, strict=True)))


def _steps(paths: Sequence[str]) -> list[int]:
    numbers = [[int(digits) for digits in _NUMBER.findall(posixpath.basename(path))] for path in paths]
    for column in zip(*numbers, strict=False):
        if len(set(column)) == len(paths):
            return list(column)
    received = ", ".join(posixpath.basename(path) for path in paths[:5])
    raise ValueError(
        "a checkpoint is logged under the epoch in its name, which no two may share. "
        f"Received: {received}{', ...' if len(paths) > 5 else ''}. "
        "Expected names such as epoch-07.weights.h5; name the files so, or choose fewer with the pattern."
    )


def load_checkpoint(model: keras.Model, path: str) -> None:
    """Give a model the weights of a checkpoint.

    Args:
        model: built model of the architecture that was saved.
        path: `.weights.h5` or `.h5` (`model.save_weights`), `.keras` (`model.save`), or the `.index` that
            `tf.train.Checkpoint(model=model).save` or a CheckpointManager wrote.

    Raises:
        ValueError: a file that cannot be read, or that does not fit the model.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)])
        >>> model.save_weights("epoch-01.weights.h5")  # doctest: +SKIP
        >>> load_checkpoint(model, "epoch-01.weights.h5")  # doctest: +SKIP

    """
    try:
        if path.endswith(".keras"):
            model.set_weights(keras.saving.load_model(path, compile=False).get_weights())
        elif path.endswith(".h5"):
            model.load_weights(path)
        elif path.endswith(".index"):
            status = tf.train.Checkpoint(model=model).restore(path.removesuffix(".index"))
            status.assert_existing_objects_matched().expect_partial()
        else:
            raise ValueError(
                "not a kind of file whose weights Keras loads; of a SavedModel it loads none. "
                f"Expected one that ends in {', '.join(ENDINGS)}."
            )
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(
            f"cannot load a checkpoint into {model.name!r}. Received: {path!r}. {reason}"
        ) from error
