"""The curves and the filter of an enlarged map are those that are planted in the logs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.order_world import DEAD, EPOCHS, LAYER, LONE, STRENGTH
from tests.browser.tab import Open, Tab


def _heights(curve: Locator) -> list[float]:
    """Where the corners of a curve lie, from above, of those that are drawn."""
    path = curve.locator("path.curve").get_attribute("d") or ""
    return [float(y) for y in re.findall(r"[ML][\d.]+,([\d.]+)", path)]


def test_a_value_between_unknown_ones_is_a_dot(order_board: Board, open_tab: Open) -> None:
    tab = open_tab(order_board.url, view="features", layer=LAYER, map=str(DEAD), runs=worlds.runs("a"))
    dot = tab.find("[aria-label='change of the projection of map 5 over the epochs'] circle.lone:not(.thin)")
    expect(dot).to_have_count(1)
    marker = tab.find("[aria-label='strength of map 5 over the epochs'] .marker")
    tab.press(",")
    assert tab.epoch == f"epoch {LONE + 1} of {EPOCHS}"
    assert float(dot.get_attribute("cx") or "") == pytest.approx(float(marker.get_attribute("x1") or ""))
    expect(tab.find("circle.lone")).to_have_count(1)


def test_curves_and_kernel_of_the_enlarged_map(order_board: Board, open_tab: Open) -> None:
    tab = open_tab(order_board.url, view="features", layer=LAYER, map="1", runs=worlds.runs("a"))
    heights = np.array(_heights(tab.find("[aria-label='strength of map 1 over the epochs']")))
    slope, top = np.polyfit(STRENGTH[:, 1], heights, 1)
    assert slope < 0
    np.testing.assert_allclose(heights, slope * STRENGTH[:, 1] + top, atol=0.01)
    expect(tab.find(".curves")).to_contain_text("not known at any epoch")
    assert _bars(tab) == _bars_of_map_1()
    tab.page.keyboard.press("j")
    curve = tab.find("[aria-label='change of the projection of map 2 over the epochs']")
    change = _heights(curve)
    assert len(change) == EPOCHS - 1
    assert len(set(change)) == 1


def _bars(tab: Tab) -> list[int]:
    """How many weights of the enlarged map's filter lie in each bar."""
    counts = tab.find("svg.bars").get_attribute("data-counts")
    assert counts is not None
    return [int(count) for count in counts.split(",")]


def _bars_of_map_1() -> list[int]:
    counts, _ = np.histogram(np.linspace(-1, 1, 27), 25, (-1, 1))
    return [int(count) for count in counts]


def test_an_activation_shows_the_kernel_of_its_convolution(order_board: Board, open_tab: Open) -> None:
    tab = open_tab(order_board.url, view="features", layer="relu1", map="1", runs=worlds.runs("a"))
    kernel = tab.find(".map-kernel")
    expect(kernel.locator("h3")).to_contain_text(f"Filter and its weights in {LAYER}")
    assert _bars(tab) == _bars_of_map_1()
    tab.find(".select:has-text('Layer') select").select_option("conv2")
    expect(kernel).to_contain_text("The kernel of conv2 is not logged: ConvVis logs that of the first")
    expect(kernel.locator("code")).to_have_text('FilterImages(layers=["conv2"])')
    tab.find(".select:has-text('Layer') select").select_option("sum")
    expect(kernel).to_contain_text("No kernel of sum is logged, and which convolution it follows")


@pytest.mark.parametrize(("axis", "across", "epoch"), [("time", 0.9, 4), ("fraction", 0.45, 2)])
def test_a_click_on_a_curve_goes_to_its_epoch(
    order_board: Board, open_tab: Open, axis: str, across: float, epoch: int
) -> None:
    """Its axis is of epochs, 1 to 4, whatever the slider counts."""
    tab = open_tab(order_board.url, view="features", layer=LAYER, map="3", axis=axis, step="0")
    curve = tab.find("[aria-label='strength of map 3 over the epochs']").first
    box = curve.bounding_box()
    assert box
    curve.click(position={"x": across * box["width"], "y": 40})
    expect(tab.find(".run-header .shown").first).to_have_text(re.compile(rf"^epoch {epoch} \("))
