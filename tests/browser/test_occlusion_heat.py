"""The colours of the Occlusion view are those of the numbers that were logged."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.heat import Floats, cividis
from tests.browser.occlusion_world import LAST, MANY, move_to, nearest, open_occlusion, pixel
from tests.browser.tab import Open, Tab
from tests.occlusion_logs import (
    FRAME,
    OBJECT,
    ONE,
    Planted,
    corner,
    picture,
)

ALPHA = 0.7
"""Of the heat over the picture, by default."""


@pytest.fixture
def tab(occlusion_board: Board, open_tab: Open) -> Tab:
    return open_occlusion(occlusion_board, open_tab)


def _over(image: int, y: int, x: int, share: float) -> Floats:
    """What is expected: the heat over the pixel of the picture."""
    under = picture(image)[y, x].astype(float)
    return np.asarray((1 - ALPHA) * under + ALPHA * cividis(share))


def _low_end(image: int) -> float:
    """One in a hundred shares of all logged epochs of both runs lies below it."""
    logged = [MANY.share(image)] * (LAST + 1) + [ONE.share(image)] * 3
    shares = np.sort(np.concatenate([one[np.isfinite(one)] for one in logged]))
    return float(shares[len(shares) // 100])


def _centres(of: Planted, image: int) -> list[tuple[int, int, int, int]]:
    """Some positions: row, column, and the pixel of the picture at the occluder's centre."""
    top, left = corner(image)
    half = of.size // 2
    on_object = [nearest(of, top + OBJECT / 2, left + part * OBJECT) for part in (0, 0.5, 1)]
    places = [(0, 0), (len(of.rows) - 1, 2), (3, len(of.cols) - 1), *on_object]
    return [(i, j, of.rows[i] + half, of.cols[j] + half) for i, j in places]


@pytest.mark.parametrize(("run", "of"), [(0, MANY), (1, ONE)])
@pytest.mark.parametrize("image", [0, 7])
def test_heat_is_what_the_record_says(
    occlusion_board: Board, open_tab: Open, run: int, of: Planted, image: int
) -> None:
    tab = open_occlusion(occlusion_board, open_tab, step="3", picture=str(image))
    low = _low_end(image)
    seen = set()
    for i, j, y, x in _centres(of, image):
        # Half a pixel off the middle, where two pixels of the picture would be mixed.
        probability = float(of.probability(image, 0.5)[i, j])
        share = float(of.share(image)[i, j])
        seen.add(round(probability, 2))
        for letter, part in (("d", probability), ("b", max(0.0, (share - low) / (1 - low)))):
            drawn = pixel(tab, letter, y + 0.5, x + 0.5, run)
            np.testing.assert_allclose(drawn, _over(image, y, x, part), atol=3)
    assert len(seen) > 1, "the object is covered at some of these positions, and not at others"


@pytest.mark.parametrize("plot", ["centre", "average"])
def test_small_changes_of_the_activation_are_seen(occlusion_board: Board, open_tab: Open, plot: str) -> None:
    tab = open_occlusion(occlusion_board, open_tab, worlds.runs("few"), picture="1", plot=plot, opacity="100")
    top, left = corner(1)
    red, _, blue = pixel(tab, "b", top + OBJECT / 2, left + OBJECT / 2)
    assert blue > red + 40, "95 % is the low end"
    red, _, blue = pixel(tab, "b", FRAME[0] - top, FRAME[1] - left)
    assert red > blue + 80, "nothing changes"
    bar = tab.find("[data-panel=b] .scale-bar")
    assert bar.locator("span").inner_text().split("\n") == ["95.0\u2009%", "100.0\u2009%"]
    assert bar.locator("b").evaluate("mark => mark.style.left") == "100%"
    expect(bar).to_contain_text("98\u2009% of the positions of 3 records, all runs")
    tab.find(".strip label:has-text('b activation')").click()
    colours = tab.find(".strip canvas").first.evaluate(
        "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, 44, 44).data).size"
    )
    assert colours > 30


def test_averaged_is_the_mean_over_what_covers_a_pixel(occlusion_board: Board, open_tab: Open) -> None:
    image = 1
    tab = open_occlusion(occlusion_board, open_tab, picture=str(image), plot="average")
    probability = MANY.probability(image, 1)
    rows, cols = np.array(MANY.rows), np.array(MANY.cols)
    for y, x in ((0, 0), (10, 14), (8, 21), (23, 35)):
        down = (rows <= y) & (y < rows + MANY.size)
        across = (cols <= x) & (x < cols + MANY.size)
        mean = float(probability[np.ix_(down, across)].mean())
        np.testing.assert_allclose(pixel(tab, "d", y + 0.5, x + 0.5), _over(image, y, x, mean), atol=3)


def test_margin_is_clear_and_what_is_missing_is_striped(tab: Tab) -> None:
    assert np.allclose(pixel(tab, "d", 0.5, 20.5), picture(0)[0, 20], atol=2)
    row, col = MANY.missing or (0, 0)
    y, x = MANY.rows[row] + 2, MANY.cols[col] + 2
    drawn = {pixel(tab, "d", y + 0.5, x + 0.5 + part) for part in np.linspace(-0.5, 0.5, 7)}
    low = _over(0, y, x, 0)
    assert len(drawn) > 1
    assert all(not np.allclose(colour, low, atol=20) for colour in drawn)
    expect(tab.find(".column >> nth=0 >> .class-legend")).to_contain_text("striped: 1 position missing")
    move_to(tab, "d", y, x)
    reading = tab.find(".column >> nth=0 >> .occlusion-reading")
    assert reading.locator("[data-reading=probability] b").inner_text() == "missing"
    assert reading.locator("[data-reading=class] b").inner_text() == "missing"


def test_colours_of_classes_are_those_of_the_legend(tab: Tab) -> None:
    swatches = tab.find(".column >> nth=0 >> .class-legend li i").evaluate_all(
        "all => all.map(one => getComputedStyle(one).backgroundColor.match(/\\d+/g).map(Number))"
    )
    names = tab.find(".column >> nth=0 >> .class-legend li span").all_inner_texts()
    top = MANY.top_class(0, 1)
    assert len({tuple(colour) for colour in swatches}) == len(names) == 3
    for i, j, y, x in _centres(MANY, 0):
        assert list(pixel(tab, "e", y + 0.5, x + 0.5)) == swatches[names.index(MANY.names[top[i, j]])]


def test_drop_is_white_where_nothing_is_lost(occlusion_board: Board, open_tab: Open) -> None:
    tab = open_occlusion(occlusion_board, open_tab, heat="drop", picture="2", opacity="100")
    assert min(pixel(tab, "d", 5.5, 5.5)) > 235
    top, left = corner(2)
    red, _, blue = pixel(tab, "d", top + 4, left + 4)
    assert blue > red + 60
    expect(tab.find(".column >> nth=0 >> [data-panel=d] figcaption")).to_contain_text("drop of probability")
    low, high = tab.find("[data-panel=d] .scale-bar span").first.inner_text().split()
    assert low.strip("\u2212") == high == "0.855"
