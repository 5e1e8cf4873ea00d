"""What changed between two epochs: maps are compared whose changes are planted in the logs."""

from __future__ import annotations

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
    INVERTED,
    MAPS,
    REPLACED,
    REVIVES,
    SOME,
    UNDRAWN,
    one_minus_cosine,
)
from tests.browser.tab import Open, Tab


@pytest.fixture
def tab(changes_board: Board, open_tab: Open) -> Tab:
    return open_tab(changes_board.url, size=(1400, 1000), view="changes", runs=worlds.runs("a"))


def _mode(tab: Tab, name: str) -> None:
    tab.find(f".pair label:has-text('{name}')").click()


def _ranking(tab: Tab) -> list[int]:
    cards = tab.find("[aria-label^='maps by their change'] .change")
    return [int(card.get_attribute("data-map") or "") for card in cards.all()]


def _card(tab: Tab, map_: int) -> Locator:
    return tab.find(f".change[data-map='{map_}']")


def _compared(tab: Tab) -> Locator:
    return tab.find(".compared")


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


def test_runs_side_by_side_say_what_they_lack(changes_board: Board, open_tab: Open) -> None:
    tab = open_tab(
        changes_board.url, size=(1400, 1000), view="changes", a="3", step="2", runs=worlds.runs("a", "b", "c")
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


def test_dark_narrow_and_with_its_keys_in_the_help(changes_board: Board, open_tab: Open) -> None:
    tab = open_tab(
        changes_board.url, size=(900, 736), view="changes", map=str(SOME), runs=worlds.runs("a", "b")
    )
    tab.page.emulate_media(color_scheme="dark")
    tab.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    wide = tab.frame.evaluate("(main => main.scrollWidth - main.clientWidth)(document.querySelector('main'))")
    assert wide <= 0
    tab.press("?")
    for does in ("set A to the slider", "exchange A and B", "in Features"):
        expect(tab.find(".keys")).to_contain_text(does)
