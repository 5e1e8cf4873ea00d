"""A layer whose maps change between two epochs, each in a way of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.browser.feature_logs import GREY, K, PlantedLayer, gratings, write_features

LAYER = "<i>conv1"
EPOCHS, SIDE, PICTURES = 3, 6, 20
UNCHANGED, REPLACED, DIES, REVIVES, SOME, INVERTED, DEAD, UNDRAWN, DIVERGES = MAPS = range(9)
"""What happens to each map from epoch 2 to epoch 3."""
STRENGTH = np.array(
    [
        [4, 4, 4, 4, 4, 4, 0, 1, 4],
        [4, 8, 5, 0, 4, 4, 0, 1, 4],
        [4, 4, 0, 6, 6, 4, 0, 4, -np.inf],
    ],
    np.float32,
)
BY_PICTURES = [REPLACED, SOME, UNCHANGED, INVERTED]
BY_STRENGTH = [UNDRAWN, REPLACED, SOME, UNCHANGED, INVERTED]
RISE = np.arange(0, 10 * SIDE, 10)
"""What is added, column by column, to the projections of the map some of whose pictures are replaced."""


def strongest_pictures() -> NDArray[np.int64]:
    pictures = np.tile(np.arange(K), (EPOCHS, len(MAPS), 1))
    pictures[2, REPLACED] += K
    pictures[2, SOME, -3:] += K
    pictures[2, INVERTED] = np.roll(pictures[2, INVERTED], 1)
    pictures[2, DIVERGES] = -1
    return pictures


def projections() -> NDArray[np.uint8]:
    stripes = np.where(np.arange(SIDE) // 2 % 2 == 0, 60, -60)
    tiles = np.full((EPOCHS, len(MAPS), SIDE, SIDE, 3), GREY, np.int16)
    tiles += stripes[:, None, None]
    tiles[2, REPLACED] = GREY + stripes[None, :, None]
    tiles[2, INVERTED] = GREY - stripes[:, None, None]
    tiles[:, SOME] = 100
    tiles[2, SOME] += RISE[None, :, None].astype(np.int16)
    return tiles.astype(np.uint8)


def one_minus_cosine(map_: int) -> float:
    a, b = (projections()[epoch, map_].astype(float).ravel() - GREY for epoch in (1, 2))
    return float(1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def planted_layer(epochs: int) -> PlantedLayer:
    pictures = strongest_pictures()[:epochs]
    change = np.full((epochs, len(MAPS)), np.nan)
    drawn = [map_ for map_ in MAPS if map_ != UNDRAWN]
    return PlantedLayer(
        STRENGTH[:epochs], pictures[..., 0], change, projections()[:epochs], drawn=drawn, pictures=pictures
    )


def write_changes(directory: Path, epochs: int) -> None:
    names = ["cat", "<img src=x onerror=document.title='ran'>"]
    pictures = gratings(PICTURES, 16, seed=3)
    write_features(directory, {LAYER: planted_layer(epochs)}, pictures, [0, 1] * (PICTURES // 2), names)


def write_world(root: Path) -> None:
    """Three epochs; the same run again of which two were logged; and one with a single log."""
    for name, epochs in (("a", EPOCHS), ("b", 2), ("c", 1)):
        write_changes(root / name, epochs)
