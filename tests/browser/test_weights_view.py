"""The Weights view, in the plugin's frame alone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.tab import Open


def test_ridgeline_marks_the_epoch(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="weights", runs=worlds.runs("lr/fast", "lr/slow"), step="3")
    assert tab.column("lr/fast").locator(".ridge").count() == worlds.STEPS
    assert tab.column("lr/slow").locator(".ridge").count() == len(worlds.SPARSE)
    edge = tab.column("lr/fast").locator(".ridge-here .edge")
    before = edge.get_attribute("d")
    tab.requests.clear()
    tab.press(".")
    assert edge.get_attribute("d") != before
    assert tab.requests == []
    expect(tab.column("lr/fast")).to_contain_text("Logged by ConvVis, 12 epochs.")


def test_heat_over_time(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="weights", runs=worlds.runs("lr/fast"))
    tab.find("label:has-text('heat')").click()
    colours = tab.frame.evaluate(
        """(() => {
            const canvas = document.querySelector('canvas.heat');
            const { data } = canvas.getContext('2d').getImageData(0, canvas.height >> 1, canvas.width, 1);
            return new Set(new Uint32Array(data.buffer)).size;
        })()"""
    )
    assert colours >= worlds.STEPS / 2
    expect(tab.find(".legend")).to_contain_text("square-root scale")


def test_weight_and_layer_are_chosen(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="weights", runs=worlds.runs("lr/fast"))
    expect(tab.find(".readout")).to_contain_text("1,944 weights")
    tab.find(".select:has-text('Weight') select").select_option("bias")
    expect(tab.find(".readout")).to_contain_text("8 weights")
    tab.find(".select:has-text('Layer') select").select_option("backbone/conv2")
    expect(tab.find(".readout")).to_contain_text("6 weights")


def test_notes_of_the_epoch(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="weights", runs=worlds.runs("damaged"))
    expect(tab.find(".column")).to_contain_text("3 NaN weights of conv1/kernel were counted apart.")


def test_damaged_histogram_leaves_the_others(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url, view="weights", runs=worlds.runs("damaged"))
    expect(tab.find(".column-head")).to_contain_text("1 of 4 histograms are damaged")
    expect(tab.find(".column-head")).to_contain_text("3 of 4 logged epochs are drawn")
    assert tab.find(".ridge").count() == 3


def test_sampled_histograms_are_said(open_tab: Open, tmp_path: Path) -> None:
    root = tmp_path / "logs"
    worlds.write_long(root)
    sampled = Board(root)
    try:
        sampled.await_runs(1, steps=100)
        tab = open_tab(sampled.url, view="weights")
        notice = tab.find(".column-head .notice")
        expect(notice).to_contain_text("100 of 150 logged epochs were kept by TensorBoard (histograms)")
        expect(notice.locator("code")).to_have_text("--samples_per_plugin=histograms=500")
        expect(tab.column("long")).to_contain_text("60 of 100 drawn, and always the current one.")
        assert tab.find(".ridge").count() == 60
        assert tab.find(".ridge-here .edge").count() == 1
        expect(tab.column("long")).to_contain_text("Logged by ConvVis, 150 epochs.")
    finally:
        sampled.close()
