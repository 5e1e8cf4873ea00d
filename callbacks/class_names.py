"""Names of the classes as a user gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import keras
import numpy as np
from numpy.typing import NDArray


def given_names(class_names: Sequence[str] | None) -> list[str] | None:
    """Return the names as a list.

    Raises:
        ValueError: a text, or a dict or set, whose order is not that of the classes.
    """
    if isinstance(class_names, (str, Mapping, Set)):
        raise ValueError(
            f"Received: class_names={class_names!r}. Expected a list of names, that of class 0 first."
        )
    return None if class_names is None else [str(name) for name in class_names]


def missing_names(
    class_names: Sequence[str] | None, labels: NDArray[np.int64] | None, model: keras.Model
) -> list[str]:
    """Say in a sentence that classes have no name; nothing where all have one or no names are given.

    Args:
        class_names: in the order of the network's outputs.
        labels: classes [n] of pictures, or None.
        model: its outputs are classes where it has one row of them per picture.

    Example:
        >>> missing_names(["cat", "dog"], np.array([0, 2]), keras.Sequential())
        ['class_names holds 2 names for 3 classes: the others are shown by their number.']

    """
    if class_names is None:
        return []
    labelled = 0 if labels is None else int(labels.max(initial=-1)) + 1
    classes = max(labelled, _outputs(model))
    if len(class_names) >= classes:
        return []
    names = f"{len(class_names)} name{'' if len(class_names) == 1 else 's'}"
    return [f"class_names holds {names} for {classes} classes: the others are shown by their number."]


def _outputs(model: keras.Model) -> int:
    """How many classes a network tells apart; 0 where its output does not say."""
    try:
        shape = model.output_shape
    except (AttributeError, ValueError):
        return 0  # a subclassed model, or one that is not built
    one_row = isinstance(shape, tuple) and len(shape) == 2 and isinstance(shape[1], int)
    return shape[1] if one_row else 0
