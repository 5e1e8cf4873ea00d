"""What the page says where there is nothing to draw, or not all of it; choice of runs; keys; names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Route, expect

from tb_convvis import schema
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.tab import Open
from tests.logs import LogFile


def test_empty_log_directory(open_tab: Open, tmp_path: Path) -> None:
    root = tmp_path / "logs"
    root.mkdir()
    empty = Board(root)
    try:
        empty.await_runs(0)
        tab = open_tab(empty.url)
        expect(tab.find(".empty h1")).to_have_text("Nothing is logged here yet")
        expect(tab.find(".snippet pre")).to_contain_text('ConvVis("logs/run1", data=(x_val, y_val))')

        with LogFile(root / "theirs") as log:
            log.histogram("kernel", 0, np.arange(4.0))
        empty.await_runs(0, of_tensorboard=1)
        tab.find("button:has-text('Look again')").click()
        expect(tab.find(".empty h1")).to_have_text("None of these runs was logged by ConvVis")
    finally:
        empty.close()


REASON = "ValueError: data does not fit the network."


def test_a_view_that_failed_from_the_first_epoch_on_says_why(open_tab: Open, tmp_path: Path) -> None:
    """Whoever gave pictures must not be told to give pictures."""
    root = tmp_path / "logs"
    failures = [{"view": "features", "layer": None, "reason": REASON}]
    for run in ("broken", "bare"):
        with LogFile(root / run / schema.RUN_DIRECTORY) as log:
            log.start()
            for step in range(3):
                log.filters("conv1", step, np.ones((3, 3, 3, 2), np.float32))
                if run == "broken":
                    log.record("run", "features", step, {"view": "features", "failures": failures})
    board = Board(root)
    try:
        board.await_runs(2, steps=3)
        for view in ("features", "changes", "convergence"):
            tab = open_tab(board.url, view=view, runs=worlds.runs("broken"))
            expect(tab.find(".unlogged .failed")).to_have_text(f"failed: {REASON}")
            expect(tab.find(".unlogged")).not_to_contain_text("pictures")
            assert tab.find(".snippet").count() == 0
        tab = open_tab(board.url, view="features", runs=worlds.runs("broken", "bare"))
        expect(tab.find(".unlogged .failed")).to_have_text(f"failed: broken: {REASON}")
        expect(tab.find(".snippet pre")).to_contain_text("data=(x_val, y_val)")
    finally:
        board.close()


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sixty") / "logs"
    worlds.write_sixty(root)
    return root


@pytest.mark.parametrize("fast", ["true", "false"])
def test_ten_of_sixty(open_tab: Open, sixty: Path, fast: str) -> None:
    sampled = Board(sixty, f"--load_fast={fast}", "--samples_per_plugin=convvis=10")
    try:
        sampled.await_runs(2, steps=10)
        tab = open_tab(sampled.url)
        expect(tab.find(".notice").first).to_contain_text("10 of 60 logged epochs were kept by TensorBoard")
        expect(tab.find(".notice code").first).to_have_text("--samples_per_plugin=convvis=1000")
    finally:
        sampled.close()


def test_damage_is_said_and_not_drawn(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("damaged"), step="1")
    expect(tab.find(".column")).to_contain_text("damaged")
    expect(tab.find(".column")).to_contain_text("checksum does not match")
    assert tab.pictures() == []


def test_foreign_tag_beside_a_healthy_run(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("damaged", "lr/fast"), step="3")
    assert len(tab.pictures()) == 2
    assert tab.find(".notice.failed, .banner").count() == 0


def test_unreadable_tag_is_said_where_its_run_is_drawn(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("lr/fast", "lr/slow"), layer="conv1")

    def forge(route: Route) -> None:
        answer = route.fetch()
        index = answer.json()
        bad = next(tag for tag in index["runs"][0]["tags"] if tag["subject"] == "backbone/conv2")
        bad["steps"][0] = None
        route.fulfill(response=answer, json=index)

    tab.page.route("**/data/plugin/convvis/index?**", forge)
    tab.find("button[aria-label='read again']").click()
    said = "convvis/filters/backbone/conv2.steps[0]: expected a finite number, received null"
    expect(tab.column("lr/fast").locator(".notice.failed")).to_contain_text(said)
    expect(tab.column("lr/slow").locator(".notice.failed")).to_have_count(0)
    assert len(tab.pictures()) == 2


def test_failed_epoch_says_why(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("damaged"), step="2")
    expect(tab.find(".column")).to_contain_text("failed: ran out of memory")
    tab.press(".")
    expect(tab.find(".column")).not_to_contain_text("ran out of memory")
    assert len(tab.pictures()) == 1
    expect(tab.find(".column")).not_to_contain_text("kept by TensorBoard")


def test_lost_server_and_its_return(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url)
    tab.page.route("**/data/plugin/convvis/**", lambda route: route.abort())
    tab.find("button[aria-label='read again']").click()
    expect(tab.find(".banner")).to_contain_text("TensorBoard does not answer")
    assert len(tab.pictures()) > 0, "what was read before stays"
    tab.page.unroute("**/data/plugin/convvis/**")
    tab.find(".banner button").click()
    expect(tab.find(".banner")).to_have_count(0)
    # The browser itself notes requests that failed.
    tab.errors = [error for error in tab.errors if "ERR_FAILED" not in error]


def test_four_runs_at_most(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url)
    assert tab.find(".column").count() == 2, "the first two"
    boxes = tab.find(".runs input[type=checkbox]")
    for shown in (3, 4):
        tab.find(".runs input[type=checkbox]:not(:checked)").first.check()
        expect(tab.find(".column")).to_have_count(shown)
    assert tab.find(".runs input:not(:checked):not(:disabled)").count() == 0
    expect(tab.find(".runs .limit")).to_contain_text("Unselect one to choose another")
    for number in range(boxes.count()):
        if boxes.nth(number).is_checked():
            boxes.nth(number).uncheck()
    expect(tab.find("#view")).to_contain_text("No run is chosen")


def test_hostile_names_are_only_text(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs(worlds.HOSTILE, "__proto__"))
    for view in ("First layer", "Weights"):
        tab.find(f"[role=tab]:has-text('{view}')").click()
        tab.settle()
        for layer in (worlds.HOSTILE, "__proto__", worlds.LONG, "constructor"):
            tab.find(".toolbar select").first.select_option(layer)
            tab.settle()
            assert tab.find(".notice.failed").count() == 0
    assert tab.find("#convvis img").count() == 0
    assert tab.page.title() == "ConvVis"
    wide = tab.frame.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, "a long name does not widen the page"


def test_keys(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, runs=worlds.runs("lr/fast"))
    tab.press(",", ",")
    assert tab.epoch == "epoch 9 of 11"
    tab.press(".")
    assert tab.epoch == "epoch 10 of 11"
    tab.press("?")
    expect(tab.find(".help")).to_contain_text("What it cannot tell you")
    expect(tab.find(".help .keys")).to_contain_text("previous logged epoch")
    tab.page.keyboard.press("Escape")
    expect(tab.find(".help")).to_have_count(0)
    tab.page.keyboard.press("Space")
    expect(tab.find("button[aria-label='pause']")).to_be_visible()
    expect(tab.find("button[aria-label='play']")).to_be_visible(timeout=10_000)
    assert tab.epoch == "epoch 11 of 11", "plays to the end and stops there"


@pytest.mark.parametrize("size", [(900, 736), (3840, 2160)])
@pytest.mark.parametrize("view", ["filters", "weights", "layers"])
def test_nothing_is_cut_off(board: Board, open_tab: Open, size: tuple[int, int], view: str) -> None:
    four = worlds.runs("lr/fast", "lr/slow", "planted", "damaged")
    tab = open_tab(board.url, size=size, runs=four, view=view, filter="0")
    cut = tab.frame.evaluate(
        """[...document.querySelectorAll('main, .bar, .timeline, .toolbar, .column, .filter-grid, .chart')]
            .filter(element => element.scrollWidth > element.clientWidth + 1)
            .map(element => element.className || element.tagName)"""
    )
    assert cut == []
