"""The Features view, from a real training to the pixels on the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import expect

from tests.browser.board import Board
from tests.browser.tab import Open, Tab

keras = pytest.importorskip("keras")

EPOCHS = 5
LAYER = "conv1"
DEAD = 2
NAMES = ["stripes", "<img src=x onerror=document.title='ran'>", "blobs"]
GREY = 128


def _train(directory: Path, seed: int, epochs: list[int]) -> None:
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            keras.layers.Conv2D(6, 5, padding="same", activation="relu", name=LAYER),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(8, 3, activation="relu", name="conv2"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3),
        ]
    )
    kernel, bias = model.get_layer(LAYER).get_weights()
    kernel[..., DEAD] = 0
    bias[DEAD] = -1
    model.get_layer(LAYER).set_weights([kernel, bias])
    _fit(model, directory, epochs, class_names=NAMES)


def _fit(model: Any, directory: Path, epochs: list[int], **options: Any) -> None:
    from tb_convvis.callbacks import TopActivations
    from tests.callbacks.helpers import pictures

    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y = pictures()
    callback = TopActivations(directory, data=(x, y), maps=6, images=20, freq=epochs, **options)
    model.fit(x, y, epochs=max(epochs), verbose=0, callbacks=[callback])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trainings, of which the second logged fewer epochs."""
    root = tmp_path_factory.mktemp("features") / "logs"
    _train(root / "all", 0, list(range(1, EPOCHS + 1)))
    _train(root / "some", 1, [2, 5])
    return root


@pytest.fixture(scope="module")
def features(trained: Path) -> Iterator[Board]:
    board = Board(trained)
    board.await_runs(2, steps=EPOCHS)
    yield board
    board.close()


@pytest.fixture
def tab(features: Board, open_tab: Open) -> Tab:
    opened = open_tab(features.url, size=(1600, 1000), view="features", layer=LAYER)
    _await_painted(opened)
    return opened


def _await_painted(tab: Tab) -> None:
    """Wait until every run's own pictures of the epoch are on the page."""
    tab.frame.wait_for_function(
        """() => {
            const columns = document.querySelector('.columns');
            const shown = columns.querySelectorAll('.run-header .shown');
            const grids = [...document.querySelectorAll('.map-grid canvas')];
            return grids.length > 0 && grids.every((grid, at) => grid.dataset.detail === 'full'
                && shown[at].textContent.match(/\\d+/)[0] === grid.dataset.epoch);
        }"""
    )
    tab.settle()


def _record(directory: Path, tag: str, step: int) -> tuple[dict[str, Any], list[bytes]]:
    from tests.callbacks.helpers import records

    (record,) = (found for found in records(directory / "convvis", tag) if found.step == step)
    return dict(record.manifest.facts), list(record.value.tensor.string_val)[1:]


def _picture(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def _drawn(tab: Tab, map_: int, slot: int, what: str, side: int) -> NDArray[np.uint8]:
    """A tile of the first run as it is drawn, read back at the middle of each of its pixels."""
    values = tab.frame.evaluate(
        """([map, slot, what, side]) => {
            const grid = document.querySelector('.map-grid');
            const cell = grid.querySelector(`[data-cell="${map}"]`);
            const canvas = grid.querySelector('canvas');
            const mosaic = (cell.offsetWidth - 3) / 2, drawn = (mosaic + 1) / 3 - 1, scale = drawn / side;
            const left = cell.offsetLeft + (what === 'patches' ? mosaic + 3 : 0) + (slot % 3) * (drawn + 1);
            const top = cell.offsetTop + Math.floor(slot / 3) * (drawn + 1);
            const { data } = canvas.getContext('2d').getImageData(left, top, drawn, drawn);
            const found = [];
            for (let row = 0; row < side; row++)
                for (let column = 0; column < side; column++) {
                    const [y, x] = [row, column].map(place => Math.floor((place + .5) * scale));
                    const at = 4 * (y * drawn + x);
                    found.push([data[at], data[at + 1], data[at + 2]]);
                }
            return found;
        }""",
        [map_, slot, what, side],
    )
    return np.array(values, np.uint8).reshape(side, side, 3)


def test_grid_shows_the_epoch(tab: Tab) -> None:
    assert tab.find(".column").count() == 2
    assert tab.find("[role=grid]").first.locator("[role=gridcell]").count() == 6
    column = tab.find(".column").first
    expect(column).to_contain_text("All 6 maps drawn.")
    expect(column).to_contain_text("deconvnet; zero is mid-grey")
    expect(column).to_contain_text("Change since the previous log: weights")


@pytest.mark.parametrize(("map_", "slot"), [(0, 0), (1, 4), (5, 8)])
def test_tile_is_the_logged_picture(tab: Tab, trained: Path, map_: int, slot: int) -> None:
    facts, blobs = _record(trained / "all", f"convvis/top/{LAYER}", EPOCHS)
    height, width = facts["tile"]
    row, column = divmod(slot, facts["tiles_across"])
    logged = _picture(blobs[2 + facts["maps"].index(map_)])
    expected = logged[row * height :, column * width :][:height, :width]
    np.testing.assert_array_equal(_drawn(tab, map_, slot, "projections", width), expected)


def test_patch_is_the_crop_of_the_probe_picture(tab: Tab, trained: Path) -> None:
    facts, blobs = _record(trained / "all", f"convvis/top/{LAYER}", EPOCHS)
    _, probe = _record(trained / "all", "convvis/probe/pictures", 1)
    side = facts["window"][0]
    shape = (len(facts["maps"]), facts["k"], len(facts["columns"]))
    numbers = np.frombuffer(blobs[0], np.float32).reshape(shape)
    around = ((side, side), (side, side), (0, 0))
    over_the_edge = 0
    for map_ in (0, 1, 5):
        for slot in range(facts["k"]):
            _, image, _, _, top, left, _ = numbers[map_, slot].astype(int)
            padded = np.pad(_picture(probe[image]), around, constant_values=GREY)
            expected = padded[top + side :, left + side :][:side, :side]
            over_the_edge += min(top, left) < 0
            np.testing.assert_array_equal(_drawn(tab, map_, slot, "patches", side), expected)
    assert over_the_edge > 0


def test_dead_map_is_shown_as_dead(tab: Tab) -> None:
    dead = tab.find(f".column >> nth=0 >> [data-cell='{DEAD}']")
    expect(dead).to_have_attribute("aria-label", f"map {DEAD}, dead: no picture excites it")
    expect(dead).to_contain_text("dead")
    expect(tab.find(".column").first).to_contain_text("1 map is dead")
    assert (_drawn(tab, DEAD, 0, "projections", 5) == GREY).all()


def test_slider_changes_what_is_drawn_with_few_requests(tab: Tab) -> None:
    grid = "document.querySelector('.map-grid canvas').toDataURL()"
    for expected in (4, 3, 2, 1):
        before = tab.frame.evaluate(grid)
        tab.requests.clear()
        tab.press(",")
        _await_painted(tab)
        assert tab.epoch == f"epoch {expected} of {EPOCHS}"
        assert tab.frame.evaluate(grid) != before
        assert len(tab.requests) <= 1, "one scrub step costs at most one request for all runs"
    tab.requests.clear()
    tab.press(".", ".")
    _await_painted(tab)
    assert tab.requests == [], "and none where everything is here"


def test_missing_epoch_shows_the_one_before(features: Board, open_tab: Open) -> None:
    tab = open_tab(features.url, view="features", layer=LAYER, step="4")
    _await_painted(tab)
    expect(tab.find(".run-header .shown").nth(1)).to_have_text("showing 2, asked 4")


def test_enlarged_map(tab: Tab) -> None:
    tab.find("[role=grid]").first.locator("[data-cell='0']").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Enter")
    expect(tab.find(".drawer > header h2")).to_have_text("Map 1")
    tab.settle()
    one = tab.find(".enlarged .column").first
    assert one.locator("[data-what=projections] canvas").count() == 1
    assert one.locator("[data-what=patches] canvas").count() == 1
    assert one.locator("li").count() == 9
    names = one.locator("li .name").all_inner_texts()
    assert set(names) <= set(NAMES) and len(set(names)) > 1
    expect(one.locator("figcaption").nth(2)).to_have_text("source of number 1")
    one.locator("li button").nth(4).hover()
    expect(one.locator("figcaption").nth(2)).to_have_text("source of number 5")
    expect(one.locator(".source .window")).to_be_visible()
    assert tab.find("#convvis img").count() == 0
    assert tab.page.title() == "ConvVis"


def test_strip_over_the_epochs(features: Board, open_tab: Open) -> None:
    tab = open_tab(features.url, size=(1600, 1000), view="features", layer=LAYER, map="1")
    _await_painted(tab)
    # As in Fig. 4 of the paper: fewer and fewer epochs.
    expect(tab.find(".strip .epochs")).to_have_attribute("data-columns", "3")
    tab.find(".strip label:has-text('all')").click()
    tab.settle()
    expect(tab.find(".strip .epochs")).to_have_attribute("data-columns", str(EPOCHS))
    assert tab.find(".strip .film-row canvas").count() == 2
    expect(tab.find(".strip .numbers .current")).to_have_text(str(EPOCHS))
    # The second training logged two epochs of the five.
    expect(tab.find(".strip .film-row").nth(1).locator(".lacking")).to_have_count(3)
    tab.find(".strip .epochs").click(position={"x": 60, "y": 20})
    assert tab.epoch == f"epoch 2 of {EPOCHS}"
    tab.find(".strip label:has-text('1, 2, 5')").click()
    expect(tab.find(".strip .epochs")).to_have_attribute("data-columns", "3")
    tab.page.keyboard.press("Escape")
    expect(tab.find(".enlarged")).to_have_count(0)


def test_projections_or_patches_alone(tab: Tab) -> None:
    cell = tab.find("[data-cell='0']").first
    both = cell.bounding_box()
    tab.find("label:has-text('patches')").click()
    alone = cell.bounding_box()
    assert both and alone
    assert both["width"] / both["height"] > 1.3 * alone["width"] / alone["height"]


def test_refused_layer_shows_why_and_the_pictures(tmp_path: Path, open_tab: Open) -> None:
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            keras.layers.Conv2D(4, 3, activation=keras.ops.absolute, name=LAYER),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3),
        ]
    )
    with pytest.warns(RuntimeWarning, match="could not log the view 'features'"):
        _fit(model, tmp_path / "logs" / "refused", [1])
    board = Board(tmp_path / "logs")
    try:
        board.await_runs(1, steps=1)
        tab = open_tab(board.url, view="features", layer=LAYER, map="0")
        _await_painted(tab)
        notice = tab.find(".column-head .notice").first
        expect(notice).to_contain_text("No projections:")
        expect(notice).to_contain_text("use rule='gradient'")
        colours = tab.frame.evaluate(
            """(() => {
                const canvas = document.querySelector('.map-grid canvas');
                const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                return new Set(new Uint32Array(data.buffer)).size;
            })()"""
        )
        assert colours > 20, "the pictures are drawn"
        one = tab.find(".enlarged .column").first
        expect(one.locator("figcaption").nth(1)).to_have_text("pictures")
        assert one.locator("[data-what=patches] canvas").count() == 1
        assert one.locator("[data-what=projections]").count() == 0
    finally:
        board.close()


def test_no_features_says_what_to_do(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="features")
    expect(tab.find(".unlogged h2")).to_have_text("The chosen runs logged no features")
    expect(tab.find(".snippet pre")).to_contain_text("data=(x_val, y_val)")
