"""The pictures that views run through the network: drawn once from the user's data."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_args

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.callbacks.class_labels import class_labels, shared_out
from tb_convvis.callbacks.class_spread import in_turn
from tb_convvis.callbacks.picture_directory import PictureDirectory
from tb_convvis.callbacks.reservoir import BalancedReservoir, Reservoir

LabelForm = Literal["classes", "none", "shares", "other"]
"""One class per picture, no labels, shares of the classes, or something else."""
LABEL_FORMS: tuple[LabelForm, ...] = get_args(LabelForm)
LOOKED_AT = 10
"""From data that comes in batches the probe is drawn from this many times its size, not from all of it."""


@dataclass(frozen=True)
class Probe:
    """A draw of pictures.

    `images`: in the structure of the model's inputs, each [n, ...]; `labels`: int64 [n], or None where
    there are none or they are not classes; `drawn_from`: how many pictures were looked at; `form`: what
    the labels were read from; `searched`: how many pictures were searched, of which these are what the
    records refer to; None where it is these.
    """

    images: Any
    labels: NDArray[np.int64] | None
    drawn_from: int
    form: LabelForm = "classes"
    searched: int | None = None

    @property
    def count(self) -> int:
        """Number of pictures."""
        return len(tf.nest.flatten(self.images)[0])

    def take(self, numbers: NDArray[np.integer[Any]]) -> tuple[Any, NDArray[np.int64] | None]:
        """Pictures by their number, in the structure of the model's inputs, and their labels."""
        images = tf.nest.map_structure(lambda array: array[numbers], self.images)
        return images, None if self.labels is None else self.labels[numbers]


def draw_probe(
    data: Any, count: int, seed: int = 0, *, spread: bool = False, room: tuple[int, int] | None = None
) -> Probe:
    """Draw a probe set, without touching a global random state.

    Args:
        data: array [n, H, W, C]; (x, y) or (x, y, weights), where x may be a list or dict of arrays for
            several inputs; a tf.data.Dataset of x or (x, y), batched or not; a keras.utils.PyDataset; a
            PictureDirectory.
        count: how many pictures to draw; all of them when there are fewer.
        seed: of the draw.
        spread: whether each class gives a picture before any gives a second, and labels that share out 1
            among the classes stand for the largest share; else every picture is as likely as another.
        room: (values, pictures): fewer than `count` are drawn where they would hold more values, but no
            fewer than so many.

    Raises:
        TypeError: data of another kind.
        ValueError: data without pictures, with pictures of several sizes, or with more or fewer labels.

    Example:
        >>> draw_probe((np.zeros((20, 8, 8, 3)), np.arange(20)), count=5).labels.shape
        (5,)

    """
    generator = np.random.default_rng(seed)
    if isinstance(data, PictureDirectory):
        count = _fitting(count, [data.shape], room)
        part = data.part(_rows(data.labels, data.count, count, generator, spread))
        return Probe(part.load(), part.labels, data.count, "none" if part.labels is None else "classes")
    if isinstance(data, (tf.data.Dataset, keras.utils.PyDataset)):
        with _random_states_kept():
            return _draw_from_batches(_batches(data, generator), count, generator, spread, room)
    images, labels, form = split(data, spread)
    flat = tf.nest.flatten(images)
    sizes = {len(array) for array in flat}
    if len(sizes) != 1 or 0 in sizes:
        raise ValueError(f"data needs pictures, as many in every input. Received: {sorted(sizes)} pictures.")
    (total,) = sizes
    count = _fitting(count, [array.shape[1:] for array in flat], room)
    rows = _rows(labels, total, count, generator, spread)
    return Probe(
        tf.nest.map_structure(lambda array: np.asarray(array[rows]), images),
        None if labels is None else labels[rows],
        total,
        form,
    )


def _rows(
    labels: NDArray[np.int64] | None, total: int, count: int, generator: np.random.Generator, spread: bool
) -> NDArray[np.int64]:
    """Numbers of the pictures that are drawn, of all that can be had by their number."""
    if spread and labels is not None:
        return np.sort(in_turn(labels, generator)[:count])
    return np.sort(generator.choice(total, min(count, total), replace=False))


def _draw_from_batches(
    batches: Iterator[Any],
    count: int,
    generator: np.random.Generator,
    spread: bool,
    room: tuple[int, int] | None,
) -> Probe:
    """Draw while reading, keeping no more pictures than are drawn."""
    kept: list[list[NDArray[Any]]] = []
    kept_labels: list[int | None] = []
    forms: set[LabelForm] = set()
    structure, reservoir = None, None
    limit = LOOKED_AT * count
    for batch in batches:
        images, labels, form = split(batch, spread)
        structure = images
        forms.add(form)
        flat = tf.nest.flatten(images)
        if reservoir is None:
            places = _fitting(count, [array.shape[1:] for array in flat], room)
            reservoir = (BalancedReservoir if spread else Reservoir)(places, generator)
        for row in range(len(flat[0])):
            label = None if labels is None else int(labels[row])
            place = reservoir.place(label)
            if place is None:
                continue
            # Copies, so that the batch itself is let go.
            picture = [np.array(array[row]) for array in flat]
            if place == len(kept):
                kept.append(picture)
                kept_labels.append(label)
            else:
                kept[place], kept_labels[place] = picture, label
        if reservoir.seen >= limit:
            break
    if reservoir is None or not kept:
        raise ValueError("data holds no pictures.")
    known = [label for label in kept_labels if label is not None]
    if complete := len(known) == len(kept):
        forms -= {"none", "other"}
    return Probe(
        tf.nest.pack_sequence_as(structure, _stacked(kept)),
        np.array(known, np.int64) if complete else None,
        reservoir.seen,
        max(forms, key=LABEL_FORMS.index, default="classes"),
    )


def _fitting(count: int, shapes: list[tuple[int, ...]], room: tuple[int, int] | None) -> int:
    """How many pictures of so many values there is room for, `count` at the most."""
    if room is None:
        return count
    values, least = room
    return min(count, max(least, values // max(1, sum(math.prod(shape) for shape in shapes))))


def _stacked(pictures: list[list[NDArray[Any]]]) -> list[NDArray[Any]]:
    """One array of each input; `pictures` is emptied on the way, as both may not fit into memory."""
    shapes = [sorted({picture[number].shape for picture in pictures}) for number in range(len(pictures[0]))]
    for sizes in shapes:
        if len(sizes) > 1:
            received = ", ".join(" x ".join(map(str, size)) for size in sizes[:5])
            raise ValueError(
                f"data holds pictures of several sizes. Received: {received}. "
                "Expected one size: resize them, as with keras.layers.Resizing in the dataset."
            )
    types = [
        np.result_type(*{picture[number].dtype for picture in pictures}) for number in range(len(shapes))
    ]
    arrays = [np.empty((len(pictures), *size[0]), kind) for size, kind in zip(shapes, types, strict=True)]
    while pictures:
        for array, part in zip(arrays, pictures.pop(), strict=True):
            array[len(pictures)] = part
    return arrays


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


def split(data: Any, spread: bool) -> tuple[Any, NDArray[np.int64] | None, LabelForm]:
    """Return pictures, classes and what these were read from, of arrays as `draw_probe` takes them.

    Raises:
        TypeError: data of another kind.
    """
    if not isinstance(data, tuple):
        return _arrays(data), None, "none"
    if not 1 <= len(data) <= 3:
        raise TypeError(f"data as a tuple is (x, y). Received: a tuple of {len(data)}.")
    given = data[1] if len(data) > 1 else None
    labels = class_labels(given, shares=spread)
    form: LabelForm = "classes"
    if labels is None:
        form = "none" if given is None else "other"
    elif spread and shared_out(given):
        form = "shares"
    images = _arrays(data[0])
    _check_as_many(len(tf.nest.flatten(images)[0]), given if labels is None else labels)
    return images, labels, form


def _check_as_many(pictures: int, labels: Any) -> None:
    """Check that there is a label for each picture; labels may be arrays of several outputs."""
    shapes: list[tuple[int, ...]] = [getattr(one, "shape", ()) for one in tf.nest.flatten(labels)]
    for count in (shape[0] for shape in shapes if len(shape) > 0):
        if count != pictures:
            raise ValueError(
                f"data as a tuple is (x, y), as long as each other. Received: x has {pictures} pictures, "
                f"y {count} labels."
            )


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
