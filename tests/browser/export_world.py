"""What is planted for exports: known pixels, under names that a spreadsheet or a page might run."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tb_convvis import schema
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.feature_logs import PlantedLayer, write_epoch, write_features, write_probe
from tests.browser.tab import Open, Tab
from tests.logs import LogFile

EPOCHS, MAPS, SIDE, PICTURE_SIDE = 6, 64, 6, 16
LOGGED_FIGURE_4 = [1, 2, 5, 6]
LAYER = "conv1"
CLASSES = ["cat", '=HYPERLINK("x")', "dog #2, black"]
FORMULA = "=1+1"

RANDOM = np.random.default_rng(7)
PROJECTIONS = RANDOM.integers(0, 256, (EPOCHS, MAPS, SIDE, SIDE, 3), np.uint8)
PICTURES = RANDOM.integers(0, 256, (3, PICTURE_SIDE, PICTURE_SIDE, 3), np.uint8)
STRENGTH = RANDOM.uniform(1, 9, (EPOCHS, MAPS)).astype(np.float32)
DEAD, DIVERGED = 50, 51
STRENGTH[:2, DEAD] = 0
STRENGTH[4:, DIVERGED] = -np.inf
STRONGEST = RANDOM.integers(0, 3, (EPOCHS, MAPS)).astype(np.int32)
CHANGE = np.full((EPOCHS, MAPS), np.nan)
KERNEL = RANDOM.uniform(-1, 1, (EPOCHS, 3, 3, 3, MAPS)).astype(np.float32)
KERNEL[0, 0, 0, 0, 0] = 1


BROKEN = "broken #1"
DAMAGED = 2
"""The run, and which of its epochs cannot be read."""


def write_world(root: Path) -> None:
    """The same training under three names; and with an epoch damaged."""
    layer = PlantedLayer(STRENGTH, STRONGEST, CHANGE, PROJECTIONS, KERNEL)
    for name in ("a", FORMULA, worlds.HOSTILE):
        write_features(root / name, {LAYER: layer}, PICTURES, [0, 1, 2], CLASSES)
    with LogFile(root / BROKEN / schema.RUN_DIRECTORY) as log:
        log.start(1)
        write_probe(log, 1, PICTURES, [0, 1, 2], CLASSES)
        for epoch in range(EPOCHS):
            if epoch + 1 != DAMAGED:
                write_epoch(log, LAYER, layer, epoch, PICTURE_SIDE)
                continue
            for kind in ("strength", "top"):
                log.payload(schema.make_tag(kind, LAYER), DAMAGED, [b"no manifest"])


def open_features(open_tab: Open, board: Board, *names: str, **state: str) -> Tab:
    how = {"view": "features", "layer": LAYER, "runs": worlds.runs(*names), **state}
    return open_tab(board.url, size=(1400, 1000), **how)
