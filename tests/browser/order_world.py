"""A layer of eight maps whose strengths, changes and pictures are planted; two runs of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.browser.feature_logs import GREY, PlantedLayer, gratings, write_features

EPOCHS, MAPS, SIDE = 4, 8, 6
LAYER = "conv1"
CLASSES = ["cat", "dog", "zebra"]
DEAD = 5
STRENGTH = np.array(
    [
        [8, 7, 6, 5, 4, 3, 2, 1],
        [8, 7, 6, 5, 4, 0, 2, 1],
        [1, 2, 3, 4, 5, 0, 7, 8],
        [3, 9, 1, 3, 12, 0, 2, 7],
    ],
    np.float32,
)
STRONGEST_FIRST = {3: [7, 6, 4, 3, 2, 1, 0, 5], 4: [4, 1, 7, 0, 3, 6, 2, 5]}
CHANGE = np.full((EPOCHS, MAPS), np.nan)
CHANGE[1:] = [0.1, np.nan, 0.3, 0.2, 0.9, np.nan, 0.3, 0.05]
CHANGE[LONE := 2, DEAD] = 0.6
MOST_CHANGED_FIRST = [4, 2, 6, 3, 0, 7, 1, 5]
PICTURE = np.array([0, 1, 2, 0, 1, 2, 0, 1])
"""Number of each map's strongest picture, which is also that of its class."""
STRONGEST = np.tile(PICTURE, (EPOCHS, 1))
STRONGEST[1:, DEAD] = 0
STRONGEST[2, 1] = 2
"""The dead map's is the first of equals; map 1 jumps to another picture and back."""
UPRIGHT = [0, 3, 6]


def _projections() -> NDArray[np.uint8]:
    """Two groups: upright stripes and lying ones."""
    stripes = np.where(np.arange(SIDE) // 2 % 2 == 0, 60, -60)
    tiles = np.full((EPOCHS, MAPS, SIDE, SIDE, 3), GREY, np.int16)
    for map_ in range(MAPS):
        tiles[:, map_] += stripes[None, None, :, None] if map_ in UPRIGHT else stripes[None, :, None, None]
    return tiles.astype(np.uint8)


def write_world(root: Path) -> None:
    """Two runs: the second has the strengths the other way round, and fewer of its maps were drawn."""
    kernel = np.zeros((EPOCHS, 3, 3, 3, MAPS), np.float32)
    kernel[..., 1] = np.linspace(-1, 1, 27).reshape(3, 3, 3)
    kernel[..., 2] = 0.5
    first = PlantedLayer(STRENGTH, STRONGEST, CHANGE, _projections(), kernel)
    second = PlantedLayer(STRENGTH[:, ::-1], STRONGEST, CHANGE, _projections(), drawn=[0, 1, 2, 3, 4, 6])
    pictures = gratings(3, 16, seed=3)
    for name, layer in (("a", first), ("b", second)):
        other = (STRENGTH, STRONGEST, CHANGE, _projections())
        layers = {
            LAYER: layer,
            "conv2": PlantedLayer(*other, convolution="conv2"),
            "relu1": PlantedLayer(*other, convolution=LAYER),
            "sum": PlantedLayer(*other),
            "bare": PlantedLayer(*other, strengths=False),
        }
        write_features(root / name, layers, pictures, [0, 1, 2], CLASSES)
