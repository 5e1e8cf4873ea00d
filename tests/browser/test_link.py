"""The menu of exports by mouse and by key, and the link in it that opens the same state."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

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
