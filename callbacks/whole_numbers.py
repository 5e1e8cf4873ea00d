"""Whole numbers as users give them: Python's or NumPy's."""

from __future__ import annotations

import operator
from typing import Any, SupportsIndex

import numpy as np


def whole(value: object) -> int | None:
    """Return a whole number as Python's; None for anything else, a bool included.

    Example:
        >>> whole(np.int64(3)), whole(3.0)
        (3, None)

    """
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except TypeError:  # an array offers __index__ and refuses
        return None


def count_of(name: str, value: object) -> int:
    """Return an argument that counts something.

    Raises:
        ValueError: not a whole number of at least 1.
    """
    number = whole(value)
    if number is None or number < 1:
        raise ValueError(f"Received: {name}={value!r}. Expected a whole number of at least 1.")
    return number


def pixels(name: str, value: Any) -> Any:
    """Return an argument in pixels as JSON has it: None, one number or [rows, columns].

    Raises:
        ValueError: anything else.
    """
    if value is None or whole(value) is not None:
        sides = [1 if value is None else whole(value)]
    else:
        several = isinstance(value, (tuple, list, np.ndarray)) and len(np.shape(value)) == 1
        sides = [whole(side) for side in value] if several and len(value) == 2 else [None]
    if any(side is None or side < 1 for side in sides):
        raise ValueError(
            f"Received: {name}={value!r}. Expected a whole number of pixels, at least 1, or (rows, columns)."
        )
    if value is None:
        return None
    known = [side for side in sides if side is not None]
    return known if len(known) == 2 else known[0]
