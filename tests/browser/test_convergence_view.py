"""The Convergence view, with changes and scalars whose truth is planted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tb_convvis import schema
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.tab import Open, Tab
from tests.changes import write_scalars, write_strengths
from tests.logs import write_run

EPOCHS = 12
SHAPES = {"conv1": (3, 3, 3, 4), "conv2": (3, 3, 4, 4), "conv3": (3, 3, 4, 4)}
LOSS = [float(EPOCHS - epoch) for epoch in range(EPOCHS)]
"""12 after the first epoch, 11 after the second, ..."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """`full`: conv1 settles at 6, conv2 at 9, conv3 never. `half` has every other log and no scalars."""
    root = tmp_path_factory.mktemp("planted") / "logs"
    write_run(root / "full", range(EPOCHS + 1), SHAPES, keras=False)
    changes = {
        "conv1": [0.25] * 6 + [0.0] * 6,
        "conv2": [0.5] * 9 + [0.01] * 3,
        "conv3": [0.5, 0.25] * 6,
    }
    write_strengths(root / "full", changes)
    write_scalars(root / "full" / "train", {"epoch_loss": LOSS, "epoch_accuracy": [0.5] * EPOCHS})
    validation = {"epoch_loss": [2 * loss for loss in LOSS], "epoch_auc": [0.75] * EPOCHS}
    write_scalars(root / "full" / "validation", validation)
    half = range(0, EPOCHS + 1, 2)
    write_run(root / "half", half, SHAPES, keras=False, pace=15)
    write_strengths(root / "half", {"conv1": [0.5, None, 0.5, 0.0, 0.0, 0.0]}, list(half), pace=15)
    write_run(root / "one", range(1), SHAPES, keras=False)
    write_strengths(root / "one", {"conv1": []})
    board = Board(root).await_runs(3).await_steps(full=EPOCHS + 1, half=len(half))
    yield board
    board.close()


def _open(open_tab: Open, board: Board, *names: str, **state: object) -> Tab:
    tab: Tab = open_tab(board.url, runs=worlds.runs(*names), view="convergence", **state)
    tab.find(".convergence").wait_for()
    return tab


def test_a_metric_that_was_not_logged_is_said(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "full", metric="<b>recall")
    said = tab.find(".unknown .notice")
    expect(said).to_have_text("The shown runs logged no <b>recall: accuracy is shown.")
    tab.find(".select:has-text('Metric') select").select_option("auc")
    expect(said).to_have_count(0)


def _row(tab: Tab, name: str) -> Locator:
    return tab.find(".convergence tbody tr").filter(
        has=tab.find(f"th:text-is('{name}'), th :text-is('{name}')")
    )


def _path(row: Locator, line: int = 0) -> list[tuple[float, float]]:
    path = str(row.locator("g > path").nth(line).get_attribute("d"))
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def _gridlines(row: Locator) -> dict[int, float]:
    """Where the whole epochs stand: the upright lines, which the labels above them name."""
    labels = row.page.locator(".convergence thead text").all_text_contents()
    lines = row.locator(".axis > line").evaluate_all("all => all.map(one => Number(one.getAttribute('x1')))")
    return dict(zip(map(int, labels), lines, strict=True))


def test_when_layers_settled(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "full", "half", "one")
    expect(tab.find(".convergence tbody + tbody th")).to_have_text(["conv1", "conv2", "conv3"])
    cells = {name: _row(tab, name).locator("td b, td > .quiet").all_inner_texts() for name in SHAPES}
    assert cells == {
        # In half as many logs twice the change, by which the second run settles at the same epoch.
        "conv1": ["settled at 6", "settled at 6", "too few logs"],
        "conv2": ["settled at 9", "not logged", "not logged"],
        "conv3": ["not settled", "not logged", "not logged"],
    }
    expect(tab.find(".words").last).to_contain_text("below 5 % of its largest")
    ring = _row(tab, "conv1").locator(".ring").first
    assert float(str(ring.get_attribute("cx"))) == pytest.approx(_gridlines(_row(tab, "conv1"))[6], abs=0.1)


def test_scalars_stand_at_completed_epochs(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "full", step="3")
    row = _row(tab, "loss")
    grid = _gridlines(row)
    train, validation = _path(row), _path(row, 1)
    assert len(train) == len(validation) == EPOCHS
    # The first epoch's loss is that after one completed epoch, though Keras logs it at step 0.
    assert train[0][0] == pytest.approx(grid[1], abs=0.1)
    assert train[-1][0] == pytest.approx(grid[12], abs=0.1)
    expect(row.locator("td b")).to_have_text("20")
    expect(row.locator("td small")).to_have_text("train 10")
    tab.find(".select:has-text('Metric') select").select_option("auc")
    tab.settle()
    expect(_row(tab, "auc").locator("td b")).to_have_text("0.75")
    expect(_row(tab, "auc").locator("td small")).to_have_text("validation")
    tab.page.wait_for_function("location.hash.includes('p.convvis.metric=auc')")


def test_pointer_tells_and_a_click_goes_there(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "full", "half")
    row = _row(tab, "conv1")
    x = _gridlines(row)[4]
    chart = row.locator(".plot svg")
    chart.hover(position={"x": x, "y": 30})
    expect(tab.find(".readout")).to_have_text(
        "conv1: full epoch 4: 0.25 · half epoch 2: 0.25", use_inner_text=True
    )
    chart.click(position={"x": x, "y": 30})
    assert tab.epoch == "epoch 4 of 12"
    marker = row.locator(".marker")
    assert float(str(marker.get_attribute("x1"))) == pytest.approx(x, abs=0.1)
    expect(row.locator("td small").first).to_have_text("now 0.25")


def test_gaps_and_single_points(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "half")
    row = _row(tab, "conv1")
    # The change at 4 is not known: the one at 2 stands alone, the line begins at 6.
    assert row.locator(".line circle:not(.ring)").count() == 1
    grid = _gridlines(row)
    assert float(str(row.locator(".line circle:not(.ring)").get_attribute("cx"))) == pytest.approx(
        grid[2], abs=0.1
    )
    path = str(row.locator("g > path").get_attribute("d"))
    assert path.count("M") == 2


def test_log_scale_has_a_place_for_zero(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "full")
    linear = _path(_row(tab, "conv1"))
    tab.find("label:has-text('log')").click()
    logarithmic = _path(_row(tab, "conv1"))
    assert [x for x, _ in linear] == [x for x, _ in logarithmic]
    zeros, others = {y for _, y in logarithmic[6:]}, {y for _, y in logarithmic[:6]}
    assert len(zeros) == len(others) == 1
    assert max(zeros) == linear[-1][1], "zero at the bottom"
    labels = _row(tab, "conv1").locator(".axis text").all_text_contents()
    assert labels[0] == "0"


def test_measures(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "full", step="3")
    for measure, value in (("weights", "0.25"), ("projections", "0.125"), ("jumps", "0.25")):
        tab.find(f"label:has-text('{measure}')").click()
        expect(_row(tab, "conv1").locator("td small")).to_have_text(f"now {value}")


def test_axis_of_the_slider(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "full", "half", axis="time", step="90")
    # Both have 12 epochs; the second takes 15 s for each, the first 7.5 s.
    assert tab.epoch == "1 min 30 s of 3 min"
    full, half = (_path(_row(tab, "conv1"), line)[-1][0] for line in (0, 1))
    left = float(str(_row(tab, "conv1").locator(".axis > line").first.get_attribute("x1")))
    assert (full - left) / (half - left) == pytest.approx(0.5, abs=0.01)
    heads = tab.find(".convergence thead .shown")
    expect(heads).to_have_text(["epoch 12 (1 min 30 s)", "epoch 6 (1 min 30 s)"])
    tab.find(".pace select").first.select_option("fraction")
    full, half = (_path(_row(tab, "conv1"), line)[-1][0] for line in (0, 1))
    assert full == half


def test_without_scalars_or_a_second_log(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "one")
    expect(_row(tab, "loss")).to_contain_text(
        "Attach keras.callbacks.TensorBoard to see loss and accuracy here."
    )
    expect(_row(tab, "conv1")).to_contain_text("One log: there is none before it to compare with.")


def test_nothing_logged_says_what_to_do(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="convergence", runs=worlds.runs("lr/fast"))
    expect(tab.find(".unlogged h2")).to_have_text("The chosen runs logged no changes")


def test_a_layer_leads_to_its_features(planted: Board, open_tab: Open) -> None:
    tab = _open(open_tab, planted, "full")
    tab.find("button:text-is('conv2')").click()
    expect(tab.find("[role=tab][aria-selected=true]")).to_have_text("Features")
    tab.page.wait_for_function("location.hash.includes('p.convvis.layer=conv2')")


def test_a_long_name_breaks_between_words_and_begins_at_the_left(tmp_path: Path, open_tab: Open) -> None:
    name = "batch_normalization_12"
    root = tmp_path / "logs"
    write_run(root / "deep", range(3), {name: (3, 3, 3, 4)}, keras=False)
    write_strengths(root / "deep", {name: [0.5, 0.25]})
    board = Board(root)
    try:
        board.await_runs(1, steps=3)
        link = _open(open_tab, board, "deep").find("th .link")
        expect(link).to_have_text(name)
        lines = link.evaluate(
            """(link) => {
                const text = document.createRange();
                return [...link.childNodes].filter(({ length }) => length).map((word) => {
                    text.selectNodeContents(word);
                    return [...text.getClientRects()].map(({ left, top }) => [left, top]);
                });
            }"""
        )
        assert [len(line) for line in lines] == [1, 1, 1], "no word is broken"
        tops = [top for ((_, top),) in lines]
        assert len(set(tops)) > 1, "the name is too long for one line"
        firsts = {top: min(left for ((left, at),) in lines if at == top) for top in tops}
        assert len(set(firsts.values())) == 1
    finally:
        board.close()


def test_damage_and_sampling_are_said(tmp_path: Path, open_tab: Open) -> None:
    root = tmp_path / "logs"
    for name, epochs in (("long", 8), ("damaged", 5)):
        write_run(root / name, range(epochs + 1), {"conv1": (1, 1, 1, 1)}, keras=False)
        write_strengths(root / name, {"conv1": [0.25] * epochs})
    for file in (root / "damaged" / schema.RUN_DIRECTORY).glob("*.test.1.v2"):
        # A letter of the first manifest: TensorBoard's data server does not look at a record's own checksum.
        content = file.read_bytes()
        file.write_bytes(content.replace(b'"comparable"', b'"comparible"', 1))
    sampled = Board(root, "--samples_per_plugin=convvis=6", "--load_fast=true")
    try:
        sampled.await_runs(2).await_steps(long=6, damaged=6)
        tab = _open(open_tab, sampled, "long", "damaged")
        words = tab.find(".words")
        expect(words).to_contain_text("6 of 9 logged epochs were kept by TensorBoard")
        expect(words).to_contain_text("damaged, conv1: 1 of 6 logs are damaged")
    finally:
        sampled.close()


@pytest.mark.parametrize(("size", "least"), [((900, 736), 62), ((1600, 1000), 100), ((3840, 2160), 250)])
def test_rows_are_as_high_as_the_window_allows(
    planted: Board, open_tab: Open, size: tuple[int, int], least: int
) -> None:
    """And all of them are in sight where that is possible; a click goes where the line is."""
    tab = _open(open_tab, planted, "full", size=size)
    heights = tab.find(".plot svg[role=img]").evaluate_all("all => all.map(one => one.clientHeight)")
    assert len(heights) == 5
    assert min(heights) == max(heights) >= least
    table = tab.find(".convergence").bounding_box()
    assert table
    assert table["y"] + table["height"] <= max(size[1], 62 * 5 + 330)
    zeros = {y for _, y in _path(_row(tab, "conv1"))[6:]}
    assert max(zeros) == pytest.approx(heights[0] - 7, abs=0.1), "no change at the bottom of the row"


@pytest.mark.parametrize("size", [(900, 736), (1440, 900), (3840, 2160)])
def test_dark_and_nothing_cut_off(planted: Board, open_tab: Open, size: tuple[int, int]) -> None:
    tab = _open(open_tab, planted, "full", "half", "one", size=size, axis="time", inside=True)
    tab.page.evaluate("document.body.classList.add('dark-mode')")
    tab.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    cut = tab.frame.evaluate(
        """[...document.querySelectorAll('main, #view, .convergence, .convergence td, .convergence th')]
            .filter(element => element.scrollWidth > element.clientWidth + 1)
            .map(element => element.className || element.tagName)"""
    )
    assert cut == []
    colours = tab.find(".convergence td b").first.evaluate("one => getComputedStyle(one).color")
    assert json.loads(colours.replace("rgb(", "[").replace(")", "]"))[0] > 200, "light on dark"
