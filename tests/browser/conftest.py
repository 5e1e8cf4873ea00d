"""One browser, and one TensorBoard for each way of starting it that the tests need."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import changes_world, chromium, export_world, occlusion_world, order_world, worlds
from tests.browser.board import Board
from tests.browser.tab import Tab

WORLD_RUNS = 9
BOARDS = {
    "rust": ((), ""),
    "python": (("--load_fast=false",), ""),
    "rust, prefix": ((), "/some/where"),
    "python, prefix": (("--load_fast=false",), "/some/where"),
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or chromium.find()
    if path is None:
        pytest.fail("no Chromium: python -m tests.browser.chromium installs one")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("world") / "logs"
    worlds.write_world(root)
    return root


@pytest.fixture(scope="session")
def boards(world: Path) -> Iterator[Callable[[str], Board]]:
    """TensorBoards over the world, each started when it is first asked for."""
    started: dict[str, Board] = {}

    def start(name: str) -> Board:
        if name not in started:
            flags, prefix = BOARDS[name]
            started[name] = Board(world, *flags, prefix=prefix)
            started[name].await_runs(WORLD_RUNS)
        return started[name]

    yield start
    for board in started.values():
        board.close()


@pytest.fixture(scope="session")
def board(boards: Callable[[str], Board]) -> Board:
    """TensorBoard as it starts by default."""
    return boards("rust")


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Open the page at a TensorBoard's address; it must not have said anything wrong when the test ends."""
    opened: list[Tab] = []

    def open_(url: str, **how: Any) -> Tab:
        opened.append(Tab(browser, url, **how))
        return opened[-1]

    yield open_
    errors = [error for tab in opened for error in tab.errors]
    for tab in opened:
        tab.close()
    assert errors == []


def _over(root: Path, write: Callable[[Path], None], runs: int, steps: int = 0) -> Iterator[Board]:
    """TensorBoard over what a world has planted, once it has read these runs."""
    write(root)
    board = Board(root)
    yield board.await_runs(runs, steps=steps)
    board.close()


@pytest.fixture(scope="session")
def changes_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """TensorBoard over maps whose changes are planted."""
    yield from _over(tmp_path_factory.mktemp("changes") / "logs", changes_world.write_world, 3)


@pytest.fixture(scope="session")
def export_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """TensorBoard over what is planted for exports."""
    root = tmp_path_factory.mktemp("export") / "logs"
    yield from _over(root, export_world.write_world, 4, export_world.EPOCHS)


@pytest.fixture(scope="session")
def order_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """TensorBoard over maps whose order is planted."""
    root = tmp_path_factory.mktemp("order") / "logs"
    yield from _over(root, order_world.write_world, 2, order_world.EPOCHS)


@pytest.fixture(scope="session")
def occlusion_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """TensorBoard over occlusion records with a planted truth; it lists the runs in an order of its own."""
    yield from _over(tmp_path_factory.mktemp("occlusion") / "logs", occlusion_world.write_world, 5, 3)
