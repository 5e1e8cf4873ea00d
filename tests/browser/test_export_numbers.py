"""Tables hold the numbers that are planted in the logs, all of them or a word about what is lacking."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Download, Route, expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.export_world import (
    BROKEN,
    CLASSES,
    DAMAGED,
    EPOCHS,
    FORMULA,
    KERNEL,
    LAYER,
    MAPS,
    PICTURE_SIDE,
    SIDE,
    STRENGTH,
    STRONGEST,
    open_features,
)
from tests.browser.feature_logs import K
from tests.browser.menu import Menu
from tests.browser.tab import Open

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def test_tables_hold_the_planted_numbers(export_board: Board, open_tab: Open) -> None:
    menu = Menu(open_features(open_tab, export_board, "a", FORMULA, step="3"))
    comments, rows = menu.table("CSV: Activations of the drawn maps, shown epoch")
    assert f"# run: {FORMULA}/convvis" in comments
    assert len(rows) == 2 * MAPS * K
    assert {row["run"] for row in rows} == {"a/convvis", f"'{FORMULA}/convvis"}
    for row in rows:
        map_, slot = int(row["map"]), int(row["slot"])
        value = np.float32(STRENGTH[2, map_] * (1 - slot / 20))
        assert np.float32(row["value"]) == pytest.approx(value, rel=1e-6)
        assert int(row["image"]) == STRONGEST[2, map_]
        assert row["class"] == CLASSES[STRONGEST[2, map_]].replace("=HYP", "'=HYP")
        assert (int(row["top"]), int(row["left"])) == ((slot * 2) % (PICTURE_SIDE - SIDE + 1), slot % 3)
    _, rows = menu.table("CSV: Activations of the drawn maps, all epochs")
    assert len(rows) == 2 * EPOCHS * MAPS * K
    _, rows = menu.table("CSV: Strengths of all maps, all epochs")
    found = np.array([row["strength"] for row in rows], np.float32).reshape(2, EPOCHS, MAPS)
    assert np.array_equal(found, np.stack([STRENGTH, STRENGTH]))
    assert {row["change"] for row in rows} == {"NaN"}


def _abort(route: Route) -> None:
    route.abort()


def test_nothing_is_saved_while_a_part_of_it_cannot_be_fetched(export_board: Board, open_tab: Open) -> None:
    # Then neither strengths of all epochs nor projections are here.
    tab = open_features(open_tab, export_board, "a", step="3", show="patches")
    menu = Menu(tab)
    tab.page.route("**/blobs**", _abort)
    saved: list[Download] = []

    def keep(download: Download) -> None:
        saved.append(download)

    tab.page.on("download", keep)
    said = menu.dialog.locator(".said")
    for label in (
        "CSV: Strengths of all maps, all epochs",
        "PNG 300 dpi: Fig. 4: evolution over the epochs",
        "SVG: Fig. 2: projections and patches",
    ):
        menu.dialog.get_by_label(label, exact=True).click()
        lacks = re.compile(
            r"Not exported: \d+ of \d+ records could not be fetched. TensorBoard does not answer"
        )
        expect(said).to_have_text(lacks, timeout=20_000)
        expect(menu.dialog.locator("[aria-busy=true]")).to_have_count(0)
    assert saved == []
    tab.page.unroute("**/blobs**")
    comments, rows = menu.table("CSV: Strengths of all maps, all epochs")
    assert {int(row["epoch"]) for row in rows} == set(range(1, EPOCHS + 1))
    assert not any("left out" in line for line in comments)
    tab.errors.clear()


def test_what_is_damaged_is_left_out_and_said_to_be(export_board: Board, open_tab: Open) -> None:
    menu = Menu(open_features(open_tab, export_board, "a", BROKEN, step="3", pins=f"{LAYER}(3)"))
    said = menu.dialog.locator(".said")
    for label in ("Strengths of all maps, all epochs", "Activations of the drawn maps, all epochs"):
        comments, rows = menu.table(f"CSV: {label}")
        assert comments.count(f"# left out: 1 of 6 epochs (damaged): {DAMAGED}") == 1
        expect(said).to_contain_text(f"; left out: 1 of 6 epochs (damaged): {DAMAGED}")
        epochs = {
            run: {int(row["epoch"]) for row in rows if row["run"] == f"{run}/convvis"}
            for run in ("a", BROKEN)
        }
        assert epochs["a"] - epochs[BROKEN] == {DAMAGED}
    menu.dialog.locator("select").select_option(BROKEN)
    _, info = menu.picture("PNG 300 dpi: Fig. 4: evolution over the epochs")
    assert info["left_out"] == f"1 of 4 epochs (damaged): {DAMAGED}"


def test_filter_statistics_and_histograms(export_board: Board, board: Board, open_tab: Open) -> None:
    menu = Menu(open_features(open_tab, export_board, "a", view="filters"))
    _, rows = menu.table("CSV: Filter statistics, all epochs")
    found = np.array([row["rms"] for row in rows], float).reshape(EPOCHS, MAPS)
    assert found == pytest.approx(np.sqrt((KERNEL.astype(float) ** 2).mean((1, 2, 3))))

    menu = Menu(open_tab(board.url, view="weights", runs=worlds.runs("lr/fast"), layer="conv1"))
    comments, rows = menu.table("CSV: Histograms of conv1/kernel, all epochs")
    assert "# epochs: all up to 11" in comments
    counts = [float(row["count"]) for row in rows if row["epoch"] == "4"]
    assert sum(counts) == np.prod(worlds.SHAPES["conv1"])
    label = menu.dialog.locator("li span").first.text_content()
    svg = menu.drawing(f"SVG: {label}")
    assert len([path for path in svg.iter(f"{SVG}path") if "C" in path.get("d", "")]) >= worlds.STEPS
    assert "tb_convvis 0.1.0" in svg.findtext(f"{SVG}desc", "")
