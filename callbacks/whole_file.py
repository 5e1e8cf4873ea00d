"""Files that are there whole or not at all."""

from __future__ import annotations

import tensorflow as tf


def write_whole(path: str, data: bytes) -> None:
    """Write a file, local or remote, so that whoever is stopped leaves the old one or the new one.

    Raises:
        OSError: it could not be written.

    Example:
        >>> write_whole("state.json", b"{}")

    """
    try:
        with tf.io.gfile.GFile(f"{path}.new", "wb") as file:
            file.write(data)
        tf.io.gfile.rename(f"{path}.new", path, overwrite=True)
    except tf.errors.OpError as error:
        raise OSError(f"cannot write {path!r}: {error.message}") from error
