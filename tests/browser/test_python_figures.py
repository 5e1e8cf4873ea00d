"""What `tb_convvis.figure` draws is what the page exports."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import tb_convvis
from tb_convvis.figures.figure import Figure
from tests.browser import changes_world, networks, worlds
from tests.browser.board import Board
from tests.browser.changes_world import EPOCHS, LAYER, MAPS, REPLACED, SIDE, projections
from tests.browser.feature_logs import K
from tests.browser.menu import TIMES, Menu, Pixels
from tests.browser.tab import Open
from tests.figures.network import lines, names, words
from tests.figures.pixels import places, squares
from tests.logs import write_run
from tests.occlusion_logs import FEW, write_occlusion

LAST = 2
PAPER = 10
"""Dots of a pixel of the occluded picture in a figure of the page at 300 dpi."""


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Board, Path]]:
    root = tmp_path_factory.mktemp("figures") / "logs"
    write_occlusion(root / "few", range(LAST + 1), FEW)
    write_run(root / "run", range(LAST + 1), {"conv1": (5, 5, 3, 8)}, keras=False)
    changes_world.write_changes(root / "changed", EPOCHS)
    networks.write_networks(root / "nets")
    board = Board(root)
    board.await_runs(11)
    board.await_steps(few=LAST + 1, run=LAST + 1, changed=EPOCHS)
    yield board, root
    board.close()


def drawn(shown: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(shown.svg)  # noqa: S314


def embedded(drawing: ElementTree.Element) -> list[Pixels]:
    """The pictures that an SVG holds."""
    found = []
    for image in drawing.iter("{http://www.w3.org/2000/svg}image"):
        data = image.attrib["{http://www.w3.org/1999/xlink}href"].partition(",")[2]
        found.append(np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")))
    return found


def test_filters_are_those_of_the_page(figures: tuple[Board, Path], open_tab: Open) -> None:
    board, root = figures
    tab = open_tab(board.url, size=(1400, 1000), view="filters", runs=worlds.runs("run"))
    tab.settle()
    page, info = Menu(tab).picture(f"PNG 1{TIMES}: Filters of conv1")
    image = Image.fromarray(page)
    for filter_ in range(8):
        shown = tb_convvis.figure(root, run="run", maps=[filter_], scale=1)
        (tile,) = embedded(drawn(shown))
        assert [scale for scale in range(2, 60) if len(places(image, squares(tile, scale))) == 1][-1:]
    for fact in ("run", "layer", "epoch", "scale", "logged"):
        assert shown.facts[fact] == info[fact]


def test_occlusion_panels_are_those_of_the_page(figures: tuple[Board, Path], open_tab: Open) -> None:
    board, root = figures
    tab = open_tab(board.url, size=(1400, 1000), view="occlusion", runs=worlds.runs("few"), picture="1")
    tab.settle()
    page, info = Menu(tab).picture("PNG 300 dpi: Fig. 7: occlusion, all shown runs")
    shown = tb_convvis.figure(root, "occlusion", run="few", picture=1, scale=PAPER)
    height, width = 24 * PAPER, 36 * PAPER
    panels = [one for one in embedded(drawn(shown)) if one.shape == (height, width, 3)]
    assert len(panels) == 4, "a, b, d and e"
    # In the margin around the outermost centres every panel shows the picture alone.
    corners = places(Image.fromarray(page), panels[1][:PAPER])
    for panel in panels[1:]:
        # The browser rounds what it lays over a picture in steps of its own.
        apart = [
            np.abs(page[top : top + height, left : left + width].astype(int) - panel).max()
            for top, left in corners
        ]
        assert min(apart) <= 1, apart
    for fact in ("run", "layer", "epoch", "map", "class", "occluder"):
        assert shown.facts[fact] == info[fact]


def test_changes_are_those_of_the_page(figures: tuple[Board, Path], open_tab: Open) -> None:
    board, root = figures
    at = {"view": "changes", "runs": worlds.runs("changed"), "layer": LAYER, "map": str(REPLACED)}
    tab = open_tab(board.url, size=(1400, 1000), **at)
    tab.settle()
    counts = tab.find(".readout").inner_text().rstrip(".")
    menu = Menu(tab)
    _, rows = menu.table("CSV: Changes of all maps, A to B")
    shown = tb_convvis.figure(root, "changes", run="changed", maps=list(MAPS))
    said = words(drawn(shown))
    assert counts in said
    cards = re.findall(r"map (\d+)\|([^|]+)\|strength ([^|]+)", "|".join(said))
    assert [int(number) for number, _, _ in cards] == [int(row["map"]) for row in rows]
    for (_, rank, strength), row in zip(cards, rows, strict=True):
        share = f"turnover {100 * float(row['turnover']):.0f}\u2009%"
        assert rank == (share if row["rank"] else row["state"].replace("not drawn", "not ranked"))
        for value in (float(row["strength_a"]), float(row["strength_b"])):
            assert (f"{value:g}" if value > 0 else "dead" if value == 0 else "not finite") in strength
    _, info = menu.picture(f"PNG 1{TIMES}: Map {REPLACED} at A and B, side by side")
    for fact in ("run", "layer", "epochs", "rule", "logged"):
        assert shown.facts[fact] == info[fact]
    page = embedded(menu.drawing(f"SVG: Map {REPLACED} at A and B, side by side"))
    one = tb_convvis.figure(root, "changes", run="changed", maps=[REPLACED], scale=1)
    ours = [tile for block in embedded(drawn(one)) for tile in tiles(block)]
    # The page has the projections at A and at B before the patches.
    a, patches_a, b, patches_b = (ours[at : at + K] for at in range(0, 4 * K, K))
    np.testing.assert_array_equal(page, [*a, *b, *patches_a, *patches_b])
    np.testing.assert_array_equal(a, [projections()[1, REPLACED]] * K)


def tiles(block: Pixels) -> list[Pixels]:
    """Those of a block, row by row."""
    starts = range(0, block.shape[0], SIDE + 2)
    return [block[top : top + SIDE, left : left + SIDE] for top in starts for left in starts]


def test_the_network_is_that_of_the_page(figures: tuple[Board, Path], open_tab: Open) -> None:
    board, root = figures
    tab = open_tab(board.url, size=(1400, 1000), view="layers", runs=worlds.runs("nets/one"))
    tab.settle()
    menu = Menu(tab)
    page = menu.drawing("SVG: The network as it is unfolded")
    shown = tb_convvis.figure(root, "layers", run="nets/one")
    ours = drawn(shown)
    assert names(ours) == names(page)
    assert lines(ours) == lines(page)
    # Title and caption apart, all that the page writes into its boxes.
    assert set(words(page)[1:-3]) <= set(words(ours))
    _, rows = menu.table("CSV: Layers, the newest record")
    for row in rows:
        if row["field_rows"]:
            assert f"sees {row['field_rows']} {TIMES} {row['field_cols']} px, one every 2 px" in words(ours)
    _, info = menu.picture(f"2{TIMES}: The network as it is unfolded")
    for fact in ("run", "layer", "epoch", "parameters", "layers", "logged"):
        assert shown.facts[fact] == info[fact]
