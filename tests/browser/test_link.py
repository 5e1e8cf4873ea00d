"""The menu of exports by mouse and by key, and the link in it that opens the same state."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.export_world import LAYER, open_features
from tests.browser.menu import Menu
from tests.browser.tab import Open, Tab


@pytest.mark.parametrize("inside", [True, False])
def test_link_opens_what_was_seen(export_board: Board, open_tab: Open, inside: bool) -> None:
    """Also what the page's own address leaves open: which runs, and which epoch, are the newest."""
    tab = open_tab(
        export_board.url,
        inside=inside,
        view="features",
        sort="strength",
        order_at="2",
        pins=f"{LAYER}(5)",
        map="4",
        slot="3",
    )
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    menu = Menu(tab)
    menu.dialog.get_by_role("button", name="Copy link").click()
    expect(menu.dialog.get_by_role("button", name="Link copied")).to_be_visible()
    address = tab.frame.evaluate("navigator.clipboard.readText()")
    assert address.startswith(f"{export_board.url}/")
    assert "p.convvis.step=6" in address
    assert "p.convvis.runs=" in address
    seen = _seen(tab)
    tab.page.goto("about:blank")
    tab.page.goto(address)
    tab.await_page()
    assert _seen(tab) == seen


@pytest.mark.parametrize("inside", [True, False])
def test_link_pasted_into_the_open_page_is_followed(
    export_board: Board, open_tab: Open, inside: bool
) -> None:
    tab = open_tab(export_board.url, inside=inside, view="filters", filter="1")
    other = f"#convvis&p.convvis.step=2&p.convvis.view=features&p.convvis.layer={LAYER}&p.convvis.map=4"
    tab.page.evaluate("hash => { location.hash = hash; }", other)
    expect(tab.find("[role=tab][aria-selected=true]")).to_have_text("Features")
    expect(tab.find(".drawer > header h2")).to_have_text("Map 4")
    tab.settle()
    assert tab.epoch.startswith("epoch 2 of")
    tab.page.wait_for_timeout(400)  # until the address would have been written
    assert tab.page.evaluate("location.hash") == other
    tab.page.go_back()
    expect(tab.find("[role=tab][aria-selected=true]")).to_have_text("First layer")
    expect(tab.find(".enlarged h2")).to_have_text("Filter 1")


def test_other_tabs_of_the_host_leave_the_page_as_it_is(export_board: Board, open_tab: Open) -> None:
    tab = open_tab(export_board.url, inside=True, view="features", layer=LAYER)
    tab.page.evaluate("location.hash = '#timeseries'")
    tab.frame.wait_for_function("innerHeight === 0")
    tab.page.get_by_role("tab", name="ConvVis").click()
    tab.frame.wait_for_function("innerHeight > 0")
    expect(tab.find("[role=tab][aria-selected=true]")).to_have_text("Features")


def test_names_that_this_log_does_not_have_are_said(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="nonsense", layer="gone", runs=worlds.runs("<b>lost", "lr/fast"))
    said = tab.find(".unknown .notice")
    expect(said).to_have_text(
        [
            "The address names the view nonsense, which there is not: First layer is shown.",
            "The address names the run <b>lost/convvis, which this log does not have.",
            "The address names the layer gone, which the shown runs do not have: conv1 is shown.",
        ]
    )
    expect(tab.find(".column")).to_have_count(1)
    tab.find("[role=tab]:has-text('Weights')").click()
    expect(said).to_have_count(2)
    tab.find(".select:has-text('Layer') select").select_option("backbone/conv2")
    expect(said).to_have_count(1)
    # A layer that another view shows is known, whatever this one has.
    tab.find("[role=tab]:has-text('Features')").click()
    expect(said).to_have_count(1)
    tab.find(".runs label:has-text('slow') input").check()
    expect(said).to_have_count(0)


def test_a_weight_that_was_not_logged_is_said(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="weights", runs=worlds.runs("lr/fast"), layer="conv1", weight="<b>gamma")
    said = tab.find(".unknown .notice")
    expect(said).to_have_text("conv1 has no histograms of <b>gamma: kernel is shown.")
    tab.find(".select:has-text('Weight') select").select_option("bias")
    expect(said).to_have_count(0)


def test_no_run_of_the_link_is_there(export_board: Board, open_tab: Open) -> None:
    tab = open_tab(export_board.url, runs=worlds.runs("gone", "lost"))
    expect(tab.find(".unknown")).to_have_text(
        "The address names the runs gone/convvis and lost/convvis, which this log does not have."
    )
    expect(tab.find(".absent")).to_contain_text("No run is chosen")


def _seen(tab: Tab) -> Any:
    return tab.frame.evaluate(
        """() => [
            [...document.querySelectorAll('.column h2, .map-grid b')].map(({textContent}) => textContent),
            [...document.querySelectorAll('figcaption')].map(({textContent}) => textContent),
            document.querySelector('input[type=range]').ariaValueText,
        ]"""
    )


def test_link_stands_there_where_the_clipboard_is_refused(export_board: Board, open_tab: Open) -> None:
    tab = open_features(open_tab, export_board, "a")
    tab.frame.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    menu = Menu(tab)
    menu.dialog.get_by_role("button", name="Copy link").click()
    field = menu.dialog.get_by_label("address of what is shown")
    expect(field).to_be_focused()
    address = field.input_value()
    assert "p.convvis.layer=conv1" in address
    selected = field.evaluate("field => field.selectionEnd - field.selectionStart")
    assert selected == len(address)


def test_menu_by_keyboard(export_board: Board, open_tab: Open) -> None:
    tab = open_features(open_tab, export_board, "a", map="4")
    button = tab.find("button[aria-label=export]")
    expect(button).to_have_attribute("aria-haspopup", "dialog")
    button.focus()
    tab.page.keyboard.press("Enter")
    dialog = tab.find("[role=dialog][aria-label=export]")
    dialog.locator("li").first.wait_for()
    expect(button).to_have_attribute("aria-expanded", "true")
    tab.page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Copy link")).to_be_focused()
    tab.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    expect(tab.find(".enlarged")).to_have_count(1)
    button.click()
    tab.find("#view").click(position={"x": 3, "y": 3})
    expect(dialog).to_have_count(0)
