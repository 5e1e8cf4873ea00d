"""Runs of different length and pace, kept in step by epoch, by time and by fraction of the training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.tab import Open, Tab
from tests.logs import write_run


@pytest.fixture(scope="module")
def paces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """`long` has 40 epochs of 10 s; `short` has 8 of 35 s."""
    root = tmp_path_factory.mktemp("paces") / "logs"
    write_run(root / "long", range(41), {"conv1": (3, 3, 3, 4)}, seed=1, pace=10)
    write_run(root / "short", range(9), {"conv1": (3, 3, 3, 4)}, seed=2, pace=35)
    board = Board(root).await_runs(2).await_steps(long=41, short=9)
    yield board
    board.close()


def _open(open_tab: Open, board: Board, **state: Any) -> Tab:
    return open_tab(board.url, runs=worlds.runs("long", "short"), **state)


def _shown(tab: Tab) -> list[str]:
    return list(tab.find(".run-header .shown").all_inner_texts())


def _choose(tab: Tab, axis: str) -> None:
    tab.find(".pace select").first.select_option(axis)
    tab.settle()


def test_by_epoch(paces: Board, open_tab: Open) -> None:
    tab = _open(open_tab, paces, step="6")
    assert (tab.epoch, _shown(tab)) == ("epoch 6 of 40", ["epoch 6", "epoch 6"])
    tab.press(*"...")
    assert (tab.epoch, _shown(tab)) == ("epoch 9 of 40", ["epoch 9", "showing 8, asked 9"])


def test_by_time(paces: Board, open_tab: Open) -> None:
    tab = _open(open_tab, paces, step="20")
    _choose(tab, "time")
    # The first run stays: its epoch 20 ended after 200 s. The other's sixth, after 210 s, is nearest to that.
    assert tab.epoch == "3 min 20 s of 6 min 40 s"
    assert _shown(tab) == [
        "epoch 20 (3 min 20 s)",
        "showing epoch 6 (3 min 30 s), asked 3 min 20 s",
    ]
    before = tab.pictures()
    tab.press(",")
    # Positions are those of both runs: the one before is the other's.
    assert tab.epoch == "3 min 10 s of 6 min 40 s"
    assert _shown(tab)[1] == "showing epoch 5 (2 min 55 s), asked 3 min 10 s"
    assert all(old != new for old, new in zip(before, tab.pictures(), strict=True)), "both runs move"
    tab.press(",", ",")
    assert tab.epoch == "2 min 55 s of 6 min 40 s"
    assert _shown(tab)[1] == "epoch 5 (2 min 55 s)"


def test_by_fraction_in_the_address_and_by_keys(paces: Board, open_tab: Open) -> None:
    tab = _open(open_tab, paces, axis="fraction", step="0.5")
    assert tab.epoch == "50\u2009% of each training"
    assert _shown(tab) == ["epoch 20 (50\u2009%)", "epoch 4 (50\u2009%)"]
    tab.find("input[type=range]").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.settle()
    assert _shown(tab) == ["epoch 21 (52.5\u2009%)", "showing epoch 4 (50\u2009%), asked 52.5\u2009%"]
    tab.page.wait_for_function("location.hash.includes('p.convvis.step=0.525')")
    tab.page.keyboard.press("End")
    tab.settle()
    assert _shown(tab) == ["epoch 40 (100\u2009%)", "epoch 8 (100\u2009%)"]
    expect(tab.find(".pace select").nth(1)).to_contain_text("5\u2009%/s")
    tab.page.keyboard.press("Home")
    tab.settle()
    assert _shown(tab) == ["epoch 0 (0\u2009%)", "epoch 0 (0\u2009%)"]


@pytest.mark.parametrize("axis", ["time", "fraction"])
def test_other_views_follow(paces: Board, open_tab: Open, axis: str) -> None:
    tab = _open(open_tab, paces, view="weights", axis=axis, step="0.5" if axis == "fraction" else "140")
    expect(tab.column("short").locator(".axis.current")).to_have_text("4")
    expect(tab.column("long").locator(".axis.current")).to_have_text("20" if axis == "fraction" else "14")


def test_playing_reaches_the_end_of_both(paces: Board, open_tab: Open) -> None:
    tab = _open(open_tab, paces, axis="time")
    speeds = tab.find(".pace select").nth(1)
    expect(speeds).to_contain_text("2 min/s")
    speeds.select_option("30")
    tab.find("button[aria-label='play']").click()
    expect(tab.find("button[aria-label='play']")).to_be_visible(timeout=10_000)
    assert tab.epoch == "6 min 40 s of 6 min 40 s"
    assert _shown(tab)[0] == "epoch 40 (6 min 40 s)"


@pytest.mark.parametrize("axis", ["time", "fraction"])
def test_nothing_is_cut_off(paces: Board, open_tab: Open, axis: str) -> None:
    tab = _open(open_tab, paces, axis=axis, size=(900, 736))
    cut = tab.frame.evaluate(
        """[...document.querySelectorAll('main, .timeline, .pace select, .epoch, .column')]
            .filter(element => element.scrollWidth > element.clientWidth + 1)
            .map(element => element.className || element.tagName)"""
    )
    assert cut == []
