"""What is exported is what was logged, and says where it comes from; a link opens the same state."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tb_convvis import http, schema
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.export_world import (
    DEAD,
    DIVERGED,
    KERNEL,
    LAYER,
    LOGGED_FIGURE_4,
    MAPS,
    PICTURE_SIDE,
    PICTURES,
    PROJECTIONS,
    RANDOM,
    SIDE,
    STRENGTH,
    STRONGEST,
    open_features,
)
from tests.browser.feature_logs import GREY, K
from tests.browser.menu import TIMES, Menu, Pixels
from tests.browser.tab import Open
from tests.browser.tiles import Tiles
from tests.logs import START, LogFile

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def _patch(map_: int, slot: int, epoch: int) -> Pixels:
    """What `write_features` lets a slot see: it lies inside the picture."""
    top, left = (slot * 2) % (PICTURE_SIDE - SIDE + 1), slot % 3
    picture = PICTURES[STRONGEST[epoch - 1, map_]]
    return np.asarray(picture[top : top + SIDE, left : left + SIDE])


def _filter(map_: int, epoch: int) -> Pixels:
    largest = np.abs(KERNEL).max()
    return np.asarray(
        np.rint(255 * (0.5 + KERNEL[epoch - 1, ..., map_].astype(float) / (2 * largest))), np.uint8
    )


def test_all_that_was_built_is_served() -> None:
    assert {path.name for path in http.STATIC_DIRECTORY.glob("*.js")} == set(http.STATIC_TYPES)


def test_filters_are_the_logged_pixels_at_each_scale(export_board: Board, open_tab: Open) -> None:
    menu = Menu(open_features(open_tab, export_board, "a", view="filters", step="3"))
    sizes, found = [], []
    for scale, label in ((1, f"PNG 1{TIMES}"), (2, f"2{TIMES}"), (4, f"4{TIMES}")):
        image, info = menu.picture(f"{label}: Filters of {LAYER}")
        tiles = Tiles(image)
        enlarged = tiles.scale_of(_filter(0, 3))
        sizes.append(np.array(image.shape[:2]) / scale)
        found.append([np.array(tiles.place(_filter(map_, 3), enlarged)) / scale for map_ in range(MAPS)])
        assert info["dpi"] == pytest.approx((96 * scale, 96 * scale), abs=0.05)
    assert np.array_equal(sizes[0], sizes[1])
    assert np.array_equal(sizes[0], sizes[2])
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
    in_reading_order = sorted(range(MAPS), key=lambda map_: tuple(found[0][map_]))
    assert in_reading_order == list(range(MAPS))


def test_a_figure_says_where_it_comes_from(export_board: Board, open_tab: Open) -> None:
    menu = Menu(open_features(open_tab, export_board, worlds.HOSTILE, step="3", pins=f"{LAYER}(3.5)"))
    _, info = menu.picture("PNG 300 dpi: Fig. 2: projections and patches")
    assert info["run"] == f"{worlds.HOSTILE}/convvis"
    assert (info["layer"], info["epoch"], info["maps"], info["rule"]) == (LAYER, "3", "3, 5", "deconvnet")
    assert info["logged"] == "by tb_convvis of unknown version, 2023-11-14 22:13:42 UTC"
    assert START == 1_700_000_000
    svg = menu.drawing("SVG: Fig. 2: projections and patches")
    said = " ".join(svg.findtext(SVG + name, "") for name in ("title", "desc", "metadata"))
    for words in (worlds.HOSTILE, "epoch 3", "maps: 3, 5", "22:13:42 UTC"):
        assert words in said
    lines = [text.text or "" for text in svg.iter(f"{SVG}text")]
    assert "logged by tb_convvis" in " ".join(lines)


def test_svg_holds_its_pictures_and_a_hostile_name_is_inert(
    export_board: Board, open_tab: Open, browser: Browser, tmp_path: Path
) -> None:
    menu = Menu(open_features(open_tab, export_board, worlds.HOSTILE, step="3", pins=f"{LAYER}(3)"))
    name, data = menu.save("SVG: Fig. 2: projections and patches")
    assert not set(name) & set("<>='/\\")
    svg = ElementTree.fromstring(data)  # noqa: S314
    assert svg.get("width") == "6.875in"
    pictures = [picture for picture in svg.iter(f"{SVG}image") if "pixelated" in picture.get("style", "")]
    assert len(pictures) == 2 * K
    for picture, expected in ((pictures[0], PROJECTIONS[2, 3]), (pictures[K + 4], _patch(3, 4, 3))):
        address = picture.get(HREF, "")
        page = browser.new_page()
        pixels = page.evaluate(
            """async address => {
                const image = new Image();
                image.src = address;
                await image.decode();
                const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
                canvas.drawImage(image, 0, 0);
                return [...canvas.getImageData(0, 0, image.width, image.height).data];
            }""",
            address,
        )
        page.close()
        assert np.array_equal(np.reshape(pixels, (SIDE, SIDE, 4))[..., :3], expected), (
            "one pixel for one logged"
        )
    file = tmp_path / "figure.svg"
    file.write_bytes(data)
    page = browser.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text))
    page.goto(file.as_uri())
    assert page.evaluate("document.querySelector('image[src], img, script')") is None
    assert page.evaluate("document.title") != "ran"
    assert errors == []
    page.close()


@pytest.mark.parametrize(("column", "inches", "across"), [("one column", 3.25, 2), ("two", 6.875, 4)])
def test_figure_2_has_the_maps_of_the_order(
    export_board: Board, open_tab: Open, column: str, inches: float, across: int
) -> None:
    menu = Menu(open_features(open_tab, export_board, "a", step="3", sort="strength", order_at="3"))
    menu.dialog.locator(f".segmented label:has-text('{column}')").click()
    image, info = menu.picture("PNG 300 dpi: Fig. 2: projections and patches")
    assert image.shape[1] == int(300 * inches)
    assert info["dpi"] == pytest.approx((300, 300), abs=0.05)
    strongest = [int(map_) for map_ in np.argsort(-STRENGTH[2], kind="stable")[:16]]
    tiles = Tiles(image)
    scale = tiles.scale_of(PROJECTIONS[2, strongest[0]])
    blocks = {map_: tiles.places(PROJECTIONS[2, map_], scale) for map_ in range(MAPS)}
    assert {map_ for map_, places in blocks.items() if places} == set(strongest)
    assert all(len(blocks[map_]) == K for map_ in strongest), "a block of nine"
    assert sorted(strongest, key=lambda map_: blocks[map_][0]) == strongest, "in the order shown"
    assert len({blocks[map_][0][1] for map_ in strongest}) == across
    for map_ in strongest:
        patches = [_patch(map_, slot, 3) for slot in range(K)]
        offset = None
        for slot, patch in enumerate(patches):
            top, left = blocks[map_][slot]
            beside = [x for y, x in tiles.places(patch, scale) if y == top and x > left]
            assert beside, "beside the projection it belongs to"
            offset = offset or min(beside) - left
            assert left + offset in beside


def test_figure_4_has_a_row_for_each_pinned_map(export_board: Board, open_tab: Open) -> None:
    pinned = [2, 9, 40]
    menu = Menu(open_features(open_tab, export_board, "a", pins=f"{LAYER}({'.'.join(map(str, pinned))})"))
    image, info = menu.picture("PNG 300 dpi: Fig. 4: evolution over the epochs")
    assert info["epochs"] == ", ".join(map(str, LOGGED_FIGURE_4))
    tiles = Tiles(image)
    scale = tiles.scale_of(PROJECTIONS[0, 2])
    places = [
        [tiles.place(PROJECTIONS[epoch - 1, map_], scale) for epoch in LOGGED_FIGURE_4] for map_ in pinned
    ]
    assert all(len({y for y, _ in row}) == 1 for row in places), "a row for each map"
    assert [row[0] for row in places] == sorted(row[0] for row in places)
    lefts = [x for _, x in places[0]]
    assert lefts == sorted(lefts)
    assert all([x for _, x in row] == lefts for row in places)
    svg = menu.drawing("SVG: Fig. 4: evolution over the epochs")
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert words[:8] == [f"Layer {LAYER}", "epoch 1", "2", "5", "6", "map 2", "map 9", "map 40"]


def test_grid_and_enlarged_map_of_the_features(export_board: Board, open_tab: Open) -> None:
    menu = Menu(
        open_features(open_tab, export_board, "a", step="3", map="7", pins=f"{LAYER}(60)", find="0-9")
    )
    image, _ = menu.picture(f"PNG 1{TIMES}: Maps of {LAYER}")
    tiles = Tiles(image)
    scale = tiles.scale_of(PROJECTIONS[2, 60])
    shown = [60, *range(10)]
    firsts = {map_: tiles.places(PROJECTIONS[2, map_], scale) for map_ in range(MAPS)}
    assert sorted((map_ for map_ in firsts if firsts[map_]), key=lambda map_: firsts[map_][0]) == shown
    image, info = menu.picture(f"2{TIMES}: Map 7")
    enlarged = Tiles(image)
    assert info["maps"] == "7"
    assert len(enlarged.places(PROJECTIONS[2, 7], enlarged.scale_of(PROJECTIONS[2, 7]))) == K
    strip = [enlarged.scale_of(PROJECTIONS[epoch - 1, 7]) for epoch in LOGGED_FIGURE_4]
    assert min(strip) > 1
    curve = menu.drawing("SVG: strength of map 7 over the epochs")
    assert not list(curve.iter(f"{SVG}image"))
    assert len([path for path in curve.iter(f"{SVG}path") if "L" in path.get("d", "")]) >= 2


def _text(svg: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def _grey(image: Pixels) -> float:
    """Which share of a picture is as grey as what nothing influences."""
    return float((image == GREY).all(-1).mean())


def test_dead_maps_are_hatched_and_named(export_board: Board, open_tab: Open) -> None:
    pins = f"{LAYER}({DEAD}.{DIVERGED}.3)"
    menu = Menu(
        open_features(open_tab, export_board, "a", step="5", map=str(DIVERGED), pins=pins, show="both")
    )
    labels = {
        "Fig. 2: projections and patches",
        "Fig. 4: evolution over the epochs",
        f"Map {DIVERGED}",
        f"Maps of {LAYER}",
    }
    for label in labels:
        drawn, info = menu.picture(
            f"{'PNG 300 dpi' if label.startswith('Fig') else f'PNG 1{TIMES}'}: {label}"
        )
        assert info["crossed"] == "not finite: none of the map's activations is a finite number"
        assert ("hatched" in info) == label.startswith("Fig. 4")
        assert _grey(drawn) < 0.02, label
    assert f"map {DIVERGED}, not finite" in _text(menu.drawing("SVG: Fig. 2: projections and patches"))
    assert "patches, not finite" in _text(menu.drawing(f"SVG: Map {DIVERGED}"))
    assert "not finite" in _text(menu.drawing(f"SVG: Maps of {LAYER}"))
    rows = {
        (int(row["epoch"]), int(row["map"])): row["strength"]
        for row in menu.table("CSV: Strengths of all maps, all epochs")[1]
    }
    assert rows[5, DIVERGED] == "-Infinity"


def test_too_large_a_picture_is_offered_smaller(open_tab: Open, tmp_path: Path) -> None:
    root = tmp_path / "logs"
    with LogFile(root / "wide" / schema.RUN_DIRECTORY) as log:
        log.start()
        log.filters("conv9", 0, RANDOM.uniform(-1, 1, (3, 3, 64, 1024)))
    wide = Board(root)
    try:
        tab = open_tab(wide.await_runs(1).url, size=(440, 736))
        menu = Menu(tab)
        menu.dialog.get_by_label(f"4{TIMES}: Filters of conv9", exact=True).click()
        said = menu.dialog.locator(".said")
        expect(said).to_contain_text("pixels are more than the browser can draw", timeout=20_000)
        with tab.page.expect_download() as download:
            said.get_by_role("button", name=f"Save 2{TIMES}").click()
        with Image.open(download.value.path()) as image:
            assert 2 * image.height > 16_384 / 2
            assert image.height < 16_384
        menu.dialog.get_by_label("SVG: Filters of conv9", exact=True).click()
        expect(said).to_contain_text("more than most programs can open. Take a PNG.", timeout=20_000)
    finally:
        wide.close()
