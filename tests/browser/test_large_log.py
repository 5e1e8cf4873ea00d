"""A page that stays open over a larger log: what it draws, asks for and keeps. Counts, never times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.board import Board
from tests.browser.meter import Meter, shown
from tests.large_log import write_large

Open = Callable[..., Meter]
RUNS, EPOCHS, LAYERS, MAPS = 2, 20, 2, 16
NAMES = [f"run{run}/convvis" for run in range(RUNS)]
HEAP_GROWTH = 2 * 2**20
"""Bytes between the second round and the fifth: what is fetched and decoded is here by then."""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("large") / "logs"
    write_large(root, RUNS, EPOCHS, LAYERS, MAPS)
    board = Board(root).await_runs(RUNS)
    yield board.await_steps(**{f"run{run}": EPOCHS for run in range(RUNS)})
    board.close()


@pytest.fixture
def open_meter(board: Board, browser: Browser) -> Iterator[Open]:
    opened: list[Meter] = []

    def open_(**how: str) -> Meter:
        opened.append(Meter(browser, board.url, runs=shown(NAMES), **how))
        return opened[-1]

    yield open_
    errors = [error for meter in opened for error in meter.errors]
    for meter in opened:
        meter.close()
    assert errors == []


def test_each_epoch_is_drawn_where_the_slider_rests(open_meter: Open) -> None:
    meter = open_meter(view="features")
    meter.await_epoch(EPOCHS - 1, full=True)
    for epoch in range(EPOCHS):
        meter.go(epoch)
        meter.await_epoch(epoch, full=True)


def test_each_view_opens_with_at_most_two_requests(open_meter: Open) -> None:
    first = open_meter()
    views = list(first.views())
    assert len(views) >= 7
    asked = {view: open_meter(view=view).data_requests for view in views}
    assert {view: urls for view, urls in asked.items() if len(urls) > 2} == {}
    for view in views:
        before = len(first.data_requests)
        first.open_view(view)
        first.settle()
        assert len(first.data_requests) - before <= 2, view


def test_the_browser_may_keep_all_that_the_views_ask_for(open_meter: Open) -> None:
    """Page and server add up the same wall times."""
    meter = open_meter(view="filters")
    kept: dict[str, str | None] = {}
    meter.page.on("response", lambda answer: kept.update({answer.url: answer.headers.get("cache-control")}))
    for view in meter.views():
        meter.open_view(view)
        meter.settle()
        meter.go(EPOCHS // 2)
        meter.settle()
    blobs = {url: how for url, how in kept.items() if "/blobs?" in url}
    assert len(blobs) >= 3
    assert set(blobs.values()) == {"private, max-age=86400"}


def test_moving_the_slider_makes_no_storm_of_requests(open_meter: Open) -> None:
    meter = open_meter(view="features")
    meter.await_epoch(EPOCHS - 1, full=True)
    first = meter.scrub()
    # Of the epochs passed nothing but what tells which maps jumped.
    assert first.requests <= 2
    meter.settle()
    before = len(meter.requests)
    meter.scrub()
    meter.settle()
    assert len(meter.requests) == before


def test_moving_on_and_on_the_page_keeps_no_more_than_before(open_meter: Open) -> None:
    meter = open_meter(view="features")
    memories = []
    for _ in range(5):
        for view in meter.views():
            meter.open_view(view)
        meter.open_view("features")
        for epoch in range(EPOCHS):
            meter.go(epoch)
            meter.await_epoch(epoch)
        meter.settle()
        meter.await_epoch(EPOCHS - 1, full=True)
        memories.append(meter.memory())
    _, second, *_, fifth = memories
    assert fifth.nodes == second.nodes
    assert fifth.heap - second.heap < HEAP_GROWTH


@pytest.mark.slow
def test_four_runs_of_a_hundred_epochs(tmp_path: Path, browser: Browser) -> None:
    write_large(tmp_path / "logs")
    names = [f"run{run}" for run in range(4)]
    board = Board(tmp_path / "logs").await_runs(4).await_steps(**dict.fromkeys(names, 100))
    meter = Meter(
        browser,
        board.url,
        size=(1600, 1000),
        view="features",
        runs=shown([f"{name}/convvis" for name in names]),
    )
    try:
        meter.await_epoch(99, full=True)
        assert len(meter.data_requests) <= 2
        for epoch in range(100):
            meter.go(epoch)
            meter.await_epoch(epoch)
        meter.await_epoch(99, full=True)
        meter.settle()
        before = len(meter.requests)
        meter.scrub()
        meter.settle()
        assert len(meter.requests) == before
        assert 2**20 < meter.process() < 400 * 2**20
    finally:
        meter.close()
        board.close()
    assert meter.errors == []
