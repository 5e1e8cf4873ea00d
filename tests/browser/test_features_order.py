"""Maps are sorted, found, pinned and enlarged by values that are planted in the logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.feature_logs import GREY, PlantedLayer, gratings, write_features
from tests.browser.tab import Open, Tab

EPOCHS, MAPS, SIDE = 4, 8, 6
LAYER = "conv1"
CLASSES = ["cat", "dog", "zebra"]
DEAD = 5
STRENGTH = np.array(
    [
        [8, 7, 6, 5, 4, 3, 2, 1],
        [8, 7, 6, 5, 4, 0, 2, 1],
        [1, 2, 3, 4, 5, 0, 7, 8],
        [3, 9, 1, 3, 12, 0, 2, 7],
    ],
    np.float32,
)
STRONGEST_FIRST = {3: [7, 6, 4, 3, 2, 1, 0, 5], 4: [4, 1, 7, 0, 3, 6, 2, 5]}
CHANGE = np.full((EPOCHS, MAPS), np.nan)
CHANGE[1:] = [0.1, np.nan, 0.3, 0.2, 0.9, np.nan, 0.3, 0.05]
CHANGE[LONE := 2, DEAD] = 0.6
MOST_CHANGED_FIRST = [4, 2, 6, 3, 0, 7, 1, 5]
PICTURE = np.array([0, 1, 2, 0, 1, 2, 0, 1])
"""Number of each map's strongest picture, which is also that of its class."""
STRONGEST = np.tile(PICTURE, (EPOCHS, 1))
STRONGEST[1:, DEAD] = 0
STRONGEST[2, 1] = 2
"""The dead map's is the first of equals; map 1 jumps to another picture and back."""
UPRIGHT = [0, 3, 6]


def _projections() -> NDArray[np.uint8]:
    """Two groups: upright stripes and lying ones."""
    stripes = np.where(np.arange(SIDE) // 2 % 2 == 0, 60, -60)
    tiles = np.full((EPOCHS, MAPS, SIDE, SIDE, 3), GREY, np.int16)
    for map_ in range(MAPS):
        tiles[:, map_] += stripes[None, None, :, None] if map_ in UPRIGHT else stripes[None, :, None, None]
    return tiles.astype(np.uint8)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Two runs: the second has the strengths the other way round, and fewer of its maps were drawn."""
    root = tmp_path_factory.mktemp("order") / "logs"
    kernel = np.zeros((EPOCHS, 3, 3, 3, MAPS), np.float32)
    kernel[..., 1] = np.linspace(-1, 1, 27).reshape(3, 3, 3)
    kernel[..., 2] = 0.5
    first = PlantedLayer(STRENGTH, STRONGEST, CHANGE, _projections(), kernel)
    second = PlantedLayer(STRENGTH[:, ::-1], STRONGEST, CHANGE, _projections(), drawn=[0, 1, 2, 3, 4, 6])
    pictures = gratings(3, 16, seed=3)
    for name, layer in (("a", first), ("b", second)):
        other = (STRENGTH, STRONGEST, CHANGE, _projections())
        layers = {
            LAYER: layer,
            "conv2": PlantedLayer(*other, convolution="conv2"),
            "relu1": PlantedLayer(*other, convolution=LAYER),
            "sum": PlantedLayer(*other),
            "bare": PlantedLayer(*other, strengths=False),
        }
        write_features(root / name, layers, pictures, [0, 1, 2], CLASSES)
    board = Board(root)
    board.await_runs(2, steps=EPOCHS)
    yield board
    board.close()


@pytest.fixture
def tab(planted: Board, open_tab: Open) -> Tab:
    return open_tab(planted.url, size=(1400, 1000), view="features", layer=LAYER, runs=worlds.runs("a"))


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


def test_filtered_by_the_activations_where_no_strengths_are_logged(planted: Board, open_tab: Open) -> None:
    tab = open_tab(planted.url, view="features", layer="bare", only="dead")
    for run in (0, 1):
        _expect_maps(tab, [DEAD], run=run)
    expect(_line(tab)).to_contain_text("1 of 8 maps shown; by number, by epoch 4 of a.")
    tab.find(".order-line button:has-text('Clear the filter')").click()
    _more(tab)
    _choose(tab, "Strongest picture is of", "dog")
    _expect_maps(tab, [1, 4, 7])


def test_what_filters_is_said_not_to_be_here(planted: Board, open_tab: Open) -> None:
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
    tab = open_tab(planted.url, scripts=(refuse,), runs=worlds.runs("a"), **state)
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


def test_two_runs_have_one_order(planted: Board, open_tab: Open) -> None:
    tab = open_tab(planted.url, size=(1400, 1000), view="features", layer=LAYER, sort="strength")
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
    planted: Board, open_tab: Open, epoch: int, jumped: list[int]
) -> None:
    """At epoch 2 a map dies, which is no jump although another picture stands for it."""
    tab = open_tab(planted.url, view="features", layer=LAYER, runs=worlds.runs("a"), step=str(epoch))
    words = f"{len(jumped) or 'none'} of 7 live maps jumped"
    expect(tab.find(".column .words").first).to_contain_text(words)
    marked = tab.find(".map").filter(has=tab.find(".jump"))
    expect(marked.locator(".name b")).to_have_text([str(map_) for map_ in jumped])


def _heights(curve: Locator) -> list[float]:
    """Where the corners of a curve lie, from above, of those that are drawn."""
    path = curve.locator("path.curve").get_attribute("d") or ""
    return [float(y) for y in re.findall(r"[ML][\d.]+,([\d.]+)", path)]


def test_a_value_between_unknown_ones_is_a_dot(planted: Board, open_tab: Open) -> None:
    tab = open_tab(planted.url, view="features", layer=LAYER, map=str(DEAD), runs=worlds.runs("a"))
    dot = tab.find("[aria-label='change of the projection of map 5 over the epochs'] circle.lone:not(.thin)")
    expect(dot).to_have_count(1)
    marker = tab.find("[aria-label='strength of map 5 over the epochs'] .marker")
    tab.press(",")
    assert tab.epoch == f"epoch {LONE + 1} of {EPOCHS}"
    assert float(dot.get_attribute("cx") or "") == pytest.approx(float(marker.get_attribute("x1") or ""))
    expect(tab.find("circle.lone")).to_have_count(1)


def test_curves_and_kernel_of_the_enlarged_map(planted: Board, open_tab: Open) -> None:
    tab = open_tab(planted.url, view="features", layer=LAYER, map="1", runs=worlds.runs("a"))
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


def test_an_activation_shows_the_kernel_of_its_convolution(planted: Board, open_tab: Open) -> None:
    tab = open_tab(planted.url, view="features", layer="relu1", map="1", runs=worlds.runs("a"))
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
    planted: Board, open_tab: Open, axis: str, across: float, epoch: int
) -> None:
    """Its axis is of epochs, 1 to 4, whatever the slider counts."""
    tab = open_tab(planted.url, view="features", layer=LAYER, map="3", axis=axis, step="0")
    curve = tab.find("[aria-label='strength of map 3 over the epochs']").first
    box = curve.bounding_box()
    assert box
    curve.click(position={"x": across * box["width"], "y": 40})
    expect(tab.find(".run-header .shown").first).to_have_text(re.compile(rf"^epoch {epoch} \("))


def test_dark_and_narrow(planted: Board, open_tab: Open) -> None:
    """The controls stay inside the page, one row or two, and the menu can be reached by keys."""
    state = {"view": "features", "layer": LAYER, "sort": "change", "find": "cat"}
    tab = open_tab(planted.url, size=(900, 736), **state)
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
