"""One map at two epochs: side by side, wiped, flickering or subtracted."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.changes_world import (
    INVERTED,
    REPLACED,
    RISE,
    SIDE,
    SOME,
)
from tests.browser.tab import RGB, Open, Tab


@pytest.fixture
def tab(changes_board: Board, open_tab: Open) -> Tab:
    return open_tab(changes_board.url, size=(1400, 1000), view="changes", runs=worlds.runs("a"))


def _card(tab: Tab, map_: int) -> Locator:
    return tab.find(f".change[data-map='{map_}']")


def _mode(tab: Tab, name: str) -> None:
    tab.find(f".pair label:has-text('{name}')").click()


def test_marks_say_which_pictures_stayed_came_and_went(tab: Tab) -> None:
    _card(tab, SOME).click()
    expect(tab.find(".pair .marks")).to_have_text(re.compile("6 stayed 3 came 3 went"))
    mosaics = tab.find(".pair [data-what=projections]")
    expect(mosaics).to_have_count(2)
    expect(mosaics.first.locator(".went")).to_have_count(3)
    expect(mosaics.last.locator(".came")).to_have_count(3)
    _card(tab, INVERTED).click()
    expect(tab.find(".pair .marks")).to_have_text(re.compile("9 stayed 0 came 0 went"))


def _cividis(share: float) -> RGB:
    """The published fit of the colour map."""
    fits = [
        [-4.54, -35.34, 2381.73, -6402.7, 7024.72, -2710.57],
        [32.49, 170.73, 52.82, -131.46, 176.58, -67.37],
        [81.24, 442.36, -2482.43, 6167.24, -6614.94, 2475.67],
    ]
    red, green, blue = (int(np.clip(np.polyval(fit[::-1], share) + 0.5, 0, 255)) for fit in fits)
    return red, green, blue


def test_difference_has_the_colours_of_the_logged_difference(tab: Tab) -> None:
    _card(tab, SOME).click()
    _mode(tab, "difference")
    tab.settle()
    expect(tab.find(".scale")).to_have_attribute("data-peak", str(RISE.max()))
    expect(tab.find(".scale")).to_contain_text(f"Mean {RISE.mean():.3g}. Drawn lossless (PNG).")
    drawn = tab.frame.evaluate(
        """side => {
            const canvas = document.querySelector('.difference canvas');
            const tile = (canvas.width - 4) / 3, scale = tile / side;
            const context = canvas.getContext('2d'), at = place => (place + .5) * scale;
            const colour = (row, column) => context.getImageData(tile + 2 + at(column), at(row), 1, 1).data;
            const places = Array.from({ length: side }, (_, place) => place);
            return places.flatMap(row => places.map(column => [...colour(row, column)].slice(0, 3)));
        }""",
        SIDE,
    )
    expected = [_cividis(rise / RISE.max()) for rise in RISE] * SIDE
    np.testing.assert_array_equal(drawn, expected)


def _shown(tab: Tab) -> str:
    return str(tab.find(".pair").get_attribute("data-shown"))


def test_flicker_is_slow_and_can_be_paused(tab: Tab) -> None:
    _card(tab, SOME).click()
    _mode(tab, "flicker")
    turns = tab.frame.evaluate(
        """() => new Promise(done => {
            const shown = document.querySelector('.pair'), times = [];
            const seen = new MutationObserver(() => times.push(performance.now()));
            seen.observe(shown, { attributeFilter: ['data-shown'] });
            setTimeout(() => done(times), 1800);
        })"""
    )
    assert 2 <= len(turns) <= 4, "A and B each half a second"
    tab.find("[aria-label='pause the flicker']").click()
    before = _shown(tab)
    tab.page.wait_for_timeout(700)
    assert _shown(tab) == before


def test_flicker_is_off_where_motion_is_not_wanted(tab: Tab) -> None:
    _card(tab, SOME).click()
    _mode(tab, "flicker")
    expect(tab.find("[aria-label='pause the flicker']")).to_be_visible()
    tab.page.emulate_media(reduced_motion="reduce")
    expect(tab.find("[aria-label='pause the flicker']")).to_have_count(0)
    expect(tab.find(".pair .notice")).to_contain_text("your system asks for reduced motion")
    expect(tab.find(".pair input[value=flicker]")).to_be_disabled()
    before = _shown(tab)
    tab.page.wait_for_timeout(700)
    assert _shown(tab) == before


def test_wipe_uncovers_as_far_as_its_border(tab: Tab) -> None:
    _card(tab, REPLACED).click()
    _mode(tab, "wipe")
    box = tab.find(".wipe").first.bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 20)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 20, steps=4)
    tab.page.mouse.up()
    slider = tab.find(".wipe [role=slider]").first
    expect(slider).to_have_attribute("aria-valuenow", "25")
    expect(tab.find(".wipe > .over").first).to_have_css("clip-path", "inset(0px 0px 0px 25%)")
    slider.focus()
    tab.page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuenow", "100")
    assert tab.epoch == "epoch 3 of 3", "the keys are the border's, not the slider's"
