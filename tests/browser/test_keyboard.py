"""Without a mouse, and for whoever listens to the page: focus, keys, what is announced, motion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.board import Board
from tests.browser.complete_logs import write_complete
from tests.browser.tab import Open, Tab

EPOCHS = 24

# Radio buttons of one group, and a widget with arrow keys of its own, are one stop in the order of tabs.
STOPS = """() => {
    const all = [...document.querySelectorAll('button, input, select, summary, [tabindex]')];
    const grouped = '[role=grid], [role=tablist], .changes ul, .network-sheet';
    const stops = new Set();
    for (const one of all) {
        if (one.disabled || !one.checkVisibility()) continue;
        if (one.matches('details:not([open]) *:not(summary)')) continue;
        if (one.getAttribute('role') === 'dialog') continue;
        stops.add((one.type === 'radio' ? one.closest('fieldset') : one.closest(grouped)) ?? one);
    }
    window.stops = stops;
    return stops.size;
}"""
FOCUSED = """() => {
    const one = document.activeElement;
    for (const stop of window.stops) if (stop.contains(one)) window.stops.delete(stop);
    const ring = element => element && getComputedStyle(element).outlineStyle !== 'none';
    const seen = one === document.body || ring(one) || ring(one.closest('label')) || one.type === 'range';
    return [one.tagName, seen ? '' : one.outerHTML.slice(0, 200)];
}"""
LEFT = "[...window.stops].map(stop => stop.outerHTML.slice(0, 200))"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("keyboard") / "logs"
    write_complete(root / "run", epochs=EPOCHS)
    started = Board(root)
    started.await_runs(1).await_steps(run=EPOCHS + 1)
    yield started
    started.close()


def _focused(tab: Tab, selector: str) -> bool:
    return bool(tab.frame.evaluate(f"document.activeElement.matches({selector!r})"))


def _tab_through(tab: Tab) -> tuple[list[str], list[str]]:
    """Press Tab all the way around the page: what the focus never came to, and where it was not seen."""
    count = tab.frame.evaluate(STOPS)
    unseen: set[str] = set()
    ends = 0
    for _ in range(3 * count):
        tab.page.keyboard.press("Tab")
        tag, hidden = tab.frame.evaluate(FOCUSED)
        ends += tag == "BODY"
        if ends == 2 or tab.frame.evaluate("window.stops.size === 0"):
            break
        unseen.update(filter(None, [hidden]))
    return tab.frame.evaluate(LEFT), sorted(unseen)


def test_every_control_of_every_view_is_reached_and_seen(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url)
    for view in tab.each_view():
        if (enlarges := tab.find("[role=gridcell], .change").first).count():
            enlarges.click()
            tab.settle()
        unreached, unseen = _tab_through(tab)
        assert unreached == [], view
        assert unseen == [], view
        tab.page.keyboard.press("Escape")


def test_tabs_are_one_stop_with_arrows(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url)
    tabs = tab.find("[role=tab]")
    titles = tabs.all_inner_texts()
    expect(tab.find("[role=tab][tabindex='0']")).to_have_count(1)
    tabs.first.focus()
    for key, title in (("ArrowRight", titles[1]), ("End", titles[-1]), ("ArrowRight", titles[0])):
        tab.page.keyboard.press(key)
        tab.settle()
        chosen = tab.find("[role=tab][aria-selected=true]")
        expect(chosen).to_have_text(title)
        expect(chosen).to_be_focused()
        panel = tab.find(f"#{chosen.get_attribute('aria-controls')}")
        expect(panel).to_have_attribute("aria-labelledby", str(chosen.get_attribute("id")))


def test_grids_have_one_stop_and_give_the_focus_back(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url)
    grids = 0
    for view in tab.each_view():
        if not tab.find("[role=grid]").count():
            continue
        grids += 1
        cells = tab.find("[role=grid]").first.locator("[role=row] > [role=gridcell]")
        assert tab.find("[role=grid] [tabindex='0']").count() == tab.find("[role=grid]").count(), view
        cells.first.focus()
        tab.page.keyboard.press("ArrowRight")
        expect(cells.nth(1)).to_be_focused()
        tab.page.keyboard.press("Enter")
        close = tab.find(".enlarged button[aria-label^=close]")
        close.focus()
        tab.page.keyboard.press("Enter")
        expect(close).to_have_count(0)
        expect(cells.nth(1)).to_be_focused()
    assert grids >= 2


def _watched(tab: Tab, status: Locator) -> None:
    status.evaluate(
        "one => { window.said = []; new MutationObserver(() => window.said.push(one.textContent))"
        ".observe(one, {childList: true, characterData: true, subtree: true}); }"
    )


def test_the_epoch_is_said_where_the_slider_rests(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url)
    status = tab.find(".timeline [role=status]")
    last = f"epoch {EPOCHS} of {EPOCHS}"
    expect(status).to_have_text(last)
    slider = tab.find(".timeline input[type=range]")
    slider.focus()
    _watched(tab, status)
    for _ in range(6):
        tab.page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", f"epoch {EPOCHS - 6} of {EPOCHS}")
    expect(status).to_have_text(f"epoch {EPOCHS - 6} of {EPOCHS}")
    tab.page.keyboard.press("Home")
    expect(status).to_have_text(f"epoch 0 of {EPOCHS}, before training")
    tab.find(".pace select").last.select_option("10")
    tab.find("button[aria-label=play]").click()
    expect(status).to_have_text(last, timeout=10_000)
    assert tab.frame.evaluate("window.said") == [
        f"epoch {EPOCHS - 6} of {EPOCHS}",
        f"epoch 0 of {EPOCHS}, before training",
        last,
    ]
    sliders = tab.find("input[type=range], [role=slider]")
    for view in tab.each_view():
        for number in range(sliders.count()):
            assert sliders.nth(number).get_attribute("aria-valuetext"), view


def test_shortcuts_can_be_turned_off_and_leave_fields_alone(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="features")
    search = tab.find(".find input")
    search.press_sequentially(", .?[ ]k")
    assert tab.epoch == f"epoch {EPOCHS} of {EPOCHS}"
    expect(tab.find(".help, button[aria-label=pause]")).to_have_count(0)
    search.fill("")
    tab.find("summary").last.focus()
    tab.page.keyboard.press("Space")
    expect(tab.find("details.more[open]")).to_have_count(1)
    tab.page.keyboard.press("Escape")

    tab.press("?")
    switch = tab.find(".help [role=switch]")
    switch.focus()
    tab.page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    tab.page.keyboard.press("Escape")
    expect(tab.find(".help")).to_have_count(0)
    tab.press(",", "?", "Space", "j")
    assert tab.epoch == f"epoch {EPOCHS} of {EPOCHS}"
    expect(tab.find(".help, .enlarged, button[aria-label=pause]")).to_have_count(0)
    tab.page.wait_for_function("location.hash.includes('p.convvis.keys=off')")
    tab.page.reload()
    tab.await_page()
    tab.press(",")
    assert tab.epoch == f"epoch {EPOCHS} of {EPOCHS}"
    tab.find(".help-button").click()
    switch.check()
    tab.press(",")
    assert tab.epoch == f"epoch {EPOCHS - 1} of {EPOCHS}"


def test_nothing_moves_where_the_system_asks_for_that(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, context={"reduced_motion": "reduce"})
    moving = """() => {
        const one = document.createElement('div');
        one.className = 'skeleton';
        document.getElementById('view').append(one);
        const count = document.getAnimations().length;
        one.remove();
        return count;
    }"""
    assert tab.frame.evaluate(moving) == 0
    tab.page.emulate_media(reduced_motion="no-preference")
    assert tab.frame.evaluate(moving) == 1
