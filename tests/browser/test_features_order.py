"""Maps are sorted, found and pinned by values that are planted in the logs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import export_world, worlds
from tests.browser.board import Board
from tests.browser.order_world import (
    CLASSES,
    DEAD,
    LAYER,
    MAPS,
    MOST_CHANGED_FIRST,
    STRENGTH,
    STRONGEST_FIRST,
    UPRIGHT,
)
from tests.browser.tab import Open, Tab


@pytest.fixture
def tab(order_board: Board, open_tab: Open) -> Tab:
    return open_tab(order_board.url, size=(1400, 1000), view="features", layer=LAYER, runs=worlds.runs("a"))


def _names(tab: Tab, grid: str = ".map-grid:not(.pinned)", run: int = 0) -> Locator:
    return tab.find(".column").nth(run).locator(f"{grid} [role=gridcell] b")


def _expect_maps(tab: Tab, maps: Iterable[int], **which: Any) -> None:
    """Wait until a grid, of the first run unless another is named, has these maps in this order."""
    expect(_names(tab, **which)).to_have_text([str(map_) for map_ in maps])


def _choose(tab: Tab, label: str, value: str) -> None:
    tab.find(f".select:has-text('{label}') select").select_option(value)


def _line(tab: Tab) -> Locator:
    return tab.find(".order-line")


def _more(tab: Tab) -> None:
    tab.find(".more summary").click()


def test_sorted_by_the_strength_of_the_epoch_at_which_that_was_chosen(tab: Tab) -> None:
    _expect_maps(tab, list(range(MAPS)))
    _choose(tab, "Sort by", "strength")
    _expect_maps(tab, STRONGEST_FIRST[4])
    expect(_line(tab)).to_contain_text("8 of 8 maps shown; strongest first, by epoch 4 of a")
    tab.press(",")
    expect(tab.find(".run-header .shown")).to_have_text("epoch 3")
    # A map keeps its place while the slider moves.
    _expect_maps(tab, STRONGEST_FIRST[4])
    tab.find("button:has-text('Use epoch 3')").click()
    _expect_maps(tab, STRONGEST_FIRST[3])
    expect(tab.find("button:has-text('Use epoch')")).to_have_count(0)


def test_the_order_follows_the_slider_where_that_is_chosen(tab: Tab) -> None:
    _choose(tab, "Sort by", "strength")
    _more(tab)
    tab.find("label:has-text('follows the slider')").click()
    tab.press(",")
    expect(_line(tab)).to_contain_text("by epoch 3 of a, following the slider")
    _expect_maps(tab, STRONGEST_FIRST[3])


def test_sorted_by_change_with_unknown_last_and_dead_first(tab: Tab) -> None:
    _choose(tab, "Sort by", "change")
    _expect_maps(tab, MOST_CHANGED_FIRST)
    expect(_line(tab)).to_contain_text("2 of unknown value last")
    _choose(tab, "Sort by", "dead first")
    _expect_maps(tab, [DEAD, 0, 1, 2, 3, 4, 6, 7])


def test_similar_maps_stand_together(tab: Tab) -> None:
    _choose(tab, "Sort by", "similarity")
    expect(_line(tab)).to_contain_text("1 of unknown value last")
    order = [int(name) for name in _names(tab).all_inner_texts()]
    assert set(order[:3]) == set(UPRIGHT)
    assert order[-1] == DEAD


@pytest.mark.parametrize(
    ("typed", "maps"),
    [("2", [2]), ("2-4", [2, 3, 4]), ("1,7", [1, 7]), ("^ca", [0, 3, 6]), ("DOG|zebra", [1, 2, 4, 7])],
)
def test_found_by_number_and_by_class(tab: Tab, typed: str, maps: list[int]) -> None:
    tab.find(".find input").fill(typed)
    expect(_line(tab)).to_contain_text(f"{len(maps)} of 8 maps shown")
    _expect_maps(tab, maps)


def test_a_bad_expression_is_said_and_hides_nothing(tab: Tab) -> None:
    for typed, words in (("[", "not a regular expression"), ("(a+)+$", "repeated groups")):
        tab.find(".find input").fill(typed)
        expect(tab.find(".find [role=alert]")).to_contain_text(words)
        _expect_maps(tab, list(range(MAPS)))
    tab.find(".find input").fill("cat")
    expect(tab.find(".find [role=alert]")).to_have_count(0)


def test_dead_alive_and_a_class_alone(tab: Tab) -> None:
    _more(tab)
    tab.find(".menu label:has-text('dead')").click()
    _expect_maps(tab, [DEAD])
    tab.find(".menu label:has-text('alive')").click()
    _expect_maps(tab, [map_ for map_ in range(MAPS) if map_ != DEAD])
    assert tab.find(".menu .select:has-text('Strongest') option").all_inner_texts() == ["any class", *CLASSES]
    _choose(tab, "Strongest picture is of", "dog")
    _expect_maps(tab, [1, 4, 7])
    expect(tab.find(".more summary b")).to_have_text("2")
    tab.find(".order-line button:has-text('Clear the filter')").click()
    _expect_maps(tab, list(range(MAPS)))


def test_filtered_by_the_activations_where_no_strengths_are_logged(
    order_board: Board, open_tab: Open
) -> None:
    tab = open_tab(order_board.url, view="features", layer="bare", only="dead")
    for run in (0, 1):
        _expect_maps(tab, [DEAD], run=run)
    expect(_line(tab)).to_contain_text("1 of 8 maps shown; by number, by epoch 4 of a.")
    tab.find(".order-line button:has-text('Clear the filter')").click()
    _more(tab)
    _choose(tab, "Strongest picture is of", "dog")
    _expect_maps(tab, [1, 4, 7])


def test_only_the_maps_that_diverged(export_board: Board, open_tab: Open) -> None:
    tab = export_world.open_features(open_tab, export_board, "a")
    _more(tab)
    tab.find(".more label:has-text('not finite')").click()
    _expect_maps(tab, [export_world.DIVERGED])
    tab.find(".more label:has-text('dead')").click()
    expect(tab.find("#view > .absent")).to_contain_text("No map passes the filter")


def test_what_filters_is_said_not_to_be_here(order_board: Board, open_tab: Open) -> None:
    """Without the probe set no class is known: then no map is hidden."""
    refuse = """const fetched = window.fetch;
        window.fetch = async (...asked) => {
            const answer = await fetched(...asked);
            if (!String(asked[0]).includes('index?')) return answer;
            const index = await answer.json();
            for (const run of index.runs) run.tags = run.tags.filter(({ kind }) => kind !== 'probe');
            return Response.json(index);
        };"""
    state = {"view": "features", "layer": LAYER, "only": "alive", "class": "cat"}
    tab = open_tab(order_board.url, scripts=(refuse,), runs=worlds.runs("a"), **state)
    _expect_maps(tab, [map_ for map_ in range(MAPS) if map_ != DEAD])
    expect(_line(tab)).to_contain_text(
        "7 of 8 maps shown; by number, by epoch 4 of a; what filters them is not here"
    )


def test_nothing_found_says_so(tab: Tab) -> None:
    tab.find(".find input").fill("99")
    expect(tab.find("#view > .absent")).to_contain_text("No map passes the filter")
    tab.find("button:has-text('Show all maps')").click()
    _expect_maps(tab, list(range(MAPS)))


def test_pins_outlive_filters_layers_and_a_reload(tab: Tab) -> None:
    tab.find("[data-cell='6']").first.hover()
    tab.find("[data-cell='6'] [data-pin]").first.click()
    _expect_maps(tab, [6], grid=".pinned")
    expect(tab.find(".enlarged")).to_have_count(0)
    tab.find("[data-cell='2']").first.focus()
    tab.page.mouse.move(5, 500)
    tab.page.keyboard.press("p")
    _expect_maps(tab, [2, 6], grid=".pinned")
    tab.frame.wait_for_function("document.activeElement.dataset.cell === '3'")
    _choose(tab, "Sort by", "strength")
    tab.find(".find input").fill("0-1")
    expect(_line(tab)).to_contain_text("4 of 8 maps shown, 2 pinned")
    _expect_maps(tab, [2, 6], grid=".pinned")
    _expect_maps(tab, [1, 0])
    tab.press("]")
    expect(tab.find(".map-grid.pinned")).to_have_count(0)
    expect(tab.page).to_have_url(re.compile(r"layer=conv2.*pins=conv1\(2\.6\)"))
    tab.page.reload()
    tab.await_page()
    tab.press("[")
    expect(tab.find(".map-grid.pinned")).to_have_count(1)
    _expect_maps(tab, [2, 6], grid=".pinned")
    _expect_maps(tab, [1, 0])


def test_two_runs_have_one_order(order_board: Board, open_tab: Open) -> None:
    tab = open_tab(order_board.url, size=(1400, 1000), view="features", layer=LAYER, sort="strength")
    for run in (0, 1):
        _expect_maps(tab, STRONGEST_FIRST[4], run=run)
    lacking = tab.find(".column").nth(1).locator("[data-cell='7']")
    expect(lacking).to_have_attribute("aria-label", "map 7, not drawn in this run")
    _more(tab)
    _choose(tab, "By the values of", "b")
    expect(_line(tab)).to_contain_text("by epoch 4 of b")
    backwards = sorted(range(MAPS), key=lambda map_: (-STRENGTH[3][MAPS - 1 - map_], map_))
    for run in (0, 1):
        _expect_maps(tab, backwards, run=run)


def test_arrows_and_neighbours_follow_the_order(tab: Tab) -> None:
    _choose(tab, "Sort by", "strength")
    tab.find("[data-cell='4']").focus()
    tab.page.keyboard.press("ArrowRight")
    assert tab.frame.evaluate("document.activeElement.dataset.cell") == str(STRONGEST_FIRST[4][1])
    tab.page.keyboard.press("Enter")
    expect(tab.find(".drawer > header h2")).to_have_text("Map 1")
    tab.page.keyboard.press("j")
    expect(tab.find(".drawer > header h2")).to_have_text("Map 7")
    tab.find("[aria-label='previous map']").click()
    tab.page.keyboard.press("k")
    expect(tab.find(".drawer > header h2")).to_have_text("Map 4")
    expect(tab.find("[aria-label='previous map']")).to_be_disabled()
    tab.find("[aria-label='pin the map']").click()
    expect(tab.find("[aria-label='pin the map']")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(("epoch", "jumped"), [(2, []), (3, [1]), (4, [1])])
def test_jumps_are_counted_of_maps_alive_at_both_epochs(
    order_board: Board, open_tab: Open, epoch: int, jumped: list[int]
) -> None:
    """At epoch 2 a map dies, which is no jump although another picture stands for it."""
    tab = open_tab(order_board.url, view="features", layer=LAYER, runs=worlds.runs("a"), step=str(epoch))
    words = f"{len(jumped) or 'none'} of 7 live maps jumped"
    expect(tab.find(".column .words").first).to_contain_text(words)
    marked = tab.find(".map").filter(has=tab.find(".jump"))
    expect(marked.locator(".name b")).to_have_text([str(map_) for map_ in jumped])


def test_dark_and_narrow(order_board: Board, open_tab: Open) -> None:
    """The controls stay inside the page, one row or two, and the menu can be reached by keys."""
    state = {"view": "features", "layer": LAYER, "sort": "change", "find": "cat"}
    tab = open_tab(order_board.url, size=(900, 736), **state)
    tab.page.emulate_media(color_scheme="dark")
    tab.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    wide, rows = tab.frame.evaluate(
        """(() => {
            const main = document.querySelector('main');
            const tops = [...document.querySelectorAll('.toolbar > *')].map(tool => tool.offsetTop >> 5);
            return [main.scrollWidth - main.clientWidth, new Set(tops).size];
        })()"""
    )
    assert wide <= 0
    assert rows <= 2
    tab.find(".find input").focus()
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    expect(tab.find(".more .menu")).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(tab.find(".more .menu")).to_be_hidden()
