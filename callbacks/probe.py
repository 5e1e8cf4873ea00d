"""The pictures that views run through the network: drawn once from the user's data."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

LOOKED_AT = 10
"""From data that comes in batches the probe is drawn from this many times its size, not from all of it."""


@dataclass(frozen=True)
class Probe:
    """A draw of pictures.

    `images`: in the structure of the model's inputs, each [n, ...]; `labels`: int64 [n], or None where
    there are none or they are not classes; `drawn_from`: how many pictures were looked at.
    """

    images: Any
    labels: NDArray[np.int64] | None
    drawn_from: int

    @property
    def count(self) -> int:
        """Number of pictures."""
        return len(tf.nest.flatten(self.images)[0])

    def take(self, numbers: NDArray[np.integer[Any]]) -> tuple[Any, NDArray[np.int64] | None]:
        """Pictures by their number, in the structure of the model's inputs, and their labels."""
        images = tf.nest.map_structure(lambda array: array[numbers], self.images)
        return images, None if self.labels is None else self.labels[numbers]


def draw_probe(data: Any, count: int, seed: int = 0) -> Probe:
    """Draw a probe set, without touching a global random state.

    Args:
        data: array [n, H, W, C]; (x, y) or (x, y, weights), where x may be a list or dict of arrays for
            several inputs; a tf.data.Dataset of x or (x, y), batched or not; a keras.utils.PyDataset.
        count: how many pictures to draw; all of them when there are fewer.
        seed: of the draw.

    Raises:
        TypeError: data of another kind.
        ValueError: data without pictures.

    Example:
        >>> draw_probe((np.zeros((20, 8, 8, 3)), np.arange(20)), count=5).labels.shape
        (5,)

    """
    generator = np.random.default_rng(seed)
    if isinstance(data, (tf.data.Dataset, keras.utils.PyDataset)):
        with _random_states_kept():
            return _draw_from_batches(_batches(data, generator), count, generator)
    images, labels = _split(data)
    sizes = {len(array) for array in tf.nest.flatten(images)}
    if len(sizes) != 1 or 0 in sizes:
        raise ValueError(f"data needs pictures, as many in every input. Received: {sorted(sizes)} pictures.")
    (total,) = sizes
    rows = np.sort(generator.choice(total, min(count, total), replace=False))
    return Probe(
        tf.nest.map_structure(lambda array: np.asarray(array[rows]), images),
        None if labels is None else labels[rows],
        total,
    )


def spread_over_classes(probe: Probe, count: int, seed: int = 0) -> NDArray[np.int64]:
    """Return numbers of `count` pictures of a probe set, of as many classes as there are, in their order.

    Each class gives a picture before any gives a second; without labels every picture counts as of one class.

    Example:
        >>> probe = Probe(np.zeros((5, 8, 8, 3)), np.array([0, 0, 0, 1, 2]), drawn_from=5)
        >>> spread_over_classes(probe, 3).tolist()[1:]
        [3, 4]

    """
    labels = np.zeros(probe.count, np.int64) if probe.labels is None else probe.labels
    shuffled = np.random.default_rng(seed).permutation(probe.count)
    turn = np.zeros(probe.count, np.int64)
    for label in np.unique(labels):
        members = shuffled[labels[shuffled] == label]
        turn[members] = np.arange(len(members))
    chosen = shuffled[np.argsort(turn[shuffled], kind="stable")][:count]
    return np.asarray(chosen[np.lexsort((chosen, labels[chosen]))], np.int64)


def _draw_from_batches(batches: Iterator[Any], count: int, generator: np.random.Generator) -> Probe:
    """Draw while reading, keeping no more pictures than are drawn (Vitter's algorithm R)."""
    kept: list[list[NDArray[Any]]] = []
    kept_labels: list[int | None] = []
    structure, seen = None, 0
    for batch in batches:
        images, labels = _split(batch)
        structure = images
        flat = tf.nest.flatten(images)
        for row in range(len(flat[0])):
            place = seen if seen < count else int(generator.integers(seen + 1))
            seen += 1
            if place >= count:
                continue
            # Copies, so that the batch itself is let go.
            picture = [np.array(array[row]) for array in flat]
            label = None if labels is None else int(labels[row])
            if place == len(kept):
                kept.append(picture)
                kept_labels.append(label)
            else:
                kept[place], kept_labels[place] = picture, label
        if seen >= LOOKED_AT * count:
            break
    if not kept:
        raise ValueError("data holds no pictures.")
    arrays = [np.stack(column) for column in zip(*kept, strict=True)]
    known = [label for label in kept_labels if label is not None]
    return Probe(
        tf.nest.pack_sequence_as(structure, arrays),
        np.array(known, np.int64) if len(known) == len(kept) else None,
        seen,
    )


@contextmanager
def _random_states_kept() -> Iterator[None]:
    """The user's data may draw from the global generators, as augmentation does: training must not notice."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def _batches(data: Any, generator: np.random.Generator) -> Iterator[Any]:
    if isinstance(data, keras.utils.PyDataset):
        yield from (data[int(index)] for index in generator.permutation(len(data)))
        return
    element = data.element_spec
    inputs = tf.nest.flatten(element[0] if isinstance(element, tuple) else element)
    batched = any(spec.shape.rank is None or spec.shape.rank > 3 for spec in inputs)
    yield from (data if batched else data.batch(64)).as_numpy_iterator()


def _split(data: Any) -> tuple[Any, NDArray[np.int64] | None]:
    if isinstance(data, tuple):
        if not 1 <= len(data) <= 3:
            raise TypeError(f"data as a tuple is (x, y). Received: a tuple of {len(data)}.")
        return _arrays(data[0]), _class_indices(data[1]) if len(data) > 1 else None
    return _arrays(data), None


def _arrays(images: Any) -> Any:
    flat = tf.nest.flatten(images)
    if not flat or not all(hasattr(array, "shape") and len(array.shape) >= 2 for array in flat):
        raise TypeError(
            f"data is not a set of pictures. Received: {type(images).__name__}. "
            "Expected an array [n, H, W, C], (x, y), a tf.data.Dataset or a keras.utils.PyDataset."
        )
    if isinstance(images, list) and len(images) > 1 and all(len(array.shape) == 3 for array in flat):
        raise TypeError(
            f"a list is taken for several inputs. Received: a list of {len(images)} arrays of shape "
            f"{tuple(flat[0].shape)}. Expected one array [n, H, W, C]: numpy.stack makes it."
        )
    return tf.nest.map_structure(np.asarray, images)


def _class_indices(labels: Any) -> NDArray[np.int64] | None:
    if labels is None or not hasattr(labels, "shape"):
        return None
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] > 1:
        one_hot = np.isin(array, (0, 1)).all() and (array.sum(1) == 1).all()
        return array.argmax(1).astype(np.int64) if one_hot else None
    flat = array.reshape(len(array), -1)
    if flat.shape[1] != 1 or array.dtype.kind not in "iubf" or not np.array_equal(flat, np.round(flat)):
        return None
    return flat[:, 0].astype(np.int64)
