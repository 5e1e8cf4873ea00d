"""Draws of pictures that are spread over the classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def in_turn(labels: NDArray[np.integer[Any]], generator: np.random.Generator) -> NDArray[np.int64]:
    """Return the numbers of all pictures in a random order in which the classes take turns.

    Each class gives a picture before any gives a second.

    Example:
        >>> int(in_turn(np.array([0, 0, 0, 1]), np.random.default_rng(0))[:2].max())
        3

    """
    shuffled = generator.permutation(len(labels))
    order = np.argsort(labels[shuffled], kind="stable")
    _, first, sizes = np.unique(labels[shuffled][order], return_index=True, return_counts=True)
    turn = np.zeros(len(labels), np.int64)
    turn[order] = np.arange(len(labels)) - np.repeat(first, sizes)
    return np.asarray(shuffled[np.argsort(turn, kind="stable")], np.int64)


def spread_over_classes(labels: NDArray[np.integer[Any]], count: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the numbers of `count` pictures of as many classes as there are, in the order of the classes.

    Example:
        >>> spread_over_classes(np.array([0, 0, 0, 1, 2]), 3).tolist()[1:]
        [3, 4]

    """
    chosen = in_turn(labels, np.random.default_rng(seed))[:count]
    return np.asarray(chosen[np.lexsort((chosen, labels[chosen]))], np.int64)
