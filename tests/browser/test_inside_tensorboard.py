"""The tab inside TensorBoard: both readers, with and without a path prefix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_convvis import schema
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.conftest import BOARDS
from tests.browser.tab import Open
from tests.logs import LogFile, write_run


@pytest.mark.parametrize("name", BOARDS)
def test_tab_slider_and_reload(boards: Callable[[str], Board], open_tab: Open, name: str) -> None:
    tab = open_tab(boards(name).url, inside=True, runs=worlds.runs("lr/fast", "lr/slow"))
    expect(tab.page.get_by_role("tab", name="ConvVis")).to_be_visible()
    assert tab.epoch == "epoch 11 of 11"
    newest = tab.pictures()
    assert len(newest) == 2

    tab.find("input[type=range]").focus()
    tab.page.keyboard.press("Home")
    tab.settle()
    first = tab.pictures()
    assert tab.epoch == "epoch 0 of 11, before training"
    assert all(old != new for old, new in zip(newest, first, strict=True)), "both runs move together"

    tab.page.keyboard.press("ArrowRight")
    tab.find("label:has-text('per filter')").click()
    # The address is written when the choices rest: on a busy machine once for each of them.
    for part in ("step=1", "scale=filter"):
        tab.page.wait_for_function(f"location.hash.includes('p.convvis.{part}')")
    before = tab.pictures()
    tab.page.reload()
    tab.await_page()
    assert tab.epoch == "epoch 1 of 11"
    assert tab.find("input[value=filter]").is_checked()
    assert tab.pictures() == before


def test_keys_work_before_a_click_into_the_page(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, inside=True, runs=worlds.runs("lr/fast"))
    tab.page.get_by_role("tab", name="ConvVis").click()
    tab.page.keyboard.press(",")
    tab.find("input[aria-valuetext='epoch 10 of 11']").wait_for()


def test_dark_theme_follows_live(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, inside=True)
    body = "getComputedStyle(document.body).backgroundColor"
    dark = "document.body.classList.contains('dark-mode')"
    was_dark = tab.page.evaluate(dark)
    before = tab.frame.evaluate(body)
    tab.page.evaluate("document.body.classList.toggle('dark-mode')")
    tab.frame.wait_for_function(f"{body} !== '{before}'")
    assert tab.page.evaluate(dark) != was_dark
    theme = tab.frame.evaluate("document.documentElement.dataset.theme")
    assert theme == ("light" if was_dark else "dark")


def test_colours_are_tensorboards(board: Board, open_tab: Open) -> None:
    """By the place of the run among all runs of TensorBoard, Keras's included."""
    palette = ["#425066", "#12b5cb", "#e52592", "#f9ab00", "#9334e6", "#7cb342", "#e8710a"]
    tab = open_tab(board.url, inside=True, runs=worlds.runs("lr/fast"))
    all_runs = tab.page.evaluate("fetch('data/runs').then(answer => answer.json())")
    colour = palette[all_runs.index("lr/fast/convvis") % 7]
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    expect(tab.find(".run-header .dot")).to_have_css("background-color", f"rgb({red}, {green}, {blue})")


def test_new_epochs_come_with_a_reload(open_tab: Open, tmp_path: Path) -> None:
    root = tmp_path / "logs"
    write_run(root / "run", range(3), {"conv1": (3, 3, 3, 4)})
    live = Board(root)
    try:
        live.await_runs(1, steps=3)
        newest = open_tab(live.url, inside=True)
        held = open_tab(live.url, inside=True, step="1")
        with LogFile(root / "run" / schema.RUN_DIRECTORY, number=1) as log:
            log.filters("conv1", 3, np.ones((3, 3, 3, 4), np.float32))
        live.await_runs(1, steps=4)
        for tab, epoch in ((newest, "epoch 3 of 3"), (held, "epoch 1 of 3")):
            tab.requests.clear()
            tab.page.locator("button.reload-button").click()
            tab.find(f"input[aria-valuetext='{epoch}']").wait_for()
            tab.settle()
            assert len([url for url in tab.requests if "blobs" in url]) <= 2, "only what is new"
    finally:
        live.close()
