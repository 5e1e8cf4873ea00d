"""The Occlusion view in a real browser, over records with a planted truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_convvis import schema
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.occlusion_world import HOSTILE, LAST, MANY, move_to, nearest, open_occlusion, panel, pixel
from tests.browser.tab import Open, Tab
from tests.logs import LogFile
from tests.occlusion_logs import (
    ANIMALS,
    FRAME,
    LAYER,
    OBJECT,
    OCCLUDED,
    ONE,
    corner,
    picture,
    write_epoch,
    write_occlusion,
)


@pytest.fixture
def tab(occlusion_board: Board, open_tab: Open) -> Tab:
    return open_occlusion(occlusion_board, open_tab)


def test_a_network_that_answers_nothing_is_said_to(occlusion_board: Board, open_tab: Open) -> None:
    tab = open_occlusion(occlusion_board, open_tab, worlds.runs("many", "nan"), picture="1")
    dead = tab.column("nan")
    expect(dead.locator("[data-reading=class]")).to_contain_text("without: missing")
    expect(dead.locator("[data-panel=b]")).to_contain_text(
        "striped: no share, as the network\u2019s output is not a number"
    )
    expect(dead.locator("[data-panel=c]")).to_contain_text("No projections: the network")
    drawn = {pixel(tab, "b", 12.5, 5.5 + part, run=1) for part in np.linspace(0, 2, 13)}
    assert len(drawn) > 1
    assert all(max(colour) - min(colour) < 12 for colour in drawn), "grey stripes over the grey slope"
    low, _ = dead.locator("[data-panel=b] .scale-bar span").inner_text().split("\n")
    assert low == "0\u2009%", "the scale is that of the run that has shares"


def test_a_run_without_the_layer_says_so_at_the_top_and_names_its_own(tmp_path: Path, open_tab: Open) -> None:
    """Keras numbers unnamed layers on through a process: the same network twice has no layer in common."""
    root = tmp_path / "logs"
    write_occlusion(root / "first", [0, 1], ONE)
    write_occlusion(root / "second", [0, 1], replace(ONE, layer="conv2d_9"))
    board = Board(root)
    try:
        board.await_runs(2, steps=2)
        both = worlds.runs("first", "second")
        column = open_tab(board.url, view="occlusion", runs=both, layer=ONE.layer).column("second")
        absent = column.locator(".absent")
        expect(absent).to_have_text(f"This run logged no occlusion of {ONE.layer}, but of conv2d_9.")
        head, said = column.locator(".column-head").bounding_box(), absent.bounding_box()
        assert head
        assert said
        assert said["y"] - (head["y"] + head["height"]) < 20
    finally:
        board.close()


def test_only_a_picture_that_was_occluded_can_be_another_one(occlusion_board: Board, open_tab: Open) -> None:
    tab = open_occlusion(occlusion_board, open_tab, worlds.runs("many", "nan"), picture=str(OCCLUDED[-1]))
    expect(tab.column("nan")).to_contain_text(f"This run did not occlude picture {OCCLUDED[-1]}.")
    expect(tab.column("nan")).not_to_contain_text("is another one")


@pytest.mark.parametrize("letter", ["a", "b", "d", "e"])
def test_occluder_stands_where_the_pointer_is(tab: Tab, letter: str) -> None:
    move_to(tab, letter, 12.2, 25.1)
    for run, of in enumerate((MANY, ONE)):
        i, j = nearest(of, 12.2, 25.1)
        marks = tab.find(f".column >> nth={run} >> .occluder")
        assert [mark.get_attribute("data-position") for mark in marks.all()] == [f"{i},{j}"] * 4
        inside = (
            [of.rows[i] + 0.5, of.rows[i] + of.size - 0.5],
            [of.cols[j] + 0.5, of.cols[j] + of.size - 0.5],
        )
        for y in inside[0]:
            for x in inside[1]:
                assert pixel(tab, "a", y, x, run) == (128, 128, 128)
        assert pixel(tab, "a", of.rows[i] - 0.5, of.cols[j] + 0.5, run) != (128, 128, 128)
        where = tab.find(f".column >> nth={run} >> .occlusion-reading p")
        expect(where).to_contain_text(f"row {of.rows[i]}, column {of.cols[j]}")


def test_arrow_keys_move_the_occluder_and_escape_puts_it_back(tab: Tab) -> None:
    mark = tab.find(".column >> nth=0 >> .occluder").first
    covered = MANY.probability(0, 1)
    lowest = np.unravel_index(np.nanargmin(covered), covered.shape)
    assert mark.get_attribute("data-position") == f"{lowest[0]},{lowest[1]}"
    tab.find(panel(tab, "d")).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"):
        tab.page.keyboard.press(key)
    assert mark.get_attribute("data-position") == f"{lowest[0] + 1},{lowest[1] + 1}"
    assert tab.epoch == f"epoch {LAST} of {LAST}", "the slider stays"
    tab.page.keyboard.press("Escape")
    assert mark.get_attribute("data-position") == f"{lowest[0]},{lowest[1]}"


def test_reading_and_class_names(tab: Tab) -> None:
    top, left = corner(0)
    move_to(tab, "e", top + OBJECT / 2, left + OBJECT / 2)
    marked = tab.find(".column >> nth=0 >> .occluder").first.get_attribute("data-position") or ""
    i, j = map(int, marked.split(","))
    name = MANY.names[int(MANY.top_class(0, 1)[i, j])]
    assert name != HOSTILE
    assert tab.find(panel(tab, "e")).get_attribute("title") == name
    reading = tab.find(".column >> nth=0 >> .occlusion-reading")
    assert reading.locator("[data-reading=class] b").inner_text() == name
    expect(reading.locator("[data-reading=class]")).to_contain_text(f"without: {HOSTILE}")
    probability = float(MANY.probability(0, 1)[i, j])
    said = {
        part: reading.locator(f"[data-reading={part}] b").inner_text()
        for part in ("probability", "drop", "activation")
    }
    assert float(said["probability"]) == pytest.approx(probability, rel=1e-2)
    assert float(said["drop"]) == pytest.approx(0.95 - probability, rel=1e-2)
    assert float(said["activation"]) == pytest.approx(float(MANY.activation(0, 1)[i, j]), rel=1e-2, abs=1e-4)
    legend = tab.find(".column >> nth=0 >> .class-legend li span").all_inner_texts()
    classes, counts = np.unique(MANY.top_class(0, 1), return_counts=True)
    assert legend == [MANY.names[one] for one in classes[np.argsort(-counts)]]
    assert tab.page.title() == "ConvVis"


def test_picture_is_neither_squashed_nor_transposed(tab: Tab) -> None:
    for letter in "abde":
        box = tab.find(panel(tab, letter)).bounding_box()
        assert box and box["width"] / box["height"] == pytest.approx(FRAME[1] / FRAME[0], rel=0.02)
    tab.find(".pictures label").nth(2).click()
    top, left = corner(2)
    expected = picture(2)[top + 4, left + 4]
    assert np.allclose(pixel(tab, "a", top + 1.5, left + 6.5), expected, atol=2)


def test_words_say_what_was_done(tab: Tab) -> None:
    many, one = tab.find(".column").nth(0), tab.find(".column").nth(1)
    expect(many).to_contain_text(
        "occluder 5\u00d75, stride 2, 187 positions (11 down, 17 across), value 0.5."
    )
    expect(one).to_contain_text("occluder 7\u00d77, stride 3 down, 4 across, 63 positions")
    expect(many).to_contain_text("8 of 12 probe pictures occluded.")
    expect(one).to_contain_text("a sigmoid over the one unit of the output")
    expect(many).to_contain_text("Computed incrementally: all layers are local.")
    expect(many).to_contain_text(f"of {HOSTILE}, the true class")
    expect(many.locator(".words .notice")).to_have_text("The value of the occluder is the mean of the data.")
    expect(many.locator("[data-panel=d] .scale-bar")).to_contain_text("the same for all epochs and runs")


def test_state_is_in_the_address(tab: Tab) -> None:
    tab.find(".pictures label").nth(3).click()
    tab.find("label:has-text('averaged')").click()
    tab.find("input[type=range] >> nth=1").fill("40")
    move_to(tab, "a", 12, 18)
    tab.frame.wait_for_function("location.hash.includes('convvis.at=')")
    for part in ("picture=3", "plot=average", "opacity=40"):
        assert f"p.convvis.{part}" in tab.page.url
    tab.page.reload()
    tab.await_page()
    assert tab.find(".pictures input").nth(3).is_checked()
    marked = tab.find(".column >> nth=0 >> .occluder").first
    i, j = map(int, str(marked.get_attribute("data-position")).split(","))
    assert abs(MANY.rows[i] + 2.5 - 12) <= 1 and abs(MANY.cols[j] + 2.5 - 18) <= 1


def test_pictures_are_chosen_with_the_keyboard(tab: Tab) -> None:
    tab.find(".pictures input").first.focus()
    tab.page.keyboard.press("ArrowRight")
    assert tab.find(".pictures input").nth(1).is_checked()
    expect(tab.find(".column >> nth=0 >> [data-panel=a] figcaption")).to_contain_text(ANIMALS[1])


def test_filmstrip_over_the_epochs(tab: Tab) -> None:
    strip = tab.find(".strip")
    strip.locator("label", has_text="all").click()
    expect(strip.locator(".epochs")).to_have_attribute("data-columns", str(LAST + 1))
    expect(strip.locator(".film-row")).to_have_count(2)
    # The second training logged three epochs of the seven.
    expect(strip.locator(".film-row").nth(1).locator(".lacking")).to_have_count(4)
    canvas = strip.locator("canvas").first
    drawn = canvas.evaluate("canvas => canvas.toDataURL()")
    strip.locator("label:has-text('b activation')").click()
    assert canvas.evaluate("canvas => canvas.toDataURL()") != drawn
    strip.locator(".epochs").click(position={"x": 2 * 49 + 20, "y": 20})
    assert tab.epoch == f"epoch 2 of {LAST}"
    expect(strip.locator(".numbers .current")).to_have_text("2")


def test_slider_needs_no_more_requests(tab: Tab) -> None:
    before = pixel(tab, "d", 20.5, 30.5)
    tab.requests.clear()
    tab.press(",", ",", ",", ",")
    assert tab.epoch == f"epoch 2 of {LAST}"
    assert tab.requests == [], "all epochs are here"
    assert pixel(tab, "d", 20.5, 30.5) != before
    expect(tab.find(".run-header .shown").nth(1)).to_have_text("showing 0, asked 2")


def test_projections_and_patches(tab: Tab) -> None:
    patches = tab.find(".column >> nth=0 >> [data-panel=c] .patch")
    expect(patches).to_have_count(4)
    assert "here" in (patches.first.get_attribute("class") or "")
    # Every fourth picture: the ones behind the first are not of its class.
    assert "picture 4, eagle: activation 2.5" in (patches.nth(1).get_attribute("title") or "")
    stack = tab.find(".column >> nth=0 >> [data-panel=c] canvas")
    colours = stack.evaluate(
        """canvas => {
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    assert colours > 4
    expect(tab.find(".column >> nth=0 >> [data-panel=c]")).to_contain_text("Framed: this picture.")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("0", "checksum does not match"),
        ("1", "damaged: grid 1: expected float32 [8,6,9]"),
        ("2", "No projections: tanh in act1 has no rule."),
        ("3", "failed: ran out of memory"),
    ],
)
def test_damage_and_failures_are_said(occlusion_board: Board, open_tab: Open, step: str, said: str) -> None:
    tab = open_occlusion(occlusion_board, open_tab, runs=worlds.runs("many", "zzz"), step=step)
    expect(tab.column("zzz")).to_contain_text(said)
    assert tab.column("many").locator(".occlusion-panel").count() == 5


def test_dark_theme_and_small_window(occlusion_board: Board, open_tab: Open) -> None:
    tab: Tab = open_tab(occlusion_board.url, inside=True, size=(900, 736), view="occlusion", layer=LAYER)
    tab.find(".occlusion-panel canvas").first.wait_for()
    tab.page.evaluate("document.body.classList.add('dark-mode')")
    tab.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    wider = tab.frame.evaluate(
        "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
    )
    assert wider <= 0


def test_nothing_logged_says_what_to_do(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="occlusion")
    expect(tab.find(".unlogged h2")).to_have_text("The chosen runs logged no occlusion maps")


def test_an_epoch_that_is_logged_while_one_looks_on(tmp_path: Path, open_tab: Open) -> None:
    root = tmp_path / "logs"
    write_occlusion(root / "run", [0, 1], MANY)
    board = Board(root)
    try:
        board.await_runs(1, steps=2)
        tab = open_occlusion(board, open_tab, runs=worlds.runs("run"))
        with LogFile(root / "run" / schema.RUN_DIRECTORY, number=1) as log:
            write_epoch(log, 2, 1, MANY, logged=3)
        board.await_runs(1, steps=3)
        tab.find("button[aria-label='read again']").click()
        expect(tab.find(".run-header .shown")).to_have_text("epoch 2")
    finally:
        board.close()
