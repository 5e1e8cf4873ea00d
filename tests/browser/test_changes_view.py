"""What changed between two epochs: maps are compared whose changes are planted in the logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.changes_world import (
    BY_PICTURES,
    BY_STRENGTH,
    DEAD,
    DIES,
    DIVERGES,
    EPOCHS,
    INVERTED,
    MAPS,
    REPLACED,
    REVIVES,
    RISE,
    SIDE,
    SOME,
    UNDRAWN,
    one_minus_cosine,
    write_changes,
)
from tests.browser.tab import RGB, Open, Tab


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Three epochs; the same run again of which two were logged; and one with a single log."""
    root = tmp_path_factory.mktemp("changes") / "logs"
    for name, epochs in (("a", EPOCHS), ("b", 2), ("c", 1)):
        write_changes(root / name, epochs)
    board = Board(root)
    board.await_runs(3)
    yield board
    board.close()


@pytest.fixture
def tab(planted: Board, open_tab: Open) -> Tab:
    return open_tab(planted.url, size=(1400, 1000), view="changes", runs=worlds.runs("a"))


def _ranking(tab: Tab) -> list[int]:
    cards = tab.find("[aria-label^='maps by their change'] .change")
    return [int(card.get_attribute("data-map") or "") for card in cards.all()]


def _card(tab: Tab, map_: int) -> Locator:
    return tab.find(f".change[data-map='{map_}']")


def _compared(tab: Tab) -> Locator:
    return tab.find(".compared")


def _mode(tab: Tab, name: str) -> None:
    tab.find(f".pair label:has-text('{name}')").click()


def test_counts_and_ranking_by_pictures(tab: Tab) -> None:
    expect(_compared(tab)).to_have_text("A epoch 2 → B epoch 3")
    words = (
        "1 newly dead, 1 revived, 1 dead at both, 1 not finite, median turnover 17\u2009%, 8 of 9 maps drawn."
    )
    expect(tab.find(".readout")).to_have_text(words)
    assert _ranking(tab) == BY_PICTURES
    assert [_card(tab, map_).locator(".worth").inner_text() for map_ in BY_PICTURES] == [
        "100\u2009%", "33\u2009%", "0\u2009%", "0\u2009%",
    ]  # fmt: skip
    dead = tab.find("[aria-label^='newly dead maps'] .change")
    assert [dead.get_attribute("data-map")] == [str(DIES)]
    expect(dead).to_contain_text("5 → dead")
    expect(tab.find("[aria-label^='revived maps'] .change")).to_contain_text("dead → 6")


def _listed(tab: Tab, label: str) -> list[int]:
    cards = tab.find(f"[aria-label^='{label} maps'] .change").all()
    return [int(card.get_attribute("data-map") or "") for card in cards]


def test_every_map_is_in_a_list(tab: Tab) -> None:
    expect(_compared(tab)).to_have_text("A epoch 2 → B epoch 3")
    others = {name: _listed(tab, name) for name in ("not ranked", "dead at both", "not finite")}
    assert others == {"not ranked": [UNDRAWN], "dead at both": [DEAD], "not finite": [DIVERGES]}
    shown = [int(card.get_attribute("data-map") or "") for card in tab.find(".change").all()]
    assert sorted(shown) == list(MAPS)
    expect(_card(tab, DIVERGES)).to_contain_text("4 → not finite")


def test_a_map_that_is_dead_or_not_finite_is_said_to_be_and_hatched(tab: Tab) -> None:
    expect(tab.find(".change .hatch")).to_have_count(5)
    expect(_card(tab, DEAD).locator(".hatch.dead")).to_have_count(2)
    expect(_card(tab, REVIVES).locator("[role=img][aria-label='at A'] ~ .hatch.dead")).to_have_count(1)
    expect(_card(tab, DIVERGES).locator("[role=img][aria-label='at B'] ~ .hatch.not-finite")).to_have_count(1)
    head = tab.find(".pair-head")
    for map_, words, at_a, at_b in (
        (DEAD, "dead at both", "dead", "dead"),
        (DIES, "strength 5 → dead", "", "dead"),
        (DIVERGES, "strength 4 → not finite", "", "not-finite"),
    ):
        _card(tab, map_).click()
        expect(head).to_contain_text(words)
        for mosaic, state in zip(tab.find(".pair [data-what=patches]").all(), (at_a, at_b), strict=True):
            expect(mosaic.locator(".hatch")).to_have_count(1 if state else 0)
            expect(mosaic.locator(f".hatch.{state or 'none'}")).to_have_count(1 if state else 0)


def test_ranking_by_projections_is_that_of_the_logged_pixels(tab: Tab) -> None:
    tab.find("label:has-text('projections')").first.click()
    tab.settle()
    values = {map_: one_minus_cosine(map_) for map_ in BY_PICTURES}
    expected = sorted(values, key=lambda map_: (-round(values[map_], 9), map_))
    assert expected[0] == INVERTED
    assert values[INVERTED] == pytest.approx(2)
    expect(tab.find(".worth").first).to_have_text("2")
    assert _ranking(tab) == expected
    for map_ in (REPLACED, SOME):
        said = float(_card(tab, map_).locator(".worth").inner_text())
        assert said == pytest.approx(values[map_], rel=0.005)
    expect(tab.find(".column")).to_contain_text("computed from the drawn pictures")
    expect(tab.find(".column")).not_to_contain_text("JPEG")


def test_ranking_by_strength_has_maps_that_were_not_drawn(tab: Tab) -> None:
    tab.find("label:has-text('strength')").click()
    assert _ranking(tab) == BY_STRENGTH
    assert _card(tab, UNDRAWN).locator(".worth").inner_text() == "\u00d7 4"
    assert _card(tab, REPLACED).locator(".worth").inner_text() == "\u00d7 0.5"
    expect(_card(tab, UNDRAWN).locator(".undrawn")).to_have_count(2)


def test_a_is_chosen_swapped_and_kept_in_the_address(tab: Tab) -> None:
    tab.find("label:has-text('first log')").click()
    expect(_compared(tab)).to_have_text("A epoch 1 → B epoch 3")
    expect(tab.find(".track > .ab")).to_have_attribute("title", "A: epoch 1")
    tab.press(",", "a")
    expect(tab.find(".column > .absent")).to_contain_text("the same log of this run, epoch 2")
    tab.press(".")
    expect(_compared(tab)).to_have_text("A epoch 2 → B epoch 3")
    tab.press("x")
    expect(_compared(tab)).to_have_text("A epoch 3 → B epoch 2")
    expect(tab.find("[aria-label^='newly dead maps'] .change")).to_have_attribute("data-map", str(REVIVES))
    _card(tab, SOME).click()
    _mode(tab, "wipe")
    tab.find("label:has-text('strength')").click()
    tab.find(".wipe [role=slider]").first.focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.wait_for_function("location.hash.includes('p.convvis.wipe=52')")
    tab.page.reload()
    tab.await_page()
    expect(_compared(tab)).to_have_text("A epoch 3 → B epoch 2")
    expect(tab.find(".pair h2")).to_have_text(f"Map {SOME}")
    expect(tab.find(".wipe [role=slider]").first).to_have_attribute("aria-valuenow", "52")
    assert tab.find("input[value=strength]").is_checked()


def test_nothing_is_compared_while_the_slider_moves(tab: Tab) -> None:
    expect(_compared(tab)).to_have_text("A epoch 2 → B epoch 3")
    tab.requests.clear()
    during = tab.frame.evaluate(
        """async () => {
            const slider = document.querySelector('input[type=range]'), seen = new Set();
            for (let turn = 0; turn < 20; turn++) {
                slider.value = String(turn % 2 ? 2 : 1);
                slider.dispatchEvent(new Event('input', { bubbles: true }));
                await new Promise(done => setTimeout(done, 15));
                seen.add(document.querySelector('.compared').textContent);
            }
            return [...seen];
        }"""
    )
    assert during == ["A epoch 2 → B epoch 3"]
    assert tab.requests == []
    expect(_compared(tab)).to_have_text("A epoch 1 → B epoch 2")


def test_keys_go_through_the_list_and_on_to_features(tab: Tab) -> None:
    _card(tab, REPLACED).focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Enter")
    expect(tab.find(".pair h2")).to_have_text(f"Map {SOME}")
    expect(_card(tab, SOME)).to_have_attribute("aria-pressed", "true")
    tab.page.keyboard.press("Escape")
    expect(tab.find(".pair")).to_have_count(0)
    tab.press(",")
    _card(tab, SOME).focus()
    tab.page.keyboard.press("o")
    expect(tab.find("[role=tab][aria-selected=true]")).to_have_text("Features")
    expect(tab.find(".enlarged > header h2")).to_have_text(f"Map {SOME}")
    assert tab.epoch == "epoch 2 of 3"


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


def test_runs_side_by_side_say_what_they_lack(planted: Board, open_tab: Open) -> None:
    tab = open_tab(
        planted.url, size=(1400, 1000), view="changes", a="3", step="2", runs=worlds.runs("a", "b", "c")
    )
    expect(tab.column("a").locator(".compared")).to_have_text("A epoch 3 → B epoch 2")
    expect(tab.column("b")).to_contain_text("the same log of this run, epoch 2")
    expect(tab.column("c")).to_contain_text("Only one log of <i>conv1 in this run, of epoch 1")
    tab.find("label:has-text('log before')").click()
    expect(tab.column("b").locator(".compared")).to_have_text("A epoch 1 → B epoch 2")
    tab.press(",")
    expect(tab.column("a")).to_contain_text("Epoch 1 is the first log")
    assert tab.page.title() == "ConvVis"


def test_nothing_logged_says_what_to_do(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="changes")
    expect(tab.find(".unlogged h2")).to_have_text("The chosen runs logged no features")


def test_dark_narrow_and_with_its_keys_in_the_help(planted: Board, open_tab: Open) -> None:
    tab = open_tab(planted.url, size=(900, 736), view="changes", map=str(SOME), runs=worlds.runs("a", "b"))
    tab.page.emulate_media(color_scheme="dark")
    tab.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    wide = tab.frame.evaluate("(main => main.scrollWidth - main.clientWidth)(document.querySelector('main'))")
    assert wide <= 0
    tab.press("?")
    for does in ("set A to the slider", "exchange A and B", "in Features"):
        expect(tab.find(".keys")).to_contain_text(does)
