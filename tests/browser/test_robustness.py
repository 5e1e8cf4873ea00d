"""In every view: names that mean something to a browser, very many runs, logs with damaged records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_convvis import schema
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.complete_logs import damage, write_complete
from tests.browser.tab import Open, Tab
from tests.logs import LogFile

RUNS = 200
NAMES = (worlds.HOSTILE, "__proto__", worlds.LONG)
SAYS_SO = re.compile(r"damaged|failed|not logged|holds no|left out|showing \d+, asked \d+")

TOO_WIDE = """() => {
    const main = document.querySelector('main');
    if (document.documentElement.scrollWidth <= innerWidth && main.scrollWidth <= main.clientWidth) return [];
    const edge = main.getBoundingClientRect().left + main.clientWidth;
    const wide = [...main.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > edge);
    return wide.map(one => `${one.tagName}.${one.getAttribute('class')}`).slice(0, 9);
}"""


def _settings(tab: Tab) -> list[tuple[str, str]]:
    """Each list of the view's own controls, by its label, with each of its choices."""
    found: list[tuple[str, str]] = tab.frame.evaluate(
        """[...document.querySelectorAll('.toolbar label.select:has(select)')]
            .filter(label => label.checkVisibility())
            .flatMap(label => [...label.querySelectorAll('option')]
                .map(option => [label.firstElementChild.textContent, option.value]))"""
    )
    return found


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Two trainings whose layers and classes have such names, among two hundred others."""
    root = tmp_path_factory.mktemp("many") / "logs"
    for name in (worlds.HOSTILE.replace("/", ""), "__proto__"):
        write_complete(root / name, layers=NAMES, classes=NAMES)
    for number in range(RUNS):
        with LogFile(root / f"run{number}" / schema.RUN_DIRECTORY) as log:
            log.start()
            log.filters("conv1", 0, np.ones((3, 3, 3, 2), np.float32))
    board = Board(root)
    board.await_runs(RUNS + 2).await_steps(__proto__=4)
    yield board
    board.close()


@pytest.mark.parametrize("size", [(1280, 800), (900, 736)])
def test_names_are_only_text_in_every_view(many: Board, open_tab: Open, size: tuple[int, int]) -> None:
    chosen = worlds.runs(worlds.HOSTILE.replace("/", ""), "__proto__")
    tab = open_tab(many.url, size=size, runs=chosen)
    for view in tab.each_view():
        for label, value in _settings(tab):
            tab.find(f".toolbar label.select:has(span:text-is({label!r})) select").first.select_option(value)
            tab.settle()
        if (enlarges := tab.find("[role=gridcell], .change").first).count():
            enlarges.click()
            tab.settle()
        tab.find("button[aria-label=export]").click()
        tab.settle()
        tab.page.keyboard.press("Escape")
        expect(tab.find(".notice.failed, .banner"), view).to_have_count(0)
        expect(tab.find("#convvis img"), view).to_have_count(0)
        assert tab.page.title() == "ConvVis", view
        assert tab.frame.evaluate(TOO_WIDE) == [], view
        tab.page.keyboard.press("Escape")
    expect(tab.find(".runs h2")).to_contain_text(f"2 of {RUNS + 2} shown")
    expect(tab.find(".runs input[type=checkbox]")).to_have_count(RUNS + 2)
    tab.find(".runs input[type=search]").fill("run199")
    expect(tab.find(".runs input[type=checkbox]")).to_have_count(1)


def test_every_view_opens_on_logs_of_which_a_fifth_is_damaged(open_tab: Open, tmp_path: Path) -> None:
    root = tmp_path / "logs"
    for name in ("one", "two"):
        write_complete(root / name, epochs=6)
    assert damage(root / "one") > 10
    assert damage(root / "two", first=1) > 10
    board = Board(root)
    try:
        board.await_runs(2).await_steps(one=6, two=6)
        tab = open_tab(board.url)
        for view in tab.each_view():
            said = drawn = False
            while not (said and drawn) and not tab.epoch.startswith("epoch 0"):
                # Some views wait until the slider rests.
                tab.page.wait_for_timeout(300)
                said = said or SAYS_SO.search(tab.find("#view").inner_text()) is not None
                drawn = drawn or tab.find("#view canvas, #view .chart svg, .layer").count() > 0
                tab.press(",")
            assert (said, drawn) == (True, True), view
            tab.find(".timeline input[type=range]").press("End")
        expect(tab.find(".banner")).to_have_count(0)
    finally:
        board.close()
