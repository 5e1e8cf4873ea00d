"""A shape pasted on a photograph is found: covering it is what takes the network's answer away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import skimage
from keras import layers
from PIL import Image

from tb_convvis.methods import OcclusionProbe

SIDE, SHAPE, CLASSES = 48, 14, 4
PHOTOGRAPHS = ("astronaut", "brick", "camera", "chelsea", "coffee", "coins", "grass", "gravel")


def silhouettes() -> list[Any]:
    """A disc, a cross and a frame."""
    rows, cols = np.mgrid[:SHAPE, :SHAPE] - (SHAPE - 1) / 2
    disc = rows**2 + cols**2 < (SHAPE / 2) ** 2
    cross = (np.abs(rows) < 2.5) | (np.abs(cols) < 2.5)
    frame = np.maximum(np.abs(rows), np.abs(cols)) > 4
    return [disc, cross, frame]


def scenes(count: int, seed: int) -> tuple[Any, Any, Any]:
    """Crops of photographs, most with a shape; the class (0: none) and the top-left corner of its box."""
    random = np.random.default_rng(seed)
    folder = Path(skimage.__file__).parent / "data"
    photographs = [np.asarray(Image.open(folder / f"{name}.png").convert("RGB")) for name in PHOTOGRAPHS]
    images = np.empty((count, SIDE, SIDE, 3), np.float32)
    labels, corners = random.integers(0, CLASSES, count), random.integers(0, SIDE - SHAPE + 1, (count, 2))
    for number in range(count):
        photograph = photographs[random.integers(len(photographs))]
        top, left = random.integers(0, np.array(photograph.shape[:2]) - SIDE + 1)
        images[number] = photograph[top : top + SIDE, left : left + SIDE] / 127.5 - 1
        if labels[number]:
            row, col = corners[number]
            box = images[number, row : row + SHAPE, col : col + SHAPE]
            colour = np.array([0.9, -0.8, 0.9]) + random.uniform(-0.1, 0.1, 3)
            box[silhouettes()[labels[number] - 1]] = colour
    return images, labels, corners


@pytest.mark.slow
def test_largest_drop_is_on_the_object() -> None:
    keras.utils.set_random_seed(0)
    stack: list[Any] = [keras.Input((SIDE, SIDE, 3))]
    for filters in (12, 16, 24):
        stack += [layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D()]
    stack += [layers.Conv2D(32, 3, padding="same", activation="relu"), layers.GlobalMaxPooling2D()]
    model = keras.Sequential([*stack, layers.Dense(CLASSES, activation="softmax")])
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    images, labels, _ = scenes(3000, 1)
    model.fit(images, labels, batch_size=64, epochs=6, verbose=0)

    images, labels, corners = scenes(400, 2)
    named = (labels > 0) & (model.predict(images, verbose=0).argmax(axis=1) == labels)
    assert named.sum() >= 200, f"the network names only {named.sum()} of {(labels > 0).sum()} shapes"
    chosen = np.flatnonzero(named)[:200]
    found = OcclusionProbe(model, size=12, stride=4)(images[chosen], labels[chosen])
    inside = 0
    for number, (row, col) in enumerate(corners[chosen]):
        drop = found.drop[number]
        r, c = np.unravel_index(drop.argmax(), drop.shape)
        centre = found.rows[r] + found.size[0] / 2, found.cols[c] + found.size[1] / 2
        inside += row <= centre[0] <= row + SHAPE and col <= centre[1] <= col + SHAPE
    assert inside >= 190, f"{inside} of 200 largest drops lie inside the box of the shape"
