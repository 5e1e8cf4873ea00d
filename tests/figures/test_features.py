"""Projections are the logged pixels, patches plain crops of the probe pictures."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tb_convvis
from tb_convvis.images import encode_picture
from tb_convvis.unreadable import UnreadableError
from tests.browser.feature_logs import GREY, K, PlantedLayer, write_features
from tests.callbacks import helpers
from tests.figures.pixels import places, squares
from tests.logs import LogFile

MAPS, SIDE, SCALE = 20, 6, 2
RANDOM = np.random.default_rng(9)
PROJECTIONS = RANDOM.integers(0, 256, (2, MAPS, SIDE, SIDE, 3), np.uint8)
PICTURES = RANDOM.integers(0, 256, (4, 16, 16, 3), np.uint8)
STRENGTH = RANDOM.uniform(1, 9, (2, MAPS)).astype(np.float32)
STRENGTH[:, 3] = 0
STRONGEST = RANDOM.integers(0, 4, (2, MAPS)).astype(np.int32)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("features")
    layer = PlantedLayer(STRENGTH, STRONGEST, np.full((2, MAPS), np.nan), PROJECTIONS)
    write_features(root / "run", {"conv1": layer}, PICTURES, [0, 1, 0, 1], ["cat", "dog"])
    return root


@pytest.mark.parametrize("epoch", [1, 2])
def test_projections_are_the_logged_pixels(planted: Path, epoch: int) -> None:
    shown = tb_convvis.figure(planted, "features", epoch, scale=SCALE)
    counts = [len(places(shown.image, squares(one, SCALE))) for one in PROJECTIONS[epoch - 1, :16]]
    assert counts == [0 if map_ == 3 else K for map_ in range(16)]
    assert not places(shown.image, squares(PROJECTIONS[epoch - 1, 16], SCALE)), "map 16 is not asked for"
    assert shown.facts["maps"] == "0-15, 16 of 20"
    assert shown.facts["dead"] == "1 map: 3"
    assert shown.facts["rule"] == "deconvnet"


def test_patches_are_crops_beside_their_projections(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "features", 2, maps=[7], scale=SCALE)
    picture = PICTURES[STRONGEST[1, 7]]
    projections = places(shown.image, squares(PROJECTIONS[1, 7], SCALE))
    assert len(projections) == K
    for slot, (row, left) in enumerate(projections):
        top, first = (slot * 2) % (16 - SIDE + 1), slot % 3
        crop = squares(picture[top : top + SIDE, first : first + SIDE], SCALE)
        # As far to the right of its projection as every other.
        assert (row, left + 3 * SIDE * SCALE + 2 * 2 + 8) in places(shown.image, crop)
    assert shown.facts["maps"] == "7, 1 of 20"


def test_windows_over_the_edge_are_grey_there(tmp_path: Path) -> None:
    columns = ["value", "image", "row", "col", "top", "left", "scale"]
    numbers = np.array([[[1, 0, 0, 0, -2, 12, 1]]], np.float32)
    tile = RANDOM.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    told = {
        "layer": "conv1",
        "maps": [5],
        "of": 8,
        "k": 1,
        "columns": columns,
        "rule": "guided",
        "refused": None,
    }
    told |= {"window": [6, 6], "block": 1, "tile": [6, 6], "tiles_across": 1, "extended": ["act: silu"]}
    with LogFile(tmp_path / "run" / "convvis") as log:
        probe = {"count": 1, "size": [16, 16]}
        log.record("probe", "pictures", 1, probe, blobs=[encode_picture(PICTURES[0], "image/png")])
        pictures = [encode_picture(tile, "image/png")] * 2
        log.record("top", "conv1", 1, told, blobs=[numbers, *pictures])
    shown = tb_convvis.figure(tmp_path, "features", scale=3)
    expected = np.full((6, 6, 3), 128, np.uint8)
    expected[2:, :4] = PICTURES[0][0:4, 12:16]
    assert places(shown.image, squares(expected, 3))
    assert shown.facts["maps"] == "5, 1 of 8 (1 were drawn)"
    assert shown.facts["rule"] == "guided; extended to act: silu"


def test_dead_maps_are_hatched_and_those_that_are_not_finite_no_dead_ones(tmp_path: Path) -> None:
    strength = np.array([[4, 0, -np.inf, 2]], np.float32)
    tiles = RANDOM.integers(0, 256, (1, 4, SIDE, SIDE, 3), np.uint8)
    layer = PlantedLayer(strength, np.zeros((1, 4), int), np.full((1, 4), np.nan), tiles)
    write_features(tmp_path / "run", {"conv1": layer}, PICTURES, [0, 1, 0, 1], ["cat", "dog"])
    shown = tb_convvis.figure(tmp_path, "features", scale=SCALE)
    assert (shown.facts["dead"], shown.facts["not finite"]) == ("1 map: 1", "1 map: 2")
    assert shown.facts["hatched"] == "dead: no picture excites the map"
    assert shown.facts["crossed"].startswith("not finite: ")
    words = re.findall(r">([^<]+)</text>", shown.svg)
    below = {words[at]: words[at + 1] for at, one in enumerate(words) if re.fullmatch(r"map \d", one)}
    assert below == {"map 0": "4", "map 1": "dead", "map 2": "not finite", "map 3": "2"}
    grey = np.full((SIDE * SCALE, SIDE * SCALE, 3), GREY, np.uint8)
    assert not places(shown.image, grey), "grey would mean that nothing influences them"


def test_maps_that_were_not_drawn_are_refused(planted: Path) -> None:
    with pytest.raises(ValueError, match=r"maps=\[99\]. Expected some of 0-19"):
        tb_convvis.figure(planted, "features", maps=[1, 99])


def test_a_damaged_picture_is_an_error(tmp_path: Path) -> None:
    layer = PlantedLayer(STRENGTH, STRONGEST, np.full((2, MAPS), np.nan), PROJECTIONS)
    write_features(tmp_path / "run", {"conv1": layer}, PICTURES, [0, 1, 0, 1], ["cat", "dog"])
    (file,) = (tmp_path / "run" / "convvis").iterdir()
    png = encode_picture(np.tile(PROJECTIONS[1, 0], (3, 3, 1)), "image/png").data
    broken = file.read_bytes()
    at = broken.index(png)
    # TensorBoard's own checksum of the record is made to fit: only ours is left to notice.
    with LogFile(tmp_path / "broken" / "convvis") as log:
        for record in helpers.records(file.parent):
            payload = [bytes(one) for one in record.value.tensor.string_val]
            if payload:
                payload = [one[:-20] + b"?" + one[-19:] if one == png else one for one in payload]
                log.payload(record.tag, record.step, payload)
    assert at > 0
    with pytest.raises(UnreadableError, match="conv1, epoch 2: damaged blob"):
        tb_convvis.figure(tmp_path, "features", run="broken")
    assert places(tb_convvis.figure(tmp_path, "features", 1, run="broken", scale=1).image, PROJECTIONS[0, 0])


def test_a_training_is_drawn_as_its_callbacks_logged_it(tmp_path: Path) -> None:
    from tb_convvis.callbacks import FilterImages, TopActivations

    model = helpers.small_model()
    x, y = helpers.pictures()
    callbacks = [FilterImages(tmp_path), TopActivations(tmp_path, data=(x, y), layers=["backbone/conv2"])]
    helpers.fit(model, *callbacks, epochs=2)
    shown = tb_convvis.figure(tmp_path, "features", scale=1)
    (record,) = (
        one for one in helpers.records(tmp_path / "convvis", "convvis/top/backbone/conv2") if one.step == 2
    )
    facts = record.manifest.facts
    numbers = helpers.blob(record, 0)
    probe = helpers.records(tmp_path / "convvis", "convvis/probe/pictures")[0]
    height, width = facts["tile"]
    assert facts["block"] == 1
    for place in range(len(facts["maps"])):
        mosaic = np.asarray(Image.open(io.BytesIO(record.value.tensor.string_val[3 + place])).convert("RGB"))
        entries = [dict(zip(facts["columns"], one.tolist(), strict=True)) for one in numbers[place]]
        assert places(shown.image, mosaic[:height, :width])
        if entries[0]["value"] > 0:
            top, left = (math.floor(entries[0][name]) for name in ("top", "left"))
            picture = helpers.blob(probe, int(entries[0]["image"]))
            assert places(shown.image, picture[top : top + height, left : left + width])
    kernel = model.get_layer("backbone").get_layer("conv1").kernel.numpy()
    _filters_are(tb_convvis.figure(tmp_path, "filters", scale=4), kernel, tmp_path)


def _filters_are(shown: Any, kernel: Any, root: Path) -> None:
    most = max(
        float(np.abs(one.array).max())
        for one in helpers.records(root / "convvis", "convvis/filters/backbone/conv1")
    )
    for filter_ in range(kernel.shape[3]):
        tile = np.floor(255 * (0.5 + kernel[..., filter_].astype(float) / (2 * most)) + 0.5)
        assert places(shown.image, squares(tile, 4))
    assert shown.facts["epoch"] == "2"
    assert shown.facts["logged"].startswith(f"by tb_convvis {tb_convvis.__version__}, 20")
