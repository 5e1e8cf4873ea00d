"""What `tb_convvis.figure` draws is what the page exports."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import tb_convvis
from tb_convvis.figures.figure import Figure
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.menu import TIMES, Menu, Pixels
from tests.browser.tab import Open
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
    board = Board(root)
    board.await_runs(2)
    board.await_steps(few=LAST + 1, run=LAST + 1)
    yield board, root
    board.close()


def embedded(shown: Figure) -> list[Pixels]:
    """The pictures that a figure is made of, as its SVG holds them."""
    found = []
    for image in ElementTree.fromstring(shown.svg).iter("{http://www.w3.org/2000/svg}image"):  # noqa: S314
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
        (tile,) = embedded(shown)
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
    panels = [one for one in embedded(shown) if one.shape == (height, width, 3)]
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
