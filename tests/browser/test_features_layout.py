"""How the maps of runs side by side are laid out, from small windows to large ones."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.board import Board
from tests.browser.feature_logs import PlantedLayer, gratings, write_features
from tests.browser.tab import Open, Tab

EPOCHS, MAPS, SIDES = 4, 32, {"coarse": 11, "fine": 9}
SIZES = [
    pytest.param((3840, 2160), 1, id="3840x2160"),
    pytest.param((1920, 1080), 2, id="1920x1080, 2 pixels a pixel"),
    pytest.param((1601, 1000), 1, id="1601x1000"),
    pytest.param((900, 736), 1, id="900x736"),
]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Two runs whose projections differ in size, as those of convolutions of different kernels do."""
    root = tmp_path_factory.mktemp("sides") / "logs"
    random = np.random.default_rng(3)
    strength = random.uniform(1, 9, (EPOCHS, MAPS)).astype(np.float32)
    strongest = random.integers(0, 4, (EPOCHS, MAPS))
    for name, side in SIDES.items():
        tiles = np.stack([gratings(MAPS, side, seed) for seed in range(EPOCHS)])
        kernel = random.normal(0, 1, (EPOCHS, side, side, 3, MAPS))
        layer = PlantedLayer(strength, strongest, np.full((EPOCHS, MAPS), 0.1), tiles, kernel)
        write_features(root / name, {"conv1": layer}, gratings(4, 24, 9), [0, 1, 2, 3], list("abcd"))
    board = Board(root).await_runs(2, steps=EPOCHS)
    yield board
    board.close()


def _open(open_tab: Open, board: Board, size: tuple[int, int], dpr: int = 1, **state: str) -> Tab:
    how = {"view": "features", "layer": "conv1", **state}
    tab = open_tab(board.url, size=size, context={"device_scale_factor": dpr}, **how)
    expect(tab.find(".map-grid .cell")).to_have_count(2 * MAPS)
    return tab


@pytest.mark.parametrize(("size", "dpr"), SIZES)
def test_a_row_has_the_same_maps_in_all_runs(
    sides: Board, open_tab: Open, size: tuple[int, int], dpr: int
) -> None:
    tab = _open(open_tab, sides, size, dpr)
    grids = tab.find(".map-grid").evaluate_all(
        """all => all.map(grid => [...grid.querySelectorAll('.cell')].map(
            cell => [cell.dataset.cell, Math.round(10 * cell.offsetLeft), Math.round(10 * cell.offsetTop)]
        ))"""
    )
    assert grids[0] == grids[1]
    assert len({left for _, left, _ in grids[0]}) > 1
    tops = tab.find(".map-grid").evaluate_all("all => all.map(grid => grid.getBoundingClientRect().top)")
    assert tops[0] == tops[1]
    wide = tab.frame.evaluate(
        """[...document.querySelectorAll('main, .column, .map-grid')]
            .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.className || one.tagName)"""
    )
    assert wide == []


def test_nothing_is_laid_out_anew_while_the_slider_moves(sides: Board, open_tab: Open) -> None:
    tab = _open(open_tab, sides, (1601, 1000))
    tab.frame.evaluate(
        """window.moved = [];
        new MutationObserver(all => moved.push(...all.map(({type, target}) => type + target.className)))
            .observe(document.querySelector('.columns'), {
                subtree: true, attributes: true, attributeFilter: ['style', 'width', 'height']
            });"""
    )
    for _ in range(EPOCHS - 1):
        tab.press(",")
    assert tab.epoch == f"epoch 1 of {EPOCHS}"
    assert tab.frame.evaluate("moved") == []


@pytest.mark.parametrize(("size", "dpr"), SIZES)
def test_the_enlarged_map_uses_the_room_there_is(
    sides: Board, open_tab: Open, size: tuple[int, int], dpr: int
) -> None:
    tab = _open(open_tab, sides, size, dpr, map="3")
    expect(tab.find(".drawer svg.bars")).to_have_count(2)
    drawer = tab.find(".drawer")
    inside, room, bottom = drawer.evaluate(
        "one => [one.scrollHeight, one.clientHeight, one.getBoundingClientRect().bottom]"
    )
    assert bottom <= size[1] + 1, "all of the drawer is in the window"
    assert room <= 0.6 * size[1] + 1
    if size[1] > 2000:
        assert inside <= room, "and on a large screen all of its curves are"
    if inside > room:
        drawer.evaluate("one => { one.scrollTop = one.scrollHeight; }")
        last = tab.find(".drawer svg.bars").last.bounding_box()
        assert last and last["y"] + last["height"] <= size[1]
        assert last["y"] >= tab.find(".drawer > header").evaluate("one => one.getBoundingClientRect().bottom")


def test_nothing_shows_beside_the_header_of_the_drawer(sides: Board, open_tab: Open) -> None:
    """The outline of the chosen tile is wider than the tile."""
    tab = _open(open_tab, sides, (1280, 800), map="3")
    expect(tab.find(".drawer .here").first).to_be_visible()
    header = tab.find(".drawer > header")
    shift = tab.find(".drawer").evaluate(
        """one => {
            const [tile, header] = ['.here', ':scope > header'].map(name => one.querySelector(name));
            const below = tile.getBoundingClientRect().top - header.getBoundingClientRect().top;
            return one.scrollTop = below - 10;
        }"""
    )
    assert shift > 0
    box = header.bounding_box()
    drawer = tab.find(".drawer").bounding_box()
    assert box and drawer
    clip = {"x": drawer["x"] + 1, "y": box["y"] + 2, "width": 14, "height": box["height"] - 4}
    pixels = np.asarray(Image.open(io.BytesIO(tab.page.screenshot(clip=clip))).convert("RGB"))
    assert (pixels == pixels[0, 0]).all()
