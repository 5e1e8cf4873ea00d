"""Filters are drawn as docs/methods.md says: v = 1/2 + w / (2 M), M over all epochs of the layer."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tb_convvis
from tb_convvis import schema
from tb_convvis.unreadable import UnreadableError
from tests.figures.pixels import Pixels, places, squares
from tests.logs import LogFile

SCALE = 5
RANDOM = np.random.default_rng(5)
KERNELS = RANDOM.normal(0, 0.3, (3, 3, 4, 3, 7)).astype(np.float32)
"""[epochs, height, width, input channels, filters]."""


def write(root: Path, kernels: Any = KERNELS, **facts: Any) -> Path:
    with LogFile(root / "run" / "convvis") as log:
        log.start()
        for step, kernel in enumerate(kernels):
            finite = np.abs(kernel[np.isfinite(kernel)])
            told = {"layer": "conv1", "rms": [], "norm": [], "max_abs": float(finite.max()), **facts}
            log.record("filters", "conv1", step, told, blobs=[kernel])
    return root


def grey(weight: float, most: float) -> int:
    return math.floor(255 * (0.5 + weight / (2 * most)) + 0.5)


def colour_tile(kernel: NDArray[np.float32], filter_: int, most: float) -> Pixels:
    """Weight by weight."""
    height, width = kernel.shape[:2]
    tile = np.zeros((height, width, 3), np.uint8)
    for place in np.ndindex(height, width, 3):
        tile[place] = grey(float(kernel[place][filter_]), most)
    return squares(tile, SCALE)


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_every_filter_is_drawn_by_the_formula(tmp_path: Path, epoch: int) -> None:
    root = write(tmp_path, sees_image=True, channel_order="RGB")
    shown = tb_convvis.figure(root, "filters", epoch, scale=SCALE)
    most = float(np.abs(KERNELS).max())
    found = [places(shown.image, colour_tile(KERNELS[epoch], one, most)) for one in range(7)]
    assert [len(one) for one in found] == [1] * 7
    assert sorted(found) == found, "filters stand in their order"


def test_bgr_and_divided_channels_are_undone(tmp_path: Path) -> None:
    root = write(tmp_path, sees_image=True, channel_order="BGR", channel_scale=[1.0, 2.0, 4.0])
    acting = (KERNELS / np.array([1, 2, 4], np.float32)[:, None])[..., ::-1, :]
    shown = tb_convvis.figure(root, maps=[3], scale=SCALE)
    assert places(shown.image, colour_tile(acting[2], 3, float(np.abs(acting).max())))
    assert "as they act on the picture" in shown.facts["scale"]
    assert shown.facts["filters"].startswith("3, 1 of 7")


def test_deeper_kernels_are_grey_tiles_channel_by_channel(tmp_path: Path) -> None:
    shown = tb_convvis.figure(write(tmp_path, sees_image=False), maps=[2], scale=SCALE)
    most = float(np.abs(KERNELS).max())
    for channel in range(3):
        tile = [[[grey(float(w), most)] * 3 for w in row] for row in KERNELS[2, :, :, channel, 2]]
        assert len(places(shown.image, squares(tile, SCALE))) == 1


def test_zero_is_mid_grey_and_what_is_not_finite_magenta(tmp_path: Path) -> None:
    kernel = np.zeros((1, 2, 2, 3, 1), np.float32)
    kernel[0, 0, 1, 2] = np.nan
    shown = tb_convvis.figure(write(tmp_path, kernel, sees_image=True), scale=SCALE)
    expected = np.full((2, 2, 3), 128)
    expected[0, 1] = (224, 0, 160)
    assert places(shown.image, squares(expected, SCALE))
    assert shown.facts["not finite"] == "1 weight, drawn in magenta"


def test_damage_is_said_and_never_drawn(tmp_path: Path) -> None:
    write(tmp_path, sees_image=True)
    with LogFile(tmp_path / "run" / "convvis", number=1) as log:
        told = {"layer": "conv1", "rms": [], "norm": [], "max_abs": 1.0}
        manifest, blob = schema.encode("filters", told, [KERNELS[0]])
        log.payload("convvis/filters/conv1", 3, [manifest[:-1] + b" ", blob])
        log.payload("convvis/filters/conv1", 4, [manifest, blob[:-1] + bytes([blob[-1] ^ 1])])
    for epoch in (3, 4):
        with pytest.raises(UnreadableError, match=rf"run, .*conv1, epoch {epoch}: damaged"):
            tb_convvis.figure(tmp_path, epoch=epoch)
    shown = tb_convvis.figure(tmp_path, epoch=2)
    assert "over its 4 epochs, 1 more damaged" in shown.facts["scale"]


def test_runs_stand_side_by_side_on_scales_of_their_own(tmp_path: Path) -> None:
    for name, factor in (("a", 1), ("b", 3)):
        write(tmp_path / name, factor * KERNELS, sees_image=True)
    shown = tb_convvis.figure(tmp_path, scale=SCALE)
    most = float(np.abs(KERNELS).max())
    first, second = places(shown.image, colour_tile(KERNELS[2], 0, most))
    assert first[0] == second[0], "side by side"
    assert shown.facts["run"] == "a/run/convvis | b/run/convvis"
    assert " | " in shown.facts["scale"]
