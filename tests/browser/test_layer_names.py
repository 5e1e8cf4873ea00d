"""Two trainings of one network without names, in one process: Keras numbers the layers of the second on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

import tb_convvis
from tb_convvis.figures.log import open_runs
from tests.browser import networks
from tests.browser.board import Board
from tests.browser.menu import Menu
from tests.browser.tab import Open, Tab
from tests.logs import LogFile

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from keras import layers

    from tb_convvis.callbacks import ConvVis
    from tests.callbacks.helpers import fit, pictures

    root = tmp_path_factory.mktemp("unnamed") / "logs"
    # So that the first of them has numbers too, as in a notebook.
    layers.Conv2D(1, 1), layers.Dense(1)
    for name in ("first", "second"):
        convolutions = [layers.Conv2D(4, 3, activation="relu"), layers.Conv2D(4, 3, activation="relu")]
        head = [layers.GlobalAveragePooling2D(), layers.Dense(3)]
        model = keras.Sequential([keras.Input((12, 12, 3)), *convolutions, *head])
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        fit(model, ConvVis(str(root / name), data=pictures(8), budget=None), epochs=2)
    return root


@pytest.fixture(scope="module")
def board(trained: Path) -> Iterator[Board]:
    board = Board(trained).await_runs(2, steps=3)
    yield board
    board.close()


@pytest.fixture(scope="module")
def names(trained: Path) -> list[list[str]]:
    """The convolutions of each run as it logged them."""
    found = [run.layers("top") for run in open_runs(trained, ["first", "second"])]
    assert len(found[0]) == len(found[1]) == 2
    assert not set(found[0]) & set(found[1])
    return found


def chosen(tab: Tab) -> str:
    """The layer that is shown: chosen from a list, or the only one there is."""
    return str(tab.find("label.select:has-text('Layer') > :last-child").get_attribute("title"))


@pytest.mark.parametrize("view", ["filters", "features", "changes", "occlusion", "weights"])
def test_each_view_shows_both(open_tab: Open, board: Board, names: list[list[str]], view: str) -> None:
    tab = open_tab(board.url, size=(1400, 1000), view=view)
    (place,) = [at for at, own in enumerate(names[0]) if chosen(tab) == own]
    expect(tab.find(".column")).to_have_count(2)
    expect(tab.find(".absent")).to_have_count(0)
    for title in ("first", "second"):
        drawn = tab.column(title).locator("canvas, .ridge, img")
        assert drawn.count() > 0, title
    expect(tab.column("second").locator(".own-name").first).to_have_text(f"{names[1][place]} here")
    expect(tab.column("first").locator(".own-name")).to_have_count(0)
    assert tab.errors == []


def test_an_enlarged_map_has_its_filter_in_both(open_tab: Open, board: Board, names: list[list[str]]) -> None:
    tab = open_tab(board.url, size=(1400, 1000), view="features", map="0", layer=names[0][0])
    expect(tab.find(".map-kernel svg, .map-kernel canvas").first).to_be_visible()
    expect(tab.find(".map-kernel")).to_have_count(2)
    expect(tab.find(".map-kernel p.quiet")).to_have_count(0)


def test_convergence_has_a_row_for_each_layer(open_tab: Open, board: Board, names: list[list[str]]) -> None:
    tab = open_tab(board.url, size=(1400, 1000), view="convergence")
    rows = tab.find("tbody tr").filter(has=tab.frame.locator("button.link"))
    assert rows.locator("button.link").all_inner_texts() == names[0]
    assert rows.get_by_text("not logged").count() == 0
    for own in names[1]:
        expect(rows.get_by_text(f"{own} here", exact=True)).to_have_count(1)


def test_the_network_is_drawn_once_and_opens_what_was_logged(
    open_tab: Open, board: Board, names: list[list[str]]
) -> None:
    tab = open_tab(board.url, size=(1400, 1000), view="layers")
    expect(tab.find(".network")).to_have_count(1)
    assert tab.find(".column-head h2").all_inner_texts() == ["first", "second"]
    tab.find(".network").get_by_role("button", name=names[0][1], exact=False).first.click()
    expect(tab.find(".layer-facts h3")).to_have_text(names[0][1])
    expect(tab.find(".layer-facts")).to_contain_text(f", {names[1][1]} in second")
    tab.find(".layer-facts").get_by_role("button", name="Features").click()
    tab.settle()
    assert chosen(tab) == names[0][1]
    expect(tab.find(".absent")).to_have_count(0)
    assert tab.errors == []


def test_networks_that_differ_keep_their_names(open_tab: Open, tmp_path: Path) -> None:
    for run, calls in {
        "first": {"conv2d": [""], "conv2d_1": ["conv2d"]},
        "second": {"conv2d_2": [""], "conv2d_3": ["conv2d_2"], "conv2d_4": ["conv2d_3"]},
    }.items():
        with LogFile(tmp_path / run / "convvis") as log:
            log.record("run", "model", 0, networks.facts({"": calls}, {}))
    board = Board(tmp_path).await_runs(2)
    try:
        tab = open_tab(board.url, size=(1400, 1000), view="layers")
        expect(tab.find(".network")).to_have_count(2)
        tab.find(".network").nth(1).get_by_role("button", name="conv2d_3").first.click()
        for at, name in enumerate(("conv2d_1", "conv2d_3")):
            expect(tab.find(".layer-facts").nth(at).locator("h3")).to_have_text(name)
        expect(tab.find(".layer-facts").nth(1)).to_contain_text("shown as conv2d_1 beside the other runs")
        assert tab.errors == []
    finally:
        board.close()


def test_an_address_may_have_the_name_of_the_second_run(
    open_tab: Open, board: Board, names: list[list[str]]
) -> None:
    tab = open_tab(board.url, view="features", layer=names[1][1])
    assert chosen(tab) == names[0][1]
    expect(tab.find(".unknown")).to_have_count(0)


def test_a_run_alone_has_its_own_names(open_tab: Open, board: Board, names: list[list[str]]) -> None:
    tab = open_tab(board.url, view="features", runs=json.dumps(["second/convvis"]))
    assert tab.find("label.select:has-text('Layer') option").all_inner_texts() == names[1]
    expect(tab.find(".own-name")).to_have_count(0)


def test_the_layer_stays_the_same_beside_another_run(
    open_tab: Open, board: Board, names: list[list[str]]
) -> None:
    only_second = json.dumps(["second/convvis"])
    tab = open_tab(board.url, size=(1400, 1000), view="features", runs=only_second, layer=names[1][1])
    tab.find("input[type=checkbox]").nth(0).check()
    expect(tab.column("second").locator(".own-name").first).to_have_text(f"{names[1][1]} here")
    assert chosen(tab) == names[0][1]
    tab.find("input[type=checkbox]").nth(0).uncheck()
    expect(tab.find(".column")).to_have_count(1)
    assert chosen(tab) == names[1][1]


def test_files_say_both_names(open_tab: Open, board: Board, names: list[list[str]]) -> None:
    tab = open_tab(board.url, size=(1400, 1000), view="features", layer=names[0][1])
    comments, rows = Menu(tab).table("CSV: Strengths of all maps, all epochs")
    assert {row["run"]: row["layer"] for row in rows} == dict.fromkeys(
        ("first/convvis", "second/convvis"), names[0][1]
    )
    told = "\n".join(comments)
    assert f"# layer: {names[1][1]}\n# shown as: {names[0][1]}" in told
    tab = open_tab(board.url, size=(1400, 1000), view="convergence")
    root = Menu(tab).drawing("SVG: Metrics and layers")
    pairs = " / ".join(f"{own} as {shown}" for own, shown in zip(names[1], names[0], strict=True))
    assert f"none | {pairs}" in "".join(root.itertext())


def test_figures_show_both(trained: Path, names: list[list[str]]) -> None:
    for view in ("filters", "features", "changes", "weights"):
        shown = tb_convvis.figure(trained, view, run=["first", "second"])
        assert shown.facts["layer"] == f"{names[0][0]} | {names[1][0]}", view
        alone = tb_convvis.figure(trained, view, run="second")
        assert alone.facts["layer"] == names[1][0], view
    pairs = [f"{own} as {shown}" for own, shown in zip(names[1], names[0], strict=True)]
    convergence = tb_convvis.figure(trained, "convergence", run=["first", "second"])
    assert convergence.facts["shown as"] == f"none | {' / '.join(pairs)}"
