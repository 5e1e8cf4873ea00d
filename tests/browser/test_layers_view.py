"""The Layers view, in the plugin's frame alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import networks, worlds
from tests.browser.board import Board
from tests.browser.tab import Open, Tab

TIMES, MINUS = "\u00d7", "\u2212"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("networks") / "logs"
    networks.write_networks(root)
    board = Board(root).await_runs(8)
    yield board
    board.close()


def names(tab: Tab) -> list[str]:
    found: list[str] = tab.find(".layer button > b").all_inner_texts()
    return found


def node(tab: Tab, name: str) -> Locator:
    return tab.find(".layer").filter(has=tab.frame.get_by_text(name, exact=True)).first


def lines(tab: Tab) -> set[tuple[str, str]]:
    """What each line joins: the last layer of the box that it leaves, the first of the one it comes to."""
    joined: list[list[str]] = tab.frame.evaluate(
        """(() => {
            const boxes = [...document.querySelectorAll('.layer')].map(element => ({
                name: element.querySelector('b')?.textContent ?? element.textContent.split(' ')[0],
                left: element.offsetLeft, right: element.offsetLeft + element.offsetWidth,
                top: element.offsetTop, bottom: element.offsetTop + element.offsetHeight,
            }));
            const at = (x, y, edge) => boxes.find(
                box => box.left < x && x < box.right && Math.abs(box[edge] - y) <= 1
            )?.name;
            return [...document.querySelectorAll('.wires path')].map(path => {
                const start = path.getPointAtLength(0), end = path.getPointAtLength(path.getTotalLength());
                return [at(start.x, start.y, 'bottom'), at(end.x, end.y, 'top')];
            });
        })()"""
    )
    return {(start, end) for start, end in joined}


def test_layers_and_lines_are_those_of_the_record(drawn: Board, open_tab: Open) -> None:
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs("one"))
    assert names(tab) == ["conv1", "norm", "conv2", "sum", "block"]
    assert lines(tab) == {
        ("input", "conv1"),
        ("norm", "conv2"),
        ("norm", "sum"),
        ("conv2", "sum"),
        ("sum", "block"),
        ("block", "output"),
    }
    tops = [node(tab, name).bounding_box() for name in ("conv1", "norm", "conv2", "sum", "block")]
    heights = [box["y"] for box in tops if box]
    assert heights == sorted(heights)
    expect(node(tab, "conv2")).to_contain_text(f"16 {TIMES} 16 {TIMES} 8")
    expect(node(tab, "conv2")).to_contain_text(f"Conv2D 3{TIMES}3")
    expect(tab.find(".totals")).to_contain_text("600 parameters in 7 layers")
    assert tab.find(".toolbar select").count() == 0


def test_a_nested_model_is_unfolded_and_folded(drawn: Board, open_tab: Open) -> None:
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs("one"))
    block = node(tab, "block").locator("button").first
    expect(block).to_have_attribute("aria-expanded", "false")
    block.click()
    expect(block).to_have_attribute("aria-expanded", "true")
    assert names(tab) == ["conv1", "norm", "conv2", "sum", "block", "inner1", "inner2"]
    assert ("inner1", "inner2") in lines(tab)
    frame, inner = tab.find(".frame.model").bounding_box(), node(tab, "inner2").bounding_box()
    assert frame and inner
    assert frame["y"] < inner["y"]
    assert inner["y"] + inner["height"] < frame["y"] + frame["height"]

    node(tab, "inner1").locator("button").first.click()
    tab.page.wait_for_timeout(400)  # until the address is written
    tab.page.reload()
    tab.await_page()
    assert "inner2" in names(tab)
    expect(tab.find(".layer-facts h3")).to_have_text("block/inner1")
    tab.find("button:has-text('fold all')").last.click()
    assert "inner2" not in names(tab)


def test_a_layer_inside_is_shown_inside(drawn: Board, open_tab: Open) -> None:
    tab = open_tab(drawn.url, view="filters", runs=worlds.runs("one"), layer="block/inner1", step="1")
    tab.find("[role=tab]:has-text('Layers')").click()
    expect(tab.find(".layer.on")).to_contain_text("inner1")
    node(tab, "block").locator("button").first.click()
    assert "inner1" not in names(tab), "folding away what is looked at goes to the model around it"
    tab.find(".column-head").hover()
    expect(tab.find(".layer-facts h3")).to_have_text("block")


def test_facts_follow_the_pointer_and_the_keys(drawn: Board, open_tab: Open) -> None:
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs("one"))
    facts = tab.find(".layer-facts")
    expect(facts.locator("h3")).to_have_text("conv1")
    node(tab, "conv2").locator("button").first.hover()
    expect(facts).to_contain_text(f"Receptive field5 {TIMES} 7 px")
    expect(facts).to_contain_text("One every2 px")
    expect(facts).to_contain_text(f"The first begins at{MINUS}2, {MINUS}3 px")
    expect(facts).to_contain_text("Parameters100 · 17 % of the network")
    expect(facts).to_contain_text("Readsnorm")
    node(tab, "sum").locator("button").first.hover()
    expect(facts).to_contain_text("not known. What Add reads was not looked at.")
    tab.find(".column-head").hover()
    expect(facts.locator("h3")).to_have_text("conv1")

    node(tab, "conv1").locator("button").first.click()
    tab.find(".column-head").hover()
    for key, name in (
        ("ArrowDown", "norm"),
        ("ArrowDown", "conv2"),
        ("ArrowDown", "sum"),
        ("ArrowUp", "conv2"),
    ):
        tab.page.keyboard.press(key)
        expect(facts.locator("h3")).to_have_text(name)
        expect(node(tab, name).locator("button").first).to_be_focused()


@pytest.mark.parametrize("way", ["button", "Enter"])
def test_a_layer_is_opened_where_it_was_logged(drawn: Board, open_tab: Open, way: str) -> None:
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs("one"), step="1")
    assert [name for name in names(tab) if node(tab, name).locator(".marks").count()] == ["conv1", "conv2"]
    if way == "button":
        node(tab, "conv2").locator(".marks button:has-text('First layer')").click()
    else:
        node(tab, "conv2").locator("button").first.focus()
        tab.page.keyboard.press("Enter")
    expect(tab.find("[role=tab][aria-selected=true]")).to_have_text("First layer")
    expect(tab.find(".toolbar select")).to_have_value("conv2")
    tab.settle()
    assert tab.epoch == "epoch 1 of 2"
    expect(tab.column("one")).to_have_count(1)


def test_equal_networks_are_drawn_once_and_others_side_by_side(drawn: Board, open_tab: Open) -> None:
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs("one", "two"))
    expect(tab.find(".network-graph")).to_have_count(1)
    expect(tab.find(".column-head")).to_contain_text("the same network, drawn once")
    assert tab.find(".column-head h2").all_inner_texts() == ["one", "two"]
    tab.find(".runs label:has-text('other') input").check()
    tab.settle()
    expect(tab.find(".network-graph")).to_have_count(2)


def test_hostile_names_are_only_text(drawn: Board, open_tab: Open) -> None:
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs("hostile"), size=(900, 736))
    assert set(names(tab)) >= {worlds.HOSTILE, "__proto__", "constructor", worlds.LONG, "c"}
    for name in (worlds.HOSTILE, worlds.LONG, "constructor"):
        node(tab, name).locator("button").first.click()
        expect(tab.find(".layer-facts h3")).to_have_text(name)
    node(tab, "__proto__").locator("button").first.click()
    expect(tab.find(".frame.model")).to_have_count(1)
    assert tab.find("#convvis img").count() == 0
    assert tab.page.title() == "ConvVis"
    wide = tab.frame.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, "a long name does not widen the page"


def test_what_is_not_known_is_said(drawn: Board, open_tab: Open) -> None:
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs("graphless", "looped", "damaged"))
    expect(tab.find(".column-head .notice")).to_contain_text(
        "This model has no graph that Keras can tell: layers in the order they were made."
    )
    assert tab.find(".wires").first.locator("path").count() == 0
    expect(tab.find(".notice.failed")).to_contain_text("damaged")
    tab.find("button:has-text('unfold all')").first.click()
    expect(tab.find(".network-graph")).to_have_count(2)


@pytest.mark.parametrize("size", [(1600, 1000), (1280, 800), (900, 736), (3840, 2160)])
@pytest.mark.parametrize("names_", [("one",), ("one", "other")], ids=["one network", "two"])
def test_nothing_of_the_facts_is_cut_off(
    drawn: Board, open_tab: Open, size: tuple[int, int], names_: tuple[str, ...]
) -> None:
    """Nor does the network move away from the pointer that they follow."""
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs(*names_), size=size)
    boxes = tab.find(".network-graph").first.locator(".layer button:has(b)")
    boxes.first.hover()
    tab.find(".layer-facts h3").first.wait_for()
    assert boxes.count() == 5
    for box in boxes.all():
        box.hover()
        expect(tab.find(".layer-facts h3").first).to_have_text(box.locator("b").inner_text())
        cut = tab.find(".layer-facts").evaluate_all(
            """all => all.map(one => [one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth])
                .flat()"""
        )
        assert max(cut) <= 0
        assert box.evaluate("one => one.matches(':hover')")
    drawn_in = tab.find(".network-graph").first.bounding_box()
    assert drawn_in and drawn_in["height"] >= 300


def test_three_hundred_layers(drawn: Board, open_tab: Open) -> None:
    tab = open_tab(drawn.url, view="layers", runs=worlds.runs("deep"), layer="layer150")
    assert len(names(tab)) == 300
    expect(node(tab, "layer150")).to_be_in_viewport()
    tab.page.keyboard.press("]")
    expect(tab.find(".layer.on")).to_contain_text("layer151")
    expect(tab.find(".layer.on")).to_be_in_viewport()
