"""The panels of an occluded picture, pixel by pixel, against what was planted in the log."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import tb_convvis
from tb_convvis.figures.heat import NOWHERE, shown_positions
from tests.browser.heat import cividis
from tests.figures.pixels import Pixels, places, squares
from tests.occlusion_logs import FEW, FRAME, MANY, Planted, picture, write_occlusion

SCALE, LAST = 4, 2
PALETTE = [(0x00, 0x72, 0xB2), (0xE6, 0x9F, 0x00), (0x00, 0x9E, 0x73)]
"""Okabe and Ito's first, for the most frequent classes."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("occlusion")
    write_occlusion(root / "few", range(LAST + 1), FEW)
    write_occlusion(root / "many", range(LAST + 1), MANY)
    return root


def position(edges: list[int], size: int, place: float) -> int | None:
    """The position whose centre is nearest, searched for one by one; none in the outer margin."""
    centres = [edge + size / 2 for edge in edges]
    first = centres[0] - (centres[1] - centres[0]) / 2
    last = centres[-1] + (centres[-1] - centres[-2]) / 2
    if not first <= place < last:
        return None
    return min(range(len(centres)), key=lambda at: abs(centres[at] - place))


def over(image: int, planted: Planted, colours: NDArray[np.float64], alpha: float) -> Pixels:
    """A picture with colours [rows, cols, 3] over it."""
    expected = squares(picture(image), SCALE).astype(float)
    for y in range(FRAME[0] * SCALE):
        row = position(planted.rows, planted.size, (y + 0.5) / SCALE)
        for x in range(FRAME[1] * SCALE):
            col = position(planted.cols, planted.size, (x + 0.5) / SCALE)
            if row is not None and col is not None:
                expected[y, x] = np.floor(alpha * colours[row, col] + (1 - alpha) * expected[y, x] + 0.5)
    return expected.astype(np.uint8)


def heat(values: NDArray[np.floating]) -> NDArray[np.float64]:
    levels = np.floor(255 * np.clip(values.astype(float), 0, 1) + 0.5) / 255
    return np.floor(np.stack([cividis(one) for one in levels.ravel()]) + 0.5).reshape(*values.shape, 3)


@pytest.mark.parametrize("epoch", [0, LAST])
def test_probability_lies_over_the_picture_in_cividis(planted: Path, epoch: int) -> None:
    shown = tb_convvis.figure(planted, "occlusion", epoch, run="few", picture=1, scale=SCALE)
    expected = over(1, FEW, heat(FEW.probability(1, epoch / LAST)), 0.7)
    assert len(places(shown.image, expected)) == 1
    assert shown.facts["class"] == "bear, the true class"
    assert shown.facts["map"] == "8"
    assert shown.facts["occluder"][1:] == (
        "\N{MULTIPLICATION SIGN}5, stride 2, 187 positions (11 down, 17 across), value 0.5"
    )


def test_shares_go_from_the_lowest_to_the_highest_of_all_epochs(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "occlusion", run="few", picture=1, scale=SCALE)
    shares = FEW.share(1)
    every = np.sort(np.repeat(shares.ravel(), LAST + 1))
    low = min(0.99, every[int(0.01 * len(every))])
    expected = over(1, FEW, heat((shares - low) / (1 - low)), 0.7)
    (corner,) = places(shown.image, expected)
    probability = over(1, FEW, heat(FEW.probability(1, 1)), 0.7)
    (beside,) = places(shown.image, probability)
    assert corner[0] == beside[0]
    assert corner[1] < beside[1], "b stands before d"


def test_classes_have_the_palette_by_how_often_they_win(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "occlusion", run="many", picture=1, scale=SCALE)
    wins = [MANY.top_class(1, step / LAST) for step in range(LAST + 1)]
    labels, counts = np.unique(np.stack(wins), return_counts=True)
    ranked = labels[np.argsort(-counts)].tolist()
    colours = np.array([[PALETTE[ranked.index(one)] for one in row] for row in wins[LAST].tolist()])
    assert len(np.unique(wins[LAST])) > 1
    assert len(places(shown.image, over(1, MANY, colours.astype(float), 1))) == 1


def test_the_occluder_stands_where_the_probability_is_lowest(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "occlusion", run="few", picture=1, scale=SCALE)
    probability = FEW.probability(1, 1)
    row, col = np.unravel_index(probability.argmin(), probability.shape)
    top, left = FEW.rows[row] * SCALE, FEW.cols[col] * SCALE
    side = FEW.size * SCALE
    drawn = squares(picture(1), SCALE)
    assert not places(shown.image, drawn)
    corners = places(shown.image, drawn[:top])
    assert corners, "above the occluder the picture is as it was"
    pixels = np.asarray(shown.image)
    y, x = corners[0][0] + top, corners[0][1] + left
    assert (pixels[y + 2 : y + side - 2, x + 2 : x + side - 2] == 128).all()


def test_what_is_missing_is_striped_and_said(tmp_path: Path) -> None:
    write_occlusion(tmp_path / "run", range(2), Planted(missing=(4, 6)))
    shown = tb_convvis.figure(tmp_path, "occlusion", picture=0, scale=SCALE)
    assert shown.facts["striped"] == "1 position missing"
    side = MANY.stride[0] * SCALE
    stripes = np.zeros((side, side), bool)
    y, x = np.mgrid[:side, :side]
    top, left = (
        round((edges[at] + MANY.size / 2 - 1) * SCALE) for edges, at in ((MANY.rows, 4), (MANY.cols, 6))
    )
    stripes = (x + left + y + top) % 6 < 2
    block = squares(picture(0), SCALE)[top : top + side, left : left + side].copy()
    block[stripes] = np.floor(0.7 * 128 + 0.3 * block[stripes].astype(float) + 0.5)
    assert places(shown.image, block)


def test_only_pictures_that_all_runs_occluded(planted: Path) -> None:
    with pytest.raises(ValueError, match=r"picture=4. Expected one that .*\[0, 1, 2, 3, 5, 7, 8, 11\]"):
        tb_convvis.figure(planted, "occlusion", picture=4)
    both = tb_convvis.figure(planted, "occlusion", picture=5)
    assert both.facts["run"] == "few/convvis | many/convvis"


def test_one_position_covers_what_it_covers() -> None:
    assert shown_positions([3], 4, 10, 10).tolist() == [NOWHERE] * 3 + [0] * 4 + [NOWHERE] * 3
