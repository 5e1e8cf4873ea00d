"""The checkpoints of a training: which there are, after which epoch each was saved, and what is in them."""

from __future__ import annotations

import os
import posixpath
import re
import tempfile
import weakref
from collections.abc import Sequence

import h5py
import keras
import tensorflow as tf

ENDINGS = (".weights.h5", ".keras", ".h5", ".index")
_NUMBER = re.compile(r"(?P<named>(?<![a-z])(?:epoch|ep|e|ckpt|step)[-_=]?)?(?P<digits>\d+(?:\.\d+)?)", re.I)
"""Of a decimal one, such as a loss, nothing is taken for an epoch."""


def find_checkpoints(pattern: str) -> dict[int, str]:
    """Return the checkpoints that a pattern names, by their step.

    The step is read from the file's name: the whole number behind "epoch", "ep", "e", "ckpt" or "step" where
    each has one, else the first whole number that no two files share, such as 7 in
    `vgg16-07-0.31.weights.h5` among its like. `keras.callbacks.ModelCheckpoint` counts epochs from 1, so
    that number is the number of completed epochs.

    Args:
        pattern: with * and ?, such as "ckpt/*.weights.h5"; local or remote.

    Raises:
        ValueError: no file, none of the numbers tells the files apart, or one file with several numbers.

    Example:
        >>> import pathlib, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> for name in ("m3-00.keras", "m3-01.keras"):
        ...     pathlib.Path(folder, name).touch()
        >>> sorted(find_checkpoints(f"{folder}/*.keras"))
        [0, 1]

    """
    paths = sorted(tf.io.gfile.glob(pattern))
    if not paths:
        raise ValueError(f"no file there. Received: checkpoints={pattern!r}.")
    paths = [path for path in paths if path.endswith(ENDINGS)] or paths
    return dict(sorted(zip(_steps(paths), paths, strict=True)))


def _steps(paths: Sequence[str]) -> list[int]:
    names = [list(_NUMBER.finditer(_stem(path))) for path in paths]
    columns = [
        column for column in zip(*names, strict=False) if all(one["digits"].isdigit() for one in column)
    ]
    able = [column for column in columns if len({int(one["digits"]) for one in column}) == len(paths)]
    named = [column for column in able if all(one["named"] for one in column)]
    if named or (able and (len(paths) > 1 or len(able) == 1)):
        return [int(one["digits"]) for one in (named or able)[0]]
    received = ", ".join(posixpath.basename(path) for path in paths[:5])
    raise ValueError(
        "a checkpoint is logged under the epoch in its name, which no two may share. "
        f"Received: {received}{', ...' if len(paths) > 5 else ''}. "
        "Expected names such as epoch-07.weights.h5; name the files so, or choose fewer with the pattern."
    )


def _stem(path: str) -> str:
    """The file's name without its ending: the 5 of .h5 is no epoch."""
    name = posixpath.basename(path)
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)


def load_checkpoint(model: keras.Model, path: str | os.PathLike[str]) -> None:
    """Give a model the weights of a checkpoint.

    Args:
        model: built model of the architecture that was saved.
        path: `.weights.h5` or `.h5` (`model.save_weights`), `.keras` (`model.save`), or the `.index` that
            `tf.train.Checkpoint(model=model).save` or a CheckpointManager wrote; text or path.

    Raises:
        ValueError: a file that cannot be read, or that does not fit the model.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)])
        >>> model.save_weights("epoch-01.weights.h5")
        >>> load_checkpoint(model, "epoch-01.weights.h5")

    """
    path = os.fspath(path)
    try:
        if path.endswith(".keras"):
            model.set_weights(keras.saving.load_model(path, compile=False).get_weights())
        elif path.endswith(".h5"):
            model.load_weights(path)
            if path.endswith(".weights.h5"):
                _refuse_more(model, path)
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


_saved: weakref.WeakKeyDictionary[keras.Model, set[str]] = weakref.WeakKeyDictionary()
"""Names of what each model saves."""


def _refuse_more(model: keras.Model, path: str) -> None:
    """Keras fills the layers of a model, and is content with a file that has more of them."""
    if model not in _saved:
        with tempfile.TemporaryDirectory() as directory:
            own = f"{directory}/own.weights.h5"
            model.save_weights(own)
            _saved[model] = _datasets(own)
    more = sorted(_datasets(path) - _saved[model])
    if more:
        raise ValueError(
            f"it holds {len(more)} weights that the model has no place for, such as {more[0]}: "
            "it is of another architecture."
        )


def _datasets(path: str) -> set[str]:
    """Names of the weights in a file; what the optimizer remembers is none of the model."""
    names: list[str] = []
    with tf.io.gfile.GFile(path, "rb") as file, h5py.File(file) as weights:
        weights.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    return {name for name in names if not name.startswith("optimizer/")}
