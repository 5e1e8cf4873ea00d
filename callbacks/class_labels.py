"""Classes read from the labels that a user hands in, in whatever form a loss takes them."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray


def class_labels(labels: Any, shares: bool = False) -> NDArray[np.int64] | None:
    """Return the class of each picture, int64 [n]; None where labels are not one class per picture.

    Args:
        labels: whole numbers [n] or [n, 1], a list of them, or one-hot rows [n, classes]; None for none.
        shares: whether rows that share out 1 among the classes, as label smoothing makes them, stand for
            the class with the largest share.

    Example:
        >>> class_labels(np.array([[0.9, 0.1], [0.2, 0.8]]), shares=True)
        array([0, 1])

    """
    if isinstance(labels, (list, tuple)) and all(isinstance(label, numbers.Integral) for label in labels):
        labels = np.array(labels)
    if labels is None or not hasattr(labels, "shape"):
        return None
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] > 1:
        one_hot = np.isin(array, (0, 1)).all() and (array.sum(1) == 1).all()
        return array.argmax(1).astype(np.int64) if one_hot or (shares and shared_out(array)) else None
    flat = array.reshape(len(array), -1)
    if flat.shape[1] != 1 or array.dtype.kind not in "iubf" or not np.array_equal(flat, np.round(flat)):
        return None
    return flat[:, 0].astype(np.int64)


def shared_out(labels: Any) -> bool:
    """Whether labels are rows that share out 1 among several classes and are not all one-hot."""
    array: NDArray[Any] = np.asarray(labels) if hasattr(labels, "shape") else np.zeros(0)
    if array.ndim != 2 or array.shape[1] < 2 or array.dtype.kind != "f":
        return False
    shares = (array >= 0).all() and np.allclose(array.sum(1, dtype=np.float64), 1, atol=1e-2)
    return bool(shares and not np.isin(array, (0, 1)).all())
