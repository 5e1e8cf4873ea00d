"""The First layer view, in the plugin's frame alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.tab import RGB, Open

GREY = 128


@pytest.mark.parametrize(
    ("filter_", "column", "expected"),
    [
        (0, 1, (191, 191, 191)),  # all weights .5 of M = 1: v = .75
        (1, 0, (255, GREY, GREY)),  # red alone
        (2, 2, (GREY, GREY, GREY)),  # zero
        (3, 0, (GREY, 0, GREY)),
        (3, 2, (GREY, 255, GREY)),
    ],
)
def test_pixel_is_the_weight(board: Board, open_tab: Open, filter_: int, column: int, expected: RGB) -> None:
    tab = open_tab(board.url, runs=worlds.runs("planted"), layer="conv1")
    assert tab.weight(0, filter_, 1, column) == expected


def test_scale_per_filter_and_channels_apart(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("planted"), layer="conv1", scale="filter")
    assert tab.weight(0, 0, 1, 1) == (255, 255, 255), "its own largest weight is white"
    assert tab.weight(0, 2, 1, 1) == (GREY, GREY, GREY), "zero stays grey"
    tab.find("label:has-text('apart')").click()
    # Three tiles in a row, red at the left: the block is three times as wide as high.
    box = tab.find("[data-cell='1']").bounding_box()
    assert box and 2.9 < box["width"] / box["height"] < 3.2


def test_bgr_is_undone(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("planted"), layer="bgr")
    red, green, blue = tab.frame.evaluate(
        "[...document.querySelector('.filter-grid canvas').getContext('2d').getImageData(2, 2, 1, 1).data]"
    )[:3]
    assert (red, green, blue) == (255, GREY, GREY)


def test_scale_is_stated_with_its_number(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("planted"), layer="conv1")
    expect(tab.find(".legend")).to_contain_text("M = 1: the layer's largest |weight| over its 2 epochs")
    tab.find("label:has-text('per filter')").click()
    expect(tab.find(".legend")).to_contain_text("each filter's own largest |weight|")


def test_dead_filters_are_named(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("planted"), layer="conv1")
    expect(tab.find(".words")).to_contain_text("1 filter is dead: 2.")


def test_missing_step_shows_the_one_before_and_says_so(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("lr/fast", "lr/slow"), step="5")
    expect(tab.column("lr/fast").locator(".shown")).to_have_text("epoch 5")
    expect(tab.column("lr/slow").locator(".shown")).to_have_text("showing 3, asked 5")


def test_notes_of_the_epoch(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="filters", runs=worlds.runs("damaged"), step="3")
    expect(tab.find(".column")).to_contain_text("epoch 2 was left out, to keep to the budget.")
    tab.press(",")
    expect(tab.find(".column")).not_to_contain_text("to keep to the budget")


def test_few_requests(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("lr/fast", "lr/slow"))
    assert len([url for url in tab.requests if "blobs" in url]) <= 2
    for _ in range(worlds.STEPS):
        tab.requests.clear()
        tab.press(",")
        assert len(tab.requests) <= 1, "one scrub step costs at most one request"
    assert tab.requests == [], "and none where everything is here"


def test_enlarged_filter(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("lr/fast", "lr/slow"))
    grid = tab.find("[role=grid]").first
    grid.locator("[data-cell='0']").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Enter")
    expect(tab.find(".enlarged h2")).to_have_text("Filter 1")
    assert tab.find(".enlarged .filmstrip canvas").count() == 2
    assert tab.find(".enlarged .curve").count() == 2
    tab.find(".enlarged .filmstrip .tile-stack").first.click(position={"x": 5, "y": 5})
    assert tab.epoch.startswith("epoch 0 of 11")
    tab.page.keyboard.press("Escape")
    expect(tab.find(".enlarged")).to_have_count(0)


def test_deep_layer_is_grey_and_keys_walk_the_layers(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("lr/fast"))
    expect(tab.find(".toolbar select")).to_have_value("conv1")
    tab.press("]")
    expect(tab.find(".toolbar select")).to_have_value("backbone/conv2")
    expect(tab.find(".toolbar")).not_to_contain_text("Channels")
    greys = tab.frame.evaluate(
        """(() => {
            const canvas = document.querySelector('.filter-grid canvas');
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            for (let at = 0; at < data.length; at += 4)
                if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
            return true;
        })()"""
    )
    assert greys
    tab.press("[")
    expect(tab.find(".toolbar select")).to_have_value("conv1")
