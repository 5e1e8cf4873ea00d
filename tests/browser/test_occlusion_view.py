"""The Occlusion view in a real browser, over records with a planted truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_convvis import schema
from tb_convvis.images import encode_picture
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.heat import Floats, cividis
from tests.browser.tab import RGB, Tab
from tests.logs import LogFile
from tests.occlusion_logs import (
    ANIMALS,
    FEW,
    FRAME,
    LAYER,
    OBJECT,
    OCCLUDED,
    ONE,
    WINDOW,
    Planted,
    corner,
    facts_of,
    picture,
    write_epoch,
    write_occlusion,
    write_probe,
)

Open = Callable[..., Tab]
LAST = 6
HOSTILE = "<img src=x onerror=document.title='ran'>"
MANY = Planted(names=(HOSTILE, *ANIMALS[1:]), missing=(9, 15))
ALPHA = 0.7
"""Of the heat over the picture, by default."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Runs: many classes; another geometry and fewer epochs; small changes; a dead network; a damaged one."""
    root = tmp_path_factory.mktemp("occlusion") / "logs"
    write_occlusion(root / "many", range(LAST + 1), MANY)
    write_occlusion(root / "one", [0, 3, 6], ONE)
    write_occlusion(root / "few", range(3), FEW)
    _write_unanswered(root / "nan")
    _write_damaged(root / "zzz")
    board = Board(root)
    # TensorBoard lists them in an order of its own; each has so many steps.
    board.await_runs(5, steps=3)
    yield board
    board.close()


def _write_unanswered(directory: Path) -> None:
    """Three epochs of a network whose weights are NaN: no probability is a number, all maps are silent."""
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start()
        write_probe(log, 0, MANY)
        shape = (len(OCCLUDED) - 1, len(MANY.rows), len(MANY.cols))
        nothing = {
            "images": list(OCCLUDED[:-1]),
            "unoccluded_probability": [None] * shape[0],
            "unoccluded_class": [0] * shape[0],
            "unoccluded_activation": [0.0] * shape[0],
        }
        per_picture = ("labels", "strongest_map")
        facts = facts_of(MANY, 1)
        facts |= nothing | {name: facts[name][:-1] for name in per_picture}
        entries = np.zeros((shape[0], 4, 7), np.float32)
        entries[..., -1] = np.nan
        black = encode_picture(np.zeros((WINDOW[0], 4 * WINDOW[1], 3), np.uint8), "image/png")
        grids = [np.full(shape, np.nan, np.float32), np.zeros(shape, np.int32), np.zeros(shape, np.float32)]
        for step in range(3):
            blobs: list[schema.Blob] = [*grids, entries, *[black] * shape[0]]
            log.record("occlusion", LAYER, step, facts, blobs=blobs, logged=step + 1)


def _write_damaged(directory: Path) -> None:
    """A flipped bit at 0; rows that are not those of the grids at 1; a refused rule at 2, a failure at 3."""
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start()
        write_probe(log, 0, ONE)
        grids = [
            np.zeros((len(OCCLUDED), len(ONE.rows), len(ONE.cols)), dtype) for dtype in ("f4", "i4", "f4")
        ]
        entries = np.zeros((len(OCCLUDED), 4, 7), np.float32)
        for step in range(3):
            facts = facts_of(ONE, 0.5)
            if step == 1:
                facts["rows"] = facts["rows"][:-1]
            if step == 2:
                facts |= {"refused": "tanh in act1 has no rule.", "window": None, "tile": None}
            manifest, *blobs = schema.encode("occlusion", facts, [*grids, entries], logged=step + 1)
            if step == 0:
                blobs[0] = bytes([blobs[0][0] ^ 1]) + blobs[0][1:]
            log.payload(f"convvis/occlusion/{LAYER}", step, [manifest, *blobs])
        failures = [{"view": "occlusion", "layer": LAYER, "reason": "ran out of memory"}]
        log.record("run", "occlusion", 3, {"view": "occlusion", "failures": failures, "notes": []})


@pytest.fixture
def tab(planted: Board, open_tab: Open) -> Tab:
    return _open(planted, open_tab)


def _open(board: Board, open_tab: Open, runs: str = worlds.runs("many", "one"), **state: str) -> Tab:
    opened: Tab = open_tab(board.url, size=(1440, 1000), view="occlusion", runs=runs, **state)
    opened.find(".occlusion-panel canvas, .notice").first.wait_for()
    opened.settle()
    # Pictures are decoded after they came; until then their place is mid-grey.
    opened.frame.wait_for_function(
        """() => [...document.querySelectorAll('.pictures canvas')].every(
                canvas => canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0] !== 128)
            && !document.querySelector('[data-panel=c] [data-epoch=""]')"""
    )
    return opened


def _panel(tab: Tab, letter: str, run: int = 0) -> str:
    return f".column >> nth={run} >> [data-panel={letter}] .spatial"


def _move(tab: Tab, letter: str, y: float, x: float, run: int = 0) -> None:
    """Point at a place of the picture, in its pixels."""
    where = tab.find(_panel(tab, letter, run))
    box = where.bounding_box()
    assert box
    where.hover(position={"x": box["width"] * x / FRAME[1], "y": box["height"] * y / FRAME[0]})


def _pixel(tab: Tab, letter: str, y: float, x: float, run: int = 0) -> RGB:
    """Colour of a panel at a place of the picture, in its pixels."""
    red, green, blue = tab.find(f"{_panel(tab, letter, run)} canvas").evaluate(
        """(canvas, [y, x]) => [...canvas.getContext('2d').getImageData(
            Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data].slice(0, 3)""",
        [y / FRAME[0], x / FRAME[1]],
    )
    return red, green, blue


def _over(image: int, y: int, x: int, share: float) -> Floats:
    """What is expected: the heat over the pixel of the picture."""
    under = picture(image)[y, x].astype(float)
    return np.asarray((1 - ALPHA) * under + ALPHA * cividis(share))


def _low_end(image: int) -> float:
    """One in a hundred shares of all logged epochs of both runs lies below it."""
    logged = [MANY.share(image)] * (LAST + 1) + [ONE.share(image)] * 3
    shares = np.sort(np.concatenate([one[np.isfinite(one)] for one in logged]))
    return float(shares[len(shares) // 100])


def _centres(of: Planted, image: int) -> list[tuple[int, int, int, int]]:
    """Some positions: row, column, and the pixel of the picture at the occluder's centre."""
    top, left = corner(image)
    half = of.size // 2
    on_object = [_nearest(of, top + OBJECT / 2, left + part * OBJECT) for part in (0, 0.5, 1)]
    places = [(0, 0), (len(of.rows) - 1, 2), (3, len(of.cols) - 1), *on_object]
    return [(i, j, of.rows[i] + half, of.cols[j] + half) for i, j in places]


def _nearest(of: Planted, y: float, x: float) -> tuple[int, int]:
    """The position whose centre is the nearest."""
    down, across = np.array(of.rows) + of.size / 2 - y, np.array(of.cols) + of.size / 2 - x
    return int(np.argmin(np.abs(down))), int(np.argmin(np.abs(across)))


@pytest.mark.parametrize(("run", "of"), [(0, MANY), (1, ONE)])
@pytest.mark.parametrize("image", [0, 7])
def test_heat_is_what_the_record_says(
    planted: Board, open_tab: Open, run: int, of: Planted, image: int
) -> None:
    tab = _open(planted, open_tab, step="3", picture=str(image))
    low = _low_end(image)
    seen = set()
    for i, j, y, x in _centres(of, image):
        # Half a pixel off the middle, where two pixels of the picture would be mixed.
        probability = float(of.probability(image, 0.5)[i, j])
        share = float(of.share(image)[i, j])
        seen.add(round(probability, 2))
        for letter, part in (("d", probability), ("b", max(0.0, (share - low) / (1 - low)))):
            drawn = _pixel(tab, letter, y + 0.5, x + 0.5, run)
            np.testing.assert_allclose(drawn, _over(image, y, x, part), atol=3)
    assert len(seen) > 1, "the object is covered at some of these positions, and not at others"


@pytest.mark.parametrize("plot", ["centre", "average"])
def test_small_changes_of_the_activation_are_seen(planted: Board, open_tab: Open, plot: str) -> None:
    tab = _open(planted, open_tab, worlds.runs("few"), picture="1", plot=plot, opacity="100")
    top, left = corner(1)
    red, _, blue = _pixel(tab, "b", top + OBJECT / 2, left + OBJECT / 2)
    assert blue > red + 40, "95 % is the low end"
    red, _, blue = _pixel(tab, "b", FRAME[0] - top, FRAME[1] - left)
    assert red > blue + 80, "nothing changes"
    bar = tab.find("[data-panel=b] .scale-bar")
    assert bar.locator("span").inner_text().split("\n") == ["95.0\u2009%", "100.0\u2009%"]
    assert bar.locator("b").evaluate("mark => mark.style.left") == "100%"
    expect(bar).to_contain_text("98\u2009% of the positions of 3 records, all runs")
    tab.find(".strip label:has-text('b activation')").click()
    colours = tab.find(".strip canvas").first.evaluate(
        "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, 44, 44).data).size"
    )
    assert colours > 30


def test_a_network_that_answers_nothing_is_said_to(planted: Board, open_tab: Open) -> None:
    tab = _open(planted, open_tab, worlds.runs("many", "nan"), picture="1")
    dead = tab.column("nan")
    expect(dead.locator("[data-reading=class]")).to_contain_text("without: missing")
    expect(dead.locator("[data-panel=b]")).to_contain_text(
        "striped: no share, as the network\u2019s output is not a number"
    )
    expect(dead.locator("[data-panel=c]")).to_contain_text("No projections: the network")
    drawn = {_pixel(tab, "b", 12.5, 5.5 + part, run=1) for part in np.linspace(0, 2, 13)}
    assert len(drawn) > 1
    assert all(max(colour) - min(colour) < 12 for colour in drawn), "grey stripes over the grey slope"
    low, _ = dead.locator("[data-panel=b] .scale-bar span").inner_text().split("\n")
    assert low == "0\u2009%", "the scale is that of the run that has shares"


def test_only_a_picture_that_a_run_occluded_can_be_another_one(planted: Board, open_tab: Open) -> None:
    tab = _open(planted, open_tab, worlds.runs("many", "nan"), picture=str(OCCLUDED[-1]))
    expect(tab.column("nan")).to_contain_text(f"This run did not occlude picture {OCCLUDED[-1]}.")
    expect(tab.column("nan")).not_to_contain_text("is another one")


def test_averaged_is_the_mean_over_what_covers_a_pixel(planted: Board, open_tab: Open) -> None:
    image = 1
    tab = _open(planted, open_tab, picture=str(image), plot="average")
    probability = MANY.probability(image, 1)
    rows, cols = np.array(MANY.rows), np.array(MANY.cols)
    for y, x in ((0, 0), (10, 14), (8, 21), (23, 35)):
        down = (rows <= y) & (y < rows + MANY.size)
        across = (cols <= x) & (x < cols + MANY.size)
        mean = float(probability[np.ix_(down, across)].mean())
        np.testing.assert_allclose(_pixel(tab, "d", y + 0.5, x + 0.5), _over(image, y, x, mean), atol=3)


def test_margin_is_clear_and_what_is_missing_is_striped(tab: Tab) -> None:
    assert np.allclose(_pixel(tab, "d", 0.5, 20.5), picture(0)[0, 20], atol=2)
    row, col = MANY.missing or (0, 0)
    y, x = MANY.rows[row] + 2, MANY.cols[col] + 2
    drawn = {_pixel(tab, "d", y + 0.5, x + 0.5 + part) for part in np.linspace(-0.5, 0.5, 7)}
    low = _over(0, y, x, 0)
    assert len(drawn) > 1
    assert all(not np.allclose(colour, low, atol=20) for colour in drawn)
    expect(tab.find(".column >> nth=0 >> .class-legend")).to_contain_text("striped: 1 position missing")
    _move(tab, "d", y, x)
    reading = tab.find(".column >> nth=0 >> .occlusion-reading")
    assert reading.locator("[data-reading=probability] b").inner_text() == "missing"
    assert reading.locator("[data-reading=class] b").inner_text() == "missing"


@pytest.mark.parametrize("letter", ["a", "b", "d", "e"])
def test_occluder_stands_where_the_pointer_is(tab: Tab, letter: str) -> None:
    _move(tab, letter, 12.2, 25.1)
    for run, of in enumerate((MANY, ONE)):
        i, j = _nearest(of, 12.2, 25.1)
        marks = tab.find(f".column >> nth={run} >> .occluder")
        assert [mark.get_attribute("data-position") for mark in marks.all()] == [f"{i},{j}"] * 4
        inside = (
            [of.rows[i] + 0.5, of.rows[i] + of.size - 0.5],
            [of.cols[j] + 0.5, of.cols[j] + of.size - 0.5],
        )
        for y in inside[0]:
            for x in inside[1]:
                assert _pixel(tab, "a", y, x, run) == (128, 128, 128)
        assert _pixel(tab, "a", of.rows[i] - 0.5, of.cols[j] + 0.5, run) != (128, 128, 128)
        where = tab.find(f".column >> nth={run} >> .occlusion-reading p")
        expect(where).to_contain_text(f"row {of.rows[i]}, column {of.cols[j]}")


def test_arrow_keys_move_the_occluder_and_escape_puts_it_back(tab: Tab) -> None:
    mark = tab.find(".column >> nth=0 >> .occluder").first
    covered = MANY.probability(0, 1)
    lowest = np.unravel_index(np.nanargmin(covered), covered.shape)
    assert mark.get_attribute("data-position") == f"{lowest[0]},{lowest[1]}"
    tab.find(_panel(tab, "d")).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"):
        tab.page.keyboard.press(key)
    assert mark.get_attribute("data-position") == f"{lowest[0] + 1},{lowest[1] + 1}"
    assert tab.epoch == f"epoch {LAST} of {LAST}", "the slider stays"
    tab.page.keyboard.press("Escape")
    assert mark.get_attribute("data-position") == f"{lowest[0]},{lowest[1]}"


def test_reading_and_class_names(tab: Tab) -> None:
    top, left = corner(0)
    _move(tab, "e", top + OBJECT / 2, left + OBJECT / 2)
    marked = tab.find(".column >> nth=0 >> .occluder").first.get_attribute("data-position") or ""
    i, j = map(int, marked.split(","))
    name = MANY.names[int(MANY.top_class(0, 1)[i, j])]
    assert name != HOSTILE
    assert tab.find(_panel(tab, "e")).get_attribute("title") == name
    reading = tab.find(".column >> nth=0 >> .occlusion-reading")
    assert reading.locator("[data-reading=class] b").inner_text() == name
    expect(reading.locator("[data-reading=class]")).to_contain_text(f"without: {HOSTILE}")
    probability = float(MANY.probability(0, 1)[i, j])
    said = {
        part: reading.locator(f"[data-reading={part}] b").inner_text()
        for part in ("probability", "drop", "activation")
    }
    assert float(said["probability"]) == pytest.approx(probability, rel=1e-2)
    assert float(said["drop"]) == pytest.approx(0.95 - probability, rel=1e-2)
    assert float(said["activation"]) == pytest.approx(float(MANY.activation(0, 1)[i, j]), rel=1e-2, abs=1e-4)
    legend = tab.find(".column >> nth=0 >> .class-legend li span").all_inner_texts()
    classes, counts = np.unique(MANY.top_class(0, 1), return_counts=True)
    assert legend == [MANY.names[one] for one in classes[np.argsort(-counts)]]
    assert tab.page.title() == "ConvVis"


def test_colours_of_classes_are_those_of_the_legend(tab: Tab) -> None:
    swatches = tab.find(".column >> nth=0 >> .class-legend li i").evaluate_all(
        "all => all.map(one => getComputedStyle(one).backgroundColor.match(/\\d+/g).map(Number))"
    )
    names = tab.find(".column >> nth=0 >> .class-legend li span").all_inner_texts()
    top = MANY.top_class(0, 1)
    assert len({tuple(colour) for colour in swatches}) == len(names) == 3
    for i, j, y, x in _centres(MANY, 0):
        assert list(_pixel(tab, "e", y + 0.5, x + 0.5)) == swatches[names.index(MANY.names[top[i, j]])]


def test_drop_is_white_where_nothing_is_lost(planted: Board, open_tab: Open) -> None:
    tab = _open(planted, open_tab, heat="drop", picture="2", opacity="100")
    assert min(_pixel(tab, "d", 5.5, 5.5)) > 235
    top, left = corner(2)
    red, _, blue = _pixel(tab, "d", top + 4, left + 4)
    assert blue > red + 60
    expect(tab.find(".column >> nth=0 >> [data-panel=d] figcaption")).to_contain_text("drop of probability")
    low, high = tab.find("[data-panel=d] .scale-bar span").first.inner_text().split()
    assert low.strip("\u2212") == high == "0.855"


def test_picture_is_neither_squashed_nor_transposed(tab: Tab) -> None:
    for letter in "abde":
        box = tab.find(_panel(tab, letter)).bounding_box()
        assert box and box["width"] / box["height"] == pytest.approx(FRAME[1] / FRAME[0], rel=0.02)
    tab.find(".pictures label").nth(2).click()
    top, left = corner(2)
    expected = picture(2)[top + 4, left + 4]
    assert np.allclose(_pixel(tab, "a", top + 1.5, left + 6.5), expected, atol=2)


def test_words_say_what_was_done(tab: Tab) -> None:
    many, one = tab.find(".column").nth(0), tab.find(".column").nth(1)
    expect(many).to_contain_text(
        "occluder 5\u00d75, stride 2, 187 positions (11 down, 17 across), value 0.5."
    )
    expect(one).to_contain_text("occluder 7\u00d77, stride 3 down, 4 across, 63 positions")
    expect(many).to_contain_text("8 of 12 probe pictures occluded.")
    expect(one).to_contain_text("a sigmoid over the one unit of the output")
    expect(many).to_contain_text("Computed incrementally: all layers are local.")
    expect(many).to_contain_text(f"of {HOSTILE}, the true class")
    expect(many.locator(".words .notice")).to_have_text("The value of the occluder is the mean of the data.")
    expect(many.locator("[data-panel=d] .scale-bar")).to_contain_text("the same for all epochs and runs")


def test_state_is_in_the_address(tab: Tab) -> None:
    tab.find(".pictures label").nth(3).click()
    tab.find("label:has-text('averaged')").click()
    tab.find("input[type=range] >> nth=1").fill("40")
    _move(tab, "a", 12, 18)
    tab.frame.wait_for_function("location.hash.includes('convvis.at=')")
    for part in ("picture=3", "plot=average", "opacity=40"):
        assert f"p.convvis.{part}" in tab.page.url
    tab.page.reload()
    tab.await_page()
    assert tab.find(".pictures input").nth(3).is_checked()
    marked = tab.find(".column >> nth=0 >> .occluder").first
    i, j = map(int, str(marked.get_attribute("data-position")).split(","))
    assert abs(MANY.rows[i] + 2.5 - 12) <= 1 and abs(MANY.cols[j] + 2.5 - 18) <= 1


def test_pictures_are_chosen_with_the_keyboard(tab: Tab) -> None:
    tab.find(".pictures input").first.focus()
    tab.page.keyboard.press("ArrowRight")
    assert tab.find(".pictures input").nth(1).is_checked()
    expect(tab.find(".column >> nth=0 >> [data-panel=a] figcaption")).to_contain_text(ANIMALS[1])


def test_filmstrip_over_the_epochs(tab: Tab) -> None:
    strip = tab.find(".strip")
    strip.locator("label", has_text="all").click()
    expect(strip.locator(".epochs")).to_have_attribute("data-columns", str(LAST + 1))
    expect(strip.locator(".film-row")).to_have_count(2)
    # The second training logged three epochs of the seven.
    expect(strip.locator(".film-row").nth(1).locator(".lacking")).to_have_count(4)
    canvas = strip.locator("canvas").first
    drawn = canvas.evaluate("canvas => canvas.toDataURL()")
    strip.locator("label:has-text('b activation')").click()
    assert canvas.evaluate("canvas => canvas.toDataURL()") != drawn
    strip.locator(".epochs").click(position={"x": 2 * 49 + 20, "y": 20})
    assert tab.epoch == f"epoch 2 of {LAST}"
    expect(strip.locator(".numbers .current")).to_have_text("2")


def test_slider_needs_no_more_requests(tab: Tab) -> None:
    before = _pixel(tab, "d", 20.5, 30.5)
    tab.requests.clear()
    tab.press(",", ",", ",", ",")
    assert tab.epoch == f"epoch 2 of {LAST}"
    assert tab.requests == [], "all epochs are here"
    assert _pixel(tab, "d", 20.5, 30.5) != before
    expect(tab.find(".run-header .shown").nth(1)).to_have_text("showing 0, asked 2")


def test_projections_and_patches(tab: Tab) -> None:
    patches = tab.find(".column >> nth=0 >> [data-panel=c] .patch")
    expect(patches).to_have_count(4)
    assert "here" in (patches.first.get_attribute("class") or "")
    # Every fourth picture: the ones behind the first are not of its class.
    assert "picture 4, eagle: activation 2.5" in (patches.nth(1).get_attribute("title") or "")
    stack = tab.find(".column >> nth=0 >> [data-panel=c] canvas")
    colours = stack.evaluate(
        """canvas => {
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    assert colours > 4
    expect(tab.find(".column >> nth=0 >> [data-panel=c]")).to_contain_text("Framed: this picture.")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("0", "checksum does not match"),
        ("1", "damaged: grid 1: expected float32 [8,6,9]"),
        ("2", "No projections: tanh in act1 has no rule."),
        ("3", "failed: ran out of memory"),
    ],
)
def test_damage_and_failures_are_said(planted: Board, open_tab: Open, step: str, said: str) -> None:
    tab = _open(planted, open_tab, runs=worlds.runs("many", "zzz"), step=step)
    expect(tab.column("zzz")).to_contain_text(said)
    assert tab.column("many").locator(".occlusion-panel").count() == 5


def test_dark_theme_and_small_window(planted: Board, open_tab: Open) -> None:
    tab: Tab = open_tab(planted.url, inside=True, size=(900, 736), view="occlusion", layer=LAYER)
    tab.find(".occlusion-panel canvas").first.wait_for()
    tab.page.evaluate("document.body.classList.add('dark-mode')")
    tab.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    wider = tab.frame.evaluate(
        "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
    )
    assert wider <= 0


def test_nothing_logged_says_what_to_do(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="occlusion")
    expect(tab.find(".unlogged h2")).to_have_text("The chosen runs logged no occlusion maps")


def test_an_epoch_that_is_logged_while_one_looks_on(tmp_path: Path, open_tab: Open) -> None:
    root = tmp_path / "logs"
    write_occlusion(root / "run", [0, 1], MANY)
    board = Board(root)
    try:
        board.await_runs(1, steps=2)
        tab = _open(board, open_tab, runs=worlds.runs("run"))
        with LogFile(root / "run" / schema.RUN_DIRECTORY, number=1) as log:
            write_epoch(log, 2, 1, MANY, logged=3)
        board.await_runs(1, steps=3)
        tab.find("button[aria-label='read again']").click()
        expect(tab.find(".run-header .shown")).to_have_text("epoch 2")
    finally:
        board.close()
